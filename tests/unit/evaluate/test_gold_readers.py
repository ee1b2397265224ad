"""Each form of gold, the errors of each, and that no value of a note is in any message."""

import json

import pytest

from plummer.deid.evaluate import read_gold
from plummer.deid.evaluate.labels import meaning, own_labels
from plummer.deid.evaluate.predict import answers
from plummer.deid.synth import generate
from plummer.deid.text.spans import TYPES
from plummer.schemas.errors import PlummerError

SECRET = "Zebulon Quarles"
XML = """<?xml version="1.0" encoding="UTF-8" ?>
<deIdi2b2>
<TEXT><![CDATA[
Record date: 2061-03-04

{name} is 47 & well.
]]></TEXT>
<TAGS>
<DATE id="P0" start="14" end="24" text="2061-03-04" TYPE="DATE" comment="" />
<NAME id="P1" start="26" end="41" text="{quoted}" TYPE="PATIENT" comment="" />
<AGE id="P2" start="45" end="47" text="47" TYPE="AGE" comment="" />
</TAGS>
</deIdi2b2>
"""


def places(note):
    return [(note.text[s.start : s.end], s.label) for s in note.spans]


def test_jsonl_in_both_forms(tmp_path):
    rows = [
        {
            "id": "1", "text": SECRET, "noise": "ocr",
            "spans": [[0, 7, "PATIENT", ["full"]], [8, 15, "DOCTOR"]],
        },
        {
            "id": 2, "text": SECRET, "patient_id": "p", "style": "letter", "known": {"names": [SECRET]},
            "spans": [{"start": 0, "end": 15, "type": "NAME", "known": True, "origin": "english"}],
        },
        {"id": "3", "text": "no spans"},
    ]  # fmt: skip
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    one, two, three = read_gold(path)
    assert places(one) == [("Zebulon", "PATIENT"), ("Quarles", "DOCTOR")]
    assert (one.spans[0].traits, one.noise) == (("full",), "ocr")
    assert (two.id, two.patient, two.style, two.known.names) == ("2", "p", "letter", (SECRET,))
    assert (two.spans[0].known, two.spans[0].origin) == (True, "english")
    assert three.spans == ()


def test_what_synth_writes_is_read(tmp_path):
    generate(2, 3, tmp_path / "out")
    notes = read_gold(tmp_path / "out" / "gold" / "spans.jsonl")
    labels = {span.label for note in notes for span in note.spans}
    assert labels <= set(TYPES)
    assert {note.patient for note in notes} != {""}
    assert any(span.origin for note in notes for span in note.spans)


@pytest.mark.parametrize("name", [SECRET, "Zebulon\nQuarles"])
def test_i2b2(tmp_path, name):
    (tmp_path / "110-02.xml").write_text(XML.format(name=name, quoted=SECRET))
    (tmp_path / "110-01.xml").write_text(XML.format(name=name, quoted=SECRET))
    first, second = read_gold(tmp_path)
    assert (first.id, second.id, first.patient) == ("110-01", "110-02", "110")
    assert places(first) == [("2061-03-04", "DATE"), (name, "PATIENT"), ("47", "AGE")]


def test_brat(tmp_path):
    (tmp_path / "a.txt").write_bytes("Señor Oh\r\nMRN 77 and 88\r\n".encode())
    (tmp_path / "a.ann").write_text(
        "T1\tPATIENT 6 8\tOh\nT2\tMRN 14 16;21 23\t77 88\n#1\tnote T1\tx\nR1\tr Arg1:T1\n"
    )
    (note,) = read_gold(tmp_path)
    assert places(note) == [("Oh", "PATIENT"), ("77", "MRN"), ("88", "MRN")]


@pytest.mark.parametrize("as_lines", [True, False])
def test_presidio(tmp_path, as_lines):
    span = {"entity_type": "PERSON", "entity_value": SECRET, "start_position": 6, "end_position": 21}
    rows = [
        {"full_text": f"I, am {SECRET}", "masked": None, "spans": [span], "template_id": 4, "metadata": {}},
        {
            "text": f"It is {SECRET}",
            "results": [{"entity_type": "PERSON", "start": 6, "end": 21, "score": 1}],
        },
    ]
    path = tmp_path / "gold.json"
    path.write_text("\n".join(map(json.dumps, rows)) if as_lines else json.dumps(rows))
    one, two = read_gold(path)
    assert places(one) == places(two) == [(SECRET, "PERSON")]
    assert one.style == "template-4"


