"""A resource as received beside what scrubbing left of it: which content was kept, and whether time was.

Runs in the identified zone; what leaves it is counts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from plummer.deid.dates import EPOCH, FhirInstant, TimeMode, parse_fhir_date
from plummer.deid.structure.content import NO_STAMP, Content, Part, Stamp, Time, content_of
from plummer.deid.structure.dates import LONGEST_TIMELINE_DAYS
from plummer.deid.structure.invariance import TimedEvent, Timeline, Violations, violations
from plummer.deid.structure.json import decode
from plummer.deid.structure.state import Json
from plummer.schemas.extensions import AGE_90_PLUS, AGE_AT_FIRST_EVENT

_EXACT: Final = frozenset({"day", "time"})
_MISSING: Final = Content()


@dataclass(frozen=True, slots=True)
class Share:
    """How many elements of one kind stood in the source, and how many of them were kept."""

    source: int = 0
    kept: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.source + other.source, self.kept + other.kept)


def kept(source: Content, scrubbed: Content) -> dict[Part, Share]:
    """Per kind of content, what is still there: the same value at the same path, as often as before.

    Positions in lists aren't compared, so a value may move within one. A time counts as kept if a date or a
    relative day stands at its path; whether it is the right one is `violations`' matter.

    Example:
        >>> full = content_of({"resourceType": "Flag", "status": "active", "period": {"start": "2019-05-01"}})
        >>> less = content_of({"resourceType": "Flag", "status": "active"})
        >>> {str(part): (share.source, share.kept) for part, share in kept(full, less).items()}
        {'status': (1, 1), 'time': (1, 0)}
    """
    found: defaultdict[Part, Share] = defaultdict(Share)
    left = Counter(scrubbed.parts)
    for part, count in Counter(source.parts).items():
        found[part[0]] += Share(count, min(count, left[part]))
    stands = Counter(_placed(scrubbed))
    for path, count in Counter(_placed(source)).items():
        found[Part.TIME] += Share(count, min(count, stands[path]))
    return dict(found)


def _placed(content: Content) -> Iterator[str]:
    for time in content.times:
        if time.clinical and time.start != NO_STAMP:
            yield time.path
        if time.clinical and time.end != NO_STAMP:
            yield f"{time.path}.end"


@dataclass(slots=True)
class SubjectTimes:
    """Both sides of one subject's time, resource by resource.

    Args:
        mode: the policy's time mode.
        zone: the policy's ``site_timezone``.

    Example:
        >>> times = SubjectTimes(TimeMode.SHIFT, "UTC")
        >>> for before, after in [("2019-05-01", "2019-04-01"), ("2019-05-04", "2019-04-05")]:
        ...     sides = ({"resourceType": "Flag", "period": {"start": day}} for day in (before, after))
        ...     times.add(before, *(content_of(side) for side in sides))
        >>> times.violations().intervals
        1
    """

    mode: TimeMode
    zone: str
    _source: list[TimedEvent] = field(default_factory=list)
    _scrubbed: list[TimedEvent] = field(default_factory=list)
    _missing: int = 0
    _births: list[date] = field(default_factory=list)
    _age: int | None = None
    _over_89: bool = False

    def add(self, name: str, source: Content, scrubbed: Content) -> None:
        """Lay one resource's times side by side.

        Args:
            name: what tells it from the subject's other resources.
            source: as received.
            scrubbed: as released; empty where the resource was refused.
        """
        before, after = _by_path(source), _by_path(scrubbed)
        for path in before.keys() | after.keys():
            olds, news = before.get(path, []), after.get(path, [])
            # an item of a list that went as a whole leaves no place; which one it was can't be told
            if len(news) < len(olds):
                self._missing += len(olds)
                continue
            for ordinal, new in enumerate(news):
                old = olds[ordinal] if ordinal < len(olds) else None
                self._pair(f"{name} {path} {ordinal}", old, new)

    def birth(self, source: Json, scrubbed: Json) -> None:
        """Take a Patient's birth date, and the age that stands in its place."""
        found = parse_fhir_date(str(source.get("birthDate")), self.zone)
        if found is not None:
            self._births.append(found.wall.date())
        twin = scrubbed.get("_birthDate")
        for extension in twin.get("extension", []) if isinstance(twin, dict) else []:
            if extension.get("url") == AGE_AT_FIRST_EVENT:
                self._age = extension.get("valueInteger")
            self._over_89 = self._over_89 or extension.get("url") == AGE_90_PLUS

    def violations(self) -> Violations:
        """What isn't as it was; everything added so far."""
        birth = min(self._births, default=None)
        found = violations(Timeline(self._source, self._aged(), birth), self.mode)
        return found + Violations(missing=self._missing)

    def _pair(self, name: str, old: Time | None, new: Time) -> None:
        for which in ("start", "end"):
            before = None if old is None else self._before(getattr(old, which))
            after = self._after(getattr(new, which))
            if before is not None:
                self._source.append(TimedEvent(f"{name} {which}", before))
            if after is not None and (before is not None or old is None or getattr(old, which)[0] is None):
                self._scrubbed.append(TimedEvent(f"{name} {which}", after))
        if old is not None and old.is_stay:
            self._stay(name, old, new)

    def _stay(self, name: str, old: Time, new: Time) -> None:
        before = self._before(old.start), self._before(old.end)
        after = self._after(new.start), self._after(new.end)
        if before[0] is not None and after[0] is not None and before[1] and after[1]:
            self._source.append(TimedEvent(f"{name} stay", before[0], before[1]))
            self._scrubbed.append(TimedEvent(f"{name} stay", after[0], after[1]))

    def _before(self, stamp: Stamp) -> datetime | None:
        found = parse_fhir_date(stamp[0], self.zone) if stamp[0] is not None else None
        return self._comparable(found)

    def _after(self, stamp: Stamp) -> datetime | None:
        text, day = stamp
        if self.mode is TimeMode.RELATIVE:
            return None if day is None else EPOCH + timedelta(days=day)
        # a shifted time is the site's wall clock with a constant Z; a kept one has the offset it came with
        zone = self.zone if self.mode is TimeMode.KEEP else "UTC"
        return self._comparable(parse_fhir_date(text, zone) if text is not None else None)

    def _comparable(self, found: FhirInstant | None) -> datetime | None:
        """A partial date is moved by the middle of its period, so no distance of it can be held to."""
        if found is None or (self.mode is not TimeMode.YEAR and found.precision not in _EXACT):
            return None
        return found.wall

    def _aged(self) -> list[TimedEvent]:
        """The released events, with the age that the release states at the first or at the latest one."""
        if not self._scrubbed or self.mode is not TimeMode.RELATIVE:
            return self._scrubbed
        latest = max(event.time for event in self._scrubbed)
        long = (latest - EPOCH).days >= LONGEST_TIMELINE_DAYS  # closed for its length, at whatever age
        closed = latest if self._over_89 and not long else None
        ages = {EPOCH: self._age, closed: 90}
        return [TimedEvent(e.name, e.time, e.end, ages.get(e.time)) for e in self._scrubbed]


