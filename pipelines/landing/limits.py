"""Limits of what landing takes into memory; mechanism, not policy."""

from typing import Final

MIB: Final = 1024 * 1024
BLOCK: Final = MIB
"""Bytes read at a time."""

MAX_LINE: Final = 64 * MIB
"""Longest line that is parsed; a longer one is skipped over, hashed and quarantined."""

MAX_ROW: Final = 8 * MIB
"""Longest CSV row over several lines; one that has no end by then has an unclosed quote."""

MAX_JSON_FILE: Final = 512 * MIB
"""Largest decompressed ``.json`` file; NDJSON has no such limit, since it is streamed."""

MAX_DEPTH: Final = 128
"""Deepest nesting of objects and arrays: 41 questionnaire items need 84, Python's stack takes 1,000."""

MAX_BUNDLE_DEPTH: Final = 8
"""Bundles within Bundles that are unpacked."""

MAX_QUARANTINE_BODY: Final = MIB
"""Larger refused lines are kept by hash and size only (design.md, Landing)."""

BOMB_BYTES: Final = 64 * MIB
BOMB_RATIO: Final = 200
"""A gzip that is larger than BOMB_BYTES and shrinks more than BOMB_RATIO times is no clinical extract:
NDJSON of generated patients, the most repetitive there is, shrinks 15 to 40 times."""

RANGE: Final = 16 * MIB
"""Plain NDJSON is read in byte ranges of this size."""

SNIFF: Final = 64 * 1024
"""Bytes from the start of a file that decide what it is."""
