"""What one call of the scrubber carries along, and the small vocabulary of its parts."""

from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from plummer.deid.context import KnownIdentifiers, SubjectContext
from plummer.deid.dates import DateContext
from plummer.deid.policy import Policy
from plummer.deid.structure.json import Value
from plummer.deid.structure.population import NOBODY, Population
from plummer.schemas.extensions import DATA_ABSENT_REASON
from plummer.schemas.references import normalise_reference

if TYPE_CHECKING:
    from plummer.deid.text.surrogates import Surrogates, Writer

Json = dict[str, Value]


class CleanedText(Protocol):
    """What a text engine returns: the scrubbed text, and counts by type of what was replaced."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def counts(self) -> Mapping[str, int]: ...  # noqa: D102


class TextCleaner(Protocol):
    """What the scrubber asks of a text engine; `plummer.deid.text.TextEngine` is one.

    Both raise PlummerError where a text can't be scrubbed safely; the scrubber then removes the text.
    """

    def scrub(
        self, text: str, known: KnownIdentifiers, dates: DateContext, surrogates: "Writer | None" = None
    ) -> CleanedText:
        """Scrub a note; with typed tags unless told what to write."""
        ...

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        """Scrub a short label."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A primitive that leaves extensions in its place (``_name``), with or without a value."""

    extensions: tuple[Json, ...]
    value: Value = None


MASK: Final[Json] = {"url": DATA_ABSENT_REASON, "valueCode": "masked"}
UNKNOWN: Final[Json] = {"url": DATA_ABSENT_REASON, "valueCode": "unknown"}
MASKED: Final = Marked((MASK,))


class Subject:
    """Caches that hold for one subject's context; a compartment's resources come one after another."""

    __slots__ = ("codings", "concepts", "context", "dates", "found", "names", "phrases", "surrogates")

    def __init__(self, context: SubjectContext) -> None:
        self.context = context
        self.dates: dict[tuple[str, str], Value] = {}
        self.phrases: dict[str, str] = {}
        self.codings: dict[tuple[Value, ...], tuple[str, Json | None]] = {}
        self.concepts: dict[bytes, tuple[Value, tuple[tuple[str, int], ...]]] = {}
        self.found: dict[str, Json] = {}
        self.names: dict[str, str | None] = {}
        self.surrogates: Surrogates | None = None

    def name_of(self, reference: str) -> str | None:
        """The normalised name of a reference, worked out once."""
        try:
            return self.names[reference]
        except KeyError:
            return self.names.setdefault(reference, normalise_reference(reference))


@dataclass(slots=True)
class State:
    """One resource on its way through.

    Attributes:
        policy: the policy in force.
        text: the text engine.
        subject: the context and its caches.
        resource_id: the pseudonym for Resource.id.
        population: what many subjects share.
        taken: values of the home that no surrogate may equal.
        texts: notes and free texts of this resource so far.
        kind: type of the resource, or of the contained one, that is being walked.
        asks_age: whether the item of a questionnaire that is being walked asks for an age.
        counts: how often each rule acted.
        contained: original id of a contained resource to its new one.
        note_counts: for each text attachment in document order, what was replaced.
        note_errors: ordinal and code of each text that couldn't be scrubbed.
        missing: references without a target in the home, by path.
        foreign: references into another subject's compartment, by path.
    """

    policy: Policy
    text: TextCleaner
    subject: Subject
    resource_id: str
    population: Population = NOBODY
    taken: Container[str] = frozenset()
    texts: int = 0
    kind: str = ""
    asks_age: bool = False
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    contained: dict[str, str] = field(default_factory=dict)
    note_counts: list[Mapping[str, int]] = field(default_factory=list)
    note_errors: list[tuple[int, str]] = field(default_factory=list)
    missing: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    foreign: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


Act = Callable[[Value, State, Json], Value]
"""(value, state, parent object) to the new value: None = gone, `Marked` = replaced by extensions."""
