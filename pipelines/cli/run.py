"""`plummer run`."""

from typing import Annotated

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


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("run")(run)


@guarded
def run(  # noqa: PLR0913, PLR0917 (one parameter an option)
    source: Annotated[
        list[str], typer.Option("--source", help="KIND=PATH or KIND@SITE=PATH; may be repeated.")
    ],
    mapping: Annotated[
        str, typer.Option(help="YAML that says what the rows of --source csv=PATH are (docs/mapping.md).")
    ] = "",
    home: HomeOption = DEFAULT_HOME,
    profile: Annotated[str, typer.Option(help="Shipped policy, or path of one.")] = "safe_harbor",
    release: Annotated[str, typer.Option(help="Name of the release; the profile by default.")] = "",
    to: Annotated[
        str, typer.Option(help="Last stage: identified, deid, timeline, validated or released.")
    ] = "released",
    conformance: Annotated[
        str,
        typer.Option(
            help="fhir.resources' opinion: sampled, full (of all, counted), enforce (refuses) or off."
        ),
    ] = "sampled",
    as_json: JsonOption = False,
) -> None:
    """Land extracts and turn them into a candidate release.

    Example: `plummer run --source fhir=/data/export --home /srv/plummer`

    A warehouse's own CSV: `plummer run --source csv=/data/warehouse --mapping hospital.yaml`
    """
    from plummer.pipelines import progress
    from plummer.pipelines.request import RunRequest
    from plummer.pipelines.runner import STEPS, Source, new_run_id
    from plummer.pipelines.runner import run as execute

    sources = Source.parse_all(source, mapping)
    request = RunRequest(new_run_id(), profile, release, conformance=conformance)
    heard = progress.listen(STEPS)
    try:
        found = execute(home_at(home), sources, request, to)
    finally:
        heard.close()
    if found.error is not None:
        if found.data["report"]:
            note(f"report: {found.data['report']}")
        known = {key: value for key, value in found.data.items() if key != "error"}
        stop(found.error, known, as_json=as_json)
    for code, count in found.data["warnings"].items():
        note(f"warning  {code} {count:,}")
    if found.data["incomplete"]["encounters"]:
        note(f"warning  incomplete_encounters {found.data['incomplete']['encounters']:,}")
    account = found.data["accounting"]
    say(" ".join(f"{name} {count:,}" for name, count in account.items()))
    if found.data["release"]:
        say(f"release  {found.data['release']['path']}  ({found.data['release']['state']})")
        say(f"report   {found.data['report']}")
    if as_json:
        emit(found.data)
