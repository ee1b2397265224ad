"""XML that means harm, or isn't C-CDA: refused whole, in little memory, without a network (B-02)."""

import io
import json
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.ccda import narrative, xml_tree
from plummer.pipelines.landing.ccda.door import DOOR
from plummer.pipelines.landing.ccda.xml_tree import read_xml
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask

HERE = Path(__file__).parent
SUMMARY = (HERE / "summary" / "in.xml").read_bytes()
DOCUMENT = b'<ClinicalDocument xmlns="urn:hl7-org:v3">%s</ClinicalDocument>'
NOBODY = b"<recordTarget><patientRole><id nullFlavor='UNK'/></patientRole></recordTarget>"
TWO = b"<recordTarget><patientRole><id root='1.2' extension='%d'/></patientRole></recordTarget>" * 2 % (1, 2)
LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
    + DOCUMENT % b"<title>&m;</title>"
)
HOSTILE = {
    "billion laughs": (LAUGHS, "xml_dtd_forbidden"),
    "quadratic": (b"<!DOCTYPE r [<!ENTITY a '%s'>]>" % (b"x" * 9999), "xml_dtd_forbidden"),
    "external dtd": (b'<!DOCTYPE r SYSTEM "http://[::1]:9/x">' + DOCUMENT % b"", "xml_dtd_forbidden"),
    "public dtd": (b'<!DOCTYPE r PUBLIC "-//x" "file:///etc/passwd">' + DOCUMENT % b"", "xml_dtd_forbidden"),
    "parameter": (b'<!DOCTYPE r [<!ENTITY % p SYSTEM "file:///x"> %p;]>' + DOCUMENT, "xml_dtd_forbidden"),
    "undeclared entity": (DOCUMENT % b"<title>&nbsp;</title>", "xml_malformed"),
    "deep": (DOCUMENT % (b"<a>" * 10_000), "nesting_too_deep"),
    "attributes": (DOCUMENT % (b"<a %s/>" % b" ".join(b'a%d=""' % i for i in range(40))), "xml_too_large"),
    "attribute twice": (DOCUMENT % b'<a b="1" b="2"/>', "xml_malformed"),
    "two roots": (DOCUMENT % b"" + b"<b/>", "xml_malformed"),
    "unclosed": (DOCUMENT[:-18] % b"<a>", "xml_truncated"),
    "crossed": (DOCUMENT % b"<a><b></a></b>", "xml_malformed"),
    "empty": (b"", "xml_truncated"),
    "blank": (b" \n", "xml_truncated"),
    "text": (b"Session expired", "xml_malformed"),
    "utf-16": (b"\xff\xfe" + (DOCUMENT % b"").decode().encode("utf-16-le"), "encoding_not_utf8"),
    "latin-1": (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + DOCUMENT % b"\xe9", "encoding_not_utf8"),
    "lies of utf-8": (b'<?xml version="1.0" encoding="UTF-8"?>' + DOCUMENT % b"\xe9", "encoding_not_utf8"),
    "nul": (DOCUMENT % b"\0", "nul_byte"),
    "zip": (b"PK\x03\x04", "binary_content"),
    "html": (b"<html><body>Session expired</body></html>", "not_a_cda"),
    "another namespace": (b"<ClinicalDocument/>", "not_a_cda"),
    "nobody": (DOCUMENT % b"", "cda_no_patient"),
    "no number": (DOCUMENT % NOBODY, "cda_no_patient"),
    "two people": (DOCUMENT % TWO, "cda_several_patients"),
}  # fmt: skip


WIDE = DOCUMENT % (b"<a/>" * (xml_tree.MAX_ELEMENTS + 1))


def task_of(file):
    return ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)


def outcomes(data):
    return list(DOOR.read(io.BytesIO(data), ReadTask("d.xml", "", "ccda", len(data), "", 0, len(data))))


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a document reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_document_is_refused_whole(name, no_network):
    data, code = HOSTILE[name]
    with pytest.raises(Refused) as caught:
        outcomes(data)
    assert caught.value.reason == code
    assert caught.value.__cause__ is None


