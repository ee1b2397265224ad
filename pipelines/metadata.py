"""Metadata of assets: numbers, hashes and a plot; strings only where they are ours."""

import base64
from collections.abc import Mapping, Sequence

import dagster as dg

from plummer.pipelines.delta import TableRef
from plummer.pipelines.results import StepResult

Metadata = dict[str, dg.MetadataValue]


def of_table(result: StepResult, ref: TableRef) -> Metadata:
    """Rows, version, seconds, whether the step was reused, and of how many owners it made rows anew."""
    return {
        **_touched(result),
        "dagster/row_count": dg.MetadataValue.int(ref.rows),
        "version": dg.MetadataValue.int(ref.version),
        "seconds": dg.MetadataValue.float(result.seconds),
        "reused": dg.MetadataValue.bool(result.reused),
    }


def _touched(result: StepResult) -> Metadata:
    told = result.details.get("touched")
    if told is None:
        return {}
    facts: Metadata = {
        "made_anew": dg.MetadataValue.int(told["n"]),
        "made_anew_of": dg.MetadataValue.int(told["of"]),
        "made_anew_whole": dg.MetadataValue.text(told["why"] if told["whole"] else "no"),
    }
    also = {f"made_anew_for_{fact}": dg.MetadataValue.int(n) for fact, n in told["records"].items()}
    return {**facts, **also}


def bars(counts: Mapping[str, int], title: str) -> dg.MetadataValue:
    """Counts as a horizontal bar chart: an SVG inside Markdown, which Dagster's pages render."""
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:16]
    svg = _svg(rows, title)
    return dg.MetadataValue.md(
        f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
    )


def _svg(rows: Sequence[tuple[str, int]], title: str) -> str:
    top = max((count for _, count in rows), default=0) or 1
    height = 30 + 22 * len(rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}" font-family="sans-serif" '
        f'font-size="12"><text x="0" y="16" font-weight="bold">{title}</text>'
    ]
    for number, (name, count) in enumerate(rows):
        y = 30 + 22 * number
        lines.append(
            f'<text x="0" y="{y + 12}">{name}</text>'
            f'<rect x="220" y="{y}" width="{max(1, 330 * count // top)}" height="16" fill="#3b6ea5"/>'
            f'<text x="{226 + 330 * count // top}" y="{y + 12}">{count}</text>'
        )
    return "".join(lines) + "</svg>"
