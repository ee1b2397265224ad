"""One subject's story: as text for a person, and as a plot."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from plummer.pipelines.export.meds_shards import static_types
from plummer.pipelines.research.plot import html_page, svg_plot
from plummer.pipelines.research.subject import rows_of
from plummer.pipelines.research.table import Table

COLUMNS: Final = (
    "time", "code", "numeric_value", "numeric_text", "unit", "text_value", "event_type", "end_time",
    "available_time",
)  # fmt: skip
_ORIGIN: Final = datetime(1970, 1, 1)  # noqa: DTZ001 (released times have no zone)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The events of one subject, in the order of the release.

    Attributes:
        subject: the subject's pseudonym.
        events: events, with what their code means under ``description``.
        relative: whether times are days since the first event (time mode ``relative``).
    """

    subject: int
    events: tuple[Mapping[str, Any], ...]
    relative: bool

    def __len__(self) -> int:
        """The number of events."""
        return len(self.events)

    def __str__(self) -> str:
        """The same as `text`."""
        return self.text()

    def _repr_html_(self) -> str:
        return self.svg()

    def text(self) -> str:
        """The story, a heading a day and a line an event; what has no time stands first."""
        lines = [f"subject {self.subject}: {len(self)} events"]
        for time, held in groupby(self.events, key=lambda event: event["time"]):
            lines += ["", self.when(time), *(f"  {self.line(event)}" for event in held)]
        return "\n".join(lines)

    def when(self, time: datetime | None) -> str:
        """A time as a person reads it: ``day 12`` or a date."""
        if time is None:
            return "always"
        if self.relative:
            return f"day {(time - _ORIGIN).days}"
        return f"{time:%Y-%m-%d}" if time.time() == datetime.min.time() else f"{time:%Y-%m-%d %H:%M}"

    def line(self, event: Mapping[str, Any]) -> str:
        """An event on one line: code, meaning, value, until when, known when."""
        known = event["available_time"]
        parts = [
            str(event["code"]),
            f"({event['description']})" if event["description"] else "",
            _value(event),
            f"until {self.when(event['end_time'])}" if event["end_time"] not in (None, event["time"]) else "",
            f"known {self.when(known)}" if known is not None and known > (event["time"] or known) else "",
        ]
        return "  ".join(filter(None, parts))

    def svg(self) -> str:
        """A plot as SVG that needs nothing else: a lane for each kind of event."""
        return svg_plot(self.events, self.when, self.line)

    def html(self) -> str:
        """A page with plot and text, which loads nothing."""
        return html_page(f"subject {self.subject}", self.svg(), self.text())


def read_timeline(
    events: Table, codes: Table, subject: int, *, relative: bool, known_at: datetime | int | None = None
) -> Timeline:
    """The timeline of a subject; without events where the release has no such subject.

    Args:
        events: the released events.
        codes: the released codes.
        subject: the subject's pseudonym.
        relative: whether times are days since the first event.
        known_at: a time, or a day of the relative axis: only what was known by then, as far as it had gone.
    """
    held: Sequence[dict[str, Any]] = rows_of(events, subject, COLUMNS).to_pylist()
    if known_at is not None:
        at = _ORIGIN + timedelta(days=known_at) if isinstance(known_at, int) else known_at
        held = [_as_known(event, at) for event in held if _is_known(event, at)]
    meanings = dict(_meanings(codes))
    told = tuple({**event, "description": meanings.get(event["code"])} for event in held)
    return Timeline(subject, told, relative)


def _is_known(event: Mapping[str, Any], at: datetime) -> bool:
    """Static events always; an event that happened at no known time isn't known before it is stated."""
    times = [event[name] for name in ("time", "available_time") if event[name] is not None]
    return max(times) <= at if times else event["event_type"] in static_types()


def _as_known(event: dict[str, Any], at: datetime) -> dict[str, Any]:
    ended = event["end_time"] is not None and event["end_time"] <= at
    return event if ended else {**event, "end_time": None}


def _meanings(codes: Table) -> Iterator[tuple[str, str | None]]:
    held = codes.plain("code", "description")
    return zip(*(column.to_pylist() for column in held.columns), strict=True)


def _value(event: Mapping[str, Any]) -> str:
    number = event["numeric_text"] or event["numeric_value"]
    # a 32-bit number has about seven digits: what a conversion adds isn't shown
    shown = f"{number:.7g}" if isinstance(number, float) else number
    value = shown if shown is not None else event["text_value"]
    return "" if value is None else f"= {value}" + (f" {event['unit']}" if event["unit"] else "")
