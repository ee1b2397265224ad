"""The main job on extracts that others made: what comes in is accounted for, nothing leaks, little is lost.

Two homes for all of them, since a run's fixed costs are most of a small run: every set is a site of its own.
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from deltalake import DeltaTable
from raw_extract import Coded, coded, kept, needles, resources, strings

from plummer.deid.recognizers.words import word_list
from plummer.deid.synth import generate
from plummer.expectations.scan import Needle, Scanner, split_needles
from plummer.pipelines.static_text import static_text

pytestmark = pytest.mark.shared
SCRUBBED = ("attachment_", "note_")

MAIN = "from plummer.pipelines.cli.main import main; main()"
WORDS = re.compile(r"[^\W_]+")
SHARED_TYPES = {"Organization", "Location", "Practitioner", "PractitionerRole"}
PRIVATE = {"identified", "keys"}


@dataclass(frozen=True)
class Ran:
    """A finished run: its home, the extract of each site and what the command printed."""

    home: Path
    sites: dict
    told: dict

    def rows(self, table):
        return DeltaTable(str(self.home / table)).to_pyarrow_table().to_pylist()

    def read(self):
        return [resource for folder in self.sites.values() for resource in resources(folder)]

    def of_site(self, table, site):
        return [row for row in self.rows(table) if row["site"] == site]


def run(home, sites):
    sources = [part for site, folder in sites.items() for part in ("--source", f"fhir@{site}={folder}")]
    command = [sys.executable, "-c", MAIN, "run", *sources, "--home", str(home), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, (told.get("error"), told.get("gates"))
    return Ran(home, sites, told)


@pytest.fixture(scope="session")
def small(shared, tmp_path_factory):
    """Three synthetic patients with notes, and two patients of Synthea's with all that is theirs."""
    folder = tmp_path_factory.mktemp("small")
    generate(3, 11, folder / "synth")
    cut(shared / "synthea-ma-s20251-100" / "bulk", folder / "synthea")
    return run(folder / "home", {"synth": folder / "synth", "synthea": folder / "synthea"})


