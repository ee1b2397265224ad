"""Where the tagger gives a word no chance: what goes all the same, and what stands."""

import pytest

from plummer.deid.text.belief import believed
from plummer.deid.text.spans import Span


@pytest.mark.parametrize(
    ("text", "value", "by", "goes"),
    [
        ("Attending Okonkwo today", "Okonkwo", "cued_name.relative", True),
        ("Attending Surgeon today", "Surgeon", "cued_name.relative", False),
        ("ATTENDING OKONKWO TODAY", "OKONKWO", "cued_name.relative", False),
        ("Discussed with Ms. Hoffmann", "Hoffmann", "titled_name.title", True),
        ("The Hoffmann reflex", "Hoffmann", "given_name.alone", False),
        ("d/w JONES today", "JONES", "role_name.listed", True),
    ],
)
def test_a_doubted_finding(text, value, by, goes):
    at = text.index(value)
    span = Span(at, at + len(value), "NAME", 0.8, by)
    found = list(believed([span], [(at, at + len(value), 0.0)], text))
    assert found == ([span] if goes else [])
