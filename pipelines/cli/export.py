"""`plummer export`."""

from pathlib import Path
from typing import Annotated

import typer

from plummer.pipelines.cli.common import (
    DEFAULT_HOME,
    HomeOption,
    JsonOption,
    PurposeOption,
    emit,
    guarded,
    home_at,
    note,
    say,
)

app = typer.Typer(help="Releases in the forms that other software reads.", no_args_is_help=True)
_MIN_CELL = 11


@app.command("meds")
@guarded
def meds(  # noqa: PLR0913, PLR0917 (one per option)
    release: Annotated[str, typer.Argument(help="Folder, NAME or NAME/VERSION of the release.")],
    out: Annotated[Path, typer.Option(help="Folder to write; must be empty or absent.")],
    task: Annotated[
        list[str] | None,
        typer.Option(help="ACES task to extract labels with: its file, or a ready one. May be repeated."),
    ] = None,
    shard_events: Annotated[
        int, typer.Option(help="A shard with so many events takes no further subject.", min=1)
    ] = 1_000_000,
    drop_undated: Annotated[
        bool, typer.Option("--drop-undated", help="Leave out events whose time isn't known.")
    ] = False,
    drop_flagged: Annotated[
        bool, typer.Option("--drop-flagged", help="Leave out events that carry a flag (an impossible date).")
    ] = False,
    known: Annotated[
        bool, typer.Option("--known", help="Put each event at the time at which it was known.")
    ] = False,
    canonical: Annotated[
        bool, typer.Option("--canonical-units", help="Numbers in the canonical unit of their code.")
    ] = False,
    purpose: PurposeOption = "not stated (plummer export meds)",
    home: HomeOption = DEFAULT_HOME,
    as_json: JsonOption = False,
) -> None:
    """Write a release's timeline as a MEDS 0.4 data set.

    The release is verified first, a withdrawn one refused, and the export recorded. Subjects are split by
    a hash of their pseudonym, the same in every release.

    Example: `plummer export meds safe_harbor/1.0.0 --out /data/meds --task in_hospital_mortality`
    """
    from plummer.expectations.report.small_cells import shown
    from plummer.pipelines import progress
    from plummer.pipelines.export.labels import load_task
    from plummer.pipelines.export.meds import STEPS, export_meds
    from plummer.pipelines.export.meds_rows import Rows
    from plummer.pipelines.export.released import find_release
    from plummer.pipelines.research.opening import open_for

    tasks = [load_task(one) for one in task or ()]
    folder = find_release(home_at(home), release)
    listener = progress.listen(len(STEPS))
    try:
        opened = open_for(folder, purpose)
        opened.access.record("meds")
        source = opened.released
        rows = Rows(known, canonical, drop_flagged)
        made = export_meds(
            source, out, tasks, shard_events=shard_events, drop_undated=drop_undated, rows=rows
        )
    finally:
        listener.close()
    files = ", ".join(f"{count} {split}" for split, count in made.shards.items())
    say(f"{made.events} events of {made.subjects} subjects under {made.codes} codes; shards: {files}")
    if made.undated:
        done = "left out" if drop_undated else "kept, as if static (--drop-undated leaves them out)"
        note(f"{made.undated} events have no known time: {done}")
    if made.flagged:
        note(f"{made.flagged} events carry a flag: left out")
    say(str(out.absolute()))
    if as_json:
        facts = {name: source.facts[name] for name in ("name", "version", "time_mode")}
        emit(
            {
                "release": {**facts, "path": str(folder), "manifest_sha256": source.manifest_sha256},
                "out": str(out.absolute()),
                "subjects": made.subjects,
                "events": made.events,
                "undated": made.undated,
                "flagged": made.flagged,
                "codes": made.codes,
                "shards": made.shards,
                "labels": {name: shown(count, _MIN_CELL) for name, count in made.labels.items()},
            }
        )
