"""A release's manifest: what every file must be, and the check that needs only the folder.

``manifest.json`` is canonical JSON (sorted keys, no spaces) and lists every other file of the folder
with sha256 and size; ``manifest.sig`` is the only file that may be added later.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plummer.schemas.errors import ExitCode, PlummerError

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Verification:
    """What `plummer release verify` found.

    Attributes:
        files: number of files the manifest lists.
        signed: whether a signature lies beside the manifest.
        added, removed, changed: paths below the folder; a renamed file is one removed and one added.
    """

    files: int
    signed: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every file is as it was released."""
        return not (self.added or self.removed or self.changed)


def canonical(data: Mapping[str, Any]) -> bytes:
    r"""Canonical JSON: sorted keys, no spaces, UTF-8, one final newline.

    Example:
        >>> canonical({"b": 1, "a": "é"})
        b'{"a":"\xc3\xa9","b":1}\n'
    """
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def list_release(folder: Path) -> dict[str, dict[str, Any]]:
    """sha256 and size of every file below a release, but the manifest and its signature.

    A link or anything else that isn't a plain file gets the digest ``not-a-file``, so that a manifest
    never vouches for what lies outside the folder.
    """
    found: dict[str, dict[str, Any]] = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            relative = path.relative_to(folder).as_posix()
            if relative not in (MANIFEST, SIGNATURE):
                found[relative] = _describe(path)
    return dict(sorted(found.items()))


def _describe(path: Path) -> dict[str, Any]:
    if path.is_symlink() or not path.is_file():
        return {"sha256": "not-a-file", "bytes": 0}
    with path.open("rb") as stream:
        return {"sha256": hashlib.file_digest(stream, "sha256").hexdigest(), "bytes": path.stat().st_size}


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> str:
    """Write the manifest of a finished folder; the sha256 of its bytes is returned."""
    content = canonical({"format": FORMAT, **facts, "files": list_release(folder)})
    partial = folder / f".{MANIFEST}.part"
    partial.write_bytes(content)
    partial.replace(folder / MANIFEST)
    return hashlib.sha256(content).hexdigest()


def manifest_sha256(folder: Path) -> str:
    """sha256 of a release's manifest, hex."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release.

    Raises:
        PlummerError: ``not_a_release`` (exit 2) where the folder has no readable manifest.
    """
    try:
        data = json.loads((folder / MANIFEST).read_bytes())
        if data["format"] != FORMAT or not isinstance(data["files"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        message = "this folder is not a release (no readable manifest.json)"
        raise PlummerError("not_a_release", message, ExitCode.USAGE) from None
    return dict(data)


def verify(folder: Path) -> Verification:
    """Compare a release's folder with its manifest; needs nothing but the folder.

    Raises:
        PlummerError: ``not_a_release`` (exit 2).
    """
    listed = read_manifest(folder)["files"]
    present = list_release(folder)
    changed = sorted(path for path in listed.keys() & present.keys() if listed[path] != present[path])
    return Verification(
        files=len(listed),
        signed=(folder / SIGNATURE).is_file(),
        added=tuple(sorted(present.keys() - listed.keys())),
        removed=tuple(sorted(listed.keys() - present.keys())),
        changed=tuple(changed),
    )
