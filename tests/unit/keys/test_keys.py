import json
import os
import pickle
import stat

import pytest

from plummer.deid.keys import Purpose, RootKey, hkdf, init_key, key_path, load_key
from plummer.schemas.errors import ExitCode, PlummerError

# https://www.rfc-editor.org/rfc/rfc5869 appendix A.1 to A.3: the three of SHA-256
RFC_5869 = [
    (
        b"\x0b" * 22,
        bytes.fromhex("000102030405060708090a0b0c"),
        bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)),
        bytes(range(0x60, 0xB0)),
        bytes(range(0xB0, 0x100)),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da32"
        "75600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        b"\x0b" * 22,
        b"",
        b"",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


@pytest.mark.parametrize(("secret", "salt", "info", "expected"), RFC_5869)
def test_hkdf_known_answers_of_rfc_5869(secret, salt, info, expected):
    assert hkdf(secret, salt, info, len(expected) // 2).hex() == expected


def refused(code, exit_code, call):
    with pytest.raises(PlummerError) as raised:
        call()
    assert (raised.value.code, raised.value.exit_code) == (code, exit_code)
    assert raised.value.__cause__ is None
    return raised.value


def test_a_new_key_is_private_and_comes_back_the_same(tmp_path):
    made = init_key(tmp_path / "keys")
    path = key_path(tmp_path / "keys")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_key(tmp_path / "keys") == made
    assert [entry.name for entry in path.parent.iterdir()] == ["main.key"]


def test_two_new_keys_differ(tmp_path):
    assert init_key(tmp_path / "a").fingerprint != init_key(tmp_path / "b").fingerprint


def test_a_key_is_never_replaced(tmp_path):
    made = init_key(tmp_path)
    refused("key_exists", ExitCode.USAGE, lambda: init_key(tmp_path))
    assert load_key(tmp_path) == made


def test_a_missing_key_is_an_integrity_failure_and_not_created(tmp_path):
    refused("key_missing", ExitCode.INTEGRITY, lambda: load_key(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", sorted({0o644, 0o640, 0o700, *range(0, 0o1000, 7)} - {0o600, 0o400}))
def test_s01_any_other_mode_is_refused(tmp_path, mode):
    init_key(tmp_path)
    key_path(tmp_path).chmod(mode)
    refused("key_mode", ExitCode.INTEGRITY, lambda: load_key(tmp_path))


def test_s01_mode_0400_is_right(tmp_path):
    init_key(tmp_path)
    key_path(tmp_path).chmod(0o400)
    load_key(tmp_path)


def test_s01_another_owner_is_refused(tmp_path, monkeypatch):
    init_key(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: key_path(tmp_path).stat().st_uid + 1)
    refused("key_mode", ExitCode.INTEGRITY, lambda: load_key(tmp_path))


def test_a_link_and_a_folder_are_refused(tmp_path):
    init_key(tmp_path / "real")
    folder = tmp_path / "linked"
    folder.mkdir()
    key_path(folder).symlink_to(key_path(tmp_path / "real"))
    refused("key_mode", ExitCode.INTEGRITY, lambda: load_key(folder))
    key_path(folder, "other").mkdir(mode=0o600)
    refused("key_mode", ExitCode.INTEGRITY, lambda: load_key(folder, "other"))


@pytest.mark.parametrize("cut", [0, 1, 20, 40, 80])
def test_a_cut_key_file_is_refused(tmp_path, cut):
    init_key(tmp_path)
    path = key_path(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    refused("key_format", ExitCode.INTEGRITY, lambda: load_key(tmp_path))


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"epoch": 0}, {"epoch": True}, {"key": "AAAA"}, {"key": 1}, {"domain": "../x"}]
)
def test_a_changed_key_file_is_refused(tmp_path, change):
    init_key(tmp_path)
    path = key_path(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    refused("key_format", ExitCode.INTEGRITY, lambda: load_key(tmp_path))


def test_a_key_of_another_domain_is_refused(tmp_path):
    init_key(tmp_path, "one")
    key_path(tmp_path, "one").rename(key_path(tmp_path, "two"))
    refused("key_domain", ExitCode.INTEGRITY, lambda: load_key(tmp_path, "two"))


@pytest.mark.parametrize("domain", ["", "../x", "A", "-a", "a" * 65, "a/b", "a\n"])
def test_a_domain_that_could_be_a_path_is_refused(tmp_path, domain):
    refused("domain_name", ExitCode.USAGE, lambda: init_key(tmp_path, domain))


def test_a_key_is_brought_from_a_file_in_three_formats(tmp_path):
    raw = bytes(range(32))
    for name, content in (("raw", raw), ("hex", raw.hex().encode() + b"\n")):
        given = tmp_path / name
        given.write_bytes(content)
        given.chmod(0o600)
        assert init_key(tmp_path / f"home-{name}", from_file=given) == RootKey("main", 1, raw)
    again = init_key(tmp_path / "copy", from_file=key_path(tmp_path / "home-raw"))
    assert again == load_key(tmp_path / "home-raw")
    given.chmod(0o644)
    refused("key_mode", ExitCode.INTEGRITY, lambda: init_key(tmp_path / "z", from_file=given))


def test_s04_subkeys_are_pairwise_different():
    roots = [RootKey(d, e, bytes([b]) * 32) for d in ("one", "two") for e in (1, 2) for b in (1, 2)]
    keys = {root.subkey(purpose) for root in roots for purpose in Purpose}
    assert len(keys) == len(roots) * len(Purpose)
    assert len({root.fingerprint for root in roots}) == len(roots)


def test_an_unknown_purpose_gets_no_subkey():
    with pytest.raises(ValueError, match="Purpose"):
        RootKey("main", 1, bytes(32)).subkey("everything")


def test_the_root_never_shows_and_never_leaves():
    root = bytes(range(32))
    key = RootKey("main", 1, root)
    assert root.hex() not in repr(key)
    assert repr(root) not in f"{key!r} {key} {[key]}"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    from pyspark import cloudpickle

    with pytest.raises(TypeError):
        cloudpickle.dumps(lambda: key)
