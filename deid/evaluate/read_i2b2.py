"""The XML of the 2014 i2b2/UTHealth de-identification track.

``<deIdi2b2><TEXT>...</TEXT><TAGS><NAME id="P0" start="16" end="26" text="..." TYPE="DOCTOR"/>...``: one file
a note, offsets in code points of TEXT; the file's name begins with the patient's number (Stubbs and Uzuner,
J Biomed Inform 2015). The corpus itself is under a data use agreement: nothing of it is here.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from plummer.deid.evaluate.model import GoldNote, GoldSpan, malformed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_i2b2(paths: Iterable[Path]) -> Iterator[GoldNote]:
    """Notes of XML files, in the order given.

    Raises:
        PlummerError: ``gold_malformed`` with the ordinal of the file.
    """
    for ordinal, path in enumerate(paths, 1):
        try:
            root = fromstring(path.read_bytes())
            yield _note(root, path.stem, ordinal)
        except (ParseError, DefusedXmlException, ValueError, KeyError, LookupError):
            raise malformed(ordinal, "not a note in the i2b2 2014 form") from None


def _note(root: "Element", stem: str, ordinal: int) -> GoldNote:
    text, tags = root.findtext("TEXT"), root.find("TAGS")
    if text is None or tags is None:
        raise KeyError
    spans = tuple(_span(tag) for tag in tags)
    patient = stem.split("-", maxsplit=1)[0] if "-" in stem else ""
    moved = sum(not _agrees(text, span, tag.get("text")) for span, tag in zip(spans, tags, strict=True))
    if moved * 20 > len(spans):
        raise malformed(ordinal, "offsets don't point at the text that the tags quote")
    return GoldNote(stem, text, spans, patient)


def _span(tag: "Element") -> GoldSpan:
    return GoldSpan(int(tag.attrib["start"]), int(tag.attrib["end"]), tag.get("TYPE") or tag.tag)


def _agrees(text: str, span: GoldSpan, quoted: str | None) -> bool:
    """XML turns line ends in attributes into blanks, so blanks don't count."""
    return quoted is None or text[span.start : span.end].split() == quoted.split()
