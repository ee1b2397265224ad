"""Merged records are one subject in identities, contexts, bands and records; doubtful ones aren't (R-12)."""

from collections import Counter
from datetime import date

import pytest
from crosswalk_home import ROOT, ref, rows

from plummer.deid.dates import TimeMode
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.context import ContextBuilder
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.stages.contexts import bands, contexts
from plummer.pipelines.stages.crosswalk import crosswalk
from plummer.pipelines.stages.current import subject_of_record
from plummer.pipelines.stages.identities import identities
from plummer.pipelines.stages.index import index
from plummer.pipelines.stages.merges import decisions, merged_records, merges
from plummer.schemas.tables import CROSSWALK, IDENTITIES, MERGES, RESOURCES

pytestmark = pytest.mark.spark
LOOKUPS = Lookups(ROOT.subkey("lookup"), "main")


def patient(name, *links, **more):
    linked = [{"other": ref(other), "type": kind} for kind, other in links]
    body = {"resourceType": "Patient", "id": name, "name": [{"family": f"Fam{name}"}], **more}
    return ({**body, "link": linked} if linked else body, f"main/{name}", None)


def seen(name, of, day, **more):
    body = {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"},
            "subject": ref(f"Patient/{of}"), "effectiveDateTime": day, **more}  # fmt: skip
    return (body, f"main/{of}", None)


OLD = patient("old", ("replaced-by", "Patient/new"), birthDate="1920-01-01", deceasedDateTime="2030-01-01")
NEW = patient("new", birthDate="1950-02-02")
RAW = [
    OLD,
    NEW,
    seen("o1", "old", "2010-01-01", focus=[ref("Patient/new")]),
    seen("o2", "new", "2012-01-01", focus=[ref("Patient/old"), ref("Patient/x")]),
    # a chain of three; only the first record knows the birth date
    patient("c1", ("replaced-by", "Patient/c2"), birthDate="1921-01-01"),
    patient("c2"),
    patient("c3", ("replaces", "Patient/c2"), ("replaces", "Patient/c1")),
    seen("oc", "c1", "2015-01-01"),
    # a circle, a target that isn't there, a contradiction, a record that is its own, a lesser link
    patient("x", ("replaced-by", "Patient/y")),
    patient("y", ("replaced-by", "Patient/x")),
    seen("ox", "x", "2011-01-01"),
    patient("gone", ("replaced-by", "Patient/nowhere")),
    patient("two", ("replaced-by", "Patient/new"), ("replaced-by", "Patient/lone")),
    patient("lone", ("replaced-by", "Patient/lone"), ("seealso", "Patient/new")),
]
APART = ("x", "y", "gone", "two", "lone")


def made(spark, folder, raw, keys, first=None):
    """A home with the identified tables of the raw resources; `first` came and was indexed before."""
    home = Home.at(folder)
    for part in (first, raw):
        if part is not None:
            frame = spark.createDataFrame(list(rows(part)), RESOURCES.ddl)
            index(spark, home, frame, key=ROOT.subkey("lookup"), zone="UTC")
            merges(spark, home)
            crosswalk(spark, home, keys, random=True)
    identities(spark, home)
    return home


def built(spark, home):
    builders = {}
    for row in contexts(spark, home, domain="main", epoch=1).collect():
        builders.setdefault(row["owner"], ContextBuilder(row["owner"])).add(row.asDict())
    return {
        owner: builder.build(TimeMode.RELATIVE, "UTC", lookups=LOOKUPS) for owner, builder in builders.items()
    }


def pseudonyms(spark, home):
    return {bytes(r["lookup"]): r["pseudonym"] for r in delta.read(spark, home, CROSSWALK).collect()}


@pytest.fixture(scope="module")
def home(spark, tmp_path_factory, keys):
    return made(spark, tmp_path_factory.mktemp("merged"), RAW, keys)


@pytest.fixture(scope="module")
def found(spark, home):
    return built(spark, home)


def test_both_records_are_one_subject_with_the_pseudonym_of_the_one_in_use(spark, home, found):
    known = pseudonyms(spark, home)
    context = found["main/new"]
    assert context.subject_id == known[LOOKUPS.of("Patient/new")]
    assert "main/old" not in found
    for name in ("Patient/old", "Patient/new"):
        assert context.references[name] == f"Patient/{context.subject_id}"
        assert name not in context.foreign
    assert all(name in context.references for name in ("Observation/o1", "Observation/o2"))
    assert "Patient/x" in context.foreign


def test_the_timeline_runs_over_the_events_of_both(found):
    dates = found["main/new"].dates
    # the replaced record's own death is no event of the release
    assert (dates.first, dates.last) == (date(2010, 1, 1), date(2012, 1, 1))


def test_the_birth_date_is_that_of_the_record_in_use_if_it_has_one(found):
    assert found["main/new"].dates.birth == date(1950, 2, 2)
    assert found["main/c3"].dates.birth == date(1921, 1, 1)
    assert found["main/c3"].dates.over_89


def test_notes_are_searched_for_the_names_and_ids_of_every_record(spark, home, found):
    assert set(found["main/new"].known.names) == {"Famold", "Famnew"}
    assert set(found["main/new"].known.dates) == {"1920-01-01", "1950-02-02"}
    people = {row["patient_key"]: row for row in delta.read(spark, home, IDENTITIES).collect()}
    assert people["main/c3"]["names"] == ["Famc1", "Famc2", "Famc3"]
    assert not {"main/old", "main/c1", "main/c2"} & set(people)


