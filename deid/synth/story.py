"""A patient's course: problems, visits over some years, and who wrote which note at each visit."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from plummer.deid.synth.catalog import PROBLEMS, Problem
from plummer.deid.synth.identifiers import digits, draw_id
from plummer.deid.synth.people import LAST_DAY, Person
from plummer.deid.synth.site import Doctor, Facility, Site

ZONE: Final = ZoneInfo("America/Chicago")
_KINDS: Final = ("AMB", "AMB", "AMB", "AMB", "EMER", "IMP", "IMP", "VR")
_FIRST_YEARS: Final = 12
_SURGICAL: Final = frozenset({"K37", "M17.9", "I48.91", "I25.10"})
_BIOPSIED: Final = frozenset({"D50.9", "E03.9", "N18.30", "J44.9", "M81.0", "E11.9"})

NOTE_STYLES: Final[dict[str, tuple[str, ...]]] = {
    "AMB": (
        "progress_soap",
        "dictation",
        "consult",
        "referral_letter",
        "radiology",
        "pathology",
        "patient_message",
    ),
    "EMER": ("ed_triage", "nursing", "radiology", "social_work"),
    "IMP": ("discharge_summary", "operative", "nursing", "consult", "social_work", "radiology", "pathology"),
    "VR": ("phone_encounter", "patient_message", "billing"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter with its reason, place, staff and the styles of its notes."""

    id: str
    number: str
    kind: str
    start: datetime
    end: datetime
    problem: Problem
    doctor: Doctor
    other: Doctor
    facility: Facility
    styles: tuple[str, ...]
    accession: str

    @property
    def day(self) -> date:
        """The local date on which it begins."""
        return self.start.date()


@dataclass(frozen=True, slots=True)
class Story:
    """A patient with problems (each with its onset) and visits in order of time."""

    person: Person
    problems: tuple[tuple[Problem, date], ...]
    visits: tuple[Visit, ...]
    smoking: int


def _problems(rng: random.Random, age: int) -> list[Problem]:
    pool = [p for p in PROBLEMS if p.ages[0] <= age <= p.ages[1]]
    return rng.sample(pool, min(len(pool), rng.randint(2, 5)))


def _fits(style: str, problem: Problem) -> bool:
    """Operations and pathology only where the problem calls for them."""
    needed = {"operative": _SURGICAL, "pathology": _SURGICAL | _BIOPSIED}
    return style not in needed or problem.icd10 in needed[style]


def _visit(rng: random.Random, day: date, problem: Problem, site: Site) -> Visit:
    kind = rng.choice(_KINDS)
    start = datetime(day.year, day.month, day.day, rng.randint(7, 18), rng.randrange(60), tzinfo=ZONE)
    length = (
        timedelta(days=rng.randint(1, 6), hours=3)
        if kind == "IMP"
        else timedelta(minutes=rng.randint(10, 240))
    )
    options = [style for style in NOTE_STYLES[kind] if _fits(style, problem)]
    first = options[0] if rng.random() < 0.5 else rng.choice(options)
    more = [s for s in rng.sample(options, len(options)) if s != first]
    return Visit(
        id=draw_id(rng),
        number=digits(rng, 9),
        kind=kind,
        start=start,
        end=start + length,
        problem=problem,
        doctor=site.doctor(rng, "family medicine", "internal medicine", "emergency medicine", "cardiology"),
        other=site.doctor(rng, "general surgery", "orthopedics", "oncology", "radiology", "pathology"),
        facility=site.facility(rng, inpatient=kind in {"IMP", "EMER"}),
        styles=(first, *more[: rng.choice((0, 1, 1))]),
        accession=f"{rng.choice(('XR', 'S', 'CT', 'L'))}{day:%y}-{digits(rng, 6)}",
    )


def draw_story(rng: random.Random, person: Person, site: Site) -> Story:
    """A course of 3 to 12 visits that ends before the last day or the death.

    Example:
        >>> from plummer.deid.synth.people import draw_person
        >>> from plummer.deid.synth.site import draw_site
        >>> rng = random.Random(4)
        >>> 3 <= len(draw_story(rng, draw_person(rng), draw_site(rng)).visits) <= 12
        True
    """
    last = (person.death or LAST_DAY) - timedelta(days=14)
    first = max(person.birth + timedelta(days=10), last - timedelta(days=365 * _FIRST_YEARS))
    span = (last - first).days
    problems = _problems(rng, person.age(last))
    offsets = sorted(rng.sample(range(span), min(span, rng.randint(3, 12))))
    visits = tuple(_visit(rng, first + timedelta(days=o), rng.choice(problems), site) for o in offsets)
    onsets = tuple(
        (p, min([v.day for v in visits if v.problem == p] + [last]) - timedelta(days=rng.randint(0, 9)))
        for p in problems
    )
    dated = tuple((p, max(day, person.birth)) for p, day in onsets)
    return Story(person, dated, visits, 0 if person.age(last) < 16 else rng.randrange(3))
