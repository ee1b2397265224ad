"""HL7 v2 messages to FHIR: golden cases, one folder each, and what must hold of any message.

``in.hl7`` is a file as received, ``out.json`` its units: line, the resource or why it was refused, and what
of the message isn't carried. Numbers stand as texts, so that 101.50 isn't 101.5.
"""

import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.hl7v2 import batches
from plummer.pipelines.landing.hl7v2.batches import iter_messages
from plummer.pipelines.landing.hl7v2.door import read
from plummer.pipelines.landing.hl7v2.escapes import Delimiters, escape, unescape
from plummer.pipelines.landing.outcome import DELETED
from plummer.pipelines.landing.reader import read_task
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask
from plummer.pipelines.needles import needles_of

CASES = sorted(path.parent for path in (Path(__file__).parent / "hl7v2").glob("*/in.hl7"))
TASK = ReadTask("a.hl7", "", "hl7v2", 0, "", 0, 0)
MARKS = Delimiters("|", "^", "~", "\\", "&")
ADMISSION = (Path(__file__).parent / "hl7v2" / "admission" / "in.hl7").read_bytes()
RESULTS = (Path(__file__).parent / "hl7v2" / "results" / "in.hl7").read_bytes()


def units(text):
    return list(read(io.BytesIO(text), TASK))


def units_or_refusal(text):
    """The units, and why the file is refused whole."""
    try:
        return units(text), ""
    except Refused as no:
        return [], no.reason


def told(outcome):
    shown = {"line": outcome.line}
    if outcome.reason is None:
        shown["body"] = json.loads(outcome.body, parse_float=str)
    else:
        shown["reason"] = outcome.reason
    if outcome.reason == DELETED:
        what = f"{outcome.resource_type}/{outcome.resource_id}"
        shown |= {"what": what, "version": outcome.version_id}
    return shown | ({"uncarried": dict(sorted(outcome.uncarried.items()))} if outcome.uncarried else {})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case):
    expected = json.loads((case / "out.json").read_text("utf-8"))
    assert [told(one) for one in units((case / "in.hl7").read_bytes())] == expected


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"], ids=["cr", "lf", "crlf"])
def test_the_end_of_a_segment_changes_nothing(end):
    whole = units(ADMISSION.replace(b"\r", end))
    assert [told(one) for one in whole] == [told(one) for one in units(ADMISSION)]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=60))
def test_a_value_comes_back_from_its_escapes(text):
    assert unescape(escape(text, MARKS), MARKS, "utf-8") == text


@given(st.permutations("!#$%*+,/:;<=>?@^_`{}~|&"))
@settings(max_examples=20, deadline=None)
def test_any_delimiters_give_the_same_resources(marks):
    """Custom delimiters (MSH-1, MSH-2): the message means the same."""
    new = dict(zip("|^~\\&", marks, strict=False))
    header, rest = ADMISSION.decode()[:8], ADMISSION.decode()[8:]
    given_ = [char for char in rest if char in new.values() and char not in new]
    if given_:
        return  # a mark that stands in a value would need an escape
    text = "MSH" + "".join(new[char] for char in header[3:]) + "".join(new.get(char, char) for char in rest)
    assert [one.body for one in units(text.encode())] == [one.body for one in units(ADMISSION)]


@given(st.lists(st.sampled_from([ADMISSION, RESULTS]), min_size=1, max_size=5), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_file_of_messages_is_its_messages(parts, framed):
    """Plain or MLLP-framed: the same units, one message after the other."""
    shown = b"".join(b"\x0b" + part + b"\x1c\r" if framed else part for part in parts)
    alone = [one.content_sha256 for part in parts for one in units(part)]
    assert [one.content_sha256 for one in units(shown)] == alone


@given(st.integers(0, len(RESULTS)), st.binary(max_size=20))
@example(0, b"BZh")
@settings(max_examples=150, deadline=None)
def test_a_message_cut_anywhere_is_accounted_for(at, rest):
    found, refusal = units_or_refusal(RESULTS[:at] + rest)
    assert all((one.reason is None) == (one.resource_type is not None) for one in found)
    # of no more than a few bytes the first may be an archive's
    assert found or refusal or not (RESULTS[:at] + rest).strip(b" \t\r\n\x0b\x1c\xef\xbb\xbf")
    assert not refusal or (at == 0 and refusal in {"binary_content", "encoding_not_utf8"})


@given(st.integers(1, 64))
@settings(max_examples=20, deadline=None)
def test_blocks_may_end_anywhere(size):
    """Ends, frames and lines that straddle what is read at a time."""
    shown = b"\x0b" + ADMISSION.replace(b"\r", b"\r\n") + b"\x1c\r" + RESULTS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BLOCK", size)
        small = [(raw.line, raw.body) for raw in iter_messages(io.BytesIO(shown))]
    assert small == [(raw.line, raw.body) for raw in iter_messages(io.BytesIO(shown))]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"PID|1||7\r", "missing_msh"),
        (b"MSH\r", "bad_delimiters"),
        (b"MSH|^^^^|A\r", "bad_delimiters"),
        (b"MSHA^~\\&A\r", "bad_delimiters"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7\0\r", "nul_byte"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7||\\X00\\\r", "nul_byte"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7||M\xfcller\r", "encoding_not_utf8"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1||||||||ASCII\rPID|1||7||M\xc3\xbc\r", "charset_invalid"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1||||||||EBCDIC\rPID|1||7\r", "charset_unknown"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rpid|1||7\r", "segment_malformed"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7" + b"|" * 1001 + b"\r", "too_many_fields"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7" + b"~" * 5001 + b"\r", "too_many_repetitions"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7" + b"^" * 1001 + b"\r", "too_many_parts"),
        (b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\r" + b"NTE|1\r" * 20_001, "too_many_segments"),
        (b"MSH|^~\\&|A|B|C|D|2024||MFN^M02|1\rMFI|STF\r", "message_unmapped"),
        (b"BHS|^~\\&|A\rMSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rPID|1||7\r", "batch_truncated"),
    ],
)  # fmt: skip
def test_what_is_refused(text, reason):
    assert [one.reason for one in units(text) if one.reason] == [reason]


