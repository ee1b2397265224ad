"""`plummer status`."""

from typing import Any

import typer

from plummer.pipelines.cli.common import DEFAULT_HOME, HomeOption, JsonOption, emit, guarded, home_at, say


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status")(status)


@guarded
def status(home: HomeOption = DEFAULT_HOME, as_json: JsonOption = False) -> None:
    """Show loads, rows by stage, quarantine by reason, releases and their state.

    Example: `plummer status --home /srv/plummer`
    """
    from plummer.pipelines.inventory import inventory

    found = inventory(home_at(home))
    for title, rows in _sections(found):
        say(title)
        for name, value in rows:
            say(f"  {name}  {value}")
    if as_json:
        emit(found)


def _uncarried(found: dict[str, Any]) -> dict[str, int]:
    from plummer.pipelines.landing.uncarried import added

    return added(load["uncarried"] for load in found["loads"])


def _whole(found: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        (
            f"{row['site']} {row['group']} {row['resource_type']}",
            f"as of {row['as_of'] or 'never'}" + (f", then {row['reason']}" if row["reason"] else ""),
        )
        for row in found["completion"]
    ]


def _half(told: dict[str, Any]) -> list[tuple[str, object]]:
    return [("encounters", told["encounters"]), *told["withheld"].items()] if told["encounters"] else []


def _sections(found: dict[str, Any]) -> list[tuple[str, list[tuple[str, object]]]]:
    return [
        ("rows by table", list(found["tables"].items())),
        ("quarantine by reason", list(found["quarantine"].items())),
        ("loads", [(load["load_id"], f"read {load['read']:,}") for load in found["loads"]]),
        ("whole exports, by site, group and type", _whole(found)),
        ("incomplete encounters, and records withheld for them, by type", _half(found["incomplete"])),
        ("not carried, by field", list(_uncarried(found).items())),
        ("releases", [(f"{r['name']}/{r['version']}", r["state"]) for r in found["releases"]]),
        ("runs", [(run["run_id"], f"{run['state']}, begun {run['started']}") for run in found["runs"][-5:]]),
    ]
