"""The mapping itself, and what must hold of any document that goes through it."""

import io
import json
from pathlib import Path

import pytest

from plummer.pipelines.deliveries import discover
from plummer.pipelines.index.facts import facts
from plummer.pipelines.landing.ccda import model
from plummer.pipelines.landing.ccda.datatypes import address, human_name
from plummer.pipelines.landing.ccda.door import DOOR
from plummer.pipelines.landing.ccda.model import Branch, Each, First, Items, When
from plummer.pipelines.landing.ccda.xml_tree import read_xml
from plummer.pipelines.landing.gzipped import GzipReader
from plummer.pipelines.landing.tasks import ReadTask
from plummer.schemas.fhir import child, elements

HERE = Path(__file__).parent
RULES = [told for file in model.FILES for told in model.rules(file).values()]
PERSONS = {
    "patient", "assignedPerson", "relatedPerson", "guardianPerson", "associatedPerson",
    "informationRecipient",
}  # fmt: skip
ROLES = {"patientRole", "assignedAuthor", "assignedEntity", "relatedEntity", "associatedEntity", "guardian"}


def inner(part):
    """Parts that stand for the same element."""
    if isinstance(part, First | Items):
        return part.options if isinstance(part, First) else part.parts
    if isinstance(part, When):
        return [one for one in (part.then, part.otherwise) if one is not None]
    return [part.do] if isinstance(part, Each) else []


def unknown(path, part):
    """Elements that R4 doesn't have where the part puts them."""
    if not isinstance(part, Branch):
        return [name for one in inner(part) for name in unknown(path, one)]
    found = []
    for name, one in part.parts:
        element = elements().get(f"{path}.{name}") or child(path, name)
        if element is None:
            found.append(f"{path}.{name}")
            continue
        same = element.same_as or element.path
        nested = same if child(same, "id") else (element.types or ("",))[0]
        found += unknown(nested, one) if isinstance(element.types, tuple) else []
    return found


@pytest.mark.parametrize("told", RULES, ids=lambda told: told.name)
def test_a_rule_fills_elements_that_r4_has(told):
    assert unknown(told.resource, told.body) == []


def read(data):
    return list(DOOR.read(io.BytesIO(data), ReadTask("d.xml", "", "ccda", len(data), "", 0, len(data))))


def bodies(data):
    return [json.loads(outcome.body) for outcome in read(data) if outcome.reason is None]


def named(root):
    """What is said of persons in the document: parts of names, lines of addresses, numbers."""
    for node in root.walk():
        if node.tag in PERSONS:
            for name in node.all("name"):
                told = human_name(name) or {}
                yield from (told.get("text"), told.get("family"), *told.get("given", []))
        if node.tag in ROLES:
            for place in node.all("addr"):
                told = address(place) or {}
                yield from (*told.get("line", []), told.get("city"))
            for number in node.all("telecom"):
                yield number.attrs.get("value", "").partition(":")[2].removeprefix("//")
            if node.tag == "patientRole":
                yield from (one.attrs.get("extension") for one in node.all("id"))


def documents(shared):
    yield from ((path.parent.name, path.read_bytes()) for path in sorted(HERE.glob("*/in.xml")))
    for folder, most in (("ccda-hl7-examples", 16), ("synthea-ma-s20251-100/ccda", 2)):
        files = discover("ccda", "main", str(shared / folder)).files
        for file in [file for file in files if file.form == "ccda.gz"][:most]:
            with open(shared / folder / file.path, "rb") as stream:
                yield "shared", GzipReader(stream).read(2**24)


@pytest.mark.shared
def test_everybody_in_a_document_is_where_names_are_looked_for(shared):
    """Names, addresses, telephones and numbers of everybody, header and entries, are facts of the index."""
    seen = 0
    for folder, data in documents(shared):
        known = [value for body in bodies(data) for _, value in facts(body)]
        words = {word for value in known for word in value.split()} | set(known)
        for part in named(read_xml(data)):
            if part and part.strip():
                seen += 1
                assert part.strip() in words or set(part.split()) <= words, folder
    assert seen > 1_000


def test_the_next_version_of_a_document_keeps_its_ids():
    first = {(b["resourceType"], b["id"]): b for b in bodies((HERE / "summary" / "in.xml").read_bytes())}
    second = {(b["resourceType"], b["id"]): b for b in bodies((HERE / "replacement" / "in.xml").read_bytes())}
    both = first.keys() & second.keys()
    kinds = [kind for kind, _ in both]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Patient": 1, "Practitioner": 1, "Organization": 2, "DocumentReference": 1, "Condition": 1,
        "Composition": 1,
    }  # fmt: skip
    for kind in ("Composition", "DocumentReference"):
        (key,) = [key for key in both if key[0] == kind]
        assert (first[key]["meta"]["versionId"], second[key]["meta"]["versionId"]) == ("1", "2")
    (problem,) = [key for key in both if key[0] == "Condition"]
    assert "abatementDateTime" in second[problem]
    assert first[problem]["meta"]["lastUpdated"] < second[problem]["meta"]["lastUpdated"]


def test_one_entry_id_of_two_patients_is_two_resources():
    data = (HERE / "summary" / "in.xml").read_bytes()
    other = bodies(data.replace(b"MRN-4711", b"MRN-4712"))
    kinds = {"Patient", "Condition", "Observation", "Encounter", "DocumentReference", "Composition"}
    ours = {(b["resourceType"], b["id"]) for b in bodies(data) if b["resourceType"] in kinds}
    theirs = {(b["resourceType"], b["id"]) for b in other if b["resourceType"] in kinds}
    assert len(ours) == len(theirs) > 20
    assert not ours & theirs


def test_a_form_is_told_by_name_and_bytes(tmp_path):
    for name in ("a.xml", "b.XML", "c.xml.gz", "d.pdf", "e.xsl"):
        (tmp_path / name).write_bytes(b"\x1f\x8b" if name == "b.XML" else b"<a/>")
    forms = {file.path: file.form for file in discover("ccda", "main", str(tmp_path)).files}
    assert forms == {
        "a.xml": "ccda",
        "b.XML": "ccda.gz",
        "c.xml.gz": "ccda",
        "d.pdf": "other",
        "e.xsl": "other",
    }


def test_a_date_that_is_none_refuses_its_entry_and_nothing_else():
    data = (HERE / "sloppy" / "in.xml").read_bytes()
    refused = [outcome for outcome in read(data) if outcome.reason]
    assert [outcome.reason for outcome in refused] == ["invalid_date", "invalid_number"]
    for outcome in refused:
        assert outcome.body.startswith(b"<observation")
        assert outcome.body.endswith(b"</observation>")
        assert data.split(b"\n")[outcome.line - 1].strip() in data


def test_what_is_left_is_named_by_standards_only():
    found = [
        outcome.uncarried for outcome in read((HERE / "sloppy" / "in.xml").read_bytes()) if outcome.uncarried
    ]
    assert found == [{"11111-1/observation": 1, "2.16.840.1.113883.10.20.22.4.131/act": 1}]