@pytest.mark.parametrize("name", APART)
def test_doubtful_records_stay_subjects_of_their_own(spark, home, found, name):
    assert found[f"main/{name}"].subject_id == pseudonyms(spark, home)[LOOKUPS.of(f"Patient/{name}")]
    assert found[f"main/{name}"].known.names == (f"Fam{name}",)


def test_bands_have_one_row_a_subject(spark, home, found):
    counted = bands(spark, home, domain="main", epoch=1).collect()
    told = {row["subject_id"]: row["anchor_year_band"] for row in counted}
    assert len(counted) == len(told)
    assert told[int(found["main/new"].subject_id)] == "2008-2010"
    assert told[int(found["main/c3"].subject_id)] == "2014-2016"


def test_records_go_to_the_subject_and_replaced_patients_nowhere(spark, home):
    frame = spark.createDataFrame(list(rows(RAW)), RESOURCES.ddl)
    kept = merged_records(spark, home, frame)
    assert kept.columns == frame.columns
    told = kept.withColumn("owner", subject_of_record()).collect()
    owners = {(row["resource_type"], row["resource_id"]): row["owner"] for row in told}
    assert owners["Observation", "o1"] == owners["Observation", "o2"] == "main/new"
    assert owners["Observation", "oc"] == "main/c3"
    patients = Counter(row["resource_id"] for row in told if row["resource_type"] == "Patient")
    assert patients == Counter(["new", "c3", *APART])
    assert len(told) == len(RAW) - 3


def test_every_link_is_accounted_for(spark, home):
    assert decisions(spark, home) == {
        "patient_link.merge_done.join": 4,
        "patient_link.replaced_record.drop": 3,
        "patient_link.merge_cycle.keep_apart": 2,
        "patient_link.merge_conflict.keep_apart": 2,
        "patient_link.merge_target_missing.keep_apart": 1,
        "patient_link.merge_to_itself.keep_apart": 1,
        "patient_link.link_seealso.keep_apart": 1,
    }


def test_a_crosswalk_row_stays_for_each_record(spark, home):
    known = delta.read(spark, home, CROSSWALK).where("kind = 'subject'").count()
    assert known == sum(resource["resourceType"] == "Patient" for resource, _, _ in RAW)


def test_a_merge_that_comes_later_and_goes_again(spark, tmp_path, keys):
    apart = [patient("old", birthDate="1920-01-01"), NEW, *RAW[2:4]]
    home = made(spark, tmp_path, RAW[:4], keys, first=apart)
    merged, known = built(spark, home), pseudonyms(spark, home)
    assert merged["main/new"].subject_id == known[LOOKUPS.of("Patient/new")]
    assert "main/old" not in merged

    again = made(spark, tmp_path, apart, keys)
    two = built(spark, again)
    assert pseudonyms(spark, again) == known
    assert two["main/old"].subject_id == known[LOOKUPS.of("Patient/old")]
    assert two["main/old"].dates.last == date(2010, 1, 1)
    assert "Patient/old" in two["main/new"].foreign
    assert delta.ref(again.table(MERGES), MERGES).rows == 0


def test_a_target_that_comes_later_is_followed(spark, tmp_path, keys):
    home = made(spark, tmp_path, [OLD, NEW], keys, first=[OLD])
    assert decisions(spark, home)["patient_link.merge_done.join"] == 1
    assert set(built(spark, home)) == {"main/new"}


def test_a_home_without_links_has_no_table_of_merges(spark, tmp_path, keys):
    home = made(spark, tmp_path, [NEW, RAW[3]], keys)
    assert not delta.exists(home, MERGES)
    assert decisions(spark, home) == {}


def test_records_of_another_site_are_never_merged(spark, tmp_path, keys):
    home = Home.at(tmp_path)
    other = [("east", *row[1:3], f"east/{row[2]}", *row[4:]) for row in rows([OLD])]
    frame = spark.createDataFrame([*other, *rows([NEW])], RESOURCES.ddl)
    index(spark, home, frame, key=ROOT.subkey("lookup"), zone="UTC")
    merges(spark, home)
    assert decisions(spark, home) == {"patient_link.merge_target_missing.keep_apart": 1}


def test_an_identifier_merges_only_if_one_record_bears_it(spark, tmp_path, keys):
    system = "http://mrn.invalid"

    def bearer(name, *values, link=None):
        own = patient(name, identifier=[{"system": system, "value": value} for value in values])
        other = {"identifier": {"system": system, "value": link}}
        return ({**own[0], "link": [{"other": other, "type": "replaced-by"}]}, *own[1:]) if link else own

    raw = [bearer("a", "1", link="2"), bearer("b", "2"), bearer("c", "3", link="4"), bearer("d", "4"),
           bearer("e", "4")]  # fmt: skip
    home = made(spark, tmp_path, raw, keys)
    assert decisions(spark, home) == {
        "patient_link.merge_done.join": 1,
        "patient_link.replaced_record.drop": 1,
        "patient_link.merge_target_ambiguous.keep_apart": 1,
    }
