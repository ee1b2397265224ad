"""Whole words, forms, encodings of texts, masked paths, needles files."""

import base64
import hashlib
import json
import pickle
import uuid
from pathlib import Path

import pytest

from plummer.expectations.scan import Needle, Scanner, read_needles, scan, split_needles
from plummer.expectations.scan.command import run_scan
from plummer.schemas.errors import ExitCode, PlummerError

NAME = "Zephyrine Quillfeather"


def forms(value: str, text: str) -> set[str]:
    return {form for _, form in Scanner([Needle("n", value)]).scan_text(text)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NAME, "ZEPHYRINE  quillfeather's"),
        (NAME, "zephyrine_quillfeather"),
        ("Jürgen Müller", "ju\u0308rgen MULLER"),
        ("Jurgen Muller", "Jürgen Müller"),
        ("Møller", "MOLLER"),
        ("王小明", "患者王小明来院"),
        ("김철수", "김철수는 왔다"),
        ("\uff31uill", "quill"),
        ("Quill", "Qu\u00adi\u200bll"),
        ("O'Brian", "O\u2019BRIAN"),
        ("S999-12-345", "id S999 12 345."),
    ],
)
def test_written_otherwise_is_exact(value: str, text: str) -> None:
    assert "exact" in forms(value, text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Smith", "blacksmith"),
        ("Smith", "Smithson"),
        ("12345", "123456"),
        ("12345", "x12345"),
        ("617-555-0100", "16175550100"),
        ("7284316", "value 72.84316"),
        (NAME, "Zephyrine said, Quillfeather"),
    ],
)
def test_part_of_a_word_is_none(value: str, text: str) -> None:
    assert forms(value, text) == set()


@pytest.mark.parametrize(
    ("value", "text", "form"),
    [
        ("617-555-0100", "6175550100", "digits"),
        ("6175550100", "tel:+1 (617) 555-0100", "digits"),
        ("999-12-3456", "999.12.3456", "exact"),
        ("0012345678", '{"mrn": 12345678}', "digits"),
        (NAME, "Quillfeather, Zephyrine", "last_first"),
        (NAME, "mail zephyrinequillfeather@h.invalid", "stripped"),
        (NAME, "rehtaefllliuq", ""),
        (NAME, NAME[::-1], "reversed"),
        ("Müller-Xy", "Mueller Xy", "transliterated"),
        (
            "A value of more than thirty-two characters",
            "A value of more than thirty-two \U0010ffff",
            "prefix32",
        ),
        (NAME, hashlib.md5(NAME.encode(), usedforsecurity=False).hexdigest(), "md5/hex"),
        (NAME, hashlib.sha1(NAME.lower().encode(), usedforsecurity=False).hexdigest().upper(), "sha1/hex"),
        (NAME, base64.b64encode(hashlib.sha256(NAME.encode()).digest()).decode(), "sha256/base64"),
        (NAME, base64.b32encode(hashlib.sha256(NAME.encode()).digest()).decode()[:26], "sha256/base32"),
        ("617-555-0100", hashlib.sha512(b"6175550100").hexdigest()[:32], "sha512/hex"),
        (NAME, str(uuid.uuid5(uuid.NAMESPACE_URL, NAME)), "uuid5/hex"),
    ],
)
def test_forms(value: str, text: str, form: str) -> None:
    assert forms(value, text) == ({form} if form else set())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(json.dumps(json.dumps({"a": f"\n{NAME}\t"}))),
        "<td>Zephyrine</td><td>Quillfeather</td>",
        "<b>Zeph</b>yrine Quill<i>feather</i>",
        "&lt;b&gt;Zephyrine&lt;/b&gt;&amp;nbsp;Quillfeather",
        "q=Zephyrine%2520Quillfeather",
        "Zephyrine+Quillfeather",
        "b'\\x5aephyrine Quillfeather'",
        base64.b64encode(base64.b64encode(f"x {NAME}".encode())).decode(),
        "id=" + NAME.encode("utf-16-le").hex(),
        base64.b64encode(NAME.encode("utf-16-le")).decode(),
        base64.encodebytes(("." * 70 + NAME + "." * 200).encode()).decode(),
        "data:text/plain;base64," + base64.b64encode(NAME.encode()).decode(),
        "Patient/" + base64.urlsafe_b64encode(NAME.encode()).decode().rstrip("="),
    ],
)
def test_encodings_of_texts(text: str) -> None:
    assert "exact" in forms(NAME, text)


def test_values_side_by_side_do_not_join(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"word": ["Zephyrine", "Quillfeather"]}), tmp_path / "a.parquet")
    report = scan([tmp_path], [Needle("n", NAME)])
    assert [finding for finding in report.findings if "column" in finding.place] == []


def test_paths_are_searched_and_masked(tmp_path: Path) -> None:
    folder = tmp_path / "name=Quillfeather%2C%20Zephyrine" / "zephyrine_quillfeather-2.part"
    folder.mkdir(parents=True)
    (folder / "plain.txt").write_text("Zephyrine Quillfeather")
    report = scan([tmp_path], [Needle("n", NAME)])
    text = json.dumps(report.to_json()).lower()
    assert "quillfeather" not in text
    assert "zephyrine" not in text
    assert {finding.place for finding in report.findings} >= {"path", "path/url"}
    last = [finding.path for finding in report.findings if finding.place not in ("path", "path/url")]
    assert last == [f"{tmp_path}/name=***/***-2.part/plain.txt"]


