"""An export read back, for the tests of the generator."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plummer.deid.synth import SynthSummary


@dataclass(frozen=True)
class Export:
    """An export that has been read back."""

    folder: Path
    summary: SynthSummary
    resources: list[dict[str, Any]]
    gold: list[dict[str, Any]]
    needles: list[dict[str, Any]]

    def of(self, *kinds: str) -> Iterator[dict[str, Any]]:
        return (r for r in self.resources if r["resourceType"] in kinds)


def rows(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]
