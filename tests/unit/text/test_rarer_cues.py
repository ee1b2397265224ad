"""Identifiers that no list knows, by what stands around them: found, and left where the cue misleads."""

import pytest

from plummer.deid.text import TextEngine


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Maternal grandmother alive at 92, well.", "92", "AGE"),
        ("Melanoma in her mother (dx'd 91).", "91", "AGE"),
        ("Claims file C-28 441 902 was reviewed.", "C-28 441 902", "OTHER_ID"),
        ("Run# 24-0091827, two units.", "24-0091827", "OTHER_ID"),
        ("Her brother Will has gout.", "Will", "NAME"),
        ("Two children (Autumn, 9 and Skye, 12) live with her.", "Autumn", "NAME"),
        ('Guillermo "Memo" Zepeda walks with a cane.', "Memo", "NAME"),
        ("Attg: Sundaresan", "Sundaresan", "NAME"),
        ("MD Feigelstock (718-555-0139) was called.", "Feigelstock", "NAME"),
        ("seen last tuesday for the same", "tuesday", "DATE"),
        ("Recheck Mon. and call.", "Mon", "DATE"),
        ("Next visit Thurs 3/6 at noon.", "Thurs 3/6", "DATE"),
        ("HD run tue 12 mar: no cramps", "12 mar", "DATE"),
        ("Continue until the end of Feb as planned.", "Feb", "DATE"),
        ("After R ACL repair (8/1, Prybylski) he did well.", "8/1", "DATE"),
        ("Transferred to Our Lady of Lourdes for care.", "Our Lady of Lourdes", "ORGANIZATION"),
        ("Referral -> Sunrise at Hanover.", "Sunrise at Hanover", "ORGANIZATION"),
        ("Works as a line cook at The Gilded Fork.", "Gilded Fork", "ORGANIZATION"),
        (
            "Home nursing via Visiting Nurse Service of Rochester.",
            "Nurse Service of Rochester",
            "ORGANIZATION",
        ),
        ("Seen at Weymouth Dental for a filling.", "Weymouth Dental", "ORGANIZATION"),
        ("Veh MA REG 4TR 881 towed.", "4TR 881", "VEHICLE"),
        ("Logged in as user vhaphxnwankr today.", "vhaphxnwankr", "USERNAME"),
        ("Lives near Inverness, IV2 3UJ, with his wife.", "IV2 3UJ", "ZIP"),
        ("Last INR 1.1 7/12, stable.", "7/12", "DATE"),
        ("Stopped Plavix 3/3 per cardiology.", "3/3", "DATE"),
        ("Warm wishes, Cressida Bell", "Cressida Bell", "NAME"),
        ("She is moving to Galway soon.", "Galway", "CITY"),
        ("Paid with Visa ending 4471.", "4471", "ACCOUNT"),
    ],
)
def test_found(engine, text, value, kind):
    at = text.index(value)
    held = [s for s in engine.detect(text) if s.start < at + len(value) and at < s.end]
    assert {s.type for s in held} == {kind}
    covered = {i for s in held for i in range(s.start, s.end)}
    assert set(range(at, at + len(value))) <= covered


@pytest.mark.parametrize(
    "text",
    [
        "Diuresed 4.2 L on Lasix 40 mg IV.",
        "Echo showed moderate MR. Cardiology was called.",
        "Urine grew E. coli; stool antigen for H. pylori.",
        "Pt AOx3, OOB to chair.",
        "Cr 1.4-1.6. Last level 7.1.",
        "Fleischner follow-up in 6-12 mo.",
        "Placed supine. A Veress needle was used.",
        "Blood sugar was one forty five.",
        "BG target 80-180.",
        "Enrolled in NCT04068103.",
        "Sat 98% on room air, well 98% overnight.",
        "Radiation Oncology and Physical Therapy will follow.",
        "Gravida 2, Para 2, one miscarriage.",
        "FibroScan 6.1 kPa, stable.",
        "He rates the pain as a 4/10 at its worst; MoCA was 23/30 with cues.",
        "Fasting glucose is elevated at 162.",
        "Low-fat diet; she has a weekend off.",
        "Every tuesday she swims.",
    ],
)
def test_left_alone(engine, text):
    assert engine.detect(text) == ()


def test_labels_at_the_edge_of_a_name_stay(engine):
    text = "HCP: dtr Siu Fong c 617-555-3300"
    names = [text[s.start : s.end] for s in engine.detect(text) if s.type == "NAME"]
    assert names == ["Siu Fong"]
