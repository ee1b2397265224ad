"""`plummer text evaluate` end to end, in this process."""

import json

import pytest

from plummer.deid.evaluate import all_layers, chosen_layers, engine_of
from plummer.deid.synth import generate

SECRET = "Zebulon Quarles"
ROWS = [
    {
        "id": "1",
        "text": f"Seen by Dr. {SECRET} on 5/12/2019.",
        "spans": [[12, 27, "DOCTOR"], [31, 40, "DATE"]],
    },
    {"id": "2", "text": "Call the desk.", "spans": []},
    {"id": "3", "text": "Ixqwlo came back.", "spans": [[0, 6, "PATIENT"]], "known": {"names": ["Ixqwlo"]}},
]


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


def test_json_is_the_last_line_and_holds_no_value(plummer, gold):
    ended = plummer("text", "evaluate", "--gold", gold, "--json", "--resamples", "20")
    assert ended.code == 0
    assert len(ended.out.splitlines()) == 1
    assert ended.last["documents"] == 3
    assert ended.last["layers"] == list(all_layers())
    token = ended.last["views"]["contract"]["token"]
    assert (token["gold"], token["found"]) == (6, 6)
    for secret in ("Zebulon", "Quarles", "Ixqwlo", "5/12/2019"):
        assert secret not in ended.out + ended.err


def test_lines_for_a_person_hold_no_value_either(plummer, gold):
    ended = plummer("text", "evaluate", "--gold", gold)
    assert "contract, token" in ended.out
    assert "Quarles" not in ended.out + ended.err


def test_layers_are_measured_alone(plummer, gold):
    found = {}
    for layers in ("known", "rules", "known,rules"):
        ended = plummer("text", "evaluate", "--gold", gold, "--layers", layers, "--json", "--resamples", "0")
        found[layers] = ended.last["views"]["contract"]["token"]["found"]
        assert ended.last["layers"] == layers.split(",")
    assert found == {"known": 1, "rules": 5, "known,rules": 6}


def test_floors_end_with_one(plummer, gold):
    common = ("text", "evaluate", "--gold", gold, "--json", "--resamples", "0")
    assert plummer(*common, "--floor-recall", "0.9", "--floor-precision", "0.9").code == 0
    ended = plummer(*common, "--layers", "known", "--floor-recall", "0.9")
    assert ended.code == 1
    assert ended.last["passed"] is False


def test_scoring_the_output_of_text_scrub(plummer, gold, tmp_path):
    out = tmp_path / "out.jsonl"
    assert plummer("text", "scrub", "--in", gold, "--out", out, "--detect-only").code == 0
    common = ("text", "evaluate", "--gold", gold, "--json", "--resamples", "0")
    ended, straight = plummer(*common, "--predicted", out), plummer(*common)
    assert ended.last["views"] == straight.last["views"]
    assert ended.last["characters_per_second"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "ends"),
    [
        (("--gold", "nowhere.jsonl"), "gold_missing", 2),
        (("--layers", "magic"), "layer_unknown", 2),
        (("--format", "conll"), "gold_format", 2),
        (("--map", "x"), "gold_map", 2),
        (("--predicted", "nowhere"), "predictions_mismatch", 2),
    ],
)
def test_errors_have_stable_codes(plummer, gold, arguments, code, ends):
    base = () if arguments[0] == "--gold" else ("--gold", gold)
    ended = plummer("text", "evaluate", *base, *arguments, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (ends, code)


def test_the_gold_of_synth_is_scored_by_origin_and_style(plummer, tmp_path):
    generate(3, 5, tmp_path / "out")
    gold = tmp_path / "out" / "gold" / "spans.jsonl"
    ended = plummer("text", "evaluate", "--gold", gold, "--json", "--resamples", "10")
    by = ended.last["views"]["contract"]["by"]
    assert len(by["origin"]) > 2
    assert len(by["style"]) > 2
    assert ended.last["patients"] == 3


def test_an_engine_without_rules_has_none():
    engine = engine_of(chosen_layers(["known"]))
    assert engine.detect("MRN 00123456, Dr. Zebulon Quarles, 5/12/2019") == ()
