"""A document as resources: whom it is about, its entries, its narrative, everybody it names, itself."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any, Final

from plummer.pipelines.landing.ccda import uncarried
from plummer.pipelines.landing.ccda.datatypes import concept
from plummer.pipelines.landing.ccda.ids import hashed, instances, patient_id
from plummer.pipelines.landing.ccda.interpret import Made, Maker
from plummer.pipelines.landing.ccda.model import Rule, entry_rules, rule
from plummer.pipelines.landing.ccda.narrative import Anchors, plain_text
from plummer.pipelines.landing.ccda.paths import ARC, templates
from plummer.pipelines.landing.ccda.people import everybody
from plummer.pipelines.landing.ccda.tables import containers
from plummer.pipelines.landing.ccda.values import instant
from plummer.pipelines.landing.ccda.xml_tree import Node
from plummer.pipelines.landing.refusal import Refused

STATEMENTS: Final = frozenset({
    "act", "encounter", "observation", "observationMedia", "organizer", "procedure", "regionOfInterest",
    "substanceAdministration", "supply",
})  # fmt: skip
MOST_AUTHORS: Final = 20
"""Authors of a document that are those of each of its sections; the Composition has all."""

_HOLDERS: Final = frozenset({"entry", "entryRelationship", "component"})


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a document comes to.

    Attributes:
        made: its resources and what of it was refused, in order.
        left: what the mapping doesn't carry, by template and element, section or header.
    """

    made: tuple[Made, ...]
    left: Counter[str]


def map_document(root: Node) -> Mapped:
    """Everything that a document holds.

    Raises:
        Refused: ``not_a_cda``, ``cda_no_patient`` or ``cda_several_patients``, where nothing can be taken.
    """
    if root.tag != "ClinicalDocument":
        raise Refused("not_a_cda")
    return _Document.of(root).mapped()


@dataclass(slots=True)
class _Document:
    root: Node
    maker: Maker
    lineage: str
    version: str | None
    left: Counter[str] = field(default_factory=Counter)
    sections: list[dict[str, Any]] = field(default_factory=list)
    _ordinals: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, root: Node) -> "_Document":
        roles = [role for target in root.all("recordTarget") for role in target.all("patientRole")]
        if len(roles) > 1:
            raise Refused("cda_several_patients")
        patient = patient_id(roles[0].all("id")) if roles else None
        if patient is None:
            raise Refused("cda_no_patient")
        time = root.one("effectiveTime")
        maker = Maker(patient, Anchors(root), _time(time))
        maker.special["patient"] = {"reference": f"Patient/{patient}"}
        maker.places["document"] = root
        return cls(root, maker, _lineage(root), _version(root))

    def mapped(self) -> Mapped:
        maker = self.maker
        for role in (role for target in self.root.all("recordTarget") for role in target.all("patientRole")):
            maker.make(rule("patient"), role)
        self._surroundings()
        for body in (body for part in self.root.all("component") for body in part.children):
            body.seen = True
            for section in (inner for part in body.all("component") for inner in part.all("section")):
                self._section(section)
            if body.tag == "nonXMLBody":
                maker.make(rule("unstructured"), body, self._name("unstructured"), self.version)
        people = everybody(self.root, maker)
        maker.special["involved"] = {"detail": people} if people else None
        maker.special["sections"] = self.sections or None
        maker.make(rule("composition"), self.root, self._name("composition"), self.version)
        self.left += uncarried.of_header(self.root)
        return Mapped(maker.finished(), self.left)

    def _surroundings(self) -> None:
        """The visit that it is of, who wrote it and who keeps it."""
        for part in self.root.all("componentOf"):
            for visit in part.all("encompassingEncounter"):
                reference = self.maker.make(rule("visit"), visit)
                if reference is not None:
                    self.maker.special |= {"encounter": reference, "encounters": [reference]}
        authors = (author for part in self.root.all("author") for author in part.all("assignedAuthor"))
        named = (author for author in authors if author.one("assignedPerson") is not None)
        found = (self.maker.make(rule("practitioner"), author) for author in islice(named, MOST_AUTHORS))
        self.maker.special["authors"] = [one for one in found if one is not None] or None
        for node in self.root.all("custodian"):
            for keeper in (inner for part in node.children for inner in part.children):
                self.maker.special["custodian"] = self.maker.make(rule("organization"), keeper)

    def _section(self, section: Node) -> None:
        self.maker.places["section"] = section
        self._narrative(section)
        for entry in section.all("entry"):
            for statement in entry.children:
                self._statement(statement, section, top=True)
        for inner in (inner for part in section.all("component") for inner in part.all("section")):
            self._section(inner)

    def _narrative(self, section: Node) -> None:
        text = section.one("text")
        if text is None or not plain_text(text):
            return
        code = section.one("code")
        name = self._name("section", _code(section))
        reference = self.maker.make(rule("section"), section, name, self.version)
        if reference is not None:
            title = section.one("title")
            told = {
                "title": None if title is None else plain_text(title),
                "code": None if code is None else concept(code, self.maker.named),
                "entry": [reference],
            }
            self.sections.append({key: value for key, value in told.items() if value})

    def _name(self, *parts: str) -> str:
        """An id that the document's next version has too."""
        whole = "/".join(parts)
        self._ordinals[whole] += 1
        return hashed("document", self.maker.patient, self.lineage, *parts, str(self._ordinals[whole]))

    def _statement(self, node: Node, section: Node, *, top: bool) -> None:
        if node.tag not in STATEMENTS:
            return
        told = _rule_for(node, section, top=top)
        if told is not None:
            if self.maker.make(told, node) is not None:
                self.left += uncarried.of_statement(node, _code(section), told.fixed)
        elif not (node.seen or templates(node) & _containers()):
            self.left[uncarried.name_of(node, _code(section))] += 1
        within = node.tag == "organizer"
        for inner in (inner for part in node.children if part.tag in _HOLDERS for inner in part.children):
            self._statement(inner, section, top=within)


