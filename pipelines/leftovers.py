"""Files that a killed or failed write left in a table's folder, which no commit ever named.

Readers don't see them, but the leak scan reads every file outside the identified zone: half a Parquet
file can't be opened and would close the gate for good.
"""

from pathlib import Path
from urllib.parse import unquote

from plummer.pipelines.delta_log import actions, latest_version
from plummer.pipelines.storage import is_local, local_path


def clear(uri: str) -> int:
    """Remove what no commit of a local table names; the caller holds the home's lock.

    Files of older versions are named by older commits and stay, as do the log and all other folders.

    Args:
        uri: the table; elsewhere than on a local disk nothing is done.

    Returns:
        How many files were removed.

    Raises:
        PlummerError: ``table_log_torn`` (exit 5) where the log isn't whole; nothing is removed then.
    """
    if not is_local(uri):
        return 0
    folder = Path(local_path(uri))
    named = _named(uri)
    found = [path for path in folder.rglob("*") if path.is_file() and _leftover(folder, path, named)]
    for path in found:
        path.unlink()
    return len(found)


def _named(uri: str) -> set[str]:
    """Paths below the table of every file that a commit has ever added."""
    every = (action for version in range(latest_version(uri) + 1) for action in actions(uri, version))
    return {unquote(action["add"]["path"]) for action in every if "add" in action}


def _leftover(folder: Path, path: Path, named: set[str]) -> bool:
    below = path.relative_to(folder)
    if below.parts[0] == "_delta_log":
        return path.suffix == ".tmp"
    base = below
    if path.name.startswith(".") and path.suffix == ".crc":  # Hadoop's checksum beside its file
        base = below.with_name(path.name[1 : -len(".crc")])
    return base.as_posix() not in named
