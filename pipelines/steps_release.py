"""The last steps: what the checks found, and the candidate that is written where they let it be."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from plummer.expectations.gates import Gate, closed
from plummer.expectations.report import Release as ReportRelease
from plummer.expectations.report import render_html, to_json
from plummer.pipelines import leftovers, manifest, suites, verdict
from plummer.pipelines.boundary import boundary
from plummer.pipelines.index.crosswalk import audience
from plummer.pipelines.job import Job, fingerprint
from plummer.pipelines.ledger import Release
from plummer.pipelines.outcome import TABLE_STEPS
from plummer.pipelines.results import StepResult
from plummer.pipelines.scrubbing.settings import engine_version
from plummer.pipelines.stages import leaks
from plummer.pipelines.stages.conformance import SAMPLE, conformance
from plummer.pipelines.stages.fidelity import fidelity
from plummer.pipelines.stages.references import dangling
from plummer.pipelines.stages.release import clear_staging, next_version, seal, stage_tables
from plummer.pipelines.stages.subject_changes import merges_version, subject_changes
from plummer.pipelines.summary import report_data
from plummer.pipelines.surfaces import outside_identified
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import LOADS, RESOURCES

_MERGES_OF: Final = "merges_of_releases"
"""The ledger's name for the version of ``identified/merges`` that each release was made from."""
_VALIDATION: Final = 4
"""Raise when validation measures something else, so that homes validate again."""


def validate(job: Job, known: Callable[[], frozenset[str]] = frozenset) -> StepResult:
    """Scan every surface outside the identified zone, count lost references, compare with the source.

    Tables that have changed since they were checked are checked again: scrubbing adds its refusals to the
    quarantine.

    Args:
        job: the job.
        known: gives the sha256 of what the scan need not search (`leaks.scan`).

    Raises:
        PlummerError: ``storage_not_local`` (exit 2), and what reading the tables raises.
    """
    job.home.require_folder()
    job.require_inputs(*TABLE_STEPS)
    for suite, spec in suites.SUITE_TABLES.items():
        suites.check_table(job, suite)
        leftovers.clear(job.home.table(spec))

    def validated() -> StepResult:
        with ThreadPoolExecutor(1, thread_name_prefix="plummer-conformance") as aside:
            opinion = aside.submit(_opinion, job)
            compared = aside.submit(fidelity, job.spark, job.home, job.policy, job.key)
            needles = leaks.write_needles(job.spark, job.home)
            found = leaks.scan(job.spark, job.home, outside_identified(job.home), known)
            count = dangling(job.spark, job.home)
            told = {"conformance": opinion.result(), "fidelity": asdict(compared.result())}
        return StepResult((needles,), {"leaks": asdict(found), "dangling": count, **told})

    return job.once("validate", [_VALIDATION, job.request.conformance, *_tables(job)], validated)


def _opinion(job: Job) -> dict[str, Any] | None:
    """What fhir.resources says of the landed versions, of as many as the run asks for."""
    mode = job.request.conformance
    if mode == "off":
        return None
    return {"mode": mode, **asdict(conformance(job.spark, job.home, SAMPLE if mode == "sampled" else None))}


def _tables(job: Job) -> list[object]:
    """What identifies the present tables.

    Neither the delivery that was landed last nor the quarantine belongs to it: what is delivered again
    changes nothing, and scrubbing writes to the quarantine too.
    """
    landed = [ref for ref in job.result("land").tables if ref.path in (RESOURCES.path, LOADS.path)]
    return [[asdict(ref) for ref in landed], job.state(*TABLE_STEPS[1:])]


def release(job: Job) -> StepResult:
    """Write the candidate, or stop where a gate that blocks it is closed.

    Raises:
        PlummerError: ``gate_closed`` (exit 4), with the names of the gates; no folder is left.
    """
    name = job.request.release or job.policy.profile
    inputs = [name, job.policy.sha256, _tables(job)]
    record = job.ledger.stage("release")
    if record is not None and not _still_there(record.result["details"]):
        job.ledger.forget_stage("release")
    found = job.once("release", inputs, lambda: _release(job, name, fingerprint("release", inputs)))
    job.ledger.put("gates", found.details["gates"])
    job.ledger.put("report", str(Path(found.details["release"]["path"]) / "report.html"))
    return found


def _still_there(details: Mapping[str, Any]) -> bool:
    return (Path(details["release"]["path"]) / manifest.MANIFEST).is_file()


def _release(job: Job, name: str, inputs: str) -> StepResult:
    checked = job.result("validate").details
    _stop_if_closed(job, checked["leaks"], checked["dangling"])
    clear_staging(job.home.releases)
    left = _left_behind(job.home.releases / name, inputs)
    if left is not None:
        return _record(job, left, inputs)
    staging = job.home.releases / f".staging-{job.request.run_id}"
    staging.mkdir(parents=True)
    try:
        return _write(job, name, staging, checked, inputs)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _left_behind(folder: Path, inputs: str) -> Path | None:
    """An intact release of the same input that a killed run renamed into place and didn't record."""
    for version in _versions(folder):
        release = folder / version
        if manifest.read_manifest(release).get("inputs") == inputs and manifest.verify(release).intact:
            return release
    return None


