"""`plummer synth`."""

from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import JsonOption, emit, guarded, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("synth")(synth)


@guarded
def synth(
    patients: Annotated[int, typer.Option(help="How many patients.")],
    out: Annotated[Path, typer.Option(help="Folder to write; must be empty or absent.")],
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Write a synthetic FHIR bulk export with rich notes; gold spans go to OUT/gold.

    Example: `plummer synth --patients 100 --seed 7 --out /tmp/synth`
    """
    import sys

    from plummer.deid.synth import generate

    shown = [0]

    def progress(done: int, total: int) -> None:
        if done == total or done * 10 // total > shown[0]:
            shown[0] = done * 10 // total
            sys.stderr.write(f"{done} of {total} patients\n")

    summary = generate(patients, seed, out, progress=progress)
    say(
        f"{summary.patients} patients, {summary.notes} notes, {summary.spans} planted spans "
        f"in {out.absolute()}"
    )
    if as_json:
        emit(
            {
                "patients": summary.patients,
                "resources": dict(summary.resources),
                "notes": summary.notes,
                "spans": summary.spans,
                "needles": summary.needles,
                "out": str(out.absolute()),
            }
        )
