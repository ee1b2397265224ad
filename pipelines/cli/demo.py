"""`plummer demo`."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from plummer.pipelines.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    emit,
    guarded,
    home_at,
    note,
    say,
    stop,
)

if TYPE_CHECKING:
    from plummer.pipelines.home import Home
    from plummer.pipelines.outcome import Outcome

PATIENTS: Final = 25
SEED: Final = 20251


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("demo")(demo)


@guarded
def demo(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Make a small synthetic extract with planted identifiers and run the whole job on it.

    Example: `plummer demo --home /tmp/plummer_demo`
    """
    place = home_at(home)
    place.create()
    # raw patients, though synthetic, belong in the identified zone
    source = place.root / "identified" / "demo"
    found = _run(place, source)
    if found.error is not None:
        stop(found.error, found.data, as_json=as_json)
    path, report = found.data["release"]["path"], found.data["report"]
    steps = [
        f"plummer release verify {path}",
        f"plummer scan {path} --needles {source}/gold/needles.jsonl",
        f"plummer ui --home {place.root}",
    ]
    say(f"release  {path}")
    say(f"report   {report}")
    say("next:")
    for step in steps:
        say(f"  {step}")
    if as_json:
        emit({**found.data, "demo": {"source": str(source), "gold": str(source / "gold"), "next": steps}})


def _run(home: "Home", source: Path) -> "Outcome":
    from plummer.pipelines import warmup
    from plummer.pipelines.lock import writer
    from plummer.pipelines.spark_settings import SparkSettings

    with writer(home.root):
        # Java needs seconds to start, and the patients and Dagster's import need the other core as long
        warmup.session(home.scratch, SparkSettings(small=True))
        _make(source)
        from plummer.pipelines import progress
        from plummer.pipelines.request import RunRequest
        from plummer.pipelines.runner import STEPS, Source, new_run_id, run

        with closing(progress.listen(STEPS)):
            delivery = Source("fhir", "main", str(source))
            return run(home, [delivery], RunRequest(new_run_id()), held=True)


def _make(source: Path) -> None:
    from plummer.deid.synth import generate

    if not (source / "gold" / "needles.jsonl").is_file():
        shutil.rmtree(source, ignore_errors=True)
        note(f"making {PATIENTS} synthetic patients")
        generate(PATIENTS, SEED, source)
