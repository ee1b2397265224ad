"""Positive controls: a random value in every kind of container, to be found by the scan's own code.

A scan that misses one is invalid, not clean (issue of a byte-wise search: 0 of 20 values were found
in Parquet under zstd, gzip and brotli).
"""

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import pickle
import secrets
import sqlite3
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
_FILLER: Final = "the examination was without findings "
Planter = Callable[[Path, str], object]


def draw() -> dict[str, str]:
    """A new random value for every kind: letters only, so that no number or code equals one."""
    return {kind: "qzx" + "".join(secrets.choice(_LETTERS) for _ in range(12)) for kind in PLANTERS}


def plant(folder: Path, values: Mapping[str, str]) -> None:
    """Write one container of each kind, each in a folder of its own."""
    for ordinal, (kind, value) in enumerate(values.items()):
        place = folder / f"{ordinal:02}"
        place.mkdir()
        PLANTERS[kind](place, value)


def _sentence(value: str) -> str:
    """The value after its own halves: a compressor then writes it as copies, which no byte search sees."""
    return f"{_FILLER}{value[:9]}, {value[5:]}; {_FILLER}for {value}, {_FILLER}"


def _parquet(codec: str) -> Planter:
    def planter(folder: Path, value: str) -> None:
        rows = [_FILLER] * 50 + [_sentence(value)] + [_FILLER] * 50
        table = pa.table({"n": list(range(101)), "text": rows})
        # No statistics: the value must be found in the pages.
        pq.write_table(table, folder / "part-0.parquet", compression=codec, write_statistics=False)

    return planter


def _parquet_nested(folder: Path, value: str) -> None:
    column = [[{"key": "a", "value": [_sentence(value)]}]]
    pq.write_table(pa.table({"nested": column}), folder / "part-0.parquet", compression="zstd")


def _parquet_footer(folder: Path, value: str) -> None:
    table = pa.table({"n": [1]}).replace_schema_metadata({"comment": _sentence(value)})
    pq.write_table(table, folder / "part-0.parquet")


def _parquet_statistics(folder: Path, value: str) -> None:
    pq.write_table(pa.table({"text": [value]}), folder / "part-0.parquet", compression="zstd")


def _log(folder: Path, name: str, action: Mapping[str, object]) -> None:
    (folder / "_delta_log").mkdir()
    (folder / "_delta_log" / name).write_text(json.dumps(action) + "\n")


def _delta_statistics(folder: Path, value: str) -> None:
    statistics = json.dumps(
        {"numRecords": 1, "minValues": {"n": f"{value}\n"}, "maxValues": {"n": f"\t{value}"}}
    )
    _log(folder, f"{0:020}.json", {"add": {"path": "part-0.parquet", "stats": statistics}})


def _delta_predicate(folder: Path, value: str) -> None:
    predicate = json.dumps([f"(name = '{value}')"])
    _log(folder, f"{1:020}.json", {"commitInfo": {"operationParameters": {"predicate": predicate}}})


def _delta_crc(folder: Path, value: str) -> None:
    statistics = json.dumps({"maxValues": {"name": value}})
    _log(folder, f"{0:020}.crc", {"numFiles": 1, "allFiles": [{"stats": statistics}]})


def _delta_checkpoint(folder: Path, value: str) -> None:
    (folder / "_delta_log").mkdir()
    table = pa.table({"add": [{"path": "p", "stats": json.dumps({"minValues": {"name": value}})}]})
    pq.write_table(table, folder / "_delta_log" / f"{2:020}.checkpoint.parquet", compression="snappy")


def _sqlite(folder: Path, value: str) -> None:
    with closing(sqlite3.connect(folder / "runs.db")) as database:
        database.execute("CREATE TABLE runs (id INTEGER, tags TEXT, body BLOB)")
        # Overflow pages cut long cells into pieces, which only the decoded cell puts together.
        body = zlib.compress(_sentence(value).encode())
        database.execute("INSERT INTO runs VALUES (1, ?, ?)", (_FILLER * 300, body))
        database.commit()


def _sqlite_log(folder: Path, value: str) -> None:
    """A write-ahead log that was never checkpointed, as a killed process leaves it."""
    with closing(sqlite3.connect(folder / "live.db", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE logs (line TEXT)")
        database.execute("INSERT INTO logs VALUES (?)", (_sentence(value),))
        for suffix in ("", "-wal"):
            (folder / f"index.db{suffix}").write_bytes((folder / f"live.db{suffix}").read_bytes())
    (folder / "live.db").unlink()


def _zip(folder: Path, value: str) -> None:
    (folder / "a.zip").write_bytes(_zipped(_sentence(value).encode()))


def _zipped(data: bytes, name: str = "a.txt") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def _tar(folder: Path, value: str) -> None:
    data = gzip.compress(_sentence(value).encode())
    with tarfile.open(folder / "a.tar", "w") as archive:
        member = tarfile.TarInfo("a.gz")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))


