"""What an export says it holds whole: which types of which group, as of when, and whether it came whole.

A Bulk Data export names what was asked for in its request (group, ``_type``, ``_since``) and what came in its
output (https://hl7.org/fhir/uv/bulkdata/export.html). A type of a group is whole as of an export's
``transactionTime`` if all its files came, hold as many records as they say, and none of them was refused.
What is made of these rows is in `plummer.pipelines.landing.standing`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.landing.bulk import Notice, Statement, Told, governed
from plummer.schemas.fhir import resource_types

OTHERS: Final = "*"
"""Every type that an export didn't name and was asked for all the same: of those there is nothing new."""
_GROUP: Final = re.compile(r"/Group/([A-Za-z0-9\-.]{1,64})/\$export$")


@dataclass(frozen=True, slots=True)
class Export:
    """One manifest.

    Attributes:
        path: of the manifest, below the source.
        time: its transactionTime, as received.
        group: id of the Group that was exported; empty for a whole system or all patients.
        since: the request's ``_since``: only what changed later is in it.
        files: resource type and path of each file that is there.
        lacking: types of which the manifest names a file that isn't there.
        asked: types that the request asked for; of one without a file there is nothing.
    """

    path: str
    time: str | None
    group: str = ""
    since: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    lacking: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


def exports(
    paths: Mapping[str, str], statements: Mapping[str, Statement], notices: Iterable[Notice]
) -> tuple[Export, ...]:
    """The exports among some files.

    Args:
        paths: form of each file by its path below the source.
        statements: by the path of the manifest or log; only manifests name all that was exported.
        notices: what they name and can't be taken.
    """
    lost = {(notice.path, notice.ordinal) for notice in notices}
    found = []
    for path, said in sorted(statements.items()):
        if not said.complete:
            continue
        here = {
            file.rpartition("/")[2].removesuffix(".gz"): file for file in governed(path, paths, statements)
        }
        named = [(part.kind, part.name.removesuffix(".gz")) for part in said.named if part.role == "output"]
        files = tuple((kind, here[name]) for kind, name in named if kind and name in here)
        lacking = {
            part.kind for number, part in enumerate(said.named) if (path, number) in lost and part.kind
        }
        found.append(
            Export(
                path,
                said.transaction_time,
                *_asked(said.request),
                files,
                tuple(sorted(lacking)),
                types_asked(said.request),
            )
        )
    return tuple(found)


def _asked(request: str) -> tuple[str, str | None]:
    """Group and ``_since`` of an export's request."""
    try:
        parts = urlsplit(request)
    except ValueError:
        return "", None
    group = _GROUP.search(parts.path)
    since = parse_qs(parts.query).get("_since", [None])[0]
    return (group[1] if group else ""), since


def types_asked(request: str) -> tuple[str, ...]:
    """The types of ``_type`` in an export's request, those that R4 knows.

    Example:
        >>> types_asked("https://e.invalid/fhir/Group/g/$export?_type=Patient,Condition,Shoe")
        ('Condition', 'Patient')
    """
    try:
        told = parse_qs(urlsplit(request).query).get("_type", [])
    except ValueError:
        return ()
    return tuple(sorted({kind for text in told for kind in text.split(",")} & resource_types()))


def completion(
    told: Mapping[str, Told],
    exported: Iterable[Export],
    files: Mapping[str, FileAccount],
    refused: frozenset[str] = frozenset(),
) -> list[tuple[Any, ...]]:
    """Rows of ``identified/completion`` without site and load: one for each type of each export.

    Args:
        told: what is said of each file, by path.
        exported: the delivery's exports.
        files: the account of each file.
        refused: files that came before, of which something was refused then.

    Returns:
        manifest, group, resource_type, exported_at, since, reason (None where whole), files, read. An export
        whose request names no types has a row `OTHERS` too.
    """
    rows = []
    for export in exported:
        every = () if export.asked else (OTHERS,)
        for kind in sorted({*export.asked, *every, *export.lacking, *(kind for kind, _ in export.files)}):
            paths = [path for of, path in export.files if of == kind]
            reason = "missing_file" if kind in export.lacking else _reason(export, paths, told, files)
            reason = reason or ("quarantined" if refused.intersection(paths) else None)
            read = sum(files[path].read for path in paths)
            rows.append(
                (export.path, export.group, kind, export.time, export.since, reason, len(paths), read)
            )
    return rows


def _reason(
    export: Export, paths: Sequence[str], told: Mapping[str, Told], files: Mapping[str, FileAccount]
) -> str | None:
    if instant(export.time) is None:
        return "time_missing"
    for path in paths:
        if files[path].quarantined or told[path].refusal:
            return "quarantined"
        if told[path].count not in (None, files[path].read):
            return "count_mismatch"
    return None


def instant(text: str | None) -> datetime | None:
    """An instant with its zone, None for anything else.

    Example:
        >>> instant("2024-05-01T00:00:00Z") == instant("2024-05-01T02:00:00+02:00"), instant("2024")
        (True, None)
    """
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
