"""The policy compiled to one function per (context, JSON key), each made when first met.

A context is a type or the path of a backbone element (plummer.schemas.fhir.child). Walking an object looks
up each key's handler in the context's table; what the table can't know was never in R4 and goes.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from plummer.deid.policy import Action, Policy, Rule, alternatives, decide
from plummer.deid.policy.resolve import next_place
from plummer.deid.structure import attachments, codes, primitives, transforms
from plummer.deid.structure.ages import answer_handler, question_handler
from plummer.deid.structure.conditions import choosing
from plummer.deid.structure.handlers import (
    Handler,
    Slot,
    complex_handler,
    counting_handler,
    dated_handler,
    dropping_handler,
    primitive_handler,
    repeated_handler,
    silent_handler,
    twin_handler,
)
from plummer.deid.structure.json import Value, encode
from plummer.deid.structure.numbers import keep_act
from plummer.deid.structure.references import patient_link_act, reference_act
from plummer.deid.structure.state import Act, Json, State
from plummer.schemas.fhir import Element, primitive_types, resource_types

ANSWERS: Final = frozenset({"Observation", "Observation.component", "QuestionnaireResponse.item.answer"})
QUANTITIES: Final = frozenset({"Quantity", "Age", "Count", "Distance", "Duration"})
UNIT_PARTS: Final = frozenset({"unit", "system", "code"})
_SIMPLE: Final[dict[Action, Act]] = {
    Action.DROP: primitives.drop,
    Action.MASK: primitives.mask,
    Action.BIRTH: primitives.birth_act,
    Action.CLEAN: primitives.clean,
    Action.PHRASE: primitives.phrase,
    Action.NUMBERS: primitives.numbers,
    Action.ZIP3: primitives.zip3,
    Action.STATE: primitives.us_state,
    Action.COUNTRY: primitives.country,
}
_BY_KIND: Final[dict[Action, Callable[[str, str, str], Act]]] = {
    Action.KEEP: lambda kind, key, context: keep_act(kind, key),
    Action.DATE: lambda kind, key, context: primitives.date_act(kind, f"{context}.{key}"),
    Action.VERBATIM: lambda kind, key, context: primitives.verbatim_act(f"{context}.{key}", kind),
}
_FAST: Final[dict[Action, Callable[[Slot, str, Handler], Handler]]] = {
    Action.CODE: lambda slot, kind, slow: repeated_handler(slot, slow),
    Action.DATE: dated_handler,
}


class Table(dict[str, Handler]):
    """The handlers of one context; compiles a key when it is first met."""

    def __init__(self, walker: "Walker", context: str, place: str) -> None:
        super().__init__()
        self._walker = walker
        self._context = context
        self._place = place

    def __missing__(self, key: str) -> Handler:
        handler = self._walker.compile(self._context, key, self._place)
        if handler is not self._walker.unknown:  # unknown keys are endless, so they aren't remembered
            self[key] = handler
        return handler


class Walker:
    """A compiled policy."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._tables: dict[tuple[str, str], Table] = {}
        self._keeps_extensions = decide(policy, "Element", "extension")[0].action is Action.EXTENSION
        self._codes = codes.CodeRules(policy)
        self.unknown = counting_handler("default.unknown_element.drop")

    def table(self, context: str, place: str = "") -> Table:
        """The handlers of a context; ``place`` is the way to it where a rule of the policy goes that way."""
        found = self._tables.get((context, place))
        if found is None:
            found = self._tables[context, place] = Table(self, context, place)
        return found

    def compile(self, context: str, key: str, place: str = "") -> Handler:
        """The handler of one JSON key in one context."""
        if key.startswith("_"):
            return self._compile_twin(context, key[1:], place)
        if context in resource_types() and key in {"resourceType", "id"}:
            return silent_handler  # `resource` writes both
        if context in {"Attachment", "Binary"} and key in {"data", "contentType", "size"}:
            return self._compile_attachment(context, key)
        rules, element = alternatives(self._policy, context, key, place)
        if element is None:
            return self.unknown
        if rules[-1].action is Action.EXTENSION:
            return self._compile_extension(key)
        return self._compile_element(context, key, place, rules, element)

    def _compile_element(
        self, context: str, key: str, place: str, rules: Sequence[Rule], element: Element
    ) -> Handler:
        rule = rules[-1]
        unit = context in QUANTITIES and key in UNIT_PARTS
        if rule.action is Action.DROP and len(rules) == 1 and not element.min and not unit:
            return dropping_handler(rule.id)
        slot = Slot(key, rule.id, element.min > 0 and key != "id", element.types[0] in primitive_types())
        below = next_place(self._policy, context, key, place)
        act = choosing([(rule, self._act(context, key, rule, element, below)) for rule in rules])
        handler = (
            primitive_handler(slot, act, self.extensions) if slot.primitive else complex_handler(slot, act)
        )
        if len(rules) == 1 and rule.action in _FAST and not unit:
            handler = _FAST[rule.action](slot, element.types[0], handler)
        if context in ANSWERS and key.startswith("value"):
            return answer_handler(handler, key, primitive=slot.primitive)
        return question_handler(handler) if element.path == "QuestionnaireResponse.item.answer" else handler

    def _compile_twin(self, context: str, key: str, place: str) -> Handler:
        rules, element = alternatives(self._policy, context, key, place)
        if element is None or element.types[0] not in primitive_types():
            return self.unknown
        if any(rule.action is Action.DROP for rule in rules) or key in {"id", "resourceType"}:
            return counting_handler(rules[-1].id)
        return twin_handler(key, self.extensions)

    def _compile_attachment(self, context: str, key: str) -> Handler:
        wanted = decide(self._policy, context, "data")[0].action if context == "Binary" else Action.ATTACHMENT
        if key == "size" or (key == "data" and wanted is not Action.ATTACHMENT):
            return silent_handler
        if key == "data":
            return lambda out, obj, value, state: attachments.put_data(out, obj, state)
        keep = primitives.code_act(f"{context}.contentType")

        def content_type(out: Json, obj: Json, value: Value, state: State) -> None:
            if "contentType" not in out and (kept := keep(value, state, obj)) is not None:
                out["contentType"] = kept

        return content_type

    def _compile_extension(self, key: str) -> Handler:
        def handler(out: Json, obj: Json, value: Value, state: State) -> None:
            if kept := self.extensions(value, state):
                out[key] = kept
            if key == "modifierExtension":
                state.counts["extension.modifier.drop"] += (
                    len(value) - len(kept) if isinstance(value, list) else 1
                )

        return handler

    def _act(self, context: str, key: str, rule: Rule, element: Element, place: str) -> Act:
        kind = element.types[0]
        if context in QUANTITIES and key in UNIT_PARTS and rule.scope != "path":
            return self._unit_act(key)
        if rule.action in _SIMPLE:
            text = rule.action is Action.PHRASE and element.path == "CodeableConcept.text"
            return codes.concept_text if text else _SIMPLE[rule.action]
        if rule.action in _BY_KIND:
            return _BY_KIND[rule.action](kind, key, context)
        if rule.action is Action.CODE:
            return primitives.code_act(element.path)
        if rule.action in transforms.ACTIONS:
            return self._transform(context, key, rule, element, place)
        return self._complex_act(rule.action, element, place)

    def _transform(self, context: str, key: str, rule: Rule, element: Element, place: str) -> Act:
        """An action with parameters, or a pseudonym; a pseudonymised object's other parts are walked."""
        kind = element.types[0]
        if rule.action is Action.GENERALISE:
            return transforms.generalise_act(rule, kind, element.path)
        if rule.action is Action.SUBSTITUTE:
            return transforms.substitute_act(rule)
        if kind in primitive_types():
            make = transforms.perturb_act if rule.action is Action.PERTURB else transforms.pseudonym_act
            return make(rule, kind, f"{context}.{key}")
        walk = self.walk(element.context, place)
        if rule.action is Action.PERTURB:
            return _checked(codes.quantity_check, transforms.perturb_quantity_act(rule, element.path, walk))
        return transforms.pseudonym_identifier_act(rule, walk)

    def _unit_act(self, key: str) -> Act:
        if key == "unit":
            return codes.unit_act
        make = codes.unit_code_act if key == "code" else codes.unit_system_act
        act: Act = make(self._codes)
        return act

    def _complex_act(self, action: Action, element: Element, place: str) -> Act:
        if action is Action.CODING:
            act: Act = codes.coding_act(self._codes)
            return act
        if action is Action.REFERENCE:
            return reference_act(element.path, element.targets)
        if element.types[0] == "Resource":
            return self._inner_resource
        walk = self.walk(element.context, place)
        if element.path == "Patient.link":
            walk = patient_link_act(walk)
        if element.types[0] == "CodeableConcept" and not place:
            return _remembered(walk)
        if action is Action.QUANTITY:
            return _checked(codes.quantity_check, walk)
        return _checked(codes.age_check, walk) if action is Action.AGE else walk

    def walk(self, context: str, place: str = "") -> Act:
        """The act that walks an object of a context; None if nothing of it remains."""
        table = self.table(context, place)

        def act(value: Value, state: State, _: Json) -> Json | None:
            if value.__class__ is not dict:
                state.counts["default.shape.drop"] += 1
                return None
            out: Json = {}
            for key, item in value.items():
                table[key](out, value, item, state)
            return out or None

        return act

    def extensions(self, value: Value, state: State, names: frozenset[str] | None = None) -> list[Json]:
        """The listed ones of an array of extensions; nested ones (``names``) by their short names."""
        if not self._keeps_extensions:
            state.counts["extension.not_listed.drop"] += len(value) if isinstance(value, list) else 1
            return []
        kept = []
        for extension in value if isinstance(value, list) else ():
            url = extension.get("url") if isinstance(extension, dict) else None
            inner = self._inner_names(url, names)
            if inner is None:
                state.counts["extension.not_listed.drop"] += 1
                continue
            state.counts["extension.listed.keep"] += 1
            new = {"url": url}
            for key, item in extension.items():
                if key == "extension":
                    if nested := self.extensions(item, state, inner):
                        new["extension"] = nested
                elif key not in {"url", "id", "_url"}:
                    self.table("Extension")[key](new, extension, item, state)
            if len(new) > 1:
                kept.append(new)
        return kept

    def _inner_names(self, url: Value, names: frozenset[str] | None) -> frozenset[str] | None:
        if not isinstance(url, str):
            return None
        if names is None:
            return self._policy.extensions.get(url)
        return frozenset() if url in names else None

    def resource(self, value: Json, state: State, new_id: str | None) -> Json:
        """A resource: its type, its new id, and what the rules keep of the rest."""
        kind = value["resourceType"]
        out: Json = {"resourceType": kind}
        if new_id:
            out["id"] = new_id
        table = self.table(kind)
        outer, state.kind = state.kind, kind
        for key, item in value.items():
            table[key](out, value, item, state)
        state.kind = outer
        return out

    def _inner_resource(self, value: Value, state: State, parent: Json) -> Json | None:
        """A contained resource, or one in a Bundle or Parameters."""
        kind = value.get("resourceType") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in resource_types():
            state.counts["default.inner_resource.drop"] += 1
            return None
        old = value.get("id")
        if not isinstance(old, str):
            return self.resource(value, state, None)
        if "resourceType" in parent:  # DomainResource.contained
            return self.resource(value, state, state.contained.get(old))
        target = state.subject.context.references.get(f"{kind}/{old}", "")
        return self.resource(value, state, target.partition("/")[2] or None)


