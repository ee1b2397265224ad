from datetime import date

import pytest
from crosswalk_home import NPI, ROOT

from plummer.deid.dates import TimeMode
from plummer.deid.pseudonyms import date_shift
from plummer.pipelines import delta
from plummer.pipelines.index.context import CONTEXT_DDL, ContextBuilder
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.stages.contexts import bands, contexts
from plummer.schemas.tables import CROSSWALK, IDENTITIES, INDEX

pytestmark = pytest.mark.spark
LOOKUPS = Lookups(ROOT.subkey("lookup"), "main")


@pytest.fixture(scope="module")
def built(spark, home):
    frame = contexts(spark, home, domain="main", epoch=1)
    assert ", ".join(f"{name} {kind}" for name, kind in frame.dtypes) == CONTEXT_DDL
    builders = {}
    for row in frame.collect():
        assert row["part"] == 0
        builders.setdefault(row["owner"], ContextBuilder(row["owner"])).add(row.asDict())
    shift = date_shift(ROOT.subkey("date-shift"), "main/p1")
    return {
        owner: builder.build(TimeMode.SHIFT, "America/New_York", shift, lookups=LOOKUPS)
        for owner, builder in builders.items()
    }


@pytest.fixture(scope="module")
def pseudonym(spark, home):
    rows = delta.read(spark, home, CROSSWALK).collect()
    table = {bytes(row["lookup"]): row["pseudonym"] for row in rows}
    return lambda name: f"{name.split('/')[0]}/{table[LOOKUPS.of(name)]}"


def test_the_patients_context_holds_their_pseudonym_and_days(built, pseudonym):
    context = built["main/p1"]
    assert f"Patient/{context.subject_id}" == pseudonym("Patient/p1")
    # 00:30 UTC is still the day before in New York
    assert (context.dates.first, context.dates.last) == (date(2012, 3, 4), date(2014, 5, 31))
    assert context.dates.birth == date(1950, 2, 3)
    assert len(context.dates.instants) == 3
    assert 1 <= context.dates.shift_days <= 365


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Patient/p1", "Patient/p1"),
        ("Encounter/e1", "Encounter/e1"),
        ("Observation/ob1", "Observation/ob1"),
        (f"Practitioner?identifier={NPI}|77", "Practitioner/d1"),
        ("Organization/o1", "Organization/o1"),
        ("PractitionerRole/role1", "PractitionerRole/role1"),
    ],
)
def test_references_resolve(built, pseudonym, name, target):
    assert built["main/p1"].references[name] == pseudonym(target)
    assert name not in built["main/p1"].foreign


def test_a_urn_of_a_bundle_resolves_whatever_its_case(built, pseudonym):
    assert built["main/p2"].references["urn:uuid:aaaa-2"] == pseudonym("Patient/p2")


def test_another_patient_is_foreign_and_nobody_is_nothing(built):
    context = built["main/p1"]
    assert "Patient/p2" in context.foreign
    assert "Patient/p2" not in context.references
    for name in ("Patient/nobody", "Encounter/e9", ""):
        assert name not in context.foreign
        assert context.references.get(name) is None


def test_a_name_that_two_bear_names_neither(built):
    name = "Practitioner?identifier=http://dup.invalid|1"
    assert name not in built["main/p1"].references
    assert name not in built["main/p1"].foreign


def test_from_outside_a_compartment_patients_are_foreign(built):
    group = next(c for c in built.values() if "Group/g1" in c.references)
    assert group.subject_id is None
    assert "Patient/p1" in group.foreign
    assert "Patient/p1" not in group.references


def test_shared_resources_refer_to_each_other(built, pseudonym):
    role = next(
        c
        for owner, c in built.items()
        if owner.startswith("shared:") and "PractitionerRole/role1" in c.references
    )
    assert role.references["Practitioner/d2"] == pseudonym("Practitioner/d2")


def test_a_compartment_without_a_patient_has_no_subject(built):
    context = built["main/p3"]
    assert context.subject_id is None
    assert "Patient/p3" not in context.references
    assert "Observation/ob3" in context.references


def test_known_identifiers_are_the_patients_relatives_and_staffs(built):
    known = built["main/p1"].known
    assert set(known.names) == {"Ada Qzxhart", "Mum Qzxhart", "Kim Wxyzman", "Roleborn"}
    assert set(known.ids) == {"p1", "MRN-0001", "77", "78", "1"}
    assert known.phones == ("555-0101",)
    assert known.emails == ("r@x.invalid",)
    assert set(known.addresses) == {"1 Qzx Lane", "Qzxville", "99999", "Qzx Clinic"}
    # staff's birth dates aren't the patient's to look for
    assert set(known.dates) == {"1950-02-03", "1920-01-01"}
    assert set(built["main/p2"].known.names) == {"Vbnmore"}


def test_a_partial_date_is_no_instant(built):
    assert built["main/p2"].dates.first == date(2020, 1, 1)
    assert len(built["main/p2"].dates.instants) == 1


def test_bands_hold_the_first_event(spark, home, pseudonym):
    found = {
        row["subject_id"]: row["anchor_year_band"]
        for row in bands(spark, home, domain="main", epoch=1).collect()
    }
    expected = {"p1": "2011-2013", "p2": "2020-2022"}
    assert found == {int(pseudonym(f"Patient/{p}").split("/")[1]): band for p, band in expected.items()}


def test_identities_have_rows_of_all_four_kinds(spark, home):
    rows = {row["patient_key"]: row for row in delta.read(spark, home, IDENTITIES).collect()}
    assert rows["main/p1"]["kind"] == "patient"
    assert rows["main/RelatedPerson/r1"]["kind"] == "relative"
    assert rows["main/Practitioner/d1"]["kind"] == "staff"
    assert rows["main/Practitioner/d1"]["dates"] == ["1970-01-01"]
    assert rows["main/Organization/o1"]["kind"] == "organisation"
    assert rows["main/Organization/o1"]["names"] == ["Qzx Clinic"]
    assert rows["main/p1"]["names"] == sorted(rows["main/p1"]["names"])


def test_no_plain_name_is_shuffled_in_a_lookup(spark, home):
    for row in delta.read(spark, home, INDEX).where("lookup is not null").collect():
        assert len(row["lookup"]) == 16
