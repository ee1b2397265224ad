"""Invented inpatients, with the labels of two tasks worked out by hand."""

from datetime import datetime
from typing import Any

from made_release import day, event


def stay(start: float, end: float | None, kind: str = "IMP") -> list[tuple[float, str]]:
    ends = [] if end is None else [(end, f"ENCOUNTER_END//{kind}")]
    return [(start, f"ENCOUNTER_START//{kind}"), *ends]


# days and codes of a subject; (day of prediction, label) of in_hospital_mortality; of readmission_30d
SEEN = [(400, "LOINC//4548-4")]
STORIES = [
    # goes home on day 5, comes back on day 20 and goes home again
    (stay(0, 5) + stay(20, 22) + SEEN, [(1, False), (21, False)], [(5, True), (22, False)]),
    # dies on the ward
    ([*stay(0, 3), (3, "MEDS_DEATH")], [(1, True)], []),
    # goes home within a day, and is never seen again
    (stay(0, 1), [], []),
    # dies on the first day
    ([*stay(0, 0.5), (0.5, "MEDS_DEATH")], [], []),
    # is never an inpatient
    (stay(0, 5, "AMB") + stay(9, 9, "AMB") + SEEN, [], []),
    # survives the first stay, not the second, which begins after 30 days
    ([*stay(0, 4), *stay(50, 55), (55, "MEDS_DEATH")], [(1, False), (51, True)], [(4, False)]),
    # dies at home within the month
    ([*stay(0, 6), (12, "MEDS_DEATH")], [(1, False)], []),
    # is still there when the record ends
    ([*stay(0, None), (8, "LOINC//4548-4")], [], []),
    # is transferred on the day of discharge
    (stay(0, 5) + stay(5, 9) + SEEN, [(1, False)], [(5, False), (9, False)]),
    # comes back on the thirtieth day, and on the thirty-first
    (stay(0, 5) + stay(35, 37) + SEEN, [(1, False), (36, False)], [(5, True), (37, False)]),
    (stay(0, 5) + stay(36, 38) + SEEN, [(1, False), (37, False)], [(5, False), (38, False)]),
]
COPIES = 12
BIRTH = -9_000
EXPECTED = {"in_hospital_mortality": 1, "readmission_30d": 2}


def subjects_of(story: int) -> list[int]:
    return [1_000 * (copy + 1) + story for copy in range(COPIES)]


def expected(task: str) -> list[tuple[int, datetime, bool]]:
    """Labels worked out by hand: subject, time of prediction, label."""
    return sorted(
        (subject, day(at), label)
        for number, story in enumerate(STORIES)
        for subject in subjects_of(number)
        for at, label in story[EXPECTED[task]]
    )


def events() -> list[dict[str, Any]]:
    """Every subject, with a static event, a birth, and a haemoglobin at each step."""
    rows = []
    for subject, number in sorted((s, n) for n in range(len(STORIES)) for s in subjects_of(n)):
        told = sorted(STORIES[number][0], key=lambda one: (one[0], one[1] == "MEDS_DEATH"))
        rows += [event(subject, None, "GENDER//female"), event(subject, day(BIRTH), "MEDS_BIRTH")]
        for at, code in told:
            rows.append(event(subject, day(at), code))
            value = 10.0 + subject % 7
            rows.append(event(subject, day(at), "LOINC//718-7", numeric_value=value, unit="g/dL"))
    return rows
