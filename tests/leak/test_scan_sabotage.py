"""A scan whose decoder is broken says so; it never reports a clean folder."""

from pathlib import Path

import pytest

from plummer.expectations.scan import Needle, scan, scanner, views, walker
from plummer.schemas.errors import ExitCode

NEEDLES = [Needle("n1", "Zephyrine Quillfeather")]


def test_intact_scan_of_a_clean_folder_ends_0(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    report = scan([tmp_path], NEEDLES)
    assert (report.exit_code, report.controls.found) == (ExitCode.DONE, report.controls.planted)


@pytest.mark.parametrize("kind", [decoder.kind for decoder in scanner.DECODERS])
def test_a_missing_decoder_is_noticed(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind in ("no_decoder", "arrow", "orc"):
        pytest.skip("no control: nothing in the product writes these")
    (tmp_path / "a.txt").write_text("nothing")
    left = tuple(decoder for decoder in scanner.DECODERS if decoder.kind != kind)
    monkeypatch.setattr(scanner, "DECODERS", left)
    report = scan([tmp_path], NEEDLES)
    assert report.exit_code == ExitCode.INTEGRITY == 5
    assert any(kind.removesuffix("2") in missed for missed in report.controls.missed)
    assert report.to_json()["error"]["code"] == "control_missed"  # type: ignore[index]


@pytest.mark.parametrize("layer", ["json", "url", "html"])
def test_a_missing_reading_is_noticed(layer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_LAYERS", tuple(one for one in views._LAYERS if one[0] != layer))
    assert scan([tmp_path], NEEDLES).exit_code == ExitCode.INTEGRITY


def test_blind_base64_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walker, "decodings", lambda _token: iter(()))
    report = scan([tmp_path], NEEDLES)
    assert {"base64/0", "base64/1", "base64/2", "base64/gzip", "hex"} <= set(report.controls.missed)


def test_controls_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "a").mkdir()
    scan([tmp_path / "a"], NEEDLES)
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]
