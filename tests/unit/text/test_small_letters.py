# ruff: noqa: E501 (one line a case group)
"""Identifiers in small letters amid text that has capitals: found by neighbours and fields, words left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.tagger.bar import bar
from plummer.deid.tagger.small import counting
from plummer.deid.text.beside import widened
from plummer.deid.text.edges import without_labels
from plummer.deid.text.spans import Span

FOUND = [
    ("Case moved up. Officer gray visits from Duluth.", "gray"),
    ("Called for long rm 813: BP 99/60, pain is better.", "long"),
    ("The 8:15 AM admit was lim, sun-hee 34F from the ED.\nPatient lim, sun-hee 34F came.", "lim, sun-hee"),
    ("Wound clinic    nicole gray   #64-22\nShe is well.", "nicole gray"),
    ("RN aware, stepson logan updated at noon.", "logan"),
    ("Drove in from genoa city, KS. Retired in May.", "genoa city"),
    ("Approved 13-Aug lmk.\nHe is well.", "lmk"),
    ("Records of hospital of whippany.\nShe is well.", "hospital of whippany"),
    ("Dr. Lee of st mary's saw her.", "st mary's"),
    ("Access radial. Referring Dr. Nelson, quail hill.\nShe is well.", "quail hill"),
    ("Donor hosp Clinic of Manvel hawthorne, AR. Done.", "hawthorne"),
    ("Address 19769 West Rock Rd., mason, Illinois 15790. Approved.", "mason"),
    ("Chaplain visits from buffalo. He is well.", "buffalo"),
    ("Verified by marcus gray with a license. He is well.", "marcus gray"),
    ("Mom Donna stone can be reached. He is well.", "stone"),
    ("Surgeon Desai, assist price b. Family came.", "price b"),
    ("Patient smith, john ; 10/25/92 ; He is well.", "smith, john"),
    ("Ride home: john r hand 1.363.786.4860. Consent given.", "john r hand"),
    ("Approved mar. 8 by phone. He is well.", "mar. 8"),
    ("He turned 104 on 1 may. She came.", "1 may"),
    ("S/p Whipple may of 2015. He is well.", "may of 2015"),
    ("Dear Mr bee kue:\nThank You for coming.", "bee kue"),
    ("Donor hosp heart clinic of manvel.\nHe is well.", "heart clinic of manvel"),
    ("Meds per walmart: Haldol. He is well.", "walmart"),
    ("Seen at the lab — sacred heart orthopedics\nHe is well.", "sacred heart orthopedics"),
    ("TXP LOG RN Donna brown: recip Gray, DOB known.", "brown"),
    ("Called about her. Your stepmother mason nelson may test too.", "mason nelson"),
    ("Rx given. Warmly, timothy stone, MS, LCGC", "timothy stone"),
    ("Lives 216 n school dr. He is well.", "216 n school dr"),
    ("Lives at 18291 whitesboro circle lot 72. He is well.", "18291 whitesboro circle lot 72"),
]
LEFT = [
    "Officer on duty was told. He used to go to college down in the city.",
    "The surgeon will call. Her husband may visit, her sister has called.",
    "Reviewed 3/4 and sent. He was seen in exam room 3.",
    "Small view of the insurance form. Referred to a local hospital.",
    "Seen by Dr. Lee, cardiology. She may of course come, on 5 she may follow. Dear all, He can go.",
    "He had a heart clinic of the old sort in mind. Assist patient as needed, Mom can be reached. Plan A, follow up.",
    "Lives 20 miles from a court. Home on 40 mg each way, lives with 3 of each st.",
    "Given 2 tabs, He may 2 days later stop. Her mother grew up in pain.",
]


@pytest.mark.parametrize("ordinal", range(len(FOUND)))
def test_small_letters_are_found_by_their_field(engine, ordinal):
    text, value = FOUND[ordinal]
    start = text.rindex(value)
    covered = {at for span in engine.detect(text) for at in range(span.start, span.end)}
    assert {at for at in range(start, start + len(value)) if text[at].isalpha()} <= covered


@pytest.mark.parametrize("ordinal", range(len(LEFT)))
def test_a_sentence_in_small_letters_stands(engine, ordinal):
    text = LEFT[ordinal]
    assert not [span for span in engine.detect(text) if text[span.start : span.end].islower()]


def test_what_a_name_in_small_letters_takes_along():
    text = "Anes: virginia ramsey brown\nAdmit parker, brenda l. 44F. Bed of imani and will go."
    spans = [
        Span(text.index(word), text.index(word) + len(word), "NAME", 0.9, "x")
        for word in ("ramsey", "parker", "imani")
    ]
    out = [text[span.start : span.end] for span in widened(text, spans)]
    assert out == ["virginia ramsey brown", "parker, brenda l.", "imani"]
    known = Span(15, 21, "NAME", 1.0, "known.name")
    assert [*widened(text, [known])] == [known]
    assert [*widened(text.lower(), spans[:1])] == spans[:1]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("imani m. 22F", "imani m."), ("tiffany s  2004-12-21", "tiffany s"), ("imani c 617-555-3300", "imani"), ("Siu Fong c", "Siu Fong"),
        ("imani w/ her", "imani"),
    ],
)  # fmt: skip
def test_a_small_letter_is_an_initial_where_the_name_ends(text, kept):
    value = text[: len(kept) + 2] if kept == "imani" else "Siu Fong c" if kept == "Siu Fong" else kept
    span = without_labels(text, Span(0, len(value), "NAME", 0.9, "tagger.name"))
    assert text[span.start : span.end] == kept


ATOMS = st.lists(
    st.tuples(
        st.sampled_from(["brown", "park", "Park", "the", "hospital", "of", ",", "a", "logan"]),
        st.sampled_from(["", "s", "N"]), st.just(""), st.just(""), st.sampled_from("ml"), st.booleans(), st.sampled_from(["", "1abk", "1g"]),
    ),
    max_size=12,
)  # fmt: skip


@given(ATOMS, st.data())
def test_neighbours_only_add(atoms, data):
    """Whatever counts by itself counts; what doesn't counts only in small letters amid mixed case."""
    size = len(atoms)
    chances = data.draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    labels = data.draw(st.lists(st.sampled_from(["NAME", "ORG", "O", "DATE"]), min_size=size, max_size=size))
    alone = [
        counting([atom], [label], [chance], [bar(atom, 0.12)])[0]
        for atom, label, chance in zip(atoms, labels, chances, strict=True)
    ]
    together = counting(atoms, labels, chances, [bar(atom, 0.12) for atom in atoms])
    for atom, label, was, now in zip(atoms, labels, alone, together, strict=True):
        assert now or not was
        assert now == was or (atom[0].islower() and atom[4] == "m" and label in {"NAME", "ORG"})
