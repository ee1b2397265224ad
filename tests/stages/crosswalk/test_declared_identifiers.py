"""Two sites' records of one person are one subject by a declared identifier only (decision 0015)."""

import pytest
from crosswalk_home import ROOT, ref, rows

from plummer.deid.dates import TimeMode
from plummer.deid.policy.links import LinkIdentifier
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.context import ContextBuilder
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.stages.contexts import contexts
from plummer.pipelines.stages.crosswalk import crosswalk
from plummer.pipelines.stages.identities import identities
from plummer.pipelines.stages.index import index
from plummer.pipelines.stages.merges import decisions, merged_records, merges, survivors
from plummer.schemas.tables import IDENTITIES, RESOURCES

pytestmark = pytest.mark.spark
NATIONAL = "urn:oid:2.16.578.1"
LINK = LinkIdentifier(NATIONAL, ("south", "north"), "digits")


def patient(site, name, number, born="1960-05-06", **more):
    body = {
        "resourceType": "Patient", "id": name, "birthDate": born, "name": [{"family": f"Qzx{site}{name}"}],
        "identifier": [{"system": NATIONAL, "value": number}], **more,
    }  # fmt: skip
    return (body, f"{site}/{name}", None)


def seen(site, name, of, day):
    body = {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"},
            "subject": ref(f"Patient/{of}"), "effectiveDateTime": day}  # fmt: skip
    return (body, f"{site}/{of}", None)


def linkage(site, name, *patients, **more):
    items = [{"type": "alternate", "resource": ref(f"Patient/{one}")} for one in patients]
    return ({"resourceType": "Linkage", "id": name, "item": items, **more}, f"{site}/", None)


RAW = [
    patient("north", "1", "06056 012345"),
    seen("north", "o", "1", "2020-01-01T22:00:00Z"),
    patient("south", "1", "06056-012345"),
    seen("south", "o", "1", "2010-01-01T23:30:00Z"),
    # replaced at their own site by one who is known elsewhere
    patient("south", "old", "1", link=[{"other": ref("Patient/1"), "type": "replaced-by"}]),
    # one number on two people of one site
    patient("north", "a", "77 78"), patient("north", "b", "7778", born="1999-01-01"),
    patient("south", "c", "7778"),
    # the same id and name, but not at a site that was declared, or without a number of that system
    patient("west", "1", "06056012345"),
    patient("north", "none", "06056012345", identifier=[{"system": "urn:oid:9", "value": "06056012345"}]),
    # records that stay in use and are said to be one person's; a Linkage that isn't active, or has one end
    patient("west", "x", "1"), patient("west", "y", "1"), patient("west", "z", "1"),
    linkage("west", "l1", "y", "x"), linkage("west", "l2", "y", "z"),
    linkage("west", "l3", "x", "1", active=False), linkage("west", "l4", "1", "absent"),
]  # fmt: skip


def landed(spark, raw):
    told = [
        (key.partition("/")[0], *row[1:3], None if key.endswith("/") else key, *row[4:])
        for row, (_, key, _) in zip(rows(raw), raw, strict=True)
    ]
    return spark.createDataFrame(told, RESOURCES.ddl)


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory, keys):
    made = Home.at(tmp_path_factory.mktemp("declared"))
    frame = landed(spark, RAW)
    sites = Sites("UTC", {"south": "Asia/Tokyo"}, (LINK,))
    index(spark, made, frame, key=ROOT.subkey("lookup"), zone=sites)
    merges(spark, made, LINK.sites)
    crosswalk(spark, made, keys, random=True)
    identities(spark, made)
    return made, frame


def test_the_record_of_the_site_named_first_stands_for_the_person(spark, home):
    found = {row["patient_key"]: row["survivor"] for row in survivors(spark, home[0]).collect()}
    linked = {"west/y": "west/x", "west/z": "west/x"}
    assert found == {"north/1": "south/1", "south/old": "south/1"} | linked


def test_a_contradiction_merges_nobody_and_is_counted(spark, home):
    assert decisions(spark, home[0]) == {
        "patient_link.merge_done.join": 1,
        "patient_link.replaced_record.drop": 4,
        "link_identifiers.same_done.join": 5,
        "link_identifiers.same_contradiction.keep_apart": 3,
    }


def test_one_context_with_both_names_and_each_sites_references_and_clock(spark, home):
    people = delta.read(spark, home[0], IDENTITIES).where("kind = 'patient'").collect()
    names = {row["patient_key"]: row["names"] for row in people}
    assert names["south/1"] == ["Qzxnorth1", "Qzxsouth1", "Qzxsouthold"]
    assert "north/1" not in names
    builder = ContextBuilder("south/1")
    for row in contexts(spark, home[0], domain="main", epoch=1).where("owner = 'south/1'").collect():
        builder.add(row.asDict())
    of = {site: Lookups(ROOT.subkey("lookup"), site) for site in ("north", "south", "west")}
    made = {site: builder.build(TimeMode.RELATIVE, "UTC", lookups=one) for site, one in of.items()}
    patients = {site: context.references.get("Patient/1") for site, context in made.items()}
    assert patients["north"] == patients["south"] == f"Patient/{made['north'].subject_id}"
    assert patients["west"] is None
    assert made["north"].references["Observation/o"] != made["south"].references["Observation/o"]
    # 23:30 in UTC is the next morning at the site that has a zone of its own
    assert made["south"].dates.first.isoformat() == "2010-01-02"
    assert made["south"].dates.last.isoformat() == "2020-01-01"


def test_records_of_both_sites_are_the_subjects_and_one_patient_is_left(spark, home):
    made, frame = home
    found = [
        (row["site"], row["resource_type"], row["resource_id"])
        for row in merged_records(spark, made, frame).where("patient_key = 'south/1'").collect()
    ]
    assert ("north", "Observation", "o") in found
    assert ("south", "Observation", "o") in found
    assert [one for one in found if one[1] == "Patient"] in ([("south", "Patient", "1")], [])


def test_a_linkage_that_comes_later_and_is_taken_back_parts_them_again(spark, tmp_path):
    """HL7 v2's A24 and A37, and a Linkage that is no longer active."""
    made, patients = Home.at(tmp_path), [patient("west", "x", "1"), patient("west", "y", "1")]
    found = []
    for active in (None, True, False):
        said = [] if active is None else [linkage("west", "l1", "x", "y", active=active)]
        index(spark, made, landed(spark, [*patients, *said]), key=ROOT.subkey("lookup"), zone="UTC")
        merges(spark, made)
        found.append({row["patient_key"]: row["survivor"] for row in survivors(spark, made).collect()})
    assert found == [{}, {"west/y": "west/x"}, {}]