def test_they_take_little_memory():
    """B-02: at most 256 MiB for all of them and for the most elements that are taken, in its own process."""
    script = (
        "import re, sys\n"
        f"sys.path.insert(0, {str(HERE)!r})\n"
        "from test_hostile_ccda import HOSTILE, WIDE, outcomes\n"
        "for data, _ in [*HOSTILE.values(), (WIDE, 0)]:\n"
        "    try: outcomes(data)\n"
        "    except Exception as no: last = no.reason\n"
        "assert last == 'xml_too_large'\n"
        # not ru_maxrss, which begins with the size of the process that started this one
        "print(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(run.stdout) <= 256 * 1024


@pytest.mark.shared
def test_every_verdict_of_the_hostile_set(shared, no_network):
    told = json.loads((shared / "hostile" / "MANIFEST.json").read_text())["files"]
    cases = {
        case["file"]: case["reason"].rpartition("code=")[2]
        for case in told
        if case["file"].startswith("ccda/")
    }
    assert len(cases) == 3
    found = {}
    for file in discover("ccda", "main", str(shared / "hostile" / "ccda")).files:
        (outcome,) = read_task(
            ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
        )
        assert (outcome.line, outcome.body) == (0, None)
        found[f"ccda/{file.path}"] = outcome.reason
    assert found == cases


@pytest.mark.shared
@pytest.mark.parametrize(
    ("folder", "documents", "units", "refused"),
    [
        ("ccda-hl7-examples", 16, 840, {"unknown_file_kind": 21, "invalid_date": 29}),
        ("synthea-ma-s20251-100/ccda", 12, 3_912, {}),
    ],
)
def test_whole_sets(shared, folder, documents, units, refused):
    """The dates that are none are those of the examples: a 31st of April, a month of three digits."""
    reasons, total = {}, 0
    files = discover("ccda", "main", str(shared / folder)).files
    assert sum(file.form.startswith("ccda") for file in files) == documents
    for file in files:
        for outcome in read_task(
            ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
        ):
            total += 1
            if outcome.reason:
                reasons[outcome.reason] = reasons.get(outcome.reason, 0) + 1
                assert outcome.body is None or outcome.body.startswith(b"<")
    assert (total, reasons) == (units, refused)


def test_a_document_cut_anywhere_is_refused_whole():
    for at in range(0, len(SUMMARY) - 1, 97):
        with pytest.raises(Refused) as caught:
            read_xml(SUMMARY[:at].rstrip())
        assert caught.value.reason == "xml_truncated"


TOKENS = (
    b"", b"<", b"/>", b">", b'"', b"nullFlavor='UNK'", b"<id/>", b"<value/>", b"value=''", b"root='x'",
    b"\xff", b"&#0;", b"extension='../../etc/passwd'", b"<entry>", b"</entry>", b"negationInd='true'",
    b"99999999999999", b"1e400", b"xsi:type='PQ'", b"xsi:type='XX'", b"\xe2\x80\xae", b"-", b"@",
    b"templateId", b"observation", b"0",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_document_comes_to_units_or_a_reason(seed):
    """Bytes, attributes and elements of a good document changed: no crash, and no reason unforeseen."""
    rng = random.Random(seed)
    data = bytearray(SUMMARY)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data))
        if rng.random() < 0.5:
            at = data.find(b'"', at) + 1  # into an attribute, where the document stays well-formed
        data[at : at + rng.randint(0, 12)] = rng.choice(TOKENS)
    found, reason = [], ""
    try:
        found = outcomes(bytes(data))
    except Refused as no:
        reason = no.reason
    assert reason != "check_failed"
    assert bool(found) != bool(reason)
    assert all(outcome.reason != "check_failed" for outcome in found)
    assert [outcome.sequence for outcome in found] == list(range(len(found)))


def test_a_text_that_is_referred_to_ten_thousand_times_is_no_bomb(monkeypatch):
    monkeypatch.setattr(narrative, "MOST_REFERRED", 1000)
    whole = SUMMARY.replace(b"High blood pressure", b"x" * 300)
    assert all(outcome.reason is None for outcome in outcomes(whole))
    monkeypatch.setattr(narrative, "MOST_REFERRED", 200)
    assert [outcome.reason for outcome in outcomes(whole) if outcome.reason] == ["xml_too_large"]
