"""One patient's whole record: every resource, and the notes with their gold spans."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from plummer.deid.synth import administrative, encounters, observations, reports, treatments
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.notes import Note, note
from plummer.deid.synth.people import draw_person
from plummer.deid.synth.site import Site
from plummer.deid.synth.story import Story, Visit, draw_story


@dataclass(frozen=True, slots=True)
class Written:
    """A note and the id of the DocumentReference that carries it."""

    id: str
    note: Note


@dataclass(frozen=True, slots=True)
class Record:
    """A patient's story, resources and notes."""

    story: Story
    resources: tuple[Json, ...]
    notes: tuple[Written, ...]


def _laboratory(rng: random.Random, story: Story, visit: Visit) -> list[Json]:
    keys = list(dict.fromkeys(key for problem, _ in story.problems for key in problem.tests))
    panel = list(dict.fromkeys([*visit.problem.tests, *rng.sample(keys, min(2, len(keys)))]))
    results = [observations.laboratory(rng, story.person, visit, key) for key in panel]
    return [*results, reports.laboratory_report(rng, story.person, visit, results)]


def _visit_resources(rng: random.Random, story: Story, visit: Visit) -> Iterator[Json]:
    person = story.person
    yield encounters.encounter(person, visit)
    if visit.kind != "VR":
        yield from observations.vitals(rng, person, visit)
        yield from _laboratory(rng, story, visit)
    if (done := encounters.procedure(rng, person, visit)) is not None:
        yield done
    for key in visit.problem.drugs[: rng.randint(1, 2)]:
        yield treatments.medication_request(rng, person, visit, key)
    if visit.kind == "IMP":
        for _ in range(rng.randint(1, 3)):
            yield treatments.administration(rng, person, visit, rng.choice(visit.problem.drugs))
    if visit.kind == "AMB" and rng.random() < 0.5:
        yield treatments.immunization(rng, person, visit)
    if rng.random() < 0.25:
        yield treatments.referral(rng, person, visit)


def _background(rng: random.Random, story: Story) -> Iterator[Json]:
    person = story.person
    yield administrative.patient(story)
    for relative in person.relatives:
        yield administrative.related_person(person, relative)
    yield administrative.coverage(rng, story)
    for problem, onset in story.problems:
        yield encounters.condition(rng, story, problem, onset)
    if rng.random() < 0.5:
        yield encounters.allergy(rng, story)
    if story.smoking:
        yield observations.smoking(rng, story)
    if person.has_device:
        yield treatments.device(rng, story)


def draw_record(seed: int, index: int, site: Site) -> Record:
    """The record of patient ``index``, which depends on the seed and the index alone."""
    rng = random.Random(f"{seed}:{index}")  # noqa: S311 (reproducible, not secret)
    story = draw_story(rng, draw_person(rng, index), site)
    resources = list(_background(rng, story))
    written: list[Written] = []
    for visit in story.visits:
        resources += _visit_resources(rng, story, visit)
        for style in visit.styles:
            text = note(story.person, visit, style, rng)
            carrier = reports.document(rng, story.person, visit, text)
            written.append(Written(carrier["id"], text))
            resources.append(carrier)
            if style in {"radiology", "pathology"}:
                resources.append(reports.note_report(rng, story.person, visit, text))
    return Record(story, tuple(resources), tuple(written))
