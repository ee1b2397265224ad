"""`plummer policy`: the policy as a reviewable thing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from plummer.pipelines.cli import policy_coverage, policy_try
from plummer.pipelines.cli.common import JsonOption, emit, guarded, note, say

if TYPE_CHECKING:
    from plummer.deid.policy.diff import Difference
    from plummer.deid.policy.rules import Finding

app = typer.Typer(
    help="The policy: check, explain, compare, see what it met, take one over.", no_args_is_help=True
)
policy_coverage.add_to(app)
policy_try.add_to(app)
Which = Annotated[str, typer.Argument(help="A shipped profile, or a policy file.")]


@app.command("check")
@guarded
def check(
    file: Annotated[str | None, typer.Argument(help="A policy file; the shipped ones by default.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Refuse whatever a policy file doesn't mean: keys, paths, actions, conditions, rules that never decide.

    Ends 0 where nothing is wrong and 2 otherwise, with every finding's code and line.

    Example: `plummer policy check our_policy.yaml`
    """
    from plummer.deid.policy.settings import PROFILES

    told = [_checked(source) for source in ([file] if file else PROFILES)]
    first = next((one["findings"][0] for one in told if one["findings"]), None)
    if as_json:
        error = {} if first is None else {"error": {key: first[key] for key in ("code", "message", "ref")}}
        emit({"ok": first is None, "policies": told, **error})
    if first is not None:
        raise typer.Exit(2)


def _checked(source: str) -> dict[str, Any]:
    """One policy's findings, also told to a person."""
    from plummer.deid.policy.load import examine
    from plummer.schemas.errors import PlummerError

    policy, findings = None, []
    try:
        policy, found = examine(source)
        findings = [_finding(one) for one in found]
    except PlummerError as error:
        line = error.ref.removeprefix("line ")
        place = int(line) if line.isdigit() else 0
        told = {"code": error.code, "message": error.message, "line": place, "ref": error.ref}
        findings = [told]
    for one in findings:
        note(f"{one['code']}: {one['message']} [{one['ref']}]")
    names = ("profile", "version", "policy_sha256", "darts", "rules")
    known: dict[str, Any] = dict.fromkeys(names)
    if policy is not None:
        known = {
            "profile": policy.profile, "version": policy.version, "policy_sha256": policy.sha256,
            "darts": policy.darts, "rules": len(policy.rules),
        }  # fmt: skip
        if not findings:
            say(f"{policy.profile} {policy.version}: {len(policy.rules)} rules, sha256 {policy.sha256}")
    from plummer.deid.policy.settings import PROFILES

    name = source if source in PROFILES else str(Path(source).absolute())
    return {"file": name, **known, "findings": findings}


def _finding(found: "Finding") -> dict[str, Any]:
    error = found.error
    return {"code": error.code, "message": error.message, "line": found.line, "ref": error.ref}


