"""What a Bulk Data export says of itself: its ``manifest.json`` and the ``log.ndjson`` of a client.

https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status. A URL in it is never followed and
no path in it is ever a path on disk: only its last segment is compared with the names of the files that are
there. Where none of them is a file's name (servers that give out opaque URLs, clients that rename), the
manifest can't say what is missing or too much, and only its times and version count.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from plummer.pipelines.landing.forms import DATA_FORMS
from plummer.pipelines.landing.versions import refused_version, stated_version
from plummer.schemas.fhir import resource_types

_SCHEMES: Final = frozenset({"", "http", "https", "s3", "s3a", "gs", "abfs", "abfss"})
_ROLES: Final = ("output", "deleted", "error")


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a manifest names: its role, the last segment of its URL, how many of what it holds."""

    role: str
    name: str
    count: int | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a manifest or log says of the files beside and below it.

    Attributes:
        named: files by position; a name is empty where the URL can't be trusted to have one.
        transaction_time: the export's own time, as received.
        fhir_version: ``4.0.1``, or empty.
        complete: whether it names every file of the export; a log does not.
        request: URL of the request that was exported, never followed; it says group and types.
    """

    named: tuple[Named, ...] = ()
    transaction_time: str | None = None
    fhir_version: str = ""
    complete: bool = True
    request: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a manifest names and landing can't take: the manifest's path, which of its files, why."""

    path: str
    ordinal: int
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What statements say of one file.

    Attributes:
        count: resources that it should hold, None where nothing says.
        transaction_time: time of its export.
        refusal: why nothing of it is taken, else empty.
    """

    count: int | None = None
    transaction_time: str | None = None
    refusal: str = ""

    def refused(self, reason: str) -> "Told":
        """The same, refused."""
        return replace(self, refusal=reason)


NOT_TOLD: Final = Told()
"""Nothing is said of the file."""


def read_manifest(text: bytes) -> Statement:
    """The statement of a ``manifest.json``; what isn't shaped as it should is passed over.

    Example:
        >>> told = read_manifest(b'{"output":[{"url":"https://e.invalid/x/Patient.ndjson?s=1","count":2}]}')
        >>> told.named
        (Named(role='output', name='Patient.ndjson', count=2, kind=''),)
    """
    shown = _object(text)
    named = tuple(part for role in _ROLES for item in _items(shown.get(role)) for part in _named(role, item))
    version = stated_version(shown.get("fhirVersion"), shown.get("request"))
    request = _text(shown.get("request")) or ""
    return Statement(named, _text(shown.get("transactionTime")), version, request=request)


def read_log(lines: Iterable[bytes]) -> Statement:
    """The statement of a bulk client's log: when, which FHIR version, how much each download held."""
    named: list[Named] = []
    time, version = None, ""
    for line in lines:
        shown = _object(line)
        detail = shown.get("eventDetail")
        if not isinstance(detail, dict):
            continue
        match shown.get("eventId"):
            case "kickoff":
                version = stated_version(detail.get("fhirVersion"), detail.get("exportUrl")) or version
            case "status_complete":
                time = _text(detail.get("transactionTime")) or time
            case "download_complete":
                item = {"url": detail.get("fileUrl"), "count": detail.get("resourceCount")}
                named += _named("output", item)
    return Statement(tuple(named), time, version, complete=False)


def _object(text: bytes) -> dict[str, Any]:
    try:
        shown = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}


def _items(value: object) -> Iterator[dict[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _named(role: str, item: Mapping[str, Any]) -> Iterator[Named]:
    count = item.get("count")
    number = count if isinstance(count, int) and not isinstance(count, bool) else None
    kind = item.get("type")
    kind = kind if isinstance(kind, str) and kind in resource_types() else ""
    yield Named(role, name_in(item.get("url")), number, kind)
    if "continuesInFile" in item:
        yield Named(role, name_in(item["continuesInFile"]), None, kind)


def name_in(url: object) -> str:
    """The last segment of a URL's path; empty where the URL climbs, or leads somewhere else than the web.

    Example:
        >>> name_in("https://e.invalid/a/Patient.ndjson?sig=1"), name_in("https://e.invalid/%2e%2e/passwd")
        ('Patient.ndjson', '')
    """
    if not isinstance(url, str):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = unquote(parts.path)
    segments = path.split("/")
    climbs = ".." in segments or "\\" in path or "\0" in path
    if climbs or parts.scheme not in _SCHEMES or (not parts.scheme and path.startswith("/")):
        return ""
    return segments[-1]


def apply(
    paths: Mapping[str, str], statements: Mapping[str, Statement]
) -> tuple[dict[str, Told], tuple[Notice, ...]]:
    """What the statements come to, for the files they are about.

    A file is told of by the manifest and the log of its own folder, or of the nearest one above.

    Args:
        paths: form of each file by its path below the source.
        statements: by the path of the manifest or log.

    Returns:
        What is said of each data file by path, and what is named but can't be taken.
    """
    told: dict[str, Told] = {}
    notices: list[Notice] = []
    for path in sorted(statements, key=lambda path: (statements[path].complete, path)):
        statement = statements[path]
        below = governed(path, paths, statements)
        for file in below:
            told[file] = _add(told.get(file, NOT_TOLD), statement, _name(file))
        if statement.complete:
            notices += _compare(path, statement, below, told)
    return told, tuple(notices)


def governed(path: str, paths: Mapping[str, str], statements: Mapping[str, Statement]) -> list[str]:
    """The data files that a manifest or log speaks of: of its folder and below, unless a nearer one does."""
    return [file for file in paths if paths[file] in DATA_FORMS and _governs(path, file, statements)]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".gz")


def _governs(path: str, file: str, statements: Mapping[str, Statement]) -> bool:
    kind = path.rpartition("/")[2]
    folder = _folder(file)
    while True:
        nearest = f"{folder}/{kind}" if folder else kind
        if nearest in statements:
            return nearest == path
        if not folder:
            return False
        folder = _folder(folder)


def _add(known: Told, statement: Statement, name: str) -> Told:
    counts = [n.count for n in statement.named if n.role == "output" and n.name.removesuffix(".gz") == name]
    return Told(
        next((count for count in counts if count is not None), known.count),
        statement.transaction_time or known.transaction_time,
        refused_version(statement.fhir_version) or known.refusal,
    )


def _compare(
    path: str, statement: Statement, below: Sequence[str], told: dict[str, Told]
) -> Iterator[Notice]:
    names = {part.name.removesuffix(".gz") for part in statement.named if part.name}
    here = {_name(file) for file in below}
    known = bool(names & here)
    for ordinal, part in enumerate(statement.named):
        if not part.name:
            yield Notice(path, ordinal, "unsafe_manifest_url")
        elif known and part.name.removesuffix(".gz") not in here:
            yield Notice(path, ordinal, "missing_file")
    for file in below if known else ():
        if _name(file) not in names:
            told[file] = told[file].refused("file_not_in_manifest")
