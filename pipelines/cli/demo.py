"""`plummer demo`."""

import shutil
from typing import Final

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
    from plummer.deid.synth import generate
    from plummer.pipelines import progress
    from plummer.pipelines.request import RunRequest
    from plummer.pipelines.runner import STEPS, Source, new_run_id
    from plummer.pipelines.runner import run as execute

    place = home_at(home)
    place.create()
    # raw patients, though synthetic, belong in the identified zone
    source = place.root / "identified" / "demo"
    if not (source / "gold" / "needles.jsonl").is_file():
        shutil.rmtree(source, ignore_errors=True)
        note(f"making {PATIENTS} synthetic patients")
        generate(PATIENTS, SEED, source)
    heard = progress.listen(STEPS)
    try:
        found = execute(place, [Source("fhir", "main", str(source))], RunRequest(new_run_id()))
    finally:
        heard.close()
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
