"""A delivery: one extract as handed over, known by its content and never by a file's name."""

import base64
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from plummer.pipelines import storage
from plummer.pipelines.home import Home
from plummer.pipelines.landing.bulk import (
    NOT_TOLD,
    Notice,
    Statement,
    Told,
    apply,
    read_log,
    read_manifest,
)
from plummer.pipelines.landing.completion import Export, exports
from plummer.pipelines.landing.csv_reader import csv_form, unnamed_columns
from plummer.pipelines.landing.forms import DATA_FORMS, form_of
from plummer.pipelines.landing.kinds import DOORS, door_of, is_form
from plummer.pipelines.landing.mapping import read_mapping
from plummer.pipelines.landing.mapping_model import RowMapping
from plummer.pipelines.landing.mapping_patterns import fits
from plummer.schemas.errors import ExitCode, PlummerError

MAPPED_KINDS: Final = frozenset({"csv", "synthea-csv", "omop"})
"""Source kinds whose rows a mapping turns into resources."""

KINDS: Final = frozenset({"fhir"}) | MAPPED_KINDS | DOORS.keys()
"""Source kinds that can be landed."""

_ID: Final = re.compile(r"d[a-z2-7]{26}")
_SITE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a delivery.

    Attributes:
        path: path below the source, with ``/``.
        uri: where it is.
        bytes: its size as received.
        sha256: sha256 of its bytes as received, hex.
        form: what it is, by its first bytes where they tell (`plummer.pipelines.landing.forms`).
        told: what a manifest or log beside it says of it.
        unnamed: columns that the mapping doesn't name.
    """

    path: str = field(repr=False)
    uri: str = field(repr=False)
    bytes: int
    sha256: str
    form: str
    told: Told = NOT_TOLD
    unnamed: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One extract as handed over.

    Attributes:
        delivery_id: ``d`` and 26 base32 characters, from kind, site, the files' paths and contents, and the
            mapping where there is one.
        kind: source kind, e.g. ``fhir``.
        site: name of the site it came from.
        uri: the source's root.
        files: its files, by path.
        notices: what its manifests name and can't be taken.
        mapping: text of the mapping that its rows are read with, "" where it has none.
        asked: files of the tables that rows ask for, where ``files`` aren't all.
        exports: what its manifests say they hold whole.
        zone: IANA zone of its times that have none of their own (`plummer.pipelines.zones`), "" where nobody
            declared one.
    """

    delivery_id: str
    kind: str
    site: str
    uri: str = field(repr=False)
    files: tuple[SourceFile, ...] = field(repr=False)
    notices: tuple[Notice, ...] = field(default=(), repr=False)
    mapping: str = field(default="", repr=False)
    asked: tuple[SourceFile, ...] = field(default=(), repr=False)
    exports: tuple[Export, ...] = field(default=(), repr=False)
    zone: str = ""

    @property
    def lookups(self) -> tuple[SourceFile, ...]:
        """The files of the tables that its rows ask for."""
        if self.asked or not self.mapping:
            return self.asked
        read = read_mapping(self.mapping)
        return tuple(file for file in self.files if read.lookups_for(file.path) and file.form != "other")


def discover(kind: str, site: str, uri: str, mapping: str = "") -> Delivery:
    """Look at a source: list, hash and classify its files.

    Args:
        kind: source kind.
        site: name of the site, letters, digits, ``_ . -``.
        uri: a folder or a file, as a path or URI.
        mapping: text of the mapping, for a kind of `MAPPED_KINDS`.

    Raises:
        PlummerError: ``kind_unknown``, ``site_invalid``, ``mapping_missing``, ``mapping_invalid``,
            ``source_missing``, ``source_unreadable`` or ``source_table_missing`` (exit 2);
            ``nothing_to_land`` (exit 3).
    """
    _check(kind, site)
    rows = _mapping(kind, mapping)
    if not storage.exists(uri):
        raise PlummerError("source_missing", "the source's path doesn't exist", ExitCode.USAGE, kind)
    root = storage.absolute_uri(uri)
    with ThreadPoolExecutor(max_workers=4) as pool:  # hashing lets go of the interpreter lock
        files = tuple(pool.map(partial(_source_file, kind=kind, mapping=rows), storage.list_files(root)))
    if not any(is_data(file.form) for file in files):
        raise PlummerError(
            "nothing_to_land", f"the source holds no file that {kind} reads", ExitCode.NOTHING_TO_DO, kind
        )
    if rows is not None:
        _check_tables(rows, files)
    forms, statements = {file.path: file.form for file in files}, _statements(files)
    told, notices = apply(forms, statements)
    files = tuple(replace(file, told=told.get(file.path, NOT_TOLD)) for file in files)
    name = _delivery_id(kind, site, files, "" if rows is None else rows.sha256)
    return Delivery(
        name, kind, site, root, files, notices, mapping, exports=exports(forms, statements, notices)
    )


