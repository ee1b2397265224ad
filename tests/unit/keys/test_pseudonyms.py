import base64
import hashlib
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plummer.deid.keys import RootKey
from plummer.deid.pseudonyms import (
    date_shift,
    draw,
    keyed_resource_id,
    keyed_subject_id,
    lookup,
    resource_pseudonym,
    row_mac,
    seal,
    subject_pseudonym,
    subject_secret,
    unseal,
)
from plummer.schemas.errors import ExitCode, PlummerError

KEY = RootKey("main", 1, bytes(range(32)))
ID_KEY, SUBJECT_KEY = KEY.subkey("resource-id"), KEY.subkey("subject-id")


@given(st.binary(min_size=17, max_size=40))
def test_resource_pseudonyms_are_legal_ids_of_130_bits(bits):
    made = resource_pseudonym(bits)
    assert re.fullmatch(r"[a-z2-7]{26}", made)
    number = int(base64.b32decode(made.upper() + "A" * 6).hex(), 16) >> (160 - 130)
    assert number == int.from_bytes(bits[:17], "big") >> 6


@given(st.binary(min_size=8, max_size=32), st.integers(0, 3))
def test_subject_ids_are_in_range_and_bumps_differ(bits, bump):
    made = subject_pseudonym(bits, bump)
    assert 1 <= made <= 2**63 - 1
    assert made != subject_pseudonym(bits, bump + 1)


@given(st.text(), st.text(), st.text(), st.text())
def test_lookups_agree_only_for_the_same_site_and_name(site, name, other_site, other_name):
    def form(text):
        return unicodedata.normalize("NFC", text.strip())

    same = (form(site), form(name)) == (form(other_site), form(other_name))
    assert (lookup(b"k" * 32, site, name) == lookup(b"k" * 32, other_site, other_name)) == same
    assert len(lookup(b"k" * 32, site, name)) == 16


def test_a_lone_surrogate_does_not_stop_a_lookup():
    assert len(lookup(bytes(32), "main", "Patient/\ud800")) == 16


def test_p14_a_dictionary_attack_finds_nothing():
    ids = [f"{n:06d}" for n in range(500)]
    released = {keyed_resource_id(ID_KEY, "main", f"Encounter/{i}") for i in ids}
    released |= {str(keyed_subject_id(SUBJECT_KEY, "main", f"Patient/{i}")) for i in ids}
    released |= {resource_pseudonym(draw(b"seed" * 8, n)) for n in range(500)}
    assert len(released) == 1500
    guesses = set()
    for name in (
        form.format(i) for i in ids for form in ("{}", "Patient/{}", "Encounter/{}", "main/Patient/{}")
    ):
        for salt in ("", "main", "salt", "plummer"):
            for algorithm in ("md5", "sha1", "sha224", "sha256", "sha512", "blake2b"):
                digest = hashlib.new(algorithm, (salt + name).encode()).digest()
                guesses.update(
                    (
                        digest.hex()[:26],
                        base64.b32encode(digest)[:26].decode().lower(),
                        base64.b64encode(digest)[:26].decode(),
                        str(int.from_bytes(digest[:8], "big") >> 1),
                    )
                )
    assert not released & guesses


def spearman(xs, ys):
    def ranks(values):
        order = sorted(range(len(values)), key=values.__getitem__)
        return {at: rank for rank, at in enumerate(order)}

    left, right, n = ranks(xs), ranks(ys), len(xs)
    return 1 - 6 * sum((left[i] - right[i]) ** 2 for i in range(n)) / (n * (n * n - 1))


def test_p15_pseudonyms_tell_nothing_of_the_order_of_the_real_ids():
    numbers = range(10_000)
    keyed = [keyed_subject_id(SUBJECT_KEY, "main", f"Patient/{n}") for n in numbers]
    # drawn ids go by the order of the lookups
    by_lookup = sorted(numbers, key=lambda n: lookup(KEY.subkey("lookup"), "main", f"Patient/{n}"))
    place = {n: at for at, n in enumerate(by_lookup)}
    drawn = [subject_pseudonym(draw(b"s" * 32, place[n])) for n in numbers]
    for values in (keyed, drawn, [place[n] for n in numbers]):
        assert abs(spearman(list(numbers), values)) < 0.03


