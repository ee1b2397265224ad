"""D-20: the same keys give the same pseudonyms and shifts in every process and order; other domains none."""

import json
import subprocess
import sys

from plummer.deid.keys import RootKey
from plummer.deid.pseudonyms import date_shift, keyed_resource_id, keyed_subject_id, lookup, subject_secret

PATIENTS = [f"main/p{number}" for number in range(400)]
_PROGRAM = """
import json, sys
from plummer.deid.keys import RootKey
from plummer.deid.pseudonyms import date_shift, keyed_resource_id, keyed_subject_id, lookup, subject_secret
domain, epoch, secret, names = json.load(sys.stdin)
key = RootKey(domain, epoch, bytes.fromhex(secret))
made = {}
for name in names:
    made[name] = [
        keyed_subject_id(key.subkey("subject-id"), "main", name),
        keyed_resource_id(key.subkey("resource-id"), "main", name),
        date_shift(key.subkey("date-shift"), name),
        lookup(key.subkey("lookup"), "main", name).hex(),
        subject_secret(key.subkey("surrogate"), name).hex(),
    ]
print(json.dumps(made))
"""


def made_elsewhere(names: list[str], seed: str, zone: str, domain: str = "main", epoch: int = 1) -> dict:
    """What a process of its own makes: another hash seed, locale and clock, as on another machine."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=json.dumps([domain, epoch, bytes(range(32)).hex(), names]),
        env={"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def made_here(names: list[str]) -> dict:
    key = RootKey("main", 1, bytes(range(32)))
    return {
        name: [
            keyed_subject_id(key.subkey("subject-id"), "main", name),
            keyed_resource_id(key.subkey("resource-id"), "main", name),
            date_shift(key.subkey("date-shift"), name),
            lookup(key.subkey("lookup"), "main", name).hex(),
            subject_secret(key.subkey("surrogate"), name).hex(),
        ]
        for name in names
    }


def test_d20_three_processes_agree_on_every_patient_in_any_order():
    here = made_here(PATIENTS)
    assert made_elsewhere(PATIENTS, "1", "UTC") == here
    assert made_elsewhere(PATIENTS[::-1], "4711", "Pacific/Auckland") == here
    # two partitions of the same patients, made apart, add up to the whole
    halves = [made_elsewhere(PATIENTS[start::2], "0", "America/Chicago") for start in (0, 1)]
    assert halves[0] | halves[1] == here
    assert not halves[0].keys() & halves[1].keys()


def test_d20_another_domain_or_epoch_agrees_on_nothing_but_shifts_by_chance():
    here = made_here(PATIENTS)
    for domain, epoch in (("research", 1), ("main", 2)):
        there = made_elsewhere(PATIENTS, "1", "UTC", domain, epoch)
        for at in (0, 1, 3, 4):
            assert not {made[at] for made in here.values()} & {made[at] for made in there.values()}
        # 365 shifts are few: a patient has the same one by chance in 1 of 365, and 12 of 400 were a pattern
        assert sum(here[name][2] == there[name][2] for name in PATIENTS) < 12