def _gzip_in_zip(folder: Path, value: str) -> None:
    (folder / "a.zip").write_bytes(_zipped(gzip.compress(_sentence(value).encode()), "a.gz"))


def _base64(shift: int) -> Planter:
    """The value after `shift` bytes, within a longer run whose first characters aren't base64's own."""

    def planter(folder: Path, value: str) -> None:
        run = base64.b64encode(("." * shift + _sentence(value)).encode()).decode()
        (folder / "a.json").write_text(json.dumps({"data": "Z" * shift + run}))

    return planter


def _base64_gzip(folder: Path, value: str) -> None:
    run = base64.b64encode(gzip.compress(_sentence(value).encode())).decode()
    (folder / "a.json").write_text(json.dumps({"data": run}))


def _pickle(folder: Path, value: str) -> None:
    (folder / "result").write_bytes(
        pickle.dumps({"rows": [zlib.compress(_sentence(value).encode())]}, protocol=5)
    )


def _png(folder: Path, value: str) -> None:
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"zTXt", b"Comment\x00\x00" + zlib.compress(_sentence(value).encode())),
        (b"IDAT", zlib.compress(b"\x00\x00")),
        (b"IEND", b""),
    )
    parts = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def _bytes(name: str, encode: Callable[[str], bytes]) -> Planter:
    return lambda folder, value: (folder / name).write_bytes(encode(value))


def _entities(value: str) -> bytes:
    return (
        "".join(
            f"<p>&#{ord(char)};</p>" if not index else f"&#x{ord(char):x};"
            for index, char in enumerate(value)
        )
        .replace("</p>", "", 1)
        .encode()
    )


def _escapes(value: str) -> bytes:
    return json.dumps({"note": "line\\n" + "".join(f"\\u{ord(char):04x}" for char in value)}).encode()


def _percent(value: str) -> bytes:
    return f"https://h.invalid/?q={''.join(f'%{ord(char):02X}' for char in value)}{quote('/ü')}".encode()


PLANTERS: Final[Mapping[str, Planter]] = {
    **{f"parquet/{codec}": _parquet(codec) for codec in ("none", "snappy", "zstd", "gzip", "brotli", "lz4")},
    "parquet/nested": _parquet_nested,
    "parquet/footer": _parquet_footer,
    "parquet/statistics": _parquet_statistics,
    "delta/statistics": _delta_statistics,
    "delta/predicate": _delta_predicate,
    "delta/crc": _delta_crc,
    "delta/checkpoint": _delta_checkpoint,
    "sqlite": _sqlite,
    "sqlite/wal": _sqlite_log,
    "zip": _zip,
    "tar/gzip": _tar,
    "zip/gzip": _gzip_in_zip,
    "gzip": _bytes("a.gz", lambda value: gzip.compress(_sentence(value).encode())),
    "zstd": _bytes("a.zst", lambda value: zstandard.ZstdCompressor().compress(_sentence(value).encode())),
    "bzip2": _bytes("a.bz2", lambda value: bz2.compress(_sentence(value).encode())),
    "xz": _bytes("a.xz", lambda value: lzma.compress(_sentence(value).encode())),
    "zlib": _bytes("spill", lambda value: zlib.compress(_sentence(value).encode())),
    "lz4": _bytes("a.lz4", lambda value: pa.compress(_sentence(value).encode(), "lz4", asbytes=True)),
    "text": _bytes("a.txt", lambda value: _sentence(value).encode()),
    "binary": _bytes("core", lambda value: bytes(64) + b"A" + value.title().encode() + b"1960" + bytes(64)),
    "html": _bytes("a.html", _entities),
    "json": _bytes("a.ndjson", _escapes),
    "url": _bytes("a.log", _percent),
    "utf-16-le": _bytes("a.txt", lambda value: _sentence(value).encode("utf-16-le")),
    "utf-16-be": _bytes("a.txt", lambda value: _sentence(value).encode("utf-16-be")),
    **{f"base64/{shift}": _base64(shift) for shift in range(3)},
    "base64/gzip": _base64_gzip,
    "hex": _bytes("a.txt", lambda value: f"0x{value.encode().hex()}".encode()),
    "pickle": _pickle,
    "png": _png,
    "path": lambda folder, value: (folder / f"name={value}").write_bytes(b""),
    "digest": _bytes("a.txt", lambda value: hashlib.sha256(value.encode()).hexdigest().encode()),
    "reversed": _bytes("a.txt", lambda value: value[::-1].encode()),
}
