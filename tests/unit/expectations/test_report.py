"""The page and its JSON twin: the same numbers, nothing loaded, nothing small, nothing that runs."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from plummer.expectations import gates
from plummer.expectations.report import ReferenceCount, RuleCount, render_html, to_json

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "{{ 7*7 }}")


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text.append(data)


def leaves(value):
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def said(page):
    """Every number that the page's text holds."""
    return {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", " ".join(Page(page).text))}


def test_the_page_loads_and_runs_nothing(report):
    page = Page(render_html(report))
    assert not {"script", "iframe", "object", "embed", "link", "form", "base", "img"} & set(page.tags)
    urls = [v for _, name, v in page.attributes if name in {"src", "href", "xlink:href", "action", "srcset"}]
    assert all(url.startswith("#") for url in urls)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|https?://", render_html(report))
    policies = [v for tag, name, v in page.attributes if tag == "meta" and "default-src" in v]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    ]


def test_hostile_labels_are_text(report):
    by_type = dict.fromkeys(HOSTILE, 50)
    bad = replace(
        report,
        inputs=replace(report.inputs, quarantine=by_type),
        rules=tuple(RuleCount(text, text, text, 70) for text in HOSTILE),
        references=tuple(ReferenceCount(text, 1, 1) for text in HOSTILE),
        timeline=replace(report.timeline, events_by_type=by_type, codes_by_system=by_type),
        versions=dict.fromkeys(HOSTILE, HOSTILE[0]),
    )
    text = render_html(bad)
    page = Page(text)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [value for _, _, value in page.attributes if "javascript:" in value or "alert" in value]
    assert all(any(label in part for part in page.text) for label in HOSTILE)


def test_every_number_stands_in_both(report):
    found = json.loads(to_json(report))
    shown = said(render_html(report))
    missing = {n for n in leaves(found) if float(n) not in shown}
    assert missing == set()
    for number in (4321, 4290, 14, 17, 7_654_321, 312, 118, 733, 45, 3141, 287, 871, 64, 1_234_567, 37, 9.7):
        assert number in set(leaves(found))


def test_counts_of_persons_are_withheld(report):
    found = json.loads(to_json(report))
    assert found["timeline"]["events_by_type"]["death"] is None
    assert found["timeline"]["span_years"] == {"under 1": None, "1-4": None, "5-9": 12}
    assert found["inputs"]["by_type"]["Goal"] is None
    assert found["inputs"]["by_type"]["Patient"] == 25  # told by the number of subjects, so it covers nothing
    assert '<th scope="row">death' not in render_html(report)


def test_a_handful_of_persons_is_not_counted(report):
    few = replace(
        report,
        timeline=replace(
            report.timeline, subjects=7, sex={"female": 5, "male": 2}, events_per_subject={"1-9": 7}
        ),
        tables={"timeline/subjects": 7},
        suites=(
            replace(report.suites[1], rows=7, results=(replace(report.suites[1].results[0], elements=7),)),
        ),
        gates=(gates.k_anonymity(2, 5_000, 11),),
    )
    found = json.loads(to_json(few))
    assert found["timeline"]["subjects"] is None
    assert found["timeline"]["sex"] == {"female": None, "male": None}
    assert found["tables"] == {"timeline/subjects": None}
    assert (found["suites"][0]["rows"], found["suites"][0]["results"][0]["elements"]) == (None, None)
    assert found["gates"][0]["value"] is None


@pytest.mark.parametrize(
    ("open_gates", "state", "release", "expected"),
    [
        (False, "candidate", True, "stopped"),
        (True, "candidate", True, "candidate"),
        (True, "candidate", False, "unreleased"),
    ],
)
def test_the_verdict_follows_the_gates(report, open_gates, state, release, expected):
    one = replace(
        report,
        gates=(gates.balance(5, 5 if open_gates else 4), gates.signatures(0)),
        release=replace(report.release, state=state) if release else None,
    )
    found = json.loads(to_json(one))["verdict"]
    assert found["state"] == expected
    assert found["blocks_publish"] == ["signatures"]
    assert ("No release was written" in render_html(one)) == (expected == "stopped")


def test_a_signed_release_is_published_only_when_every_gate_is_open(report):
    signed = replace(report, release=replace(report.release, state="published"), gates=(gates.signatures(2),))
    assert json.loads(to_json(signed))["verdict"]["state"] == "published"
    unsigned = replace(signed, gates=(gates.signatures(1),))
    assert json.loads(to_json(unsigned))["verdict"]["state"] == "candidate"


def test_a_run_without_a_scan_says_so(report):
    page = render_html(replace(report, scan=None, suites=(), rules=(), references=()))
    assert "The leak scan was not run" in page


def test_the_same_data_gives_the_same_bytes(report):
    assert to_json(report) == to_json(replace(report))
    assert render_html(report) == render_html(replace(report))


def test_tables_and_charts_are_accessible(report):
    text = render_html(report)
    page = Page(text)
    assert page.tags.count("table") == page.tags.count("caption")
    assert page.tags.count("svg") == page.tags.count("desc")
    assert page.tags.count("svg") >= 6
    heads = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<th\b([^>]*)>", text)]
    assert all(head.get("scope") in {"row", "col"} for head in heads)
    assert ("html", "lang", "en") in page.attributes
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1


def test_a_closed_scan_says_where(report):
    place = ("n17", "deid/resources/part-0.parquet", "row group 0/column body", "exact")
    page = render_html(replace(report, scan=replace(report.scan, hits=1, findings=(place,))))
    assert all(part in page for part in place)
    assert "Where they were found" not in render_html(report)


def test_what_became_no_event_is_told_by_type_and_reason(report):
    told = json.loads(to_json(report))["timeline"]["left_out"]
    assert told == [
        ["Condition", "entered_in_error", 25], ["Condition", "no_code", None], ["Location", "not_mapped", 40],
    ]  # fmt: skip
    inputs = replace(report.inputs, by_type={"Location": 3, "Condition": 500})
    hidden = json.loads(to_json(replace(report, inputs=inputs)))["timeline"]["left_out"]
    assert ["Location", "not_mapped", None] in hidden
    assert "entered_in_error" in render_html(report)