@app.command("explain")
@guarded
def explain(
    path: Annotated[str, typer.Argument(help="An R4 path or datatype, e.g. Patient.birthDate.")],
    profile: Annotated[str, typer.Option(help="Shipped policy, or path of one.")] = "safe_harbor",
    site: Annotated[str, typer.Option(help="Of which site's records, where it has rules of its own.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what happens to a path, and which rule says so.

    `Observation.value[x]` asks for every type, `Patient.extension(URL)` for one extension,
    `Patient.contained(Practitioner).name` for a contained resource, `Patient._birthDate` for what stands
    beside a value. Rules with conditions are listed in the order in which they are tried.

    Example: `plummer policy explain Patient.birthDate`
    """
    from plummer.deid.policy import load_policy
    from plummer.deid.policy.trace import trace

    policy = load_policy(profile).of_site(site)
    outcomes = trace(policy, path)
    for outcome in outcomes:
        for where, condition in outcome.when:
            say(f"if {where}: {condition}")
        say(f"{outcome.path}  {outcome.rule.action}  ({outcome.about})")
        say(f"  rule {outcome.rule.id}, {outcome.rule.place}, by {outcome.why}")
    if as_json:
        told = [outcome.as_json() for outcome in outcomes]
        last = {key: told[-1][key] for key in ("rule", "action", "why", "origin", "line")}
        facts = {
            "path": path,
            "profile": policy.profile,
            "policy_sha256": policy.sha256,
            "darts": policy.darts,
        }
        emit({**facts, **last, "outcomes": told})


@app.command("diff")
@guarded
def diff(
    before: Which,
    after: Which,
    every: Annotated[
        bool, typer.Option("--all", help="List every path, not the first of each kind.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--fail-on-loosening", help="End 1 where something loosens.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two policies over all paths of R4, and say of each change whether it tightens or loosens.

    Ends 0, or with `--fail-on-loosening` 1 where anything loosens.

    Example: `plummer policy diff safe_harbor our_policy.yaml`
    """
    from plummer.deid.policy import load_policy
    from plummer.deid.policy.diff import diff as compare
    from plummer.deid.policy.strictness import Verdict

    policies = load_policy(before), load_policy(after)
    found = compare(*policies)
    _tell(found, every=every)
    counts = {str(verdict): found.count(verdict) for verdict in Verdict}
    say(f"{found.paths} paths compared: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    if as_json:
        named = {
            name: {"profile": policy.profile, "version": policy.version, "policy_sha256": policy.sha256}
            for name, policy in zip(("a", "b"), policies, strict=True)
        }
        changes = [change.as_json() for change in found.changes]
        settings = [change.as_json() for change in found.settings]
        emit({**named, "paths": found.paths, **counts, "changes": changes, "settings": settings})
    if strict and counts["loosens"]:
        raise typer.Exit(1)


def _tell(found: "Difference", *, every: bool) -> None:
    for setting in found.settings:
        say(f"{setting.verdict}  {setting.setting}: {setting.before or '-'} -> {setting.after or '-'}")
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for change in found.changes:
        kind = (str(change.verdict), str(change.before), str(change.after), change.when)
        groups.setdefault(kind, []).append(change.path)
    for (verdict, one, other, when), paths in sorted(groups.items()):
        shown = paths if every else paths[:3]
        more = f" and {len(paths) - len(shown)} more" if len(paths) > len(shown) else ""
        say(f"{verdict}  {one} -> {other}{f' if {when}' if when else ''}: {', '.join(shown)}{more}")


@app.command("import-ms")
@guarded
def import_ms(
    file: Annotated[Path, typer.Argument(help="A configuration of Tools for Health Data Anonymization.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write the policy here; a new file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Take over a configuration of Microsoft's anonymizer, and say rule by rule what can't be.

    Without `--out` the policy is printed.

    Example: `plummer policy import-ms configuration-sample.json --out our_policy.yaml`
    """
    from plummer.deid.policy.ms_import import import_ms as take_over
    from plummer.schemas.errors import ExitCode, PlummerError

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        message = "the configuration can't be read as UTF-8"
        raise PlummerError("ms_config_unreadable", message, ExitCode.USAGE) from None
    found = take_over(text)
    told = [verdict.as_json() for verdict in found.verdicts]
    for one in told:
        if one["status"] != "carried":
            note(f"rule {one['number']} {one['path']} {one['method']}: {one['status']}, {one['reason']}")
    for name in found.notes:
        note(f"note: {name}")
    if out is not None:
        _write_new(out, found.text)
    elif not as_json:
        say(found.text.rstrip("\n"))
    counts = {
        status: sum(one["status"] == status for one in told) for status in sorted({o["status"] for o in told})
    }
    note(f"{len(told)} rules: " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    if as_json:
        facts = {
            "profile": found.policy.profile,
            "policy_sha256": found.policy.sha256,
            "darts": found.policy.darts,
        }
        written = {"out": str(out.absolute())} if out is not None else {"out": None, "policy": found.text}
        emit({**facts, **written, "counts": counts, "notes": list(found.notes), "rules": told})


def _write_new(path: Path, text: str) -> None:
    from plummer.schemas.errors import ExitCode, PlummerError

    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        message = "the policy can't be written: name a new file in a folder that is there"
        raise PlummerError("policy_out", message, ExitCode.USAGE) from None
