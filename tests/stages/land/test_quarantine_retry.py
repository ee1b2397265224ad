"""`quarantine retry`: refused units go where they belong, the account balances, a kill changes nothing."""

import json
from dataclasses import asdict, replace

import pytest

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.landing.bulk import Told
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.retry import _retry
from plummer.pipelines.stages import land_retry
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.incomplete import half_of
from plummer.pipelines.stages.land import land
from plummer.schemas.tables import COMPLETION, DELETIONS, LOADS, QUARANTINE

pytestmark = pytest.mark.spark
PARTS = ("read", "loaded", "duplicate", "quarantined", "deleted")


def patient(name):
    return json.dumps({"resourceType": "Patient", "id": name})


@pytest.fixture
def refused_home(spark, home, tmp_path):
    """A home that an older version landed: it refused two files whole that today's code reads."""
    source = tmp_path / "in"
    source.mkdir()
    (source / "A.ndjson").write_text("\n".join([patient("a"), "{", patient("b"), patient("a")]))
    (source / "B.ndjson").write_text("\n".join([patient("a"), patient("c")]))
    delete = {"request": {"method": "DELETE", "url": "Patient/c"}}
    (source / "gone.json").write_text(json.dumps({"resourceType": "Bundle", "entry": [delete]}))
    (source / "notes.txt").write_text("x")
    found = discover("fhir", "main", str(source))
    old = tuple(
        replace(file, told=Told(refusal="fhir_version_r5")) if file.path != "B.ndjson" else file
        for file in found.files
    )
    delivery = replace(found, files=old)
    register(home, delivery)
    landed = land(spark, home, delivery)
    Ledger(home.ledger).record_landing(
        delivery.delivery_id, "r1", {"account": asdict(landed.account), "reasons": dict(landed.reasons)}
    )
    assert landed.account.numbers == (5, 2, 0, 3, 0)
    return source


def told(spark, home):
    """Everything that a retry may change, as plain data."""
    ids = sorted(r.resource_id for r in current(spark, home).collect())
    wrong = sorted((r.file, r.line, r.reason) for r in delta.read(spark, home, QUARANTINE).collect())
    loads = {r.file: tuple(r[part] for part in PARTS) for r in delta.read(spark, home, LOADS).collect()}
    (landing,) = Ledger(home.ledger).landings()
    return ids, wrong, loads, landing


MENDED = (
    ["a", "b"],
    [("A.ndjson", 2, "json_truncated"), ("notes.txt", 0, "unknown_file_kind")],
    {
        "A.ndjson": (4, 1, 2, 1, 0), "B.ndjson": (2, 2, 0, 0, 0), "gone.json": (1, 0, 0, 0, 1),
        "notes.txt": (1, 0, 0, 1, 0),
    },
    {
        "account": {"read": 8, "loaded": 3, "duplicate": 2, "quarantined": 2, "deleted": 1},
        "reasons": {"json_truncated": 1, "unknown_file_kind": 1},
    },
)  # fmt: skip


def test_what_is_good_now_moves_and_the_account_balances(spark, home, refused_home):
    found = _retry(spark, home, Ledger(home.ledger), "")
    assert (found.files, found.gone, found.before, found.after, found.loaded, found.deleted) == (
        3,
        0,
        3,
        2,
        1,
        1,
    )
    assert told(spark, home) == MENDED
    assert delta.read(spark, home, DELETIONS).count() == 1
    again = _retry(spark, home, Ledger(home.ledger), "")
    assert (again.before, again.after, again.loaded, again.deleted) == (2, 2, 0, 0)
    assert told(spark, home) == MENDED
    assert _retry(spark, home, Ledger(home.ledger), "gzip_crc") == land_retry.Retried()


