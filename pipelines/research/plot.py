"""A timeline as SVG, drawn here so that a page loads nothing and nothing leaves the machine."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

Event = Mapping[str, Any]
_WIDTH: Final = 960
_LEFT: Final = 150
_RIGHT: Final = 20
_LANE: Final = 28
_TOP: Final = 24
_TICKS: Final = 6
_STYLE: Final = (
    "text{font:12px sans-serif;fill:#333}.lane{stroke:#ddd}.tick{stroke:#eee}"
    ".mark{fill:#1f6feb;fill-opacity:.55}.span{fill:#1f6feb;fill-opacity:.25}"
)


def svg_plot(events: Sequence[Event], when: Callable[[datetime], str], tell: Callable[[Event], str]) -> str:
    """A lane for each type of event, a mark for each event that has a time, a bar where it has an end.

    The birth is left out of the axis: it would press everything else together.

    Args:
        events: events of one subject.
        when: a time as text.
        tell: an event as text, for the mark's tooltip.
    """
    dated = [event for event in events if event["time"] is not None and event["code"] != "MEDS_BIRTH"]
    lanes = list(dict.fromkeys(str(event["event_type"]) for event in dated))
    height = _TOP + _LANE * (len(lanes) + 1)
    place = _axis([_end(event) for event in dated] + [event["time"] for event in dated])
    drawn = [_lane(number, name) for number, name in enumerate(lanes)]
    for event in dated:
        told = f"{when(event['time'])}: {tell(event)}"
        drawn.append(_mark(event, lanes.index(str(event["event_type"])), place, told))
    drawn = [*_ticks(dated, place, when, height), *drawn]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    title = f"<title>{len(dated)} events in {len(lanes)} lanes</title>"
    return "\n".join([head, title, f"<style>{_STYLE}</style>", *drawn, "</svg>"])


def html_page(title: str, svg: str, text: str) -> str:
    """A page of its own, whose policy forbids it to load anything."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join([
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        f"<title>{escape(title)}</title></head><body><h1>{escape(title)}</h1>",
        svg, f"<pre>{escape(text)}</pre>", "</body></html>",
    ])  # fmt: skip


def _end(event: Event) -> datetime:
    starts: datetime = event["time"]
    return max(event["end_time"] or starts, starts)


def _axis(times: Sequence[datetime]) -> Callable[[datetime], float]:
    if not times:
        return lambda _: float(_LEFT)
    first = min(times)
    whole = (max(times) - first).total_seconds() or 1.0
    width = _WIDTH - _LEFT - _RIGHT
    return lambda time: _LEFT + width * (time - first).total_seconds() / whole


def _ticks(
    events: Sequence[Event], place: Callable[[datetime], float], when: Callable[[datetime], str], height: int
) -> list[str]:
    if not events:
        return []
    first, last = min(event["time"] for event in events), max(map(_end, events))
    times = sorted({first + (last - first) * number / (_TICKS - 1) for number in range(_TICKS)})
    drawn = []
    for time in times:
        x = f"{place(time):.1f}"
        drawn.append(f'<line class="tick" x1="{x}" x2="{x}" y1="{_TOP - 8}" y2="{height}"/>')
        drawn.append(f'<text x="{x}" y="{_TOP - 10}" text-anchor="middle">{escape(when(time))}</text>')
    return drawn


def _lane(number: int, name: str) -> str:
    y = _TOP + _LANE * (number + 1)
    line = f'<line class="lane" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
    return f'{line}<text x="{_LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'


def _mark(event: Event, lane: int, place: Callable[[datetime], float], told: str) -> str:
    x, y = place(event["time"]), _TOP + _LANE * (lane + 1)
    width = place(_end(event)) - x
    title = f"<title>{escape(told)}</title>"
    if width > 1:
        shape = f'x="{x:.1f}" y="{y - 5}" width="{width:.1f}" height="10"'
        return f'<rect class="span" {shape}>{title}</rect>'
    return f'<circle class="mark" cx="{x:.1f}" cy="{y}" r="4">{title}</circle>'