def _checked(check: Act, walk: Act) -> Act:
    def act(value: Value, state: State, parent: Json) -> Value:
        closed = check(value, state, parent)
        return walk(value, state, parent) if closed is None else closed

    return act


def _remembered(walk: Act) -> Act:
    """Walk each CodeableConcept of plain codings and text once a subject: the same ones come again."""

    def act(value: Value, state: State, parent: Json) -> Value:
        key = encode(value)
        memo = state.subject.concepts
        known = memo.get(key)
        if known is None:
            if not _is_plain(value):
                return walk(value, state, parent)
            outer, state.counts = state.counts, defaultdict(int)
            out = walk(value, state, parent)
            known = memo[key] = (out, tuple(state.counts.items()))
            state.counts = outer
        counts = state.counts
        for rule, count in known[1]:
            counts[rule] += count
        return known[0]

    return act


def _is_plain(value: Value) -> bool:
    """Whether a CodeableConcept is labels and codes alone: no extension, whose reference may be lost."""
    if not isinstance(value, dict) or not value.keys() <= {"coding", "text"}:
        return False
    codings = value.get("coding", [])
    return isinstance(codings, list) and all(
        isinstance(coding, dict) and all(part.__class__ in {str, bool} for part in coding.values())
        for coding in codings
    )