def _mapping(kind: str, text: str) -> RowMapping | None:
    if kind not in MAPPED_KINDS:
        return None
    if not text:
        message = "this source kind needs a mapping: --mapping FILE"
        raise PlummerError("mapping_missing", message, ExitCode.USAGE, kind)
    return read_mapping(text)


def _check(kind: str, site: str) -> None:
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise PlummerError("kind_unknown", f"unknown source kind; known: {known}", ExitCode.USAGE)
    if _SITE.fullmatch(site) is None:
        raise PlummerError(
            "site_invalid", "a site's name is 1 to 64 letters, digits, _ . or -", ExitCode.USAGE
        )


def _check_tables(mapping: RowMapping, files: Iterable[SourceFile]) -> None:
    """Refuse a source that lacks a table which the others can't do without; the name is the mapping's own."""
    here = [file.path for file in files if file.form != "other"]
    for pattern in mapping.needs:
        if not any(fits(pattern, path) for path in here):
            message = f"the source has no {pattern} table, and its other tables can't be read without it"
            raise PlummerError("source_table_missing", message, ExitCode.USAGE, pattern)


def is_data(form: str) -> bool:
    """Whether files of this form hold records.

    Example:
        >>> is_data("ndjson"), is_data("manifest")
        (True, False)
    """
    return form in DATA_FORMS or is_form(form)


def _source_file(entry: storage.FileEntry, kind: str, mapping: RowMapping | None) -> SourceFile:
    if not entry.regular:
        return SourceFile(entry.path, entry.uri, 0, hashlib.sha256(b"").hexdigest(), "other")
    size, sha256 = storage.digest(entry.uri)
    if mapping is None:
        told = door_of(kind).form_of if kind in DOORS else form_of
        return SourceFile(entry.path, entry.uri, size, sha256, told(entry.path, entry.uri))
    form = csv_form(entry.path, entry.uri, mapping)
    unnamed = unnamed_columns(entry.uri, form, entry.path, mapping) if form in DATA_FORMS else 0
    return SourceFile(entry.path, entry.uri, size, sha256, form, unnamed=unnamed)


def _statements(files: Iterable[SourceFile]) -> dict[str, Statement]:
    """What the manifests and logs among the files say, by their paths."""
    found: dict[str, Statement] = {}
    for file in files:
        if file.form in ("manifest", "log"):
            with storage.open_binary(file.uri) as stream:
                found[file.path] = read_log(stream) if file.form == "log" else read_manifest(stream.read())
    return found


def _delivery_id(kind: str, site: str, files: Iterable[SourceFile], mapping: str) -> str:
    named = sorted((file.path, file.sha256) for file in files)
    whole = [kind, site, named, mapping] if mapping else [kind, site, named]
    told = json.dumps(whole, separators=(",", ":")).encode()
    return "d" + base64.b32encode(hashlib.sha256(told).digest())[:26].decode().lower()


def register(home: Home, delivery: Delivery) -> Path:
    """Write a delivery down in the identified zone (0600), whole or not at all."""
    home.deliveries.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = home.deliveries / f"{delivery.delivery_id}.json"
    beside = target.with_suffix(f".{os.getpid()}.tmp")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(delivery), stream)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(target)
    return target


def load(home: Home, delivery_id: str) -> Delivery:
    """A registered delivery.

    Raises:
        PlummerError: ``delivery_unknown`` (exit 2).
    """
    path = home.deliveries / f"{delivery_id}.json"
    if _ID.fullmatch(delivery_id) is None or not path.is_file():
        raise PlummerError("delivery_unknown", "no delivery is registered under this id", ExitCode.USAGE)
    told = json.loads(path.read_text("utf-8"))
    told["files"] = tuple(
        SourceFile(**{**file, "told": Told(**file.get("told", {}))}) for file in told["files"]
    )
    told.pop("asked", None)  # of a retry only
    told["notices"] = tuple(Notice(**notice) for notice in told.get("notices", ()))
    told["exports"] = tuple(_export(one) for one in told.get("exports", ()))
    return Delivery(**told)


def _export(told: Mapping[str, Any]) -> Export:
    lists = {name: tuple(told[name]) for name in ("lacking", "asked")}
    return Export(**{**told, **lists, "files": tuple((kind, path) for kind, path in told["files"])})
