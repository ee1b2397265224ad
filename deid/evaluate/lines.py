"""An evaluation as lines for a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from plummer.deid.evaluate.labels import VIEWS


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The figures of a report of `evaluate`, one line each; no value of a note.

    Example:
        >>> from plummer.deid.evaluate import GoldNote, Predicted, evaluate
        >>> next(lines(evaluate([GoldNote("1", "No pain.", ())], Predicted([()]))))
        '1 notes, 2 tokens, 0 refused'
    """
    refused = sum(report["errors"].values())
    yield f"{report['documents']} notes, {report['tokens']} tokens, {refused} refused"
    if report["characters_per_second"]:
        yield f"{report['characters_per_second']:,} characters a second"
    yield f"{'':26}{'recall':>22}{'precision':>22}{'F2':>8}"
    for view in VIEWS:
        yield from _view(view, report["views"][view])
    shown = report["views"]["contract"]["by"]
    for dimension in ("type", "trait", "origin", "style", "noise", "known"):
        for name, row in shown[dimension].items():
            if row["token"]["gold"]:
                yield _row(f"{dimension} {name}", row["token"])


def _view(view: str, found: Mapping[str, Any]) -> Iterator[str]:
    for level in ("token", "covered", "strict"):
        yield _row(f"{view}, {level}", found[level])
    clean, false = found["document"], found["false_positives"]
    yield f"{view + ', documents':26}{_share(clean)} without a leak, of {clean['with_identifiers']}"
    per = false["tokens_per_1000"]
    yield f"{view + ', false':26}{'-' if per is None else f'{per:.2f}':>22} tokens per 1,000"


def _row(name: str, level: Mapping[str, Any]) -> str:
    precision, f2 = level.get("precision"), level.get("f2")
    told = _share(precision) if precision else " " * 22
    return (
        f"{name:26}{_share(level['recall'])}{told}{'' if f2 is None else f'{f2:.4f}':>8}  n={level['gold']}"
    )


def _share(found: Mapping[str, Any]) -> str:
    if found["value"] is None:
        return f"{'-':>22}"
    interval = "" if found["low"] is None else f" ({found['low']:.3f}-{found['high']:.3f})"
    return f"{found['value']:.4f}{interval}".rjust(22)
