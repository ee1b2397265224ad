"""Which files a mapping means by a name."""

import re
from fnmatch import fnmatchcase
from typing import Final

_TABLE: Final = re.compile(r"[a-z0-9_]+")
_SHARD: Final = re.compile(r"(?:[-_][0-9]+)+")
_EXTENSIONS: Final = (".csv", ".tsv", ".txt", ".parquet")


def fits(pattern: str, path: str) -> bool:
    """Whether a file's path is one that a pattern means.

    A pattern of letters, digits and ``_`` alone names a table: a file of that name, one of its numbered
    parts, or a part in a folder of that name.

    Example:
        >>> fits("labs_*.csv", "2024/Labs_01.CSV.gz"), fits("2023/*", "2024/labs.csv")
        (True, False)
        >>> fits("note", "cdm/NOTE-000000000001.csv"), fits("note", "note/part-0.parquet")
        (True, True)
        >>> fits("note", "note_nlp.csv"), fits("note", "note.sql")
        (False, False)
    """
    shown = path.lower().removesuffix(".gz")
    if _TABLE.fullmatch(pattern):
        return _is_table(pattern, shown)
    return fnmatchcase(shown if "/" in pattern else shown.rpartition("/")[2], pattern)


def _is_table(table: str, path: str) -> bool:
    folder, _, name = path.rpartition("/")
    extension = next((end for end in _EXTENSIONS if name.endswith(end)), None)
    if extension is None:
        return False
    stem = name.removesuffix(extension)
    if stem == table or (stem.startswith(table) and _SHARD.fullmatch(stem.removeprefix(table))):
        return True
    above = folder.rpartition("/")[2].removesuffix(extension)
    return above == table and stem.startswith(("part-", "data_", "0"))
