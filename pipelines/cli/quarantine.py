"""`plummer quarantine list|show|retry`."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, guarded, home_at, say
from plummer.schemas.errors import ExitCode, PlummerError

if TYPE_CHECKING:
    from plummer.pipelines.quarantine import Unit

app = typer.Typer(help="What was refused: see it, and try it again after a mend.", no_args_is_help=True)
ReasonOption = Annotated[str, typer.Option("--reason", help="Only what was refused for this code.")]


@app.command("list")
@guarded
def list_(
    reason: ReasonOption = "",
    limit: Annotated[int, typer.Option(min=0, help="Units to name; 0 for all.")] = 50,
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """List what was refused: by reason, then unit by unit. No value of a record and no file's name is shown.

    Example: `plummer quarantine list --reason invalid_date --home /srv/plummer`
    """
    from plummer.pipelines.quarantine import units

    found = units(home_at(home), reason)
    reasons = dict(sorted(Counter(unit.reason for unit in found).items()))
    for name, count in reasons.items():
        say(f"{count:>10,}  {name}")
    named = [_told(unit) for unit in islice(found, limit or None)]
    for told in named:
        say(f"  {told['ref']}  {told['reason']}  {told['bytes']:,} bytes")
    if len(named) < len(found):
        say(f"  and {len(found) - len(named):,} more; --limit 0 names all")
    if as_json:
        emit({"units": len(found), "reasons": reasons, "listed": named})


def _told(unit: "Unit") -> dict[str, str | int]:
    return {"ref": unit.ref, "reason": unit.reason, "bytes": unit.size}


@app.command()
@guarded
def show(
    ref: Annotated[str, typer.Argument(help="A reference from `plummer quarantine list`.")],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show one refused record as it was received; on a terminal only, and written into the access ledger.

    It prints values of the record, so it refuses to write into a file or a pipe. Who looked at what is
    written down before anything is shown.

    Example: `plummer quarantine show d5k7...:3:17 --home /srv/plummer`
    """
    from plummer.pipelines.quarantine import show as find

    if not sys.stdout.isatty():
        message = "this shows values of a record and writes to a terminal only"
        raise PlummerError("not_a_terminal", message, ExitCode.USAGE)
    place = home_at(home)
    found = find(place, ref)
    _write_down(place.root, ref)
    for unit in found:
        for line in _lines(unit):
            say(line)


def _write_down(root: Path, ref: str) -> None:
    from plummer.pipelines.research.access import Access, ledger_of, user

    Access(ledger_of(root), {"user": user()}).record("quarantine_show", ref=ref)


def _lines(unit: "Unit") -> Iterator[str]:
    yield f"{unit.ref}  {unit.reason}  {unit.size:,} bytes  {printable(unit.file)}"
    if unit.body is None:
        yield "  the bytes are not kept: a whole file, or more than 1 MiB; look into the source"
    else:
        yield printable(unit.body.decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    r"""A text that can't steer the terminal: what isn't printable is written as an escape.

    Example:
        >>> printable("a\x1b[2Jb\u202ec")
        'a\\x1b[2Jb\\u202ec'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@app.command()
@guarded
def retry(reason: ReasonOption = "", home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Try what was refused again: its files are read anew, and what is good now is loaded.

    The source must be where it was and its files unchanged. Run the job again afterwards to build on what
    was loaded. Ends 0 also where all is refused still, 3 where nothing is.

    Example: `plummer quarantine retry --reason invalid_date --home /srv/plummer`
    """
    from plummer.pipelines.retry import retry as execute

    found = execute(home_at(home), reason)
    say(f"tried again   {found.before:,} units of {found.files:,} files")
    say(f"refused still {found.after:,}")
    say(f"loaded        {found.loaded:,}, deletions {found.deleted:,}")
    if found.rescrub:
        say(f"to be scrubbed again by the next run {found.rescrub:,}")
    if found.gone:
        say(f"not tried     {found.gone:,} files: the source is gone or changed; deliver it again")
    if as_json:
        emit({"retry": asdict(found)})
