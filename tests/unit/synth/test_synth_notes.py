"""Notes: gold spans, styles, forms, templates."""

import base64
import random
import re
from collections import Counter
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synth_helpers import Export

from plummer.deid.synth.field_dates import write_date
from plummer.deid.synth.notes import STYLES, note
from plummer.deid.synth.people import LAST_DAY, draw_person
from plummer.deid.synth.site import draw_site
from plummer.deid.synth.story import NOTE_STYLES, draw_story
from plummer.deid.synth.writer import FIELDS, keep_length, phrases, template

TYPES = frozenset(
    [
        "NAME",
        "AGE",
        "DATE",
        "STREET",
        "CITY",
        "COUNTY",
        "ZIP",
        "ORGANIZATION",
        "PHONE",
        "FAX",
        "EMAIL",
        "URL",
        "IP",
        "SSN",
        "MRN",
        "HEALTH_PLAN",
        "ACCOUNT",
        "LICENSE",
        "VEHICLE",
        "DEVICE",
        "BIOMETRIC",
        "USERNAME",
        "OTHER_ID",
    ]
)


def test_every_document_decodes_to_its_gold_text(export: Export) -> None:
    gold = {row["id"]: row for row in export.gold}
    documents = list(export.of("DocumentReference"))
    assert len(gold) == len(documents) > 100
    for document in documents:
        row = gold[document["id"]]
        (content,) = document["content"]
        assert base64.b64decode(content["attachment"]["data"], validate=True).decode() == row["text"]
        assert row["resource"] == f"DocumentReference/{document['id']}"
        assert document["subject"]["reference"] == f"Patient/{row['patient_id']}"


def test_presented_forms_repeat_a_gold_note(export: Export) -> None:
    texts = {row["text"] for row in export.gold}
    forms = [f for r in export.of("DiagnosticReport") for f in r.get("presentedForm", ())]
    assert forms
    assert all(base64.b64decode(form["data"]).decode() in texts for form in forms)


def test_spans_are_sorted_apart_and_inside(export: Export) -> None:
    for row in export.gold:
        last = 0
        for span in row["spans"]:
            assert last <= span["start"] < span["end"] <= len(row["text"])
            last = span["end"]
            value = row["text"][span["start"] : span["end"]]
            assert value == value.strip()
            assert span["type"] in TYPES
            assert isinstance(span["known"], bool)
            assert ("origin" in span) == (span["type"] == "NAME")


def test_all_styles_and_all_types_occur(export: Export) -> None:
    styles = Counter(row["style"] for row in export.gold)
    types = Counter(span["type"] for row in export.gold for span in row["spans"])
    assert set(styles) == set(STYLES)
    assert len(STYLES) >= 10
    assert set(types) == TYPES


def test_names_come_from_many_origins_and_mostly_from_the_record(export: Export) -> None:
    names = [span for row in export.gold for span in row["spans"] if span["type"] == "NAME"]
    assert len({span["origin"] for span in names}) >= 10
    unknown = sum(not span["known"] for span in names) / len(names)
    assert 0.03 < unknown < 0.2


def test_ages_are_gold_from_90_on_only(export: Export) -> None:
    ages = [
        int(row["text"][s["start"] : s["end"]])
        for row in export.gold
        for s in row["spans"]
        if s["type"] == "AGE"
    ]
    assert ages
    assert min(ages) >= 90
    for row in export.gold:
        spans = {(s["start"], s["end"]) for s in row["spans"]}
        for match in re.finditer(r"\b(9\d|1\d\d)(?=-year-old| year old| y/o|yo\b| y\.o\.)", row["text"]):
            assert match.span() in spans


def test_no_field_is_left_unfilled(export: Export) -> None:
    assert not [row["id"] for row in export.gold if "{" in row["text"] or "@adult" in row["text"]]


def test_no_planted_value_of_the_patient_stands_outside_a_span(export: Export) -> None:
    """The gold is complete: name, numbers and mail of the patient are covered wherever they stand."""
    people = {p["id"]: p for p in export.of("Patient")}
    for row in export.gold:
        patient = people[row["patient_id"]]
        chars = list(row["text"])
        for span in row["spans"]:
            chars[span["start"] : span["end"]] = "\0" * (span["end"] - span["start"])
        rest = "".join(chars).casefold()
        values = [patient["name"][0]["family"], *(i["value"] for i in patient["identifier"])]
        values += [t["value"] for t in patient["telecom"]] + [patient["address"][0]["line"][0]]
        for value in values:
            assert not re.search(rf"(?<!\w){re.escape(value.casefold())}(?!\w)", rest), row["style"]


@pytest.mark.parametrize("style", STYLES)
def test_templates_name_known_fields_only(style: str) -> None:
    used = {
        name
        for block in template(style)
        for text in (*block.choices, *block.headings)
        for name in re.findall(r"\{([^}]*)\}", text)
    }
    assert used
    assert used <= set(FIELDS)


def test_every_template_file_is_a_style_and_every_style_is_reached() -> None:
    folder = files("plummer.deid.synth")
    found = {p.name[5:-4] for p in folder.iterdir() if re.fullmatch(r"note_.*\.txt", p.name)}
    assert found == set(STYLES) == {style for styles in NOTE_STYLES.values() for style in styles}


def test_phrases_name_nobody() -> None:
    """Sections of phrases.txt are PHI-poor by contract: clinical fields only."""
    allowed = {
        "bp",
        "hr",
        "rr",
        "temp",
        "spo2",
        "pain",
        "weight",
        "lab",
        "labs",
        "drug",
        "sig",
        "cm",
        "n",
        "problem",
    }
    used = {f for lines in phrases().values() for line in lines for f in re.findall(r"\{([^}]*)\}", line)}
    assert used <= allowed


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), style=st.sampled_from(STYLES))
def test_any_note_of_any_person_has_right_spans(seed: int, style: str) -> None:
    rng = random.Random(seed)
    site, person = draw_site(rng), draw_person(rng, seed % 8)
    story = draw_story(rng, person, site)
    written = note(person, rng.choice(story.visits), style, rng)
    assert all(written.text[s.start : s.end] == s.value for s in written.spans)
    assert all(a.end <= b.start for a, b in zip(written.spans, written.spans[1:], strict=False))
    assert written.spans
    assert len(written.text) > 40


@given(st.integers(), st.text())
def test_noise_keeps_the_length(seed: int, text: str) -> None:
    assert len(keep_length(random.Random(seed), text)) == len(text)


def test_dates_have_many_forms() -> None:
    forms = {re.sub(r"\d", "9", write_date(random.Random(seed), LAST_DAY)) for seed in range(200)}
    assert len(forms) >= 10