@cache
def _containers() -> frozenset[str]:
    return frozenset(ARC + name for name in containers())


def _rule_for(node: Node, section: Node, *, top: bool) -> Rule | None:
    there = _code(section)
    return next((told for told in entry_rules() if _fits(told, node, there, top=top)), None)


def _code(section: Node) -> str:
    code = section.one("code")
    return "" if code is None else code.attrs.get("code", "")


def _fits(told: Rule, node: Node, section: str, *, top: bool) -> bool:
    return (
        node.tag in told.elements
        and (not told.templates or bool(told.templates & templates(node)))
        and (not told.sections or section in told.sections)
        and (not told.moods or node.attrs.get("moodCode", "EVN") in told.moods)
        and (not told.top or (top and not node.seen))
        and (told.another or not _of_another(node))
        and (told.negation or node.attrs.get("negationInd") != "true")
        and "nullFlavor" not in node.attrs
    )


def _of_another(node: Node) -> bool:
    """Whether a statement or one around it is about a relative, or anybody but the patient."""
    at: Node | None = node
    while at is not None and at.tag != "section":
        if at.tag in STATEMENTS and at.one("subject") is not None:
            return True
        at = at.parent
    return False


def _lineage(root: Node) -> str:
    """What all versions of a document share: its set, else the set or id of what it replaces, else its id."""
    for node in _lineage_ids(root):
        found = instances([node])
        if found:
            return "/".join(found[0])
    return ""


def _lineage_ids(root: Node) -> Iterator[Node]:
    yield from root.all("setId")
    for related in root.all("relatedDocument"):
        if related.attrs.get("typeCode") == "RPLC":
            for parent in related.all("parentDocument"):
                yield from (*parent.all("setId"), *parent.all("id"))
    yield from root.all("id")


def _version(root: Node) -> str | None:
    node = root.one("versionNumber")
    value = "" if node is None else node.attrs.get("value", "").strip()
    return value if value.isascii() and value.isdigit() and len(value) < 10 else None


def _time(node: Node | None) -> str | None:
    try:
        return None if node is None else instant(node)
    except Refused:
        return None  # the resources that need it are refused where they are made
