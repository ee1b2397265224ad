"""CSV rows: fields and line numbers are right whatever stands in a field; damage costs what it spoils."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.landing import csv_records, framing
from plummer.pipelines.landing.csv_records import fields_of, iter_rows
from plummer.pipelines.landing.refusal import Refused

CELL = st.text(
    st.one_of(
        st.sampled_from("a,\";|\t\r\n '\\"), st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    ),
    max_size=12,
)
TABLE = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=12)
)


def rows_of(data, delimiter=",", quotes=True):
    return list(iter_rows(io.BytesIO(data), delimiter, quotes=quotes))


@settings(max_examples=120, deadline=None)
@given(TABLE, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 40))
def test_what_csv_writer_wrote_is_read_back_with_its_lines(table, delimiter, end, everything, block):
    if end == "\n" and not everything:  # there csv.writer leaves a CR bare, which is refused on purpose
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    out = io.StringIO(newline="")
    style = csv.QUOTE_ALL if everything else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=style)
    starts = []
    for row in table:
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(framing, "BLOCK", block)
        found = rows_of(out.getvalue().encode(), delimiter)
    assert [row.number for row in found] == starts
    assert [fields_of(row.data, delimiter, quotes=True) for row in found] == table


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=80).map(lambda data: data.replace(b"\0", b'"').replace(b"\x01", b"\n")), st.booleans()
)
def test_every_line_of_any_bytes_is_in_one_row(data, quotes):
    found = rows_of(data, quotes=quotes)
    lines = data.removeprefix(framing.BOM).split(b"\n")
    whole = b"\n".join(row.data for row in found)
    assert whole.replace(b"\r", b"").replace(b"\n", b"") == data.removeprefix(framing.BOM).replace(
        b"\r", b""
    ).replace(b"\n", b"")
    for row, after in zip(found, [*(row.number for row in found[1:]), len(lines) + 1], strict=False):
        assert row.number + row.data.count(b"\n") < after
        try:
            fields = fields_of(row.data, ",", quotes=quotes)
        except Refused:
            continue
        assert len(fields) >= 1


@settings(max_examples=200, deadline=None)
@given(TABLE.filter(len), st.data())
def test_a_stray_quote_costs_the_row_that_has_it_and_those_it_swallows(table, data):
    """Rows on one line each: a quote too many is refused, and no other row is lost or changed."""
    plain = [[cell.replace("\n", "").replace("\r", "").replace('"', "") for cell in row] for row in table]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(plain)
    lines = [line + "\n" for line in out.getvalue().split("\n")[:-1]]
    assert len(lines) == len(plain)
    hit = data.draw(st.integers(0, len(lines) - 1))
    lines[hit] = 'x"' + lines[hit]
    good = {}
    for row in rows_of("".join(lines).encode()):
        try:
            good[row.number] = fields_of(row.data, ",", quotes=True)
        except Refused:
            assert row.number == hit + 1
    assert good == {n: row for n, row in enumerate(plain, 1) if n != hit + 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a\0b,c", "nul_byte"),
        (b"a\xff,c", "encoding_not_utf8"),
        (b'a"b"c,d', "csv_malformed"),
        (b'"a" ,b', "csv_malformed"),
        (b'"a"b,c', "csv_malformed"),
        (b"a\rb,c", "csv_malformed"),
        (b'a\rb,"c"', "csv_malformed"),
    ],
)
def test_a_row_that_two_readers_could_read_differently_is_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        fields_of(data, ",", quotes=True)


def test_a_field_may_be_longer_than_the_csv_module_allows_by_itself():
    note = "word\n" * 100_000
    (row,) = rows_of(f'p1,"{note}"'.encode())
    assert fields_of(row.data, ",", quotes=True) == ["p1", note]


def test_without_quoting_each_line_is_a_row():
    assert [row.data for row in rows_of(b'1\t5" tube\n\n2\tx"\n', "\t", quotes=False)] == [
        b'1\t5" tube',
        b'2\tx"',
    ]


def test_unclosed_quotes_are_looked_for_once_and_not_for_ever(monkeypatch):
    """A quote that nothing closes is given up at the limit; the lines after it are rows again."""
    monkeypatch.setattr(csv_records, "MAX_ROW", 1000)
    found = rows_of(b'a,"1\n' + b"b,2\n" * 2000)
    assert (found[0].unclosed, len(found)) == (True, 2001)
    assert not any(row.unclosed for row in found[1:])


def test_quotes_that_each_open_anew_take_linear_time():
    data = b'"""\n' * 20_000 + b'"\n' + b'a,""\n' * 20_000
    taken = [0]

    class Counting(io.BytesIO):
        def read(self, size=-1, /):
            piece = super().read(size)
            taken[0] += len(piece)
            return piece

    assert len(list(iter_rows(Counting(data), ",", quotes=True))) >= 20_000
    assert taken[0] == len(data)


def test_a_line_over_the_limit_is_skipped_by_hash(monkeypatch):
    real = framing.iter_lines
    monkeypatch.setattr(framing, "BLOCK", 4)
    monkeypatch.setattr(csv_records, "iter_lines", lambda stream: real(stream, limit=10))
    found = rows_of(b"a,b\n" + b"x" * 50 + b'\nc,"d\n' + b"y" * 50 + b"\ne,f\n")
    assert [(row.number, row.data is None, row.unclosed, row.size) for row in found] == [
        (1, False, False, 3), (2, True, False, 50), (3, False, True, 4), (4, True, False, 50),
        (5, False, False, 3),
    ]  # fmt: skip
