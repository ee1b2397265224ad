"""Whole synthetic patients through the scrubber with surrogates: consistent, and nothing of the gold."""

import base64
import json
import re
from functools import cache

import pytest

from plummer.deid.context import KnownIdentifiers, SubjectContext
from plummer.deid.dates import DateContext
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.deid.structure.notes import HELD
from plummer.deid.synth import generate
from plummer.deid.text import TextEngine
from plummer.pipelines.index.facts import facts

SHIFT = 30
PEOPLE = ("Patient", "RelatedPerson", "Practitioner", "DocumentReference", "Encounter", "Organization")
POLICY = "extends: safe_harbor\nversion: '9'\nprofile: {profile}\ntime_mode: {mode}\ntext: {text}\n"
WAYS = [("safe_harbor", "relative"), ("expert_determination", "shift"), ("limited_data_set", "keep")]


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    folder = tmp_path_factory.mktemp("surrogates") / "out"
    generate(3, 77, folder)
    return folder


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def patients(export):
    """By patient: what the record names, the notes with their gold."""
    resources = [r for kind in PEOPLE for r in rows(export / f"{kind}.ndjson")]
    notes = {r["id"]: r for r in resources if r["resourceType"] == "DocumentReference"}
    found = {}
    for gold in rows(export / "gold" / "spans.jsonl"):
        _, own = found.setdefault(gold["patient_id"], (_known(resources, gold["patient_id"]), []))
        own.append((notes[gold["id"]], gold))
    return found


def _known(resources, patient):
    lists = {label: set() for label in ("names", "ids", "phones", "emails", "addresses", "dates")}
    for resource in resources:
        if resource["resourceType"] == "Practitioner" or patient in json.dumps(resource):
            for label, value in facts(resource):
                if label != "dates" or resource["resourceType"] == "Patient":
                    lists[label].add(value)
    return KnownIdentifiers(**{label: tuple(sorted(values)) for label, values in lists.items()})


@cache
def _engine():
    return TextEngine(layers=())


def scrubbed(policy, known, notes, secret):
    """The texts of one patient's notes, in order."""
    dates = DateContext(policy.time_mode, shift_days=SHIFT)
    context = SubjectContext("7", dates, known, secret=secret)
    scrubber = Scrubber(policy, _engine())
    texts = []
    for number, (note, _) in enumerate(notes):
        out = json.loads(scrubber.scrub(json.dumps(note), context, f"r{number}").body)
        texts += [base64.b64decode(c["attachment"]["data"]).decode() for c in out["content"]]
    return texts


def policy_of(folder, profile, mode, text):
    path = folder / f"{profile}.{text}.yaml"
    path.write_text(POLICY.format(profile=profile, mode=mode, text=text), "utf-8")
    return load_policy(path)


def stands(value, text):
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


@pytest.mark.parametrize(("profile", "mode"), WAYS)
@pytest.mark.parametrize("how", ["surrogates", "randomised"])
def test_no_identifier_of_the_gold_is_left_that_tags_remove(tmp_path, patients, profile, mode, how):
    looked = 0
    for known, notes in patients.values():
        tagged = scrubbed(policy_of(tmp_path, profile, mode, "tags"), known, notes, b"s" * 32)
        made = scrubbed(policy_of(tmp_path, profile, mode, how), known, notes, b"s" * 32)
        for (_, gold), before, after in zip(notes, tagged, made, strict=True):
            assert HELD not in after
            assert not re.search(r"\[(?:NAME|MRN|PHONE|CITY|STREET|EMAIL)\]", after)
            for span in gold["spans"]:
                value = gold["text"][span["start"] : span["end"]]
                if span["type"] in {"DATE", "AGE"} or len(value) < 4 or stands(value, before):
                    continue
                looked += 1
                assert not stands(value, after), (gold["style"], span["type"])
    assert looked > 150


def test_a_patient_has_one_name_through_all_notes_and_another_than_next_door(tmp_path, patients):
    policy = policy_of(tmp_path, "safe_harbor", "relative", "surrogates")
    (known, notes), *_ = patients.values()
    family = max((name.split()[-1] for name in known.names), key=len)
    mentions = " ".join(
        [f"Mr. {family} came.", f"{family.upper()} IS WELL. I saw {family}'s son Dr. Qorax Brimble."]
    )
    texts = [_note(f"Seen today for a follow-up of his cough and fever. {mentions}") for _ in range(3)]
    heard = [set(re.findall(r"Mr\. (\w+) came.*saw (\w+)'s son Dr\. (\w+ \w+)", t))
             for t in scrubbed(policy, known, texts, b"a" * 32)]  # fmt: skip
    assert len(set.union(*heard)) == 1
    ((one, same, stranger),) = heard[0]
    assert one == same != family
    assert "Qorax" not in stranger
    other = scrubbed(policy, known, texts, b"b" * 32)[0]
    assert f"Mr. {one} came" not in other
    assert scrubbed(policy, known, texts, b"a" * 32) == scrubbed(policy, known, texts, b"a" * 32)
    del notes


def _note(text):
    data = base64.b64encode(text.encode()).decode()
    content = [{"attachment": {"contentType": "text/plain", "data": data}}]
    return {"resourceType": "DocumentReference", "id": "x", "status": "current", "content": content}, None


@pytest.mark.parametrize(
    ("profile", "mode", "expected"),
    [
        ("safe_harbor", "relative", "[DATE]"),
        ("safe_harbor", "year", "2019"),
        ("expert_determination", "shift", "02/13/2019"),
        ("limited_data_set", "keep", "03/15/2019"),
    ],
)
def test_dates_follow_the_profile_beside_surrogates(tmp_path, profile, mode, expected):
    policy = policy_of(tmp_path, profile, mode, "surrogates")
    note = _note(
        "Mr. Jonathan Blackwood was seen for his cough in our clinic again on 03/15/2019 with no change."
    )
    (text,) = scrubbed(policy, KnownIdentifiers(names=("Jonathan Blackwood",)), [note], b"s" * 32)
    assert f"on {expected} with" in text
    assert "Blackwood" not in text


def test_a_short_text_keeps_its_surrogate_and_loses_other_words(tmp_path):
    policy = policy_of(tmp_path, "safe_harbor", "relative", "surrogates")
    context = SubjectContext("7", known=KnownIdentifiers(names=("Fadumo Warsame",)), secret=b"s" * 32)
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "valueString": f"Fadumo{HELD} Qzxbdf cough",
    }
    body = Scrubber(policy, _engine()).scrub(json.dumps(observation), context, "r").body
    text = json.loads(body)["valueString"]
    assert re.fullmatch(r"[A-Z][a-z]+ +\[WORD\] cough", text)
    assert "Fadumo" not in text


def test_without_a_subject_there_are_tags(tmp_path):
    policy = policy_of(tmp_path, "safe_harbor", "relative", "surrogates")
    (text,) = scrubbed(
        policy, KnownIdentifiers(), [_note("Seen by Dr. Fadumo Warsame for a cough " + "again " * 9)], b""
    )
    assert "[NAME]" in text
