"""Make ``deid/structure/words.json.gz``: common English words, so that a label's other words are seen.

Usage: python scripts/make_words.py FILE

``FILE`` is the list of Webster's Second International (1934, in the public domain) that BSD systems bring
as ``/usr/share/dict/web2``, a word a line. Words that it also writes with a capital (Jane) are left out,
and so are common surnames and those that `plummer.deid.structure.words` finds by cutting an ending off.
"""

import gzip
import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "deid" / "structure" / "words.json.gz"
NAMES = TARGET.with_name("surnames.txt")
ENDINGS = ("s", "es", "ed", "ing", "ly", "ness", "d")


def main(source: Path) -> None:
    """Write the list, by the words' first two letters."""
    lines = source.read_text("ascii", "ignore").split()
    capitals = {word.lower() for word in lines if re.fullmatch(r"[A-Z][a-z]+", word)}
    surnames = set(NAMES.read_text("ascii").split())
    plain = {word for word in lines if re.fullmatch(r"[a-z]{3,18}", word)} - capitals - surnames
    kept = sorted(w for w in plain if not any(w.endswith(e) and w[: -len(e)] in plain for e in ENDINGS))
    blocks: dict[str, list[str]] = {}
    for word in kept:
        blocks.setdefault(word[:2], []).append(word[2:])
    text = json.dumps({start: " ".join(ends) for start, ends in blocks.items()}, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(kept)} words, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
