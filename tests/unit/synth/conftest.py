"""One small export for all tests of the generator."""

import pytest
from synth_helpers import Export, rows

from plummer.deid.synth import generate


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    folder = tmp_path_factory.mktemp("synth") / "out"
    summary = generate(25, 20250630, folder)
    resources = [row for path in sorted(folder.glob("*.ndjson")) for row in rows(path)]
    gold, needles = rows(folder / "gold" / "spans.jsonl"), rows(folder / "gold" / "needles.jsonl")
    return Export(folder, summary, resources, gold, needles)