BAD = {
    "a.jsonl": ["{", "[]", '{"id": "1"}', '{"text": 5}', '{"text": "x", "spans": [{"start": 0}]}',
                f'{{"text": "{SECRET}", "spans": [["0", 3, "NAME"]]}}',
                '{"text": "x", "spans": 5}', '{"text": "x", "known": []' + "}" * 9],
    "a.xml": ["<x>", "<x/>", XML.format(name="X", quoted=SECRET),
              '<!DOCTYPE d [<!ENTITY a "b">]><deIdi2b2><TEXT>&a;</TEXT><TAGS/></deIdi2b2>',
              '<deIdi2b2><TEXT>x</TEXT><TAGS><A start="a" end="2"/></TAGS></deIdi2b2>'],
    "a.ann": ["T1\tPATIENT six 8\tOh", "T1\tPATIENT\tOh", "T1"],
    "a.json": ["[", '[{"spans": []}]', "[5]", '[{"text": "x", "spans": [{"start": 0}]}]', "{"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "ordinal"), [(n, i) for n, rows in BAD.items() for i in range(len(rows))])
def test_malformed_gold_is_refused_without_its_values(tmp_path, name, ordinal):
    (tmp_path / "a.txt").write_text("Oh")
    path = tmp_path / name
    path.write_text(BAD[name][ordinal])
    with pytest.raises(PlummerError) as caught:
        read_gold(path)
    assert caught.value.code == "gold_malformed"
    assert (int(caught.value.exit_code), caught.value.ref[:8]) == (2, "document")
    assert "Zebulon" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("spans", "code"),
    [
        ([[0, 99, "NAME"]], "gold_offsets"),
        ([[3, 3, "NAME"]], "gold_offsets"),
        ([[-1, 3, "NAME"]], "gold_offsets"),
    ],
)
def test_offsets_outside_the_text(tmp_path, spans, code):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": SECRET, "spans": spans}))
    with pytest.raises(PlummerError, match=code):
        read_gold(path)


def test_missing_empty_and_unknown_forms(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n")
    with pytest.raises(PlummerError, match="gold_missing"):
        read_gold(tmp_path / "none")
    with pytest.raises(PlummerError, match="gold_empty") as caught:
        read_gold(tmp_path / "a.jsonl")
    assert int(caught.value.exit_code) == 3
    with pytest.raises(PlummerError, match="gold_format"):
        read_gold(tmp_path / "a.jsonl", "conll")
    with pytest.raises(PlummerError, match="gold_format"):
        read_gold(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(PlummerError, match="gold_missing"):
        read_gold(tmp_path / "a.jsonl")


def test_every_label_stands_for_types_of_the_contract():
    for label in ("NAME", "LOCATION-OTHER", "FECHAS", "GPE", "PATIENT", "person"):
        assert set(meaning(label, {}).types) <= set(TYPES)
    assert {meaning(kind, {}).types[0] for kind in TYPES} == set(TYPES)
    assert meaning("Staff", own_labels(["Staff=NAME"])).types == ("NAME",)


def test_an_unknown_label_is_named_only_where_it_is_no_value():
    with pytest.raises(PlummerError, match="gold_label: Clinician of"):
        meaning("Clinician", {})
    with pytest.raises(PlummerError, match="gold_label: a label of"):
        meaning(SECRET, {})
    with pytest.raises(PlummerError, match="gold_map"):
        own_labels(["Staff=PERSONNEL"])


@pytest.mark.parametrize(
    "line",
    ['{"id":"2","spans":[]}', '{"id":"1"}', '{"id":"1","spans":[{"start":0,"end":99,"type":"NAME"}]}', "x"],
)
def test_predictions_that_do_not_fit(tmp_path, line):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "text": SECRET}))
    with pytest.raises(PlummerError, match="predictions_mismatch"):
        answers([line], read_gold(path))
    with pytest.raises(PlummerError, match="predictions_mismatch"):
        answers([], read_gold(path))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "notes", "spans"),
    [
        ("planted-sample", 34, 1060),
        ("asq-phi-dev", 325, 981),
        ("presidio-research", 1500, 2863),
        ("mts-dialog", 1701, 0),
    ],
)
def test_the_example_sets_are_read(shared, name, notes, spans):
    gold = read_gold(shared / "text" / name / "docs.jsonl")
    assert len(gold) == notes
    assert sum(len(note.spans) for note in gold) == spans
    for note in gold:
        for span in note.spans:
            assert meaning(span.label, {}).types
