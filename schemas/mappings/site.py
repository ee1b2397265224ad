"""A site's own mapping files, laid over the package's: events are added without Python.

The folder is named by the environment variable ``PLUMMER_MAPPINGS``. A file there has the name of a resource
type and the keys of the package's own files; its events are added to the package's, its other keys stand in
the place of the package's. With ``replace: true`` it stands alone. ``code_systems.yaml`` and ``units.yaml``
are added to likewise.
"""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from plummer.schemas.errors import ExitCode, PlummerError

VARIABLE: Final = "PLUMMER_MAPPINGS"
SiteFiles = tuple[tuple[str, str], ...]
"""Name without ending, and text, of each file; what a Spark worker is told."""

_REPLACE: Final = "replace"


def site_files() -> SiteFiles:
    """The files of this process' setting; none where it isn't set.

    Raises:
        PlummerError: ``mapping_folder`` (exit 2) where the folder can't be read or holds no YAML.
    """
    return _read(os.environ.get(VARIABLE, ""))


@lru_cache(maxsize=8)
def _read(folder: str) -> SiteFiles:
    if not folder:
        return ()
    try:
        found = sorted(
            path for path in Path(folder).expanduser().iterdir() if path.suffix in (".yaml", ".yml")
        )
        files = tuple((path.stem, path.read_text(encoding="utf-8")) for path in found)
    except (OSError, UnicodeDecodeError):
        files = ()
    if not files:
        message = f"{VARIABLE} names no folder of mapping files"
        raise PlummerError("mapping_folder", message, ExitCode.USAGE)
    return files


def overlaid(shipped: object, own: object, name: str) -> object:
    """One file of the package with a site's file of the same name on it.

    Args:
        shipped: the package's block, None where it has none.
        own: the site's.
        name: of the file, for an error.

    Raises:
        PlummerError: ``mapping_invalid`` (exit 2) where the site gives a system another prefix, or a spelling
            another unit, than the package does: codes that are released never change their meaning.

    Example:
        >>> overlaid({"events": [1], "encounter": ["a"]}, {"events": [2]}, "Flag")
        {'events': [1, 2], 'encounter': ['a']}
        >>> overlaid({"events": [1]}, {"replace": True, "events": [2]}, "Flag")
        {'events': [2]}
    """
    if not isinstance(own, dict):
        return own
    rest = {key: value for key, value in own.items() if key != _REPLACE}
    if not isinstance(shipped, dict) or own.get(_REPLACE) is True:
        return rest
    return {**shipped, **{key: _together(shipped, key, value, name) for key, value in rest.items()}}


def _together(shipped: Mapping[str, Any], key: str, own: object, name: str) -> object:
    before = shipped.get(key)
    if isinstance(before, dict) and isinstance(own, dict):
        if any(before.get(one, value) != value for one, value in own.items()):
            message = "a site's file changes what the package's says"
            raise PlummerError("mapping_invalid", message, ExitCode.USAGE, f"{name}.{key}")
        return {**before, **own}
    added = key in ("events", "namespaces", "groups", "alone") and isinstance(before, list)
    return [*before, *own] if added and isinstance(before, list) and isinstance(own, list) else own
