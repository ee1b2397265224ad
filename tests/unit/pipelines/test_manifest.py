import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.pipelines import manifest
from plummer.schemas.errors import PlummerError


@pytest.fixture
def release(tmp_path) -> Path:
    folder = tmp_path / "released" / "r" / "1.0.0"
    (folder / "events").mkdir(parents=True)
    (folder / "events" / "part-0.parquet").write_bytes(b"rows")
    (folder / "report.html").write_text("<p>report</p>")
    manifest.write_manifest(folder, {"name": "r", "version": "1.0.0", "inputs": "ab"})
    return folder


def test_fresh_release_is_intact_and_unsigned(release) -> None:
    found = manifest.verify(release)
    assert (found.intact, found.signed, found.files) == (True, False, 2)


def test_manifest_lists_every_file_with_size_and_digest(release) -> None:
    told = manifest.read_manifest(release)
    assert told["files"]["events/part-0.parquet"] == {
        "bytes": 4,
        "sha256": hashlib.sha256(b"rows").hexdigest(),
    }
    assert told["inputs"] == "ab"
    assert (
        manifest.manifest_sha256(release)
        == hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()
    )


def test_signature_is_the_only_file_that_may_be_added(release) -> None:
    (release / "manifest.sig").write_bytes(b"sig")
    assert manifest.verify(release).signed
    assert manifest.verify(release).intact
    (release / "events" / "manifest.sig").write_bytes(b"sig")
    assert manifest.verify(release).added == ("events/manifest.sig",)


def test_every_kind_of_change_is_found(release) -> None:
    part = release / "events" / "part-0.parquet"
    part.rename(release / "events" / "part-1.parquet")
    found = manifest.verify(release)
    assert found.added == ("events/part-1.parquet",)
    assert found.removed == ("events/part-0.parquet",)
    (release / "report.html").write_text("<p>Report</p>")
    assert manifest.verify(release).changed == ("report.html",)


def test_link_to_an_equal_file_is_a_change(release, tmp_path) -> None:
    part = release / "events" / "part-0.parquet"
    part.rename(tmp_path / "elsewhere")
    part.symlink_to(tmp_path / "elsewhere")
    assert manifest.verify(release).changed == ("events/part-0.parquet",)


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b'{"format":1}', b'{"format":2,"files":{}}'])
def test_folder_without_a_readable_manifest_is_no_release(tmp_path, content) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(PlummerError, match="not_a_release") as caught:
        manifest.verify(tmp_path)
    assert int(caught.value.exit_code) == 2


@given(st.dictionaries(st.text(), st.recursive(st.integers() | st.text(), st.lists, max_leaves=5)))
def test_canonical_form_is_json_and_doesnt_depend_on_order(data) -> None:
    turned = dict(reversed(list(data.items())))
    assert manifest.canonical(data) == manifest.canonical(turned)
    assert json.loads(manifest.canonical(data)) == data
