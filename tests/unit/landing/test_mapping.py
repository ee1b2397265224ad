"""A mapping is refused for anything it doesn't mean; what it means comes out as R4, value by value."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.landing.mapping import mapping_text, read_mapping
from plummer.pipelines.landing.mapping_dates import compile_format, read_date
from plummer.pipelines.landing.mapping_rows import logical_id, row_to_resource
from plummer.pipelines.landing.refusal import Refused
from plummer.schemas.errors import ExitCode, PlummerError

HEAD = "version: 1\nfiles:\n  t.csv:\n    resource: Observation\n    id: ID\n    elements:\n"


def mapped(elements, cells=None, top=""):
    """The resource that one row becomes; elements is a YAML block of lines."""
    lines = "".join(f"      {line}\n" for line in elements.strip().split("\n"))
    mapping = read_mapping(top + HEAD + lines)
    file = mapping.files[0]
    row = dict.fromkeys(file.columns, "") | {"ID": "1"} | (cells or {})
    return json.loads(row_to_resource(mapping, file, row))


def refused(text):
    with pytest.raises(PlummerError) as caught:
        read_mapping(text)
    assert (caught.value.code, caught.value.exit_code) == ("mapping_invalid", ExitCode.USAGE)
    return caught.value.ref


WRONG = {
    "no YAML": "{",
    "a list": "- a",
    "no version": "files: {t.csv: {}}",
    "version in words": "version: one\nfiles: {t.csv: {}}",
    "no files": "version: 1",
    "unknown top key": "version: 1\nfile: {}\nfiles: {}",
    "key twice": HEAD + "      status: {constant: final}\n      status: {constant: final}",
    "anchor": HEAD + "      status: &a {constant: final}",
    "unknown type": HEAD.replace("Observation", "Observations") + "      status: {constant: final}",
    "no id": HEAD.replace("    id: ID\n", "") + "      status: {constant: final}",
    "no elements": HEAD.removesuffix("    elements:\n"),
    "unknown delimiter": "delimiter: x\n" + HEAD + "      status: {constant: final}",
    "unknown zone": "zone: Mars/Base\n" + HEAD + "      status: {constant: final}",
    "optional that nothing names": HEAD.replace("id: ID", "id: ID\n    optional: X")
    + "      status: {column: S}",
    "optional id": HEAD.replace("id: ID", "id: ID\n    optional: ID") + "      status: {column: S}",
}
ELEMENTS = {
    "unknown element": "state: {constant: final}",
    "unknown part": "code.codings: {coding: {code: C}}",
    "mapped id": "id: {column: X}",
    "position of what doesn't repeat": "code[1]: {coding: {code: C}}",
    "both whole and part": "code: {coding: {code: C}}\ncode.text: {column: T}",
    "twice by position": "category: {coding: {code: C}}\ncategory[0]: {coding: {code: C}}",
    "unknown key of an element": "status: {column: S, colour: x}",
    "column and constant": "status: {column: S, constant: final}",
    "neither": "status: {required: true}",
    "column and columns": "status: {column: S, columns: [T]}",
    "code that R4 hasn't": "status: {constant: finale}",
    "code that R4 hasn't in a list": "status: {column: S, values: {F: finale}}",
    "constant of a wrong type": "valueBoolean: {constant: 'true'}",
    "constant date that is none": "effectiveDateTime: {constant: 2024-02-30}",
    "else alone": "status: {column: S, else: final}",
    "date without formats": "effectiveDateTime: {column: D}",
    "formats of what is no date": "status: {column: S, formats: [iso]}",
    "two-digit year": "effectiveDateTime: {column: D, formats: [DD/MM/YY]}",
    "time without a zone": "effectiveDateTime: {column: D, formats: ['YYYY-MM-DD HH:mm']}",
    "instant without a zone": "issued: {column: D, formats: [YYYY-MM-DD]}",
    "reference to a type that can't stand there": "subject: {reference: Encounter, column: P}",
    "reference to no type": "subject: {reference: Person1, column: P}",
    "reference without a column": "subject: {reference: Patient}",
    "an object as a column": "subject: {column: P}",
    "coding without a code": "code: {coding: {system: S}}",
    "quantity without a value": "valueQuantity: {quantity: {unit: U}}",
    "narrative": "text.div: {column: T}",
    "two kinds of one choice": "valueString: {column: V}\nvalueInteger: {column: W}",
    "kinds of one choice that a row may both have":
        "valueString: {column: V, when: {T: [a, b]}}\nvalueInteger: {column: W, when: {T: [b]}}",
    "no condition before the last": "status:\n  - {constant: final}\n  - {constant: amended}",
    "a text for required": "status: {column: S, required: 'yes'}",
    "a number with a point as a text": "status: {column: S, when: {T: 1.50}, values: {F: final}}",
}  # fmt: skip


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_a_mapping_that_is_wrong_is_refused(text):
    assert refused(text).startswith("line ")


@pytest.mark.parametrize("elements", ELEMENTS.values(), ids=ELEMENTS)
def test_an_element_that_is_wrong_is_refused_with_its_line(elements):
    ref = refused(HEAD + "".join(f"      {line}\n" for line in elements.split("\n")))
    line = int(ref.removeprefix("line "))
    assert 6 <= line <= 7 + elements.count("\n")


def test_each_form_of_an_element():
    made = mapped(
        """
        status: {column: S, values: {F: final, 1: amended}, else: unknown}
        code: {coding: {system: {constant: http://loinc.org}, code: C, display: D, text: D}}
        subject: {reference: Patient, column: P}
        effectiveDateTime: {columns: [DAY, TIME], formats: ["DD.MM.YYYY HH:mm", DD.MM.YYYY]}
        valueQuantity: {quantity: {value: V, unit: U, system: {constant: http://unitsofmeasure.org}}}
        note.text: {column: N}
        """.replace("\n        ", "\n"),
        {
            "ID": "o-1", "S": "1", "C": "4548-4", "D": "HbA1c", "P": "p 1", "DAY": "05.11.2024",
            "TIME": "23:59", "V": "<= 7.30", "U": "%", "N": 'a "b"\nc',
        },
        top="zone: America/New_York\n",
    )  # fmt: skip
    assert made == {
        "resourceType": "Observation",
        "id": "o-1",
        "status": "amended",
        "code": {
            "coding": [{"system": "http://loinc.org", "code": "4548-4", "display": "HbA1c"}], "text": "HbA1c"
        },
        "subject": {"reference": f"Patient/{logical_id(['p 1'])}"},
        "effectiveDateTime": "2024-11-05T23:59:00-05:00",
        "valueQuantity": {
            "value": 7.3, "comparator": "<=", "unit": "%", "system": "http://unitsofmeasure.org"
        },
        "note": [{"text": 'a "b"\nc'}],
        "meta": {"versionId": "1"},
    }  # fmt: skip


def test_what_no_cell_fills_is_left_out_with_the_constants_beside_it():
    elements = """
status: {constant: final}
code: {coding: {system: {constant: http://loinc.org}, code: C}}
valueQuantity: {quantity: {value: V, unit: {constant: mg}}}
"component[0].code": {coding: {system: {constant: http://loinc.org}, code: C1}}
"component[1].code": {coding: {system: {constant: http://loinc.org}, code: C2}}
"""
    assert mapped(elements) == {
        "resourceType": "Observation", "id": "1", "status": "final", "meta": {"versionId": "1"},
    }  # fmt: skip
    made = mapped(elements, {"C2": "x", "C": "NULL"}, top="empty: [NULL]\n")
    assert made["component"] == [{"code": {"coding": [{"system": "http://loinc.org", "code": "x"}]}}]
    assert "code" not in made


def test_the_first_condition_that_holds_decides():
    elements = """
valueQuantity: {when: {T: [N, L]}, quantity: {value: V}}
valueString: {when: {T: S}, column: V}
status:
  - {when: {T: ""}, constant: registered}
  - {when: {T: [S], V: x}, constant: amended}
  - constant: final
"""
    assert mapped(elements, {"T": "N", "V": "1"})["valueQuantity"] == {"value": 1}
    assert mapped(elements, {"T": "S", "V": "x"})["status"] == "amended"
    assert {"valueString", "valueQuantity"}.isdisjoint(mapped(elements, {"T": "", "V": "x"}))
    assert mapped(elements, {"T": "", "V": "x"})["status"] == "registered"


@pytest.mark.parametrize(
    ("element", "cell", "reason"),
    [
        ("status: {column: X, values: {F: final}}", "G", "value_unmapped"),
        ("subject: {reference: Patient, column: X, required: true}", "", "required_empty"),
        ("effectiveDateTime: {column: X, formats: [iso]}", "03/04/1970", "invalid_date"),
        ("effectiveDateTime: {column: X, formats: [YYYYMMDD]}", "20230229", "invalid_date"),
        ("effectiveDateTime: {column: X, formats: [DD/MM/YYYY, MM/DD/YYYY]}", "03/04/1970", "ambiguous_date"),
        ("valueQuantity: {quantity: {value: X}}", "7,3", "invalid_number"),
        ("valueQuantity: {quantity: {value: X}}", "n/a", "invalid_number"),
        ("valueQuantity: {quantity: {value: X}}", "NaN", "invalid_number"),
        ("valueInteger: {column: X}", "7.0", "invalid_value"),
        ("valueBoolean: {column: X}", "Y", "invalid_value"),
        ("code.coding.system: {column: X}", "a b", "invalid_value"),
        ("valueTime: {column: X}", "25:00:00", "invalid_value"),
    ],
)
def test_a_cell_that_is_not_what_it_should_be_refuses_its_row(element, cell, reason):
    with pytest.raises(Refused, match=reason):
        mapped(element, {"X": cell})


def test_a_row_without_its_key_is_refused():
    with pytest.raises(Refused, match="missing_id"):
        mapped("status: {constant: final}", {"ID": ""})


@pytest.mark.parametrize(
    ("cell", "number"), [("7.30", "7.30"), (".5", "0.5"), ("-.5", "-0.5"), ("1e3", "1e3")]
)
def test_a_number_keeps_its_digits(cell, number):
    mapping = read_mapping(HEAD + "      valueQuantity: {quantity: {value: X}}\n")
    made = row_to_resource(mapping, mapping.files[0], {"ID": "1", "X": cell})
    assert f'"value":{number}}}'.encode() in made


@pytest.mark.parametrize(
    ("form", "text", "kind", "made"),
    [
        ("YYYYMMDD", "20240229", "date", "2024-02-29"),
        ("D-MON-YYYY", "3-apr-1970", "date", "1970-04-03"),
        ("MM/DD/YYYY hh:mm:ss A", "04/03/1970 12:05:00 AM", "dateTime", "1970-04-03T00:05:00-05:00"),
        ("YYYY-MM-DD HH:mm:ss.fff", "1970-07-03 09:05:00.120", "dateTime", "1970-07-03T09:05:00.120-04:00"),
        ("YYYY-MM-DDTHH:mm:ssZ", "1970-07-03T09:05:00+0200", "dateTime", "1970-07-03T09:05:00+02:00"),
        ("YYYY-MM-DD 00:00:00", "1970-07-03 00:00:00", "dateTime", "1970-07-03"),
        ("YYYY-MM-DD HH:mm", "1970-07-03 23:59", "date", "1970-07-03"),
        ("YYYY-MM", "1970-07", "date", "1970-07"),
        ("YYYY", "1970", "dateTime", "1970"),
        ("YYYY-MM-DD", "1970-07-03", "instant", "1970-07-03T00:00:00-04:00"),
        ("YYYY-MM-DD HH:mm", "2024-03-10 02:30", "dateTime", None),  # the clock skips it
        ("YYYY-MM-DD HH:mm", "2024-11-03 01:30", "dateTime", "2024-11-03T01:30:00-04:00"),  # the first of two
        ("hh:mm YYYY-MM-DD A", "13:00 1970-01-01 AM", "dateTime", None),
        ("YYYY-MM-DD", "0000-01-01", "date", None),
        ("YYYY-MM-DD", "1970-07-03\n", "date", None),
        ("YYYY-MM-DD", "١٩٧٠-07-03", "date", None),
    ],
)
def test_dates(form, text, kind, made):
    compiled = compile_format(form)
    assert compiled is not None
    if made is None:
        with pytest.raises(Refused, match="invalid_date"):
            read_date(text, kind, (compiled,), "America/New_York")
    else:
        assert read_date(text, kind, (compiled,), "America/New_York") == made


@pytest.mark.parametrize(
    "form", ["", "MM/DD", "YYYY DD", "YYYY-MM-DD HH", "YYYY YYYY", "YYYY-MM-MON", "dd.MM.YYYY"]
)
def test_what_is_no_form_of_a_date(form):
    assert compile_format(form) is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(max_size=8), min_size=1, max_size=3),
    st.lists(st.text(max_size=8), min_size=1, max_size=3),
)
def test_ids_are_r4_ids_and_differ_as_their_cells_do(one, two):
    first, second = logical_id(one), logical_id(two)
    assert 1 <= len(first) <= 64
    assert (first == second) == (one == two)


def test_a_mapping_is_known_by_its_text_and_its_version_is_on_what_it_makes():
    text = mapping_text("synthea-csv")
    one, two = read_mapping(text), read_mapping(text + "# seen\n")
    assert one.sha256 != two.sha256
    made = mapped("status: {constant: final}\nmeta.versionId: {column: V}", {"V": "9"})
    assert made["meta"] == {"versionId": "9"}


def test_a_mapping_that_is_no_file_of_text(tmp_path):
    (tmp_path / "m.yaml").write_bytes(b"\xff")
    for name in ("m.yaml", "none.yaml"):
        with pytest.raises(PlummerError, match="mapping_unreadable") as caught:
            mapping_text("csv", str(tmp_path / name))
        assert str(tmp_path) not in str(caught.value)