def test_p16_two_domains_and_two_epochs_share_no_pseudonym():
    names = [f"Patient/{n}" for n in range(300)]
    seen = set()
    for domain, epoch in (("one", 1), ("two", 1), ("one", 2)):
        key = RootKey(domain, epoch, bytes(32))
        made = {keyed_resource_id(key.subkey("resource-id"), "main", n) for n in names}
        made |= {keyed_subject_id(key.subkey("subject-id"), "main", n) for n in names}
        assert not made & seen
        seen |= made
    assert len(seen) == 1800


def test_s04_the_date_key_cannot_make_id_pseudonyms():
    wrong = KEY.subkey("date-shift")
    assert keyed_resource_id(wrong, "main", "Patient/1") != keyed_resource_id(ID_KEY, "main", "Patient/1")


def test_draws_repeat_from_a_seed_and_differ_elsewhere():
    assert draw(b"a" * 32, 5) == draw(b"a" * 32, 5)
    assert len({draw(seed, n) for seed in (b"a" * 32, b"b" * 32) for n in range(1000)}) == 2000


COLUMNS = {"kind": "subject", "domain": "main", "epoch": 1, "lookup": b"\x01" * 16, "pseudonym": "42"}


def refused(key, columns, sealed):
    with pytest.raises(PlummerError) as raised:
        unseal(key, **columns, sealed=sealed)
    assert (raised.value.code, raised.value.exit_code) == ("crosswalk_tampered", ExitCode.INTEGRITY)
    assert "7" not in str(raised.value)


def test_s03_a_change_of_any_column_is_refused():
    key = KEY.subkey("seal")
    sealed = seal(key, **COLUMNS, real_id="main/Patient/7")
    assert unseal(key, **COLUMNS, sealed=sealed) == "main/Patient/7"
    other = {"kind": "resource", "domain": "other", "epoch": 2, "lookup": b"\x02" * 16, "pseudonym": "43"}
    for column, value in other.items():
        refused(key, {**COLUMNS, column: value}, sealed)
    refused(KEY.subkey("lookup"), COLUMNS, sealed)


@given(st.integers(0, 12 + 14 + 16 - 1), st.integers(1, 255))
def test_s03_a_change_of_any_sealed_byte_is_refused(at, flip):
    sealed = bytearray(seal(bytes(32), **COLUMNS, real_id="main/Patient/7"))
    sealed[at] ^= flip
    refused(bytes(32), COLUMNS, bytes(sealed))


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_s03_a_cut_value_is_refused(length):
    refused(bytes(32), COLUMNS, seal(bytes(32), **COLUMNS, real_id="main/Patient/7")[:length])


def test_s03_nonces_are_unique_and_equal_ids_look_different():
    sealed = [seal(bytes(32), **COLUMNS, real_id="main/Patient/7") for _ in range(2000)]
    assert len({value[:12] for value in sealed}) == len({value[12:] for value in sealed}) == 2000


def test_shifts_are_uniform_over_1_to_365():
    key, n = KEY.subkey("date-shift"), 10_000
    shifts = [date_shift(key, f"main/{i}") for i in range(n)]
    assert (min(shifts), max(shifts)) == (1, 365)
    expected = n / 365
    chi2 = sum((shifts.count(day) - expected) ** 2 / expected for day in range(1, 366))
    # 364 degrees of freedom: mean 364, standard deviation 27; 0.1 % lies above 453
    assert chi2 < 453
    assert shifts[:50] == [date_shift(key, f"main/{i}") for i in range(50)]


def test_secrets_are_a_subjects_own():
    assert len({subject_secret(KEY.subkey("surrogate"), f"main/{n}") for n in range(100)}) == 100


def test_row_macs_know_column_borders():
    assert row_mac(b"k" * 32, b"a", b"bc") != row_mac(b"k" * 32, b"ab", b"c")
