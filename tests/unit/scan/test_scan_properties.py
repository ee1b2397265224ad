"""Whatever layers a needle is wrapped in, it is found; without it nothing is."""

import base64
import bz2
import gzip
import html
import io
import json
import lzma
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plummer.expectations.scan import Needle, Scanner, matcher
from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.walker import Walker

VALUE = "Qzxbramble Vornstad"
SCANNER = Scanner([Needle("n", VALUE)])


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("member", data)
    return buffer.getvalue()


def json_string(data: bytes) -> bytes:
    return json.dumps({"data": data.decode(), "n": 1}).encode()


LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
    "base64": base64.b64encode,
    "urlsafe": base64.urlsafe_b64encode,
    "mime": base64.encodebytes,
    "hex": lambda data: data.hex().encode(),
}
TEXT_LAYERS: dict[str, Callable[[bytes], bytes]] = {
    "json": json_string,
    "html": lambda data: html.escape(data.decode()).encode(),
    "url": lambda data: quote(data.decode()).encode(),
    "utf16": lambda data: data.decode().encode("utf-16"),
}
WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd", "Zs", "Po")), max_size=80)


def found(data: bytes) -> set[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        trail = SCANNER._file(path, "file")
    assert not trail.unopened
    return {form for hits in trail.hits.values() for _, form in hits}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    before=WORDS,
    after=WORDS,
    text_layers=st.lists(st.sampled_from(sorted(TEXT_LAYERS)[:3]), max_size=2),
    wide=st.booleans(),
    layers=st.lists(st.sampled_from(sorted(LAYERS)), max_size=3),
)
def test_a_wrapped_needle_is_found_and_its_absence_too(
    before: str, after: str, text_layers: list[str], wide: bool, layers: list[str]
) -> None:
    def wrapped(value: str) -> bytes:
        data = f"{before} {value} {after}".encode()
        for name in (*text_layers, *(["utf16"] if wide else [])):
            data = TEXT_LAYERS[name](data)
        for name in layers:
            data = LAYERS[name](data)
        return data

    assert "exact" in found(wrapped(VALUE))
    assert found(wrapped("Qzxbramble")) == set()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(tree=JSON, path=st.lists(st.sampled_from(["list", "object", "key", "string"]), max_size=6))
def test_a_needle_anywhere_in_nested_json_is_found(tree: object, path: list[str]) -> None:
    node: object = f"{VALUE}\n"
    for step in path:
        node = {
            "list": lambda inner: [tree, inner],
            "object": lambda inner: {"a": tree, "b": inner},
            "key": lambda inner: {json.dumps(inner): tree},
            "string": json.dumps,
        }[step](node)
    assert "exact" in found(json.dumps(node).encode())
    assert found(json.dumps(tree).encode()) == set()


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=3000))
def test_no_bytes_crash_or_hit(data: bytes) -> None:
    trail = Walker(SCANNER._walker._matcher, SCANNER._walker._decoders, SCANNER._limits).trail(len(data))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f").write_bytes(data)
        trail = SCANNER._file(Path(folder) / "f", "f")
    assert trail.hits == {}


@given(st.text(alphabet="0123456789 -./()a", max_size=80))
def test_numbers_are_found_as_the_plain_form_of_the_rule_finds_them(text):
    plain = re.compile(rb"[0-9](?:[ \-./()]{0,3}[0-9]){6,}")
    assert matcher._NUMBER.findall(text.encode()) == plain.findall(text.encode())


ENCODED = {
    "json": r"Qzxbramble Vornst\u0061d",
    "url": "Qzxbramble%20Vornstad",
    "entity": "Qzxbramble Vornst&#97;d",
    "tags": "Qzxbramble Vorn<b>stad</b>",
}


@pytest.mark.parametrize("beside", [r"a \/ b", "50%25", "a &amp; b", "<i>a</i>", "a"])
@pytest.mark.parametrize("how", ENCODED)
def test_what_stands_in_another_value_hides_nothing(how, beside):
    """Values of a column are searched together, and each may be written in another way."""
    plain = [f"value {n}" for n in range(9)]
    for values in ([beside, ENCODED[how], *plain], [*plain, ENCODED[how], beside]):
        assert list(SCANNER.scan_text(SEPARATOR.join(values)))
