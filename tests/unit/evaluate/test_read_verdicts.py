"""The verdicts on sets without labels hold places and hashes, no text, and each place is judged once."""

import csv
import re
from pathlib import Path

VERDICTS = Path(__file__).resolve().parents[3] / "bench" / "reading.tsv"


def test_the_verdicts_hold_no_text():
    lines = [line for line in VERDICTS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter="\t"))
    assert len(rows) > 500
    for row in rows:
        assert row["set"] in {"mts-dialog", "aci-bench"}
        assert row["verdict"] in {"identifier", "other"}
        assert int(row["document"]) > 0
        assert 0 <= int(row["start"]) < int(row["end"])
        assert re.fullmatch(r"[0-9a-f]{64}", row["sha256"])
    assert len({(r["set"], r["document"], r["start"], r["end"], r["type"]) for r in rows}) == len(rows)
