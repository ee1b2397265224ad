"""HL7 v2 through the landing stage: units with file and line, a balanced account, what isn't carried."""

import json
from dataclasses import replace

import pytest

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.landing.account import FileAccount
from plummer.pipelines.stages import land_retry
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.land import land
from plummer.schemas.tables import LOADS, QUARANTINE, RESOURCES

HEAD = "MSH|^~\\&|ADT|NORTH|P|X|{time}||{kind}|{number}|P|2.5.1"
ANN = "PID|1||1001^^^NORTH^MR||Testfamily^Ann||19700304|F|||||||||||||||||||Y"
COPY = "PID|1||1001^^^NORTH^MR||Testfamily^Ann"
LATE = [HEAD.format(time="20240103", kind="ADT^A08", number="M2"), ANN, "ZPI|999-00-1111"]
EARLY = [HEAD.format(time="20240101", kind="ADT^A01", number="M1"), ANN.replace("Ann", "Anne")]
RESULT = [
    HEAD.format(time="202401050930", kind="ORU^R01", number="M3"),
    COPY,
    "OBR|1|||1-8^X^LN||||||||||||9^Doctorname^Dora",
    "OBX|1|NM|1-8^X^LN||7",
]
MORE = [HEAD.format(time="20240106", kind="ORU^R01", number="M6"), *RESULT[1:]]
BAD = [HEAD.format(time="20240105", kind="ADT^A08", number="M4"), ANN.replace("19700304", "19700231")]
GONE = [HEAD.format(time="20240106", kind="ADT^A29", number="M5"), "PID|1||2002^^^NORTH^MR||Other^Olga"]


@pytest.mark.slow
def test_messages_in_any_order_are_versions_and_one_bad_message_stays_alone(spark, home, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    frames = [b"\x0b" + "\r".join(part).encode() + b"\r\x1c\r" for part in (LATE, BAD, EARLY, RESULT, MORE)]
    (folder / "feed.mllp").write_bytes(b"".join(frames) + b"junk\r")
    (folder / "b.hl7").write_text("\n".join(GONE) + "\n")
    (folder / "notes.txt").write_text("no message")
    delivery = replace(discover("hl7v2", "main", str(folder)), zone="Europe/Oslo")
    register(home, delivery)
    landed = land(spark, home, delivery)
    assert landed.account.numbers == (14, 9, 1, 3, 1)
    assert delta.read(spark, home, RESOURCES).count() == 9  # the doctor is twice on a report's own line
    assert landed.reasons == {"invalid_date": 1, "missing_msh": 1, "unknown_file_kind": 1}
    assert landed.uncarried == {"PID-27": 3, "Z-segment": 1}
    assert landed.warnings == {"fields_uncarried": sum(landed.uncarried.values())}
    wrong = {row["reason"]: row for row in delta.read(spark, home, QUARANTINE).collect()}
    assert wrong["invalid_date"]["line"] == 6
    assert bytes(wrong["invalid_date"]["body"]).startswith(b"PID|1||1001")
    for row in delta.read(spark, home, LOADS).collect():
        FileAccount(*(row[name] for name in ("read", "loaded", "duplicate", "quarantined", "deleted")))

    rows = current(spark, home).collect()
    assert any('"lastUpdated":"2024-01-05T09:30:00+01:00"' in row["body"] for row in rows)  # the site's zone
    now = {row["resource_type"]: row for row in rows}
    person = json.loads(now["Patient"]["body"])
    assert person["name"] == [
        {"family": "Testfamily", "given": ["Ann"]}
    ]  # admission's latest, not the result's
    assert person["birthDate"] == "1970-03-04"
    assert now["Observation"]["patient_key"] == f"main/{person['id']}"

    again = land(spark, home, discover("hl7v2", "main", str(folder)))
    assert (again.unchanged, again.account.numbers) == (True, (14, 0, 14, 0, 0))
    chosen = land_retry.chosen_files(spark, home, "invalid_date")
    looked = land_retry.look_again(home, delivery.delivery_id, chosen[delivery.delivery_id])
    assert (chosen, looked.gone) == ({delivery.delivery_id: ["feed.mllp"]}, 0)
    assert looked.delivery.zone == "Europe/Oslo"
    tried = land_retry.retry_load(spark, home, looked.delivery)
    assert (tried.before, tried.after, tried.loaded) == (2, 2, 0)
    assert delta.read(spark, home, RESOURCES).count() == 9
