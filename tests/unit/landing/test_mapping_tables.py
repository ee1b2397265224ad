"""What a mapping says of other tables, concepts and several types in one file, and what means nothing."""

import json

import pytest

from plummer.pipelines.landing.mapping import read_mapping
from plummer.pipelines.landing.mapping_rows import row_to_resource
from plummer.pipelines.landing.refusal import Refused
from plummer.schemas.errors import PlummerError

TOP = """version: 1
formats: {day: [YYYY-MM-DD]}
lookups:
  concept: {files: concept, key: id, columns: [vocabulary, code, name]}
  about: {files: about, columns: [day]}
concepts:
  {lookup: concept, vocabulary: vocabulary, code: code, display: name, none: [0],
   else: "urn:x", systems: {L: "urn:l"}}
"""
FILE = """files:
  rows:
    resource: Observation
    id: ID
    prefix: row-
    optional: "*"
    elements:
      status: {constant: final}
"""


def of(elements, cells, top=""):
    mapping = read_mapping(TOP + top + FILE + "".join(f"      {line}\n" for line in elements))
    file = mapping.files[0]
    return json.loads(row_to_resource(mapping, file, {"ID": "1"} | cells))


def refused(text):
    with pytest.raises(PlummerError) as caught:
        read_mapping(text)
    assert caught.value.code == "mapping_invalid"
    return caught.value.ref


WRONG = {
    "lookup without columns": TOP.replace(", columns: [vocabulary, code, name]", "") + FILE,
    "lookup with another key": TOP.replace("key: id", "keys: id") + FILE,
    "concepts of no lookup": TOP.replace("{lookup: concept", "{lookup: concepts") + FILE,
    "concepts without systems": TOP.replace(', systems: {L: "urn:l"}', "") + FILE,
    "column of no lookup": TOP + FILE + '      code.text: {column: "C -> places.name"}\n',
    "no such column of a lookup": TOP + FILE + '      code.text: {column: "C -> concept.town"}\n',
    "a key where the table has one row": TOP + FILE + '      code.text: {column: "C -> about.day"}\n',
    "no key where it has many": TOP + FILE + '      code.text: {column: "-> concept.name"}\n',
    "concept where no coding stands": TOP + FILE + "      valueString: {concept: C}\n",
    "concept without concepts": TOP.partition("concepts:")[0] + FILE + "      code: {concept: C}\n",
    "concept and more": TOP + FILE + "      code: {concept: C, column: D}\n",
    "first that is no list": TOP + FILE + "      code.text: {first: C}\n",
    "first and column": TOP + FILE + "      code.text: {first: [C], column: D}\n",
    "else that isn't null": TOP + FILE + "      valueInteger: {column: C, else: 1}\n",
    "a prefix that no id can have": TOP + FILE.replace("row-", "row_"),
    "released of the row itself": TOP + "released: {column: C, formats: day}\n" + FILE,
    "coded by nothing": TOP + FILE.replace('"*"', '"*"\n    coded_by: C'),
    "several, and the first is for all": TOP + "files:\n  rows:\n"
    + 2 * "    - {resource: Patient, id: ID, elements: {gender: {column: S}}}\n",
    "no type": TOP + FILE + "      contained(Devise).type.text: {column: C}\n",
    "contained within": TOP + FILE + "      code.contained(Device).type.text: {column: C}\n",
    "choices that aren't apart": TOP + FILE + "      valueString: {unless: {C: [a]}, column: V}\n"
    "      valueInteger: {when: {C: [a, b]}, column: W}\n",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_means_nothing_is_refused(text):
    assert refused(text).startswith("line ")


def test_a_concept_becomes_the_code_of_its_vocabulary_or_keeps_its_id():
    known = {"C -> concept.vocabulary": "L", "C -> concept.code": "1-8", "C -> concept.name": "A test"}
    made = of(["code: {concept: C}"], {"C": "5"} | known)
    assert made["code"] == {"coding": [{"system": "urn:l", "code": "1-8", "display": "A test"}]}
    made = of(["code: {concept: C}"], {"C": "5"} | known | {"C -> concept.vocabulary": "Own"})
    assert made["code"] == {"coding": [{"system": "urn:x", "code": "5", "display": "A test"}]}
    for none in ("", "0"):
        assert "code" not in of(["code: {concept: C}"], {"C": none})


def test_two_concepts_that_are_one_code_are_read_once():
    cells = {f"{name} -> concept.{there}": value for name in "CD"
             for there, value in {"vocabulary": "L", "code": "1-8", "name": "A"}.items()}  # fmt: skip
    made = of(
        ['"code.coding[0]": {concept: C}', '"code.coding[1]": {concept: D}'], {"C": "1", "D": "2"} | cells
    )
    assert made["code"]["coding"] == [{"system": "urn:l", "code": "1-8", "display": "A"}]


def test_ids_and_references_have_the_prefix_that_is_declared():
    made = of(["subject: {reference: Patient, column: P, prefix: p-}"], {"P": "7"})
    assert (made["id"], made["subject"]["reference"]) == ("row-1", "Patient/p-7")


def test_the_first_cell_that_isnt_empty_and_a_cell_that_may_be_wrong():
    lines = [
        "effectiveDateTime: {first: [A, B], formats: day, else: null}",
        "valueInteger: {column: N, else: null}",
    ]
    assert of(lines, {"A": "", "B": "2020-01-02", "N": "7"})["effectiveDateTime"] == "2020-01-02"
    assert of(lines, {"A": "02.01.2020", "B": "2020-01-02", "N": "x"}).keys() == {
        "resourceType", "id", "status", "meta",
    }  # fmt: skip


def test_rows_of_several_types_in_one_file_and_a_row_that_is_of_none():
    text = (
        TOP
        + """files:
  rows:
    - {resource: Observation, when: {T: o}, id: ID, elements: {status: {constant: final}}}
    - {resource: Procedure, unless: {T: [o, x]}, id: ID, elements: {status: {constant: completed}}}
"""
    )
    mapping = read_mapping(text)
    made = {t: json.loads(row_to_resource(mapping, mapping.files[0], {"ID": "1", "T": t})) for t in "op"}
    assert {t: body["resourceType"] for t, body in made.items()} == {"o": "Observation", "p": "Procedure"}
    with pytest.raises(Refused, match="value_unmapped"):
        row_to_resource(mapping, mapping.files[0], {"ID": "1", "T": "x"})


def test_a_midnight_is_a_day_where_the_mapping_says_so():
    lines = ["effectiveDateTime: {column: A, formats: ['YYYY-MM-DD 00:00:00', 'YYYY-MM-DD HH:mm:ss']}"]
    found = [
        of(lines, {"A": a}, "zone: Z\n")["effectiveDateTime"]
        for a in ("2020-01-02 00:00:00", "2020-01-02 00:00:01")
    ]
    assert found == ["2020-01-02", "2020-01-02T00:00:01Z"]