@pytest.mark.parametrize(
    "cut",
    [
        ("resources", True),
        pytest.param(("loads", False), marks=pytest.mark.slow),
        pytest.param(("quarantine", False), marks=pytest.mark.slow),
        ("quarantine", True),
    ],
)
def test_a_retry_killed_between_two_writes_ends_the_same(spark, home, refused_home, monkeypatch, cut):
    table, after = cut

    def dying(real):
        def write(home_, spec, rows, *transaction):
            hit = spec.path.endswith(table)
            if hit and not after:
                raise KeyboardInterrupt
            ref = real(home_, spec, rows, *transaction)
            if hit:
                raise KeyboardInterrupt
            return ref

        return write

    with monkeypatch.context() as patched:
        for name in ("append", "overwrite"):
            patched.setattr(land_retry.delta, name, dying(getattr(delta, name)))
        with pytest.raises(KeyboardInterrupt):
            _retry(spark, home, Ledger(home.ledger), "")
    _retry(spark, home, Ledger(home.ledger), "")
    assert told(spark, home) == MENDED


def test_a_source_that_changed_or_went_is_left_alone(spark, home, refused_home):
    before = told(spark, home)
    (refused_home / "A.ndjson").write_text(patient("z"))
    (refused_home / "gone.json").unlink()
    found = _retry(spark, home, Ledger(home.ledger), "fhir_version_r5")
    assert (found.gone, found.files, found.loaded) == (2, 0, 0)
    assert told(spark, home) == before


def landed_by_an_older_version(spark, home, kind, source, *refused):
    """Land a folder as a version did that refused some files whole."""
    found = discover(kind, "main", str(source))
    files = tuple(
        replace(file, told=file.told.refused("fhir_version_r5")) if file.path in refused else file
        for file in found.files
    )
    delivery = replace(found, files=files)
    register(home, delivery)
    landed = land(spark, home, delivery)
    told = {"account": asdict(landed.account), "reasons": dict(landed.reasons)}
    told |= {"uncarried": dict(landed.uncarried), "warnings": dict(landed.warnings)}
    Ledger(home.ledger).record_landing(delivery.delivery_id, "r1", told)


def test_a_type_is_whole_once_nothing_of_it_is_refused(spark, home, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    for kind in ("Patient", "Device"):
        (source / f"{kind}.ndjson").write_text(json.dumps({"resourceType": kind, "id": "a"}))
    output = [{"type": kind, "url": f"https://e.invalid/{kind}.ndjson"} for kind in ("Patient", "Device")]
    told = {"transactionTime": "2024-05-01T00:00:00Z", "output": output}
    (source / "manifest.json").write_text(json.dumps(told))
    landed_by_an_older_version(spark, home, "fhir", source, "Patient.ndjson")

    def reasons():
        return {row.resource_type: row.reason for row in delta.read(spark, home, COMPLETION).collect()}

    assert reasons() == {"Patient": "quarantined", "Device": None, "*": None}
    assert len(half_of(home)) == 1
    _retry(spark, home, Ledger(home.ledger), "")
    assert (reasons(), half_of(home)) == ({"Patient": None, "Device": None, "*": None}, [])
    version = delta.current_version(home, COMPLETION)
    _retry(spark, home, Ledger(home.ledger), "")
    assert delta.current_version(home, COMPLETION) == version


def test_what_is_not_carried_is_counted_anew(spark, home, tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    head = "MSH|^~\\&|ADT|NORTH|P|X|2024010{n}||ADT^A08|M{n}|P|2.5.1"
    person = "PID|1||100{n}^^^NORTH^MR||Fam^Ann"
    for n, name in enumerate(("a.hl7", "b.hl7"), start=1):
        (source / name).write_text("\r".join([head.format(n=n), person.format(n=n), *["ZPI|x"] * n]) + "\r")
    landed_by_an_older_version(spark, home, "hl7v2", source, "b.hl7")
    (landing,) = Ledger(home.ledger).landings()
    assert landing["uncarried"] == {"Z-segment": 1}
    for _ in range(2):
        _retry(spark, home, Ledger(home.ledger), "")
        (landing,) = Ledger(home.ledger).landings()
        assert (landing["uncarried"], landing["warnings"]) == ({"Z-segment": 3}, {"fields_uncarried": 3})
