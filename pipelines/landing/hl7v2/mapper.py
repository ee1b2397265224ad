"""A message to outcomes: its resources, what is refused of it, what isn't carried."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from plummer.pipelines.landing.hl7v2.batches import Raw
from plummer.pipelines.landing.hl7v2.grammar import plan
from plummer.pipelines.landing.hl7v2.letter import Letter, hashed
from plummer.pipelines.landing.hl7v2.message import Segment, parse
from plummer.pipelines.landing.hl7v2.names import standard_segments
from plummer.pipelines.landing.hl7v2.render import Place, all_hold, holds, key, render
from plummer.pipelines.landing.hl7v2.rules import Spec
from plummer.pipelines.landing.hl7v2.tree import Node
from plummer.pipelines.landing.limits import MAX_QUARANTINE_BODY
from plummer.pipelines.landing.outcome import DELETED, Outcome, refused
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.uncarried import Uncarried

_ENCODE: Final = msgspec.json.Encoder().encode
_UNKNOWN: Final = "Z-segment"


@dataclass(frozen=True, slots=True)
class _Job:
    """A resource that is to be made, or deleted."""

    node: Node
    spec: Spec
    name: str
    deleted: bool


def map_message(raw: Raw, zone: str = "") -> Iterator[Outcome]:
    """Every unit of a message; it is refused whole before its first resource, or not at all.

    A resource of which something is wrong is refused alone, with the segment that drives it.

    Args:
        raw: the message.
        zone: IANA zone of the site's wall clock, "" where nobody declared it.
    """
    try:
        letter = Letter.of(parse(raw), plan(), zone)
        jobs = list(_jobs(letter))
        made = [outcome for job in jobs for outcome in _do(job, letter)]
        for node in letter.root.below():
            made += _also(node, letter)
        if not made:
            raise Refused("message_unmapped")
        # who asks for a deletion hands over nothing
        left = None if any(job.deleted for job in jobs) else _left(letter).take()
    except Refused as no:
        yield _whole(raw, no.reason)
        return
    except Exception:  # one hostile message must not end the load; the reason says that nobody foresaw it
        yield _whole(raw, "check_failed")
        return
    seen: Counter[int] = Counter()
    for at, one in enumerate(made):
        # several units have the line of one segment, and a unit's place must be its own
        yield replace(one, sequence=seen[one.line], uncarried=left if at == 0 else None)
        seen[one.line] += 1


def _whole(raw: Raw, reason: str) -> Outcome:
    if raw.segments and raw.size <= MAX_QUARANTINE_BODY:
        return refused(reason, raw.body, raw.line)
    return Outcome(raw.line, None, 0, reason, raw.size, raw.sha256, None)


def _jobs(letter: Letter) -> Iterator[_Job]:
    for node in letter.root.below():
        for spec in letter.plan.segments[node.name].specs:
            place = Place(letter, node)
            if not holds(spec.conditions, place):
                continue
            name = _name(spec, place)
            if name is None:
                continue
            deleted = all_hold(spec.deletes, place)
            node.make(spec.kind, name)
            if (spec.kind, name) not in letter.names:
                letter.names[spec.kind, name] = node
                yield _Job(node, spec, name, deleted)


def _name(spec: Spec, place: Place) -> str | None:
    """The id of a resource; one that two segments of a message claim is told apart by their order."""
    parts = key(spec.keys, place)
    if spec.pair:
        return hashed(spec.kind, sorted(parts)) if parts is not None and len({*parts}) > 1 else None
    if parts is None:
        if spec.required:
            raise Refused("missing_id")
        return place.letter.own_id(place.node, spec.kind)
    count = 0 if spec.shared else place.letter.claimed(spec.kind, parts)
    return hashed(spec.kind, [*parts, str(count + 1)] if count else parts)


def _do(job: _Job, letter: Letter) -> Iterator[Outcome]:
    segment = job.node.segment
    if segment is None:
        return
    if job.deleted:
        yield _deletion(job, letter, segment)
        return
    try:
        meta = letter.meta(job.spec.kind)
        elements = render(job.spec.body, Place(letter, job.node)) or {}
        head = {"resourceType": job.spec.kind, "id": job.name, **({"meta": meta} if meta else {})}
        yield from _checked(_ENCODE(head | elements), segment)
    except Refused as no:
        yield refused(no.reason, segment.raw, segment.line)
    yield from _handed_over(letter)


def _also(node: Node, letter: Letter) -> Iterator[Outcome]:
    for rule in letter.plan.segments[node.name].also:
        render(rule, Place(letter, node))
        yield from _handed_over(letter)


def _handed_over(letter: Letter) -> Iterator[Outcome]:
    """The resources that rules made on the way."""
    made, letter.made = letter.made, []
    for node, body in made:
        if node.segment is not None:
            yield from _checked(body, node.segment)


def _checked(body: bytes, segment: Segment) -> Iterator[Outcome]:
    for one in check_line(body, segment.line):
        yield one if one.reason is None else refused(one.reason, segment.raw, segment.line)


def _deletion(job: _Job, letter: Letter, segment: Segment) -> Outcome:
    meta = letter.meta(job.spec.kind)
    return Outcome(
        line=segment.line,
        entry=None,
        sequence=0,
        reason=DELETED,
        size=len(segment.raw),
        content_sha256=hashlib.sha256(segment.raw).hexdigest(),
        body=None,
        resource_type=job.spec.kind,
        resource_id=job.name,
        version_id=meta.get("versionId"),
        last_updated=meta.get("lastUpdated"),
    )


def _left(letter: Letter) -> Uncarried:
    """What nobody read: fields of known segments, and segments that the mapping doesn't know."""
    left = Uncarried()
    known = standard_segments()
    for segment in letter.segments:
        rules = letter.plan.segments.get(segment.name)
        if rules is None:
            left.add(segment.name if segment.name in known else _UNKNOWN)
            continue
        for name in dict.fromkeys(segment.left()):
            if int(name[4:].partition(".")[0]) not in rules.ignored:
                left.add(name)
    return left