def _by_path(content: Content) -> Mapping[str, list[Time]]:
    found: defaultdict[str, list[Time]] = defaultdict(list)
    for time in content.times:
        found[time.path].append(time)
    return found


class Fidelity:
    """Compares the records of subjects, one subject after another.

    Attributes:
        records: records compared.
        resources: those of them with coded clinical content, by type.
        content: by type and kind of content, what stood there and what was kept.
        subjects: subjects whose time was compared.
        time: violations of all subjects.
    """

    def __init__(self, mode: TimeMode, zone: str) -> None:
        self._mode = mode
        self._zone = zone
        self._subject: SubjectTimes | None = None
        self.records = 0
        self.resources: Counter[str] = Counter()
        self.content: defaultdict[tuple[str, Part], Share] = defaultdict(Share)
        self.subjects = 0
        self.time = Violations()

    def enter(self, *, subject: bool) -> None:
        """Leave the present subject for the next; ``subject`` is False for records that name nobody."""
        self.leave()
        self._subject = SubjectTimes(self._mode, self._zone) if subject else None

    def leave(self) -> None:
        """Count the present subject's violations."""
        if self._subject is not None:
            self.subjects += 1
            self.time += self._subject.violations()
        self._subject = None

    def compare(self, source: str | bytes, scrubbed: str | bytes | None, zone: str | None = None) -> None:
        """Compare a record with what was released of it.

        Args:
            source: the record as received.
            scrubbed: as released, None where it was refused.
            zone: IANA zone of its site, where that isn't the policy's.

        Raises:
            PlummerError: ``json_invalid`` or ``json_too_deep``, as `plummer.deid.structure.json.decode`.
        """
        before: Json = decode(source)
        after: Json = {} if scrubbed is None else decode(scrubbed)
        kind = str(before.get("resourceType"))
        old, new = content_of(before), content_of(after) if after else _MISSING
        self.records += 1
        shares = kept(old, new)
        if shares:
            self.resources[kind] += 1
        for part, share in shares.items():
            self.content[kind, part] += share
        if self._subject is not None:
            self._subject.zone = zone or self._zone
            self._subject.add(str(self.records), old, new)
            if kind == "Patient":
                self._subject.birth(before, after)
