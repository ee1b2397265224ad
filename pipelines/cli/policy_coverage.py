"""`plummer policy coverage`: what of it may be shown, and how."""

from typing import TYPE_CHECKING, Annotated, Any

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
)

if TYPE_CHECKING:
    from plummer.pipelines.coverage import Coverage, Line


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("coverage")(coverage)


@guarded
def coverage(
    home: HomeOption = DEFAULT_HOME,
    profile: Annotated[str | None, typer.Option(help="A policy; by default the last run's.")] = None,
    accept: Annotated[str | None, typer.Option(help="Your name: accept what is seen now.")] = None,
    strict: Annotated[bool, typer.Option("--fail-on-new", help="End 1 where a line isn't accepted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List every path seen in the data with its rule, action and counts, and what isn't accepted yet.

    A line that a site's own rule decides names the site. Counts under the policy's k are withheld. Names that
    came with the data (keys that R4 hasn't, extension URLs, code systems) aren't printed: they stand in the
    home's `identified/coverage/seen.json`.

    Example: `plummer policy coverage --home /srv/plummer --accept "A. Reviewer"`
    """
    from plummer.deid.policy import load_policy
    from plummer.pipelines import progress
    from plummer.pipelines.coverage import coverage as find
    from plummer.pipelines.coverage import folder, last_policy

    place = home_at(home)
    policy = load_policy(profile) if profile else None
    heard = progress.listen(1)
    try:
        found = find(place, policy, accept)
    finally:
        heard.close()
    k = (policy or last_policy(place)).k
    shown = rows(found, k)
    for row in shown:
        say(line_of(row))
    counts = {"lines": len(found.present), "not_accepted": len(found.changed())}
    counts["dropped_unseen"] = len(found.dropped_unseen())
    lines, pending, gone = counts.values()
    say(f"{lines} lines, {pending} not accepted, {gone} of them dropped")
    names = str(folder(place) / "seen.json")
    note(f"names that came with the data: {names}")
    if as_json:
        facts = {"policy_sha256": found.policy_sha256, "sha256": found.sha256, "accepted": found.accepted}
        emit({**facts, "version": found.version, **counts, "names": names, "rows": shown})
    if strict and found.changed():
        raise typer.Exit(1)


def rows(found: "Coverage", k: int) -> list[dict[str, Any]]:
    """The lines as they may be shown outside the identified zone."""
    from plummer.deid.structure.census import NAMES_FROM_DATA

    shown: list[dict[str, Any]] = []
    ordinal: dict[str, int] = {}
    for line in found.lines:
        kind = line.seen.kind
        path = line.seen.path
        if kind in NAMES_FROM_DATA:
            ordinal[kind] = ordinal.get(kind, 0) + 1
            path = f"{kind} #{ordinal[kind]}"
        shown.append(
            {"kind": kind, "path": path, "site": line.seen.site, **_decision(line), **_counts(line, k)}
        )
    return shown


def _decision(line: "Line") -> dict[str, Any]:
    gone = line.seen.action in {"drop", "mask"}
    told = {"rule": line.seen.rule, "action": line.seen.action, "change": line.change}
    return {**told, "dropped_unseen": gone and line.change in {"new", "decided_otherwise"}}


def _counts(line: "Line", k: int) -> dict[str, int | None]:
    """Counts; withheld together where either is of fewer than k, since one tells the other."""
    small = any(0 < count < k for count in (line.elements, line.records))
    return {"elements": None if small else line.elements, "records": None if small else line.records}


def line_of(row: dict[str, Any]) -> str:
    """A row for a person.

    Example:
        >>> row = {"path": "Patient.name", "action": "drop", "rule": "type.HumanName.drop", "change": "new"}
        >>> line_of({**row, "site": "", "elements": None, "records": None})
        'new  Patient.name  drop  type.HumanName.drop  withheld'
        >>> line_of({**row, "site": "north", "elements": None, "records": None})
        'new  Patient.name  drop  type.HumanName.drop  of north  withheld'
    """
    count = "withheld" if row["elements"] is None else f"{row['elements']} in {row['records']} records"
    whose = f"  of {row['site']}" if row["site"] else ""
    return f"{row['change']}  {row['path']}  {row['action']}  {row['rule']}{whose}  {count}"
