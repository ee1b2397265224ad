"""Archives of members: zip (also docx, xlsx, jar, npz, whl) and tar."""

import tarfile
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

from plummer.expectations.scan.source import Blob, Decoder, Limits, Part, Raw, UnopenedError, magic

_ENCRYPTED: Final = 0x1


def _zip_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    with blob.seekable(limits) as stream, zipfile.ZipFile(stream) as archive:
        yield "comment", Raw(archive.comment)
        for member in archive.infolist():
            yield "member name", member.filename
            yield "member comment", Raw(member.comment + b"\n" + member.extra)
            if not member.is_dir():
                yield member.filename, _zip_member(archive, member)


def _zip_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Blob | UnopenedError:
    if member.flag_bits & _ENCRYPTED:
        return UnopenedError("encrypted")
    return Blob(member.filename, lambda: cast("BinaryIO", archive.open(member)), stream=True)


def _tar_parts(blob: Blob, limits: Limits) -> Iterator[Part]:
    with blob.seekable(limits) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        for member in archive:
            yield "member name", f"{member.name}\n{member.linkname}\n{member.uname}\n{member.gname}"
            yield "member header", "\n".join(f"{key}={value}" for key, value in member.pax_headers.items())
            if member.isfile():
                yield member.name, _tar_member(archive, member)


def _tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Blob:
    def opener() -> BinaryIO:
        stream = archive.extractfile(member)
        if stream is None:
            raise UnopenedError("corrupt")
        return cast("BinaryIO", stream)

    return Blob(member.name, opener, stream=True)


def _is_tar(head: bytes, _name: str) -> bool:
    return head[257:262] == b"ustar"


ARCHIVES: Final = (
    Decoder("zip", magic(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"), _zip_parts),
    Decoder("tar", _is_tar, _tar_parts),
)
