"""A home that grew delivery by delivery holds what one holds that was built whole from the same crosswalk."""

import os

import pytest
from incremental_world import condition, deliveries, first, link, patient, write

from plummer.pipelines import delta, delta_replace
from plummer.pipelines.delta_log import files
from plummer.pipelines.stages import identities
from plummer.pipelines.stages.subject_changes import merges_version, subject_changes
from plummer.schemas.tables import DEID_RESOURCES, EVENTS, RESOURCES, SUBJECTS

pytestmark = [pytest.mark.spark, pytest.mark.slow]
COMPARED = ("many", "back")
SHOW = "PLUMMER_INCREMENTAL_SHOW" in os.environ


class History:
    """What each delivery left behind."""

    def __init__(self):
        self.touched, self.differ, self.events, self.landed, self.details = {}, {}, {}, {}, {}
        self.releases, self.changes = {}, {}


def _events(hospital):
    """Rows of events by subject."""
    found = {}
    for row in hospital.rows(EVENTS):
        found.setdefault(row["subject_id"], []).append(repr(sorted(row.items())))
    return {subject: sorted(rows) for subject, rows in found.items()}


def _release(hospital, name):
    """The part of a release that later ones look at."""
    target = hospital.home.releases / "r" / name / "subjects"
    subjects = delta.read(hospital.spark, hospital.home, SUBJECTS)
    delta.write_fresh(target.as_uri(), SUBJECTS, subjects)
    return {f"r/{name}": merges_version(hospital.home)}


@pytest.fixture(scope="module")
def history(spark, tmp_path_factory, hospital_at):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "WHOLE_UNDER", 0)
        return _history(spark, tmp_path_factory.mktemp("history"), hospital_at)


def _history(spark, folder, hospital_at):
    hospital, found = hospital_at(folder / "home"), History()
    told = deliveries()
    key = hospital.job().key
    for number, (name, resources, deleted) in enumerate(told):
        found.touched[name] = hospital.deliver(write(folder / "in" / name, resources, deleted, number))
        found.events[name] = _events(hospital)
        found.landed[name] = set(files(hospital.home.table(RESOURCES)))
        found.details[name] = hospital.job().result("timeline").details
        found.changes[name] = subject_changes(
            spark, hospital.home, found.releases, domain="main", epoch=key.epoch
        )
        if name in {"late", "many"}:
            found.releases |= _release(hospital, name)
        if SHOW:
            steps = found.touched[name].items()
            print(
                name,
                [(s, t["whole"] and t["why"], t["n"], t["of"], t["records"]) for s, t in steps],
                flush=True,
            )
        if name in COMPARED:
            whole = hospital.whole(folder / f"whole{number}")
            mine, theirs = hospital.hashes(), whole.hashes()
            found.differ[name] = {k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)}
            if SHOW and found.differ[name]:
                print("DIFFER", name, found.differ[name], folder, flush=True)
    return found


def test_deliveries_one_by_one_end_as_the_whole(history):
    assert history.differ == {name: set() for name in COMPARED}
    assert not any(told["scrub"]["whole"] for name, told in history.touched.items() if name != "first")


def test_a_late_record_touches_its_patient_only(history):
    for step in ("index", "identities", "scrub", "notes", "timeline"):
        told = history.touched["late"][step]
        assert (step, told["whole"], told["n"]) == (step, False, 1)


def test_a_label_that_crossed_the_line_and_a_name_in_notes_concern_single_records_of_others(history):
    facts = history.touched["many"]["scrub"]["records"]
    # of eleven who had a note two became one: its label is that of ten. Six notes, and one of three with the
    # new name, are of patients who are scrubbed as a whole
    assert (facts["common_labels"], facts["names"]) == (5, 2)


def test_r13_what_comes_late_leaves_what_came_before_it_bit_by_bit(history):
    """R-13: files of earlier deliveries stand, and everybody else's events are the rows that they were."""
    assert history.landed["first"] < history.landed["late"] < history.landed["many"] < history.landed["back"]
    before, after = history.events["first"], history.events["late"]
    assert len([subject for subject in after if after[subject] != before.get(subject)]) == 1


def test_r11_what_was_deleted_or_entered_in_error_leaves_the_next_timeline_and_is_counted(history):
    many, back = history.events["many"], history.events["back"]
    # p11 was deleted with all that was theirs, p6 came apart from p7, and p7 became part of p5
    assert len(back) == len(many) - 1
    conditions = [repr(rows).count("'source_table', 'Condition'") for rows in (many, back)]
    assert conditions[0] - conditions[1] == 2
    excluded = [history.details[name]["excluded"].get("entered_in_error", 0) for name in ("late", "many")]
    assert excluded[1] == excluded[0] + 1


def test_a_release_says_what_has_become_of_pseudonyms_in_both_directions(history):
    (merged,) = history.changes["many"]
    assert (merged["release"], merged["how"]) == ("r/late", "merged")
    told = {(c["release"], c["how"]) for c in history.changes["back"]}
    assert told == {("r/late", "merged"), ("r/many", "separated"), ("r/many", "merged")}
    (apart,) = [c for c in history.changes["back"] if c["how"] == "separated"]
    assert (apart["was"], apart["is"]) == (merged["is"], merged["was"])
    assert int(apart["is"]) not in history.events["many"]


class _Killed(BaseException):
    """No error that anything catches."""


@pytest.mark.faults
def test_killed_after_any_write_and_run_again_ends_the_same(hospital, tmp_path, monkeypatch):
    hospital.deliver(write(tmp_path / "in" / "0", first(), (), 0))
    hospital.deliver(write(tmp_path / "in" / "1", [patient("p6", 2, **link("p7"))], (), 1))
    late = [condition("c1old", "p1", "2011-01-01"), patient("p6", 3), patient("p2", 2, family="Newqzname")]
    folder = write(tmp_path / "in" / "2", late, (), 2)
    commit = delta.commit
    for allowed in range(30):
        left = [allowed]

        def dying(write, left=left):
            def wrapped(*args, **kwargs):
                made = write(*args, **kwargs)
                left[0] -= 1
                if left[0] < 0:
                    raise _Killed
                return made

            return wrapped

        killing = dying(commit)
        monkeypatch.setattr(delta_replace, "commit", killing)
        monkeypatch.setattr(delta, "commit", killing)
        try:
            hospital.deliver(folder)
        except _Killed:
            continue
        break
    assert allowed > 3
    monkeypatch.undo()
    hospital.deliver(folder)
    assert hospital.count(DEID_RESOURCES) > 30
    whole = hospital.whole(tmp_path / "whole")
    assert hospital.hashes() == whole.hashes()
