"""The rules that run behind the tagger: what they find and what they leave (forms of one line each)."""

import pytest

from plummer.deid.text import TextEngine


@pytest.fixture(scope="module")
def engine():
    return TextEngine()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Accessed by login bennettv today.", "bennettv"),
        ("Reach her at +1\n(948) 627-8521 after noon.", "+1\n(948) 627-8521"),
        ("Results given to linda wainwright in the room.", "linda wainwright"),
        ("niece nancy updated by phone.", "nancy"),
        ("Neulasta Jan5.", "Jan5"),
        ("Approved 2/9 EEG.", "2/9"),
        ("Diagnosed October at the county clinic.", "October"),
        ("back memorial day at 2 pm", "memorial day"),
        ("The chaplain visits from Strum weekly.", "Strum"),
        ("Ship to 238 Ximena St., Unit 816, Pierce City 44842-6273.", "Pierce City"),
        ("Vehicle 998-EXR was towed.", "998-EXR"),
        ("MMR lot ZJW8EVV0H2 given.", "ZJW8EVV0H2"),
        ("Omar, nienty-one years old, lives alone.", "nienty-one"),
        ("Signed out to JONES at noon.", "JONES"),
        ("Meds per Hathaway Police Department: Haldol", "Hathaway Police Department"),
        ("Pt Suasn was here. Pain is worse.", "Suasn"),
        ("Seen at Desert High Scohol today.", "Desert High Scohol"),
        ("OP: left knee. Surgeon martin, assist b bailey. Tolerated well.", "b bailey"),
        ("OP: left knee. Surgeon martin, assist b bailey. Tolerated well.", "martin"),
        ("No changes made. Attorney harris, by phone.", "harris"),
        ("Reviewed by y. o. balogun, MD. No change.", "y. o. balogun"),
        ("Signed john bennett MD. No change.", "john bennett"),
        ("Patient lives in gettysburg with family. No falls.", "gettysburg"),
        ("Ship to 238 Ximena St., leonardo 33971 today.", "leonardo"),
        ("Supplies from cascade electric, no charge. Patient is well.", "cascade electric"),
    ],
)
def test_found_whole(engine, text, value):
    at = text.index(value)
    covered = {i for s in engine.detect(text) for i in range(s.start, s.end)}
    assert set(range(at, at + len(value))) <= covered


@pytest.mark.parametrize(
    "text",
    [
        "The login failed twice.",
        "Strength 5/5, back 3/5 strength.",
        "Christmas disease (factor IX).",
        "approved 3/4 tab nightly",
        "skin tag 3 mm, tail of pancreas",
        "a lot better than before",
        "dorsalis pedis and tibialis posterior pulses",
        "brother well, sister healthy, son given to him",
        "Surgeon notified, will call. RN aware. Attending present.",
        "Seen by the resident and the attending MD.",
        "He lives in assisted living, moved from home, transferred to rehab.",
        "Referred for transport and for electric stimulation. Zolpdiem helps.",
    ],
)
def test_left_alone(engine, text):
    assert engine.detect(text) == ()
