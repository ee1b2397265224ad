"""Files of a source, on a local disk or in an object store, behind four calls.

URIs may use Spark's schemes; `pyarrow.fs` opens them without Spark. Local names that aren't UTF-8
travel percent-encoded, so that they fit into a table.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import quote, unquote_to_bytes

from plummer.schemas.errors import ExitCode, PlummerError

_SCHEMES: Final = {"s3a": "s3", "s3n": "s3", "gs": "gs", "abfss": "abfss", "abfs": "abfs", "hdfs": "hdfs"}
_BLOCK: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file below a source.

    Attributes:
        path: path below the source, with ``/``; the file's own name where the source is a file.
        uri: what `open_binary` opens.
        regular: whether it may be read: no link that leaves the source, no pipe, no device.
    """

    path: str
    uri: str
    regular: bool = True


def is_local(uri: str) -> bool:
    """Whether a URI or path is on this machine's file system.

    Example:
        >>> is_local("/data"), is_local("file:///data"), is_local("s3a://bucket/x")
        (True, True, False)
    """
    return "://" not in uri or uri.startswith("file:")


def local_path(uri: str) -> str:
    """The path of a ``file:`` URI or of a plain path.

    Example:
        >>> local_path("file:///a%20b"), local_path("/a%20b")
        ('/a b', '/a%20b')
    """
    if not uri.startswith("file:"):
        return str(Path(uri).expanduser().absolute())
    return os.fsdecode(unquote_to_bytes("/" + uri.removeprefix("file:").lstrip("/")))


def absolute_uri(uri: str) -> str:
    """The URI under which every machine that shares the storage knows a path."""
    return Path(local_path(uri)).resolve().as_uri() if is_local(uri) else uri.rstrip("/")


def exists(uri: str) -> bool:
    """Whether a file or folder is there."""
    if is_local(uri):
        return os.path.exists(local_path(uri))
    from pyarrow.fs import FileType

    filesystem, path = remote(uri)
    return bool(filesystem.get_file_info(path).type != FileType.NotFound)


def list_files(uri: str) -> Iterator[FileEntry]:
    """All files below a folder in a stable order, or the one file that the URI names.

    Names that begin with ``.`` or ``_`` and folders named ``gold`` are passed over with all below
    them (design.md, Landing).
    """
    found = _list_local(uri) if is_local(uri) else _listremote(uri)
    yield from sorted(found, key=lambda entry: entry.path)


def open_binary(uri: str) -> BinaryIO:
    """A file, opened for reading and seeking."""
    if is_local(uri):
        return open(local_path(uri), "rb")
    filesystem, path = remote(uri)
    return cast("BinaryIO", filesystem.open_input_file(path))


@contextmanager
def writing(uri: str) -> Iterator[BinaryIO]:
    """A new file for writing, readable by the owner only; there, whole, once the block has ended well."""
    if not is_local(uri):
        filesystem, path = remote(uri)
        with filesystem.open_output_stream(path) as stream:
            yield stream
        return
    path = local_path(uri)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    beside = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.{os.getpid()}.tmp")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside)


def put_new(uri: str, data: bytes) -> None:
    """A new file, whole or not at all.

    Raises:
        FileExistsError: it is there already.
    """
    if exists(uri):
        raise FileExistsError
    with writing(uri) as stream:
        stream.write(data)


def size_of(uri: str) -> int:
    """A file's size in bytes."""
    if is_local(uri):
        return os.path.getsize(local_path(uri))
    filesystem, path = remote(uri)
    return int(filesystem.get_file_info(path).size)


def digest(uri: str) -> tuple[int, str]:
    """Size in bytes and sha256 of a file, as hex.

    Raises:
        PlummerError: ``source_unreadable`` (exit 2).
    """
    size, sha = 0, hashlib.sha256()
    try:
        with open_binary(uri) as stream:
            while block := stream.read(_BLOCK):
                size += len(block)
                sha.update(block)
    except OSError:
        raise unreadable() from None
    return size, sha.hexdigest()


def unreadable() -> PlummerError:
    """The error for a file that can't be read; it doesn't name the file."""
    return PlummerError(
        "source_unreadable", "a file of the source can't be read: check its permissions", ExitCode.USAGE
    )


def _list_local(uri: str) -> Iterator[FileEntry]:
    root = os.path.realpath(local_path(uri))
    if os.path.isfile(root):
        yield FileEntry(_portable(os.path.basename(root)), Path(root).as_uri())
        return
    for folder, folders, names in os.walk(root, onerror=_fail):
        shown = [name for name in folders if not _passed_over(name) and name != "gold"]
        links = [name for name in shown if os.path.islink(os.path.join(folder, name))]
        folders[:] = [name for name in shown if name not in links]
        for name in names + links:
            if not _passed_over(name):
                yield _local_entry(root, os.path.join(folder, name))


def _fail(error: OSError) -> None:
    raise unreadable() from None


def _local_entry(root: str, path: str) -> FileEntry:
    real = os.path.realpath(path)
    inside = real.startswith(root.rstrip("/") + "/")
    regular = inside and os.path.exists(real) and stat.S_ISREG(os.stat(real).st_mode)
    relative = _portable(os.path.relpath(path, root).replace(os.sep, "/"))
    return FileEntry(relative, Path(path).as_uri(), regular)


def _portable(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        return quote(os.fsencode(name), safe="/ ")
    return name


def _passed_over(name: str) -> bool:
    return name.startswith((".", "_"))


def remote(uri: str) -> tuple[Any, str]:
    """File system and path of a URI in an object store."""
    from pyarrow.fs import FileSystem

    scheme, _, rest = uri.partition("://")
    filesystem, path = FileSystem.from_uri(f"{_SCHEMES.get(scheme, scheme)}://{rest}")
    return filesystem, path


def _listremote(uri: str) -> Iterator[FileEntry]:
    from pyarrow.fs import FileSelector, FileType

    filesystem, root = remote(uri)
    info = filesystem.get_file_info(root)
    if info.type == FileType.File:
        yield FileEntry(info.base_name, uri)
        return
    for item in filesystem.get_file_info(FileSelector(root, recursive=True)):
        relative = item.path[len(root) :].lstrip("/")
        *folders, name = relative.split("/")
        hidden = "gold" in folders or any(_passed_over(part) for part in [*folders, name])
        if item.type == FileType.File and not hidden:
            yield FileEntry(relative, f"{uri.rstrip('/')}/{relative}")
