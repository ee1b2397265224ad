"""The `plummer` command."""

import atexit
import gc
import os
import sys
import warnings

import typer

from plummer.pipelines.cli import (
    demo,
    doctor,
    export,
    keys,
    policy,
    quarantine,
    release,
    report,
    run,
    scan,
    sql,
    status,
    synth,
    text,
    ui,
    view,
)
from plummer.pipelines.cli.common import CLICK_ERROR, emit, hush
from plummer.schemas.errors import ExitCode

app = typer.Typer(
    name="plummer",
    help="Raw clinical extracts to de-identified, longitudinal, validated and signed releases.",
    no_args_is_help=True,
    add_completion=False,
    # rich tracebacks print local variables
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for module in (demo, run, status, report, sql, synth, scan, doctor, ui):
    module.add_to(app)
for name, group in (
    ("keys", keys.app),
    ("policy", policy.app),
    ("quarantine", quarantine.app),
    ("text", text.app),
    ("release", release.app),
    ("view", view.app),
    ("export", export.app),
):
    app.add_typer(group, name=name)


def main() -> None:
    """Entry point; also turns wrong usage into the contract's JSON object."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # libraries' warnings may quote values
    os.umask(0o077)
    _collect_less()
    try:
        result = app(standalone_mode=False)
    except typer.Abort:
        sys.exit(int(ExitCode.INTERRUPTED))
    except BrokenPipeError:
        hush(sys.stdout)
        sys.exit(0)
    except CLICK_ERROR as error:
        error.show()
        if "--json" in sys.argv:
            emit({"error": {"code": "usage", "message": "wrong usage; see --help", "ref": ""}})
        sys.exit(error.exit_code)
    sys.exit(result if isinstance(result, int) else 0)


def _collect_less() -> None:
    """Spare the collector the large imports: walking them again and again costs a short command seconds."""
    gc.set_threshold(50_000, 20, 20)
    # not where DuckDB may be used: its bindings take what isn't collected at the end for a leak, and say so
    if sys.argv[1:2] in (["demo"], ["run"]):
        atexit.register(gc.freeze)
