"""Attachments: what is text is scrubbed as a note, whatever it is wrapped in; anything else is gone."""

import base64
import io
import json
import zlib

import pytest
from helpers import CANARY, EchoingCleaner, FlaggingCleaner, every_string, scrub

from plummer.deid.structure.documents import MOST_CHARACTERS, decoded, document_text
from plummer.schemas.errors import PlummerError

LONG = "The patient was seen today for a cough and was sent home with advice and a sheet of exercises for it."


def pdf(text: str, *, packed: bool = True) -> bytes:
    """A PDF of one page, written by hand."""
    stream = f"BT /F1 12 Tf 20 700 Td ({text}) Tj ET".encode("latin-1")
    data = zlib.compress(stream) if packed else stream
    filters = b"/Filter /FlateDecode " if packed else b""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< " + filters + b"/Length %d >>\nstream\n" % len(data) + data + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Author (" + CANARY.encode() + b") /Title (" + CANARY.encode() + b") >>",
    ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n" % number + part + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 6 0 R >>\n" % (len(parts) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


CCDA = f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><id extension="{CANARY}"/>
<patient><name><given>{CANARY}</given></name></patient></patientRole></recordTarget>
<component><structuredBody><component><section><title>History</title><text><paragraph>{LONG}</paragraph>
<table><tr><td>Sodium</td><td>140</td></tr></table></text><entry><act><text>{CANARY}</text></act></entry>
</section></component></structuredBody></component></ClinicalDocument>"""

READABLE = [
    ("text/plain", LONG.encode()),
    ("text/plain; charset=utf-16", LONG.encode("utf-16")),
    (
        "text/html",
        f"<html><head><title>x</title></head><body><p title='{CANARY}'>{LONG}</p></body></html>".encode(),
    ),
    ("text/html", b"<meta charset='iso-8859-1'><p>" + LONG.encode() + " Caf\xe9".encode("latin-1")),
    (
        "text/rtf",
        b"{\\rtf1\\ansi{\\info{\\author " + CANARY.encode() + b"}}{\\b " + LONG.encode() + b"}\\par}",
    ),
    ("application/xml", CCDA.encode()),
    ("application/hl7-cda+xml", CCDA.encode()),
    ("text/xml; charset=utf-8", f"<note><author id='{CANARY}'/><p>{LONG}</p></note>".encode()),
    ("application/pdf", pdf(LONG)),
    ("text/plain", pdf(LONG, packed=False)),
]


@pytest.mark.parametrize(("kind", "raw"), READABLE, ids=range(len(READABLE)))
def test_what_is_text_is_read_and_nothing_around_it(kind: str, raw: bytes) -> None:
    text = " ".join(document_text(raw, kind).split())
    assert LONG in text
    assert CANARY not in text


def test_sections_of_a_clinical_document_keep_their_order_and_cells_apart() -> None:
    words = document_text(CCDA.encode(), "application/xml").split()
    assert words[0] == "History"
    assert words[-2:] == ["Sodium", "140"]


BILLION = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
REFUSED = [
    ("application/xml", BILLION.encode(), "attachment_xml"),
    ("application/xml", OUTSIDE.encode(), "attachment_xml"),
    ("application/xml", b"<x>", "attachment_xml"),
    ("application/pdf", b"%PDF-1.4 nothing", "attachment_pdf"),
    ("application/pdf", pdf(" "), "attachment_no_text"),
    ("text/plain", b"\x89PNG\r\n\x00\x00", "attachment_binary"),
    ("text/plain; charset=ebcdic", b"x", "attachment_charset"),
    ("text/plain; charset=utf-8", b"\xff\xff\xff", "attachment_charset"),
    ("text/plain", b"a" * (33 * 2**20), "attachment_too_large"),
    ("text/plain", b"a " * MOST_CHARACTERS, "attachment_too_large"),
    ("text/html", b"<p></p>", "attachment_no_text"),
]


@pytest.mark.parametrize(("kind", "raw", "code"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_read_is_refused_counted_and_never_passed(kind: str, raw: bytes, code: str) -> None:
    with pytest.raises(PlummerError) as caught:
        document_text(raw, kind)
    assert caught.value.code == code
    assert caught.value.__cause__ is None
    attachment = {"contentType": kind, "data": base64.b64encode(raw).decode(), "size": 9, "title": CANARY}
    out, result = scrub({"resourceType": "DiagnosticReport", "presentedForm": [attachment]})
    form = out["presentedForm"][0]
    assert set(form) <= {"contentType", "_data"}
    assert [found for _, found in result.note_errors] == [code]
    assert result.actions["attachment.error.mask"] == 1


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *READABLE, ("image/png", b"\x89PNG" + CANARY.encode()), ("video/mp4", CANARY.encode()),
        ("application/dicom", b"\0" * 128 + b"DICM" + CANARY.encode()),
    ],
    ids=range(len(READABLE) + 3),
)  # fmt: skip
def test_the_result_is_plain_text_with_its_own_size(kind: str, raw: bytes) -> None:
    """B-12: of RTF, PDF and markup the text, of images, films and DICOM nothing."""
    attachment = {
        "contentType": kind,
        "data": base64.b64encode(raw).decode(),
        "size": 7,
        "hash": base64.b64encode(CANARY.encode()).decode(),
        "title": CANARY,
        "url": f"https://{CANARY}.invalid",
    }
    out, _ = scrub(
        {"resourceType": "DiagnosticReport", "presentedForm": [attachment]}, cleaner=EchoingCleaner()
    )
    assert CANARY not in json.dumps(every_string(out))
    form = out["presentedForm"][0]
    if "data" in form:
        data = base64.b64decode(form["data"])
        assert (form["size"], form["contentType"]) == (len(data), "text/plain; charset=utf-8")
        assert {"hash", "title", "url"}.isdisjoint(form)
        assert LONG in " ".join(data.decode().split())


def test_deep_markup_ends() -> None:
    raw = b"<a>" * 100_000 + b"x y" + b"</a>" * 100_000
    assert document_text(raw, "application/xml").strip() == "x y"
    assert document_text(raw, "text/html").strip() == "x y"


def test_bytes_hidden_in_a_text_as_base64_go() -> None:
    hidden = base64.b64encode(CANARY.encode() * 20).decode()
    assert document_text(f"See {hidden} there.".encode(), "text/plain") == "See [OTHER_ID] there."


def test_a_note_of_a_few_words_is_a_label() -> None:
    data = base64.b64encode(f"seen by {CANARY}".encode()).decode()
    resource = {
        "resourceType": "DiagnosticReport",
        "presentedForm": [{"contentType": "text/plain", "data": data}],
    }
    out, _ = scrub(resource, cleaner=EchoingCleaner())
    assert base64.b64decode(out["presentedForm"][0]["data"]).decode() == "seen by [WORD]"


def test_a_mark_goes_before_the_declared_charset() -> None:
    assert decoded("é".encode("utf-16"), "text/plain; charset=utf-8") == "é"


def test_refused_documents_keep_the_places_of_notes() -> None:
    good = base64.b64encode(LONG.encode()).decode()
    forms = [
        {"contentType": "application/pdf", "data": base64.b64encode(b"%PDF-x").decode()},
        {"contentType": "text/plain", "data": "%%%"},
        {"contentType": "text/plain", "data": good},
    ]
    _, result = scrub({"resourceType": "DiagnosticReport", "presentedForm": forms}, cleaner=FlaggingCleaner())
    assert result.note_errors == ((-1, "attachment_pdf"), (0, "attachment_base64"))
    assert result.note_counts == ({}, {"NAME": 1})


def test_a_parsers_warnings_reach_no_log(
    capfd: pytest.CaptureFixture, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PlummerError):
        document_text(f"<p>{CANARY}".encode(), "application/pdf")
    assert CANARY[:3] not in caplog.text + "".join(capfd.readouterr())