@pytest.fixture(scope="session")
def whole(shared, tmp_path_factory):
    """The three smaller sets, each whole; of the generated one the resources alone."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "carebundle").mkdir()
    for file in sorted((shared / "carebundle-500").glob("*.ndjson.gz")):
        shutil.copy(file, folder / "carebundle")
    sites = {"carebundle": folder / "carebundle", "hl7": shared / "hl7-fhir-r4-examples"}
    return run(folder / "home", {**sites, "bundles": shared / "ms-anonymizer-r4"})


def cut(bulk, out):
    """Two patients with less than others (the first has thirty times as much), and whom they name."""
    out.mkdir()
    with gzip.open(bulk / "Patient.ndjson.gz", "rt", encoding="utf-8") as stream:
        chosen = [f'"Patient/{json.loads(line)["id"]}"' for line in stream][11:13]
    theirs = {file: list(lines_of(file, chosen)) for file in sorted(bulk.glob("*.ndjson.gz"))}
    text = "".join(line for lines in theirs.values() for line in lines)
    for file, lines in theirs.items():
        if file.name.startswith("Medication."):
            with gzip.open(file, "rt", encoding="utf-8") as stream:
                lines += [line for line in stream if f'"Medication/{json.loads(line)["id"]}"' in text]
        if lines:
            (out / file.name.removesuffix(".gz")).write_text("".join(lines), encoding="utf-8")


def lines_of(file, chosen):
    kind = file.name.partition(".")[0]
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        for line in stream:
            own = kind == "Patient" and f'"Patient/{json.loads(line)["id"]}"' in chosen
            if own or kind in SHARED_TYPES or (kind != "Provenance" and any(one in line for one in chosen)):
                yield line


def check_account(ran):
    parts = ("loaded", "duplicate", "quarantined", "deleted")
    for row in ran.rows("identified/loads"):
        assert row["read"] == sum(row[part] for part in parts)
    account = ran.told["accounting"]
    assert account["read"] == sum(account[part] for part in parts) == sum(
        row["read"] for row in ran.rows("identified/loads")
    )  # fmt: skip
    # an attachment or a note that is refused while scrubbing leaves a row too, beside its loaded resource
    refused = [row["reason"].startswith(SCRUBBED) for row in ran.rows("identified/quarantine")]
    assert account["quarantined"] == refused.count(False)
    assert account["read"] > 100 * refused.count(True)
    assert account["loaded"] == len(ran.rows("identified/resources"))


def check_leaks(ran, words=frozenset()):
    """No needle anywhere but below identified/ and keys/; a reduced one not at the path it came from."""
    pairs = sorted(needles(ran.read()))
    given = [Needle(f"n{number}", value, (path,)) for number, (value, path) in enumerate(pairs)]
    full, reduced = split_needles(given, static_text() | kept_codes(ran) | words)
    print(f"needles: {len(full)} full, {len(reduced)} reduced")
    assert len(full) > len(reduced)
    places = [path for path in sorted(ran.home.iterdir()) if path.name not in PRIVATE]
    report = Scanner(full).scan(places)
    assert report.controls.planted == report.controls.found > 0
    assert (report.hits, report.unopened) == (0, ()), Counter(
        (str(f.path).replace(str(ran.home), ""), f.place, f.variant, given[int(f.needle[1:])].paths)
        for f in report.findings
    )
    assert at_own_path(ran, reduced) == []


def kept_codes(ran):
    """Codes and displays of every coding that was kept, and of the events."""
    found = {row[name] for row in ran.rows("timeline/codes") for name in ("code", "description")}
    for row in ran.rows("deid/resources"):
        found.update(codings(json.loads(row["body"])))
    return frozenset(text for text in found if text)


def codings(node):
    if isinstance(node, dict):
        if "system" in node and "code" in node:
            yield from (node["code"], node.get("display"))
        yield from (text for value in node.values() for text in codings(value))
    elif isinstance(node, list):
        yield from (text for value in node for text in codings(value))


def at_own_path(ran, reduced):
    forbidden = {(needle.paths[0], needle.value.casefold()) for needle in reduced}
    paths = {path for path, _ in forbidden}
    return [
        (row["resource_id"], path)
        for row in ran.rows("deid/resources")
        for path in paths
        if path.startswith(f"{row['resource_type']}.")
        for value in strings(json.loads(row["body"]), tuple(path.split(".")[1:]))
        if (path, value.casefold()) in forbidden
    ]


def released(ran):
    """Coded events of the release by source table."""
    events = {}
    for row in DeltaTable(f"{ran.told['release']['path']}/events").to_pyarrow_table().to_pylist():
        number, unit = row["numeric_text"], row["unit"] if row["numeric_text"] is not None else None
        one = Coded(frozenset([row["code"].rpartition("//")[2]]), number, unit)
        events.setdefault(row["source_table"], Counter())[one] += 1
    return events


def test_small_accounts_balance(small):
    check_account(small)
    assert small.told["accounting"]["quarantined"] == 0


def test_small_leaks_nothing(small):
    check_leaks(small)


def test_small_keeps_what_a_study_needs(small):
    """At least 95 % of each type of statement, with code, value and unit."""
    events, wanted = released(small), coded(small.read())
    shares = {kind: kept(counter, events.get(kind, {})) / counter.total() for kind, counter in wanted.items()}
    print({kind: (wanted[kind].total(), round(share, 4)) for kind, share in shares.items()})
    assert len(shares) >= 6
    assert {kind: share for kind, share in shares.items() if share < 0.95} == {}


def test_small_keeps_the_words_of_notes(small):
    """At least 95 % of the words outside planted identifiers stand in the same note."""
    notes = [Counter(words(row["text"])) for row in small.rows("deid/notes")]
    gold = (small.sites["synth"] / "gold" / "spans.jsonl").read_text(encoding="utf-8").splitlines()
    stand = total = 0
    for note in map(json.loads, gold):
        outside = Counter(words(blanked(note["text"], note["spans"])))
        stand += max((outside & other).total() for other in notes)
        total += outside.total()
    print(f"words of notes: {stand} of {total}")
    assert stand >= 0.95 * total


def blanked(text, spans):
    for span in spans:
        text = text[: span["start"]] + " " * (span["end"] - span["start"]) + text[span["end"] :]
    return text


def words(text):
    return (word.casefold() for word in WORDS.findall(text))


@pytest.mark.slow
def test_whole_accounts_balance(whole):
    check_account(whole)
    assert whole.of_site("identified/quarantine", "carebundle") == []
    for site, most in (("hl7", 0.02), ("bundles", 0.02)):
        read = sum(row["read"] for row in whole.of_site("identified/loads", site))
        assert 0 < len(whole.of_site("identified/quarantine", site)) <= most * read


@pytest.mark.slow
def test_whole_leaks_nothing(whole):
    """HL7's authors named practitioners Assigned and Brain: clinical words count as our text here."""
    check_leaks(whole, word_list("plain"))


@pytest.mark.slow
def test_whole_keeps_what_a_study_needs(whole):
    """Generated sets keep 95 %; of the specification's examples many name no patient or no code."""
    events = released(whole)
    wanted = coded([r for site in ("carebundle", "bundles") for r in resources(whole.sites[site])])
    shares = {kind: kept(counter, events.get(kind, {})) / counter.total() for kind, counter in wanted.items()}
    print({kind: (wanted[kind].total(), round(share, 4)) for kind, share in shares.items()})
    assert {kind: share for kind, share in shares.items() if share < 0.95} == {}


@pytest.mark.slow
def test_a_transaction_bundle_has_a_subject(whole):
    """Its resources name the patient by urn:uuid; each lies in that patient's compartment all the same."""
    rows = whole.of_site("identified/resources", "bundles")
    patients = {f"bundles/{row['resource_id']}" for row in rows if row["resource_type"] == "Patient"}
    clinical = [row for row in rows if row["resource_type"] in {"Observation", "Condition", "Encounter"}]
    assert len(patients) == 11
    assert {row["patient_key"] for row in clinical} == patients