def test_a_message_over_the_limit_is_hashed_and_the_next_one_read(monkeypatch):
    monkeypatch.setattr(batches, "MAX_MESSAGE", 2000)
    huge = b"MSH|^~\\&|A|B|C|D|2024||ADT^A01|1\rNTE|" + b"x" * 5000 + b"\r"
    found = units(huge + ADMISSION)
    assert [(one.line, one.reason, one.body) for one in found[:1]] == [(1, "message_too_large", None)]
    assert [one.content_sha256 for one in found[1:]] == [one.content_sha256 for one in units(ADMISSION)]


def test_no_value_is_in_a_count():
    """What a sender names itself (Z segments) is one name for all; the others are the standard's."""
    for case in CASES:
        for one in units((case / "in.hl7").read_bytes()):
            for name in one.uncarried or ():
                assert name == "Z-segment" or name[:3].isupper()


@pytest.mark.shared
def test_every_message_of_the_sample_set(shared):
    """69 messages: no message and no resource is refused, none is unmapped; counted by field what is left."""
    found, messages = [], 0
    for path in sorted((shared / "hl7v2-ms").glob("*.hl7")):
        mine = units(path.read_bytes())
        assert mine, path.name
        found += mine
        messages += 1
    reasons = {one.reason for one in found}
    assert messages == 69
    assert reasons == {None, DELETED}
    assert sum(one.reason == DELETED for one in found) == 1


def test_each_unit_has_a_place_of_its_own():
    """Several resources come of one segment; a duplicate is taken out by its place, and only it may go."""
    found = units(ADMISSION + RESULTS)
    places = [(one.line, one.entry, one.sequence) for one in found]
    assert len(set(places)) == len(places) > len({one.line for one in found})


def test_who_is_named_and_who_is_in_the_staff_file_are_one():
    """An attending doctor's number gives the id of the staff file's record, whose word is the last."""
    staff = (Path(__file__).parent / "hl7v2" / "staff" / "in.hl7").read_bytes()
    named = units(ADMISSION.replace(b"5501^Surgeon^Sue", b"4711^Surgeon^Sue^^^^^^NORTH"))
    (record, *_) = [json.loads(one.body) for one in units(staff)]
    doctors = [json.loads(one.body) for one in named if one.resource_type == "Practitioner"]
    (same,) = [one for one in doctors if one["identifier"][0]["value"] == "4711"]
    assert same["id"] == record["id"]
    assert "meta" not in same


def test_zeros_are_nobodys_number():
    head = b"MSH|^~\\&|A|B|C|D|2024||ADT^A08|1\rPID|1||"
    assert [one.reason for one in units(head + b"0000^^^H^MR\r")] == ["missing_id"]
    (made,) = units(head + b"0000^^^H^MR~7^^^H^PI\r")
    assert [one["value"] for one in json.loads(made.body)["identifier"]] == ["7"]


def test_tasks_that_share_a_file_read_every_message_once():
    whole = b"".join(ADMISSION.replace(b"|M1|", b"|%d|" % number) for number in range(50))
    parts = []
    for stripe in range(3):
        task = ReadTask("a.hl7", "", "hl7v2", 0, "", 0, 0, stripe=stripe, stripes=3)
        parts += [(one.line, one.content_sha256) for one in read(io.BytesIO(whole), task)]
    assert sorted(parts) == sorted((one.line, one.content_sha256) for one in units(whole))


def test_whoever_a_message_names_is_looked_for():
    """Patient, kin, policy holder and staff, with their numbers, are where the leak scan looks (P-01)."""
    bodies = [json.loads(one.body) for one in units(ADMISSION)]
    found = {value for body in bodies for value, _ in needles_of(body)}
    names = {"Testfamily", "Doctorname", "Surgeon", "Family", "Operator"}
    numbers = {
        "1001",
        "999-00-0001",
        "A-77",
        "1 555 5550101",
        "1 555 5550102",
        "999-00-0002",
        "MEM-1",
        "5501",
    }
    assert names | numbers <= found


def test_files_are_told_by_name_or_by_their_first_segment(tmp_path):
    (tmp_path / "a.hl7").write_bytes(b"anything")
    (tmp_path / "b.dat").write_bytes(b"\xef\xbb\xbf\x0b" + ADMISSION)
    (tmp_path / "c.bin").write_bytes(gzip.compress(ADMISSION))
    (tmp_path / "d.txt").write_bytes(b"a letter")
    found = {file.path: file.form for file in discover("hl7v2", "main", str(tmp_path)).files}
    assert found == {"a.hl7": "hl7v2", "b.dat": "hl7v2", "c.bin": "hl7v2.gz", "d.txt": "other"}
    (file,) = (f for f in discover("hl7v2", "main", str(tmp_path)).files if f.path == "c.bin")
    task = ReadTask(file.path, file.uri, file.form, file.bytes, file.sha256, 0, file.bytes)
    assert [told(one) for one in read_task(task)] == [told(one) for one in units(ADMISSION)]