def test_places_are_masked(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute('CREATE TABLE "quillfeather" (n TEXT)')
        database.execute("INSERT INTO quillfeather VALUES ('quillfeather')")
        database.commit()
    report = scan([tmp_path], [Needle("n", "Quillfeather")])
    assert "sqlite:***.n" in {finding.place for finding in report.findings}
    assert "quillfeather" not in repr(report).lower()


def test_report_is_the_contract_and_deterministic(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.txt").write_text(f"{NAME} and Ottoline")
    needles = [Needle("n2", "Ottoline"), Needle("n1", NAME)]
    first, second = scan([tmp_path], needles).to_json(), scan([tmp_path, tmp_path], needles[::-1]).to_json()
    assert first == second
    assert list(first) == ["files", "bytes", "needles", "containers", "controls", "hits", "findings"]
    assert (first["files"], first["needles"], first["hits"]) == (2, 2, 4)
    assert first["findings"][0] == {  # type: ignore[index]
        "needle": "n1",
        "path": str(tmp_path / "a.txt"),
        "place": "",
        "variant": "exact",
    }


def test_listed_findings_are_bounded_and_all_counted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n".join(f"canary{number}x" for number in range(1500)))
    report = scan([tmp_path], [Needle(f"n{number}", f"canary{number}x") for number in range(1500)])
    assert (report.hits, len(report.findings)) == (1500, 1000)


def test_same_value_under_two_ids_is_two_findings() -> None:
    hits = Scanner([Needle("a", NAME), Needle("b", NAME.upper())]).scan_text(NAME)
    assert [needle for needle, _ in hits] == ["a", "b"]


def test_a_scanner_pickles_as_its_needles() -> None:
    copy = pickle.loads(pickle.dumps(Scanner([Needle("a", NAME)])))  # noqa: S301
    assert list(copy.scan_text(NAME)) == [("a", "exact")]


def test_needles_files(tmp_path: Path) -> None:
    plain, lines = tmp_path / "a.txt", tmp_path / "b.jsonl"
    plain.write_text(f"{NAME}\n\n  Ottoline \r\n", encoding="utf-8-sig")
    lines.write_text('{"id": "x", "value": "Ottoline", "paths": ["Patient.name"], "more": 1}\n')
    assert [(one.id, one.value) for one in read_needles(plain)] == [("n1", NAME), ("n3", "Ottoline")]
    assert read_needles(lines) == (Needle("x", "Ottoline", ("Patient.name",)),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"Lee\n", "needle_short"),
        (b'{"id": "a", "value": "Lee"}', "needle_short"),
        (b"-----\n", "needle_unsearchable"),
        (b'{"id": 1, "value": "Ottoline"}', "needle_malformed"),
        (b'{"id": "a"}', "needle_malformed"),
        (b'{"id": "a", "value": "Ottoline"}\nOttoline', "needle_malformed"),
        (b"\xff\xfe\x00", "needles_unreadable"),
        (b" \n", "needles_empty"),
    ],
)
def test_refused_needles(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "needles").write_bytes(content)
    with pytest.raises(PlummerError) as raised:
        read_needles(tmp_path / "needles")
    assert (raised.value.code, raised.value.exit_code) == (code, ExitCode.USAGE)
    assert raised.value.__cause__ is None
    assert "Lee" not in str(raised.value)


def test_short_needles_on_request(tmp_path: Path) -> None:
    (tmp_path / "needles").write_text("Lee\n")
    (tmp_path / "a.txt").write_text("Mr. LEE, not Leeds")
    report = run_scan([str(tmp_path / "a.txt")], tmp_path / "needles", short=True)
    assert (report.hits, report.exit_code) == (1, ExitCode.FINDING)


def test_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "needles").write_text("Ottoline\n")
    for paths, needles in (
        ([], "needles"),
        ([str(tmp_path / "absent")], "needles"),
        ([str(tmp_path)], "absent"),
    ):
        with pytest.raises(PlummerError) as raised:
            run_scan(paths, tmp_path / needles)
        assert raised.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("values", [[], ["p1"], ["Li", "...."]], ids=["none", "short", "no-word"])
def test_a_home_that_names_nobody_has_nothing_to_search_everywhere(values: list[str]) -> None:
    """Records without names and with short ids: each is looked for where it came from alone."""
    needles = [Needle(str(place), value) for place, value in enumerate(values)]
    full, reduced = split_needles(needles, {"Parkinson's disease"})
    assert (full, [needle.id for needle in reduced]) == ((), [needle.id for needle in needles])


def test_split_needles() -> None:
    needles = [
        Needle(name, value)
        for name, value in (
            ("a", "Norfolk"),
            ("b", "Quill"),
            ("c", "Lee"),
            ("d", "Heart Failure"),
            ("e", "Failure Heart"),
            ("f", "--"),
        )
    ]
    full, reduced = split_needles(needles, {"Chronic heart failure (disorder)", "Norfolk county"})
    assert [needle.id for needle in full] == ["b", "e"]
    assert [needle.id for needle in reduced] == ["a", "c", "d", "f"]


@pytest.mark.parametrize("position", [0, 131_060, 131_072, 131_080, 400_000])
@pytest.mark.parametrize("value", [NAME, "long " * 700 + NAME])
def test_a_needle_at_any_place_of_a_long_text_is_found(position: int, value: str) -> None:
    words = "plain " * (position // 6 + 1)
    text = f"{words[:position]} {value} {'more words ' * 40_000}"
    assert "exact" in forms(value, text)


@pytest.mark.parametrize("text", ["ORCHIECTOMY was performed", "FEA1 and MSCF", "BZh is no name", "x^2 = 4"])
def test_text_that_begins_like_a_container_is_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").write_text(text)
    (tmp_path / "b.json").write_text(json.dumps({"data": base64.b64encode(text.encode()).decode()}))
    report = scan([tmp_path], [Needle("n", NAME)])
    assert (report.exit_code, report.unopened) == (ExitCode.DONE, ())
