"""The last steps: what the checks found, and the candidate that is written where they let it be."""

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from plummer.expectations.gates import Gate, closed
from plummer.expectations.report import Release as ReportRelease
from plummer.expectations.report import render_html, to_json
from plummer.pipelines import manifest, verdict
from plummer.pipelines.job import Job
from plummer.pipelines.ledger import Release
from plummer.pipelines.results import StepResult
from plummer.pipelines.scrubbing.settings import engine_version
from plummer.pipelines.stages import leaks
from plummer.pipelines.stages.references import dangling
from plummer.pipelines.stages.release import clear_staging, next_version, seal, stage_tables
from plummer.pipelines.summary import report_data
from plummer.pipelines.surfaces import outside_identified
from plummer.schemas.errors import ExitCode, PlummerError

_BEFORE = ("land", "index", "identities", "crosswalk", "scrub", "notes", "timeline")


def validate(job: Job) -> StepResult:
    """Scan every surface outside the identified zone, and count references that lead nowhere."""
    job.require_inputs(*_BEFORE)

    def validated() -> StepResult:
        needles = leaks.write_needles(job.spark, job.home)
        found = leaks.scan(job.spark, job.home, outside_identified(job.home))
        details = {"leaks": asdict(found), "dangling": dangling(job.spark, job.home)}
        return StepResult((needles,), details)

    return job.once("validate", job.state(*_BEFORE), validated)


def release(job: Job) -> StepResult:
    """Write the candidate, or stop where a gate that blocks it is closed.

    Raises:
        PlummerError: ``gate_closed`` (exit 4), with the names of the gates; no folder is left.
    """
    name = job.request.release or job.policy.profile
    inputs = [name, job.policy.sha256, job.state(*_BEFORE)]
    record = job.ledger.stage("release")
    if record is not None and not _still_there(record.result["details"]):
        job.ledger.forget_stage("release")
    return job.once("release", inputs, lambda: _release(job, name))


def _still_there(details: Mapping[str, Any]) -> bool:
    return (Path(details["release"]["path"]) / manifest.MANIFEST).is_file()


def _release(job: Job, name: str) -> StepResult:
    checked = job.result("validate").details
    _stop_if_closed(job, checked["leaks"], checked["dangling"])
    clear_staging(job.home.releases)
    staging = job.home.releases / f".staging-{job.request.run_id}"
    staging.mkdir(parents=True)
    try:
        return _write(job, name, staging, checked)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _write(job: Job, name: str, staging: Path, checked: Mapping[str, Any]) -> StepResult:
    facts = stage_tables(job.spark, job.home, staging)
    version = next_version(_versions(job.home.releases / name))
    own = asdict(leaks.scan(job.spark, job.home, (staging,)))
    both = add_up(checked["leaks"], own)
    gates = _stop_if_closed(job, both, checked["dangling"])
    target = job.home.releases / name / version
    digests = {f"{table}": str(fact["content_sha256"]) for table, fact in facts.items()}
    shown = ReportRelease(name, version, "candidate")
    write_report(staging, report_data(job, gates, both, shown, digests))
    sha256 = manifest.write_manifest(staging, _facts(job, name, version, facts, verdict.as_json(gates)))
    seal(staging, target)
    row = Release(
        name, version, "candidate", sha256, job.request.run_id, sha256, datetime.now(UTC).isoformat()
    )
    job.ledger.record_release(row)
    told = {"name": name, "version": version, "path": str(target), "state": "candidate"}
    job.ledger.put("report", str(target / "report.html"))
    return StepResult((), {"release": told, "version": version, "tables": facts})


def _stop_if_closed(job: Job, scan: Mapping[str, Any], dangling_count: int) -> tuple[Gate, ...]:
    gates = verdict.verdict(job, scan, dangling_count)
    job.ledger.put("gates", verdict.as_json(gates))
    shut = closed(gates, "candidate")
    if shut:
        folder = job.home.root / "reports" / job.request.run_id
        folder.mkdir(parents=True, exist_ok=True)
        write_report(folder, report_data(job, gates, scan, None, {}))
        job.ledger.put("report", str(folder / "report.html"))
        names = ", ".join(gate.name for gate in shut)
        raise PlummerError(
            "gate_closed", "no release was written; the report says why", ExitCode.GATE_CLOSED, names
        )
    return gates


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
        "policy": {"version": job.policy.version, "sha256": job.policy.sha256},
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
