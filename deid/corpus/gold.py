"""The generator's notes as gold in the form that `plummer text evaluate` reads."""

import json
from pathlib import Path

from plummer.deid.corpus.documents import documents


def write_gold(path: Path, split: str, count: int, seed: int) -> int:
    """Write notes with their identifiers, one a line: id, style, noise, text, spans.

    Args:
        path: the file.
        split: ``train`` or ``dev``; only the second says anything about the tagger.
        count: how many notes.
        seed: of the notes.

    Returns:
        How many identifiers there are.
    """
    planted = 0
    with path.open("w", encoding="utf-8") as out:
        for one in documents(split, count, seed):
            spans = sorted([*one.spans, *one.beside], key=lambda span: span.start)
            rows = [[s.start, s.end, s.type, list(s.traits)] for s in spans]
            record = {
                "id": one.id,
                "style": one.style,
                "noise": one.noise,
                "text": one.text,
                "spans": rows,
            }
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            planted += len(one.spans)
    return planted
