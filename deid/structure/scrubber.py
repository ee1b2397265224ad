"""The structured scrubber: one FHIR resource in, what the policy allows of it out."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from plummer.deid.context import SubjectContext
from plummer.deid.policy import Policy
from plummer.deid.structure.json import Value, decode, encode
from plummer.deid.structure.population import NOBODY, Population
from plummer.deid.structure.state import State, Subject, TextCleaner
from plummer.deid.structure.walker import Walker
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import resource_types

ENGINE_VERSION: Final = "structure-4"
"""Raised whenever the same input and policy would give other output."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What is left of a resource, and an account of what was done.

    Attributes:
        body: the scrubbed resource as JSON.
        actions: how often each rule acted, by rule id.
        note_counts: for each text attachment in document order, what was replaced by type.
        note_errors: ordinal (into ``note_counts``) and error code of each text that was removed unscrubbed.
        missing_references: references without a target in the home, by FHIR path.
        foreign_references: references into another subject's compartment, by FHIR path.
    """

    body: bytes
    actions: Mapping[str, int]
    note_counts: tuple[Mapping[str, int], ...]
    note_errors: tuple[tuple[int, str], ...]
    missing_references: Mapping[str, int]
    foreign_references: Mapping[str, int]


class Scrubber:
    """A policy compiled over the R4 element table; make one per process and keep it.

    Args:
        policy: what to do.
        text: the text engine.
        population: what many subjects share; without it nothing is taken to be common.
        taken: values of the home that no surrogate may equal.

    It doesn't validate: what isn't as R4 has it goes, and the rest stays as the policy says. It keeps no
    state between calls but caches.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> from plummer.deid.context import SubjectContext
        >>> scrubber = Scrubber(load_policy("safe_harbor"), text=None)
        >>> body = '{"resourceType": "Patient", "id": "7", "gender": "male", "name": [{"family": "Doe"}]}'
        >>> scrubber.scrub(body, SubjectContext(), "41").body
        b'{"resourceType":"Patient","id":"41","gender":"male"}'
    """

    engine_version: str = ENGINE_VERSION

    def __init__(
        self,
        policy: Policy,
        text: TextCleaner,
        population: Population = NOBODY,
        taken: Container[str] = frozenset(),
    ) -> None:
        self.policy = policy
        self.population = population
        self._taken = taken
        self._text = text
        self._walkers = {"": Walker(policy)}
        self._subject = Subject(SubjectContext())

    def scrub(self, body: str | bytes, context: SubjectContext, resource_id: str, site: str = "") -> Scrubbed:
        """Scrub one resource.

        Args:
            body: the resource as JSON.
            context: what is known of its subject; resources of one subject in a row share caches.
            resource_id: the pseudonym that becomes ``Resource.id``.
            site: whose rules apply, where the policy has some for single sites.

        Raises:
            PlummerError: ``json_invalid``, ``json_too_deep``, ``resource_type_unknown`` or
                ``scrub_failed``: the record belongs in quarantine.
        """
        if self._subject.context is not context:
            self._subject = Subject(context)
        resource = decode(body)
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(kind, str) or kind not in resource_types():
            raise PlummerError("resource_type_unknown", "the record isn't an R4 resource", ExitCode.INTERNAL)
        policy = self.policy.of_site(site)
        state = State(policy, self._text, self._subject, resource_id, self.population, self._taken)
        state.contained = _new_ids(resource.get("contained"))
        walker = self._walker_of(site if site in self.policy.sites else "")
        return self._finish(self._walk(walker, resource, state, kind), state)

    def _walker_of(self, site: str) -> Walker:
        if site not in self._walkers:
            self._walkers[site] = Walker(self.policy.of_site(site))
        return self._walkers[site]

    @staticmethod
    def _walk(walker: Walker, resource: dict[str, Value], state: State, kind: str) -> bytes:
        try:
            return encode(walker.resource(resource, state, state.resource_id))
        except RecursionError:
            raise PlummerError("json_too_deep", "the record is nested too deeply", ref=kind) from None
        except PlummerError:
            raise
        except Exception:  # an exception's text may hold a value of the record
            raise PlummerError("scrub_failed", "the record couldn't be scrubbed", ref=kind) from None

    @staticmethod
    def _finish(body: bytes, state: State) -> Scrubbed:
        return Scrubbed(
            body,
            # a rule that another's condition took the element from counts back to nothing
            {rule: count for rule, count in state.counts.items() if count},
            tuple(state.note_counts),
            tuple(state.note_errors),
            dict(state.missing),
            dict(state.foreign),
        )


def _new_ids(contained: Value) -> dict[str, str]:
    """New ids of contained resources, c1, c2 and so on, since the old ones may be names or numbers."""
    resources = contained if isinstance(contained, list) else []
    ids = [r["id"] for r in resources if isinstance(r, dict) and isinstance(r.get("id"), str)]
    return {old: f"c{number}" for number, old in enumerate(dict.fromkeys(ids), 1)}