def _write(job: Job, name: str, staging: Path, checked: Mapping[str, Any], inputs: str) -> StepResult:
    facts = stage_tables(job.spark, job.home, staging)
    known = [release.version for release in job.ledger.releases() if release.name == name]
    version = next_version([*_versions(job.home.releases / name), *known])
    own = asdict(leaks.scan(job.spark, job.home, (staging,)))
    both = add_up(checked["leaks"], own)
    gates = _stop_if_closed(job, both, checked["dangling"])
    target = job.home.releases / name / version
    digests = {f"{table}": str(fact["content_sha256"]) for table, fact in facts.items()}
    shown = ReportRelease(name, version, "candidate")
    write_report(staging, report_data(job, gates, both, shown, digests))
    told = _facts(job, name, version, facts, verdict.as_json(gates))
    manifest.write_manifest(staging, {**told, "inputs": inputs, "subject_changes": _subject_changes(job)})
    seal(staging, target)
    return _record(job, target, inputs)


def _subject_changes(job: Job) -> list[dict[str, str]]:
    """What has become of the pseudonyms of earlier releases, for the manifest."""
    domain = audience(job.key.domain, random=job.policy.profile == "safe_harbor")
    earlier = job.ledger.get(_MERGES_OF) or {}
    return subject_changes(job.spark, job.home, earlier, domain=domain, epoch=job.key.epoch)


def _record(job: Job, folder: Path, inputs: str) -> StepResult:
    """Tell the ledger of a release that stands."""
    told = manifest.read_manifest(folder)
    sha256 = manifest.manifest_sha256(folder)
    created = datetime.now(UTC).isoformat()
    name, version = told["name"], told["version"]
    job.ledger.record_release(Release(name, version, "candidate", inputs, told["run_id"], sha256, created))
    merged = {**(job.ledger.get(_MERGES_OF) or {}), f"{name}/{version}": merges_version(job.home)}
    job.ledger.put(_MERGES_OF, merged)
    shown = {"name": name, "version": version, "path": str(folder), "state": "candidate"}
    details = {"release": shown, "version": version, "tables": told["tables"], "gates": told["gates"]}
    return StepResult((), details)


def _stop_if_closed(job: Job, scan: Mapping[str, Any], dangling_count: int) -> tuple[Gate, ...]:
    gates = verdict.verdict(job, scan, dangling_count)
    shut = closed(gates, "candidate")
    if shut:
        _report_stop(job, gates, scan)
        names = ", ".join(gate.name for gate in shut)
        raise PlummerError(
            "gate_closed", "no release was written; the report says why", ExitCode.GATE_CLOSED, names
        )
    return gates


def report_failed_check(job: Job) -> None:
    """Report on a run that a failed expectation has stopped, as far as it came."""
    done = job.reached("validate")
    scan, count = (None, None) if done is None else (done.details["leaks"], done.details["dangling"])
    with boundary("report"):
        _report_stop(job, verdict.verdict(job, scan, count), scan)


def _report_stop(job: Job, gates: Sequence[Gate], scan: Mapping[str, Any] | None) -> None:
    job.ledger.put("gates", verdict.as_json(gates))
    folder = job.home.root / "reports" / job.request.run_id
    folder.mkdir(parents=True, exist_ok=True)
    write_report(folder, report_data(job, gates, scan, None, {}))
    job.ledger.put("report", str(folder / "report.html"))


def write_report(folder: Path, data: Any) -> None:  # noqa: ANN401 (ReportData; Any keeps expectations' types out)
    """Write the HTML report and its JSON twin into a folder."""
    (folder / "report.html").write_text(render_html(data), encoding="utf-8")
    (folder / "report.json").write_text(to_json(data), encoding="utf-8")


def add_up(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two scans of different files as one.

    Example:
        >>> one = {"files": 1, "full": 3, "containers": {"json": 1}, "findings": []}
        >>> add_up(one, one)
        {'files': 2, 'full': 3, 'containers': {'json': 2}, 'findings': []}
    """
    total: dict[str, Any] = {}
    for name, value in first.items():
        other = second[name]
        if name in ("full", "reduced"):
            total[name] = max(value, other)
        elif name == "containers":
            total[name] = {k: value.get(k, 0) + other.get(k, 0) for k in sorted({*value, *other})}
        else:
            total[name] = [*value, *other] if name == "findings" else value + other
    return total


def _facts(
    job: Job, name: str, version: str, tables: Mapping[str, Any], gates: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "profile": job.policy.profile,
        "time_mode": job.policy.time_mode.value,
        "policy": {
            "version": job.policy.version,
            "sha256": job.policy.sha256,
            "k": job.policy.k,
            "row_level_sql": job.policy.row_level_sql == "allow",
        },
        "engine_version": engine_version(),
        "key": {"domain": job.key.domain, "epoch": job.key.epoch, "fingerprint": job.key.fingerprint},
        "deliveries": [landing["delivery"] for landing in job.ledger.landings()],
        "run_id": job.request.run_id,
        "gates": gates,
        "tables": dict(tables),
    }


def _versions(folder: Path) -> list[str]:
    return (
        [path.name for path in folder.iterdir() if (path / manifest.MANIFEST).is_file()]
        if folder.is_dir()
        else []
    )
