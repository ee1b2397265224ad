"""The report as one page, and as JSON."""

import json
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from plummer.expectations.report import words
from plummer.expectations.report.data import ReportData
from plummer.expectations.report.public import Public, public

_PACKAGE: Final = "plummer.expectations.report"
_BAR_WIDTH: Final = 420


def to_json(data: ReportData) -> str:
    """The report's numbers as one JSON object, keys sorted, withheld counts null.

    The same data gives the same bytes.
    """
    return json.dumps(public(data), sort_keys=True, ensure_ascii=True, indent=1) + "\n"


def render_html(data: ReportData) -> str:
    """The report as one self-contained page: no script, nothing loaded, small counts withheld."""
    found = public(data)
    tone, heading, sentence = words.headline(found["verdict"]["state"])
    page = _environment().get_template("report.html")
    return page.render(
        r=found,
        tone=tone,
        heading=heading,
        sentence=sentence,
        profile=words.PROFILES.get(data.profile, data.profile),
        times=words.TIMES.get(data.time_mode, data.time_mode),
        open_gates=_open_gates(found),
        replaced=sum(data.notes.replacements.values()),
        css=Markup(_text("report.css")),  # noqa: S704 (our own file)
    )


def _open_gates(found: Public) -> list[Public]:
    """Gates that are still closed for publishing, as the first screen lists them."""
    return [gate for gate in found["gates"] if gate["passed"] is not True]


def bars(counts: dict[str, int | None]) -> list[dict[str, Any]]:
    """Rows of a bar chart: label, text, and width in units of the drawing (0 for a withheld count).

    Example:
        >>> [bar["width"] for bar in bars({"a": 10, "b": 5, "c": None})]
        [420, 210, 0]
    """
    largest = max((count for count in counts.values() if count), default=1)
    return [
        {
            "label": label,
            "text": words.number(count),
            "width": round((count or 0) * _BAR_WIDTH / largest),
            "withheld": count is None,
        }
        for label, count in counts.items()
    ]


def _environment() -> Environment:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_text),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=words.number, bars=bars)
    environment.globals.update(
        gate_titles=words.GATES, check_codes=words.CODES, time_checks=words.TIME_CHECKS
    )
    return environment


def _text(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text(encoding="utf-8")
