"""Cohorts by ACES tasks: hand-made labels, the flow of counts, and what isn't read."""

import pytest
from made_release import day, event, make_release
from meds_stories import COPIES, EXPECTED, events, expected
from research_home import add_release

from plummer.pipelines.research import open_release
from plummer.schemas.errors import PlummerError


@pytest.fixture
def stories(tmp_path):
    return open_release(make_release(tmp_path / "r", events(), files=3), "p")


@pytest.mark.parametrize("task", EXPECTED)
def test_the_ready_tasks_give_the_labels_worked_out_by_hand(stories, task):
    cohort = stories.cohort(task)
    rows = zip(*(column.to_pylist() for column in cohort.rows.columns), strict=True)
    assert list(rows) == expected(task)
    assert len(cohort) == len(expected(task)) > 50


def test_the_flow_ends_with_the_cohort(stories):
    cohort = stories.cohort("in_hospital_mortality")
    assert [(step.criterion, step.indexes // COPIES, step.subjects // COPIES) for step in cohort.flow] == [
        ("trigger: admission", 15, 10),
        ("input: begins and ends", 15, 10),
        ("first_day: at most 0 of discharge_or_death", 12, 8),
        ("stay: begins and ends", 11, 7),
    ]
    assert cohort.flow[-1].indexes == len(cohort)
    assert cohort.flow[-1].subjects == len(set(cohort.rows.column("subject_id").to_pylist()))
    counts = [step.indexes for step in cohort.flow]
    assert counts == sorted(counts, reverse=True)


TASK = """
predicates:
  start: {code: START}
  low: {code: {regex: '^LAB'}, value_max: 5, value_max_inclusive: true}
  lab: {code: {any: [LAB//a, LAB//b]}}
  both: {expr: 'and(low, lab)'}
trigger: start
windows:
  before: {start: end - 10 days, end: trigger, end_inclusive: false, has: {lab: '(1, None)'}}
  after: {start: trigger, end: start + 1w, start_inclusive: false, label: both, index_timestamp: start}
"""
HELD = [
    event(1, day(0), "LAB//a", numeric_value=1), event(1, day(10), "START"),
    event(1, day(17), "LAB//b", numeric_value=5),
    event(2, day(0), "LAB//a", numeric_value=1), event(2, day(11), "START"),
    event(3, day(5), "LAB//b"), event(3, day(10), "START"), event(3, day(18), "LAB//a", numeric_value=1),
    event(4, day(5), "LAB//b"), event(4, day(10), "START"), event(4, day(12), "LAB//c", numeric_value=1),
    event(5, None, "LAB//a", numeric_value=1), event(5, day(10), "START"),
]  # fmt: skip


def test_a_task_of_ones_own(tmp_path):
    (tmp_path / "own.yaml").write_text(TASK)
    cohort = open_release(make_release(tmp_path / "r", HELD), "p").cohort(tmp_path / "own.yaml")
    assert cohort.rows.to_pylist() == [
        {"subject_id": 1, "prediction_time": day(10), "label": True},
        {"subject_id": 3, "prediction_time": day(10), "label": False},
        {"subject_id": 4, "prediction_time": day(10), "label": False},
    ]
    assert [(step.criterion, step.subjects) for step in cohort.flow] == [
        ("trigger: start", 5), ("before: at least 1 of lab", 3),
    ]  # fmt: skip


def test_the_text_of_the_flow_withholds_small_counts(stories, tmp_path):
    (tmp_path / "own.yaml").write_text(TASK)
    small = open_release(make_release(tmp_path / "s", HELD), "p").cohort(tmp_path / "own.yaml")
    assert small.text().splitlines() == [" withheld  trigger: start", " withheld  before: at least 1 of lab"]
    assert str(stories.cohort("readmission_30d")).splitlines()[0] == "      108  trigger: discharge"


@pytest.mark.parametrize(
    ("old", "new", "code", "ref"),
    [
        ("code: START", "code: START, static: true", "task_unsupported", "predicates.start.static"),
        (
            "{code: START}",
            "{code: START, other_cols: {a: b}}",
            "task_unsupported",
            "predicates.start.other_cols",
        ),
        ("trigger: start", "trigger: nothing", "task_malformed", "trigger"),
        (
            "trigger: start",
            "trigger: start\npatient_demographics: {}",
            "task_unsupported",
            "patient_demographics",
        ),
        ("end: start + 1w", "end: start + 1 fortnight", "task_unsupported", "windows.after.end"),
        ("end: start + 1w", "end: start -> nothing", "task_malformed", "windows.after"),
        ("end: start + 1w", "end: nowhere.end", "task_malformed", "windows.after.end"),
        ("end: start + 1w", "end: end + 1w", "task_malformed", "after.end"),
        ("'(1, None)'", "'many'", "task_malformed", "windows.before.has"),
        ("'^LAB'", "'(^LAB'", "task_malformed", "predicates.low.code"),
        ("label: both", "label: none", "task_malformed", "windows.after"),
        ("predicates:", "predicates: [", "task_malformed", ""),
        ("and(low, lab)", "not(low)", "task_unsupported", "predicates.both.expr"),
    ],
)
def test_what_is_not_read_is_refused(tmp_path, old, new, code, ref):
    assert old in TASK
    (tmp_path / "own.yaml").write_text(TASK.replace(old, new))
    release = open_release(make_release(tmp_path / "r", HELD), "p")
    with pytest.raises(PlummerError) as raised:
        release.cohort(tmp_path / "own.yaml")
    assert (raised.value.code, raised.value.ref) == (code, ref)


def test_a_missing_task_and_a_policy_that_forbids_rows(home, release, recorded):
    with pytest.raises(PlummerError, match="task_missing"):
        release.cohort("nothing")
    assert len(recorded()) == 1
    release.cohort("readmission_30d")
    assert recorded()[-1]["columns"] == {"events": ["subject_id", "time", "code", "numeric_value"]}
    policy = {"sha256": "0" * 64, "version": "1.0.0", "row_level_sql": False}
    with pytest.raises(PlummerError, match="row_level_forbidden"):
        open_release(add_release(home, "3.0.0", policy=policy), "p").cohort("readmission_30d")


BOUNDED = """
predicates: {s: {code: START}, a: {code: A}}
trigger: s
windows:
  one: {start: START_OF, end: END_OF, start_inclusive: FROM, end_inclusive: TO, label: a,
    index_timestamp: SIDE}
"""
SAME_DAY = [event(1, day(at), code) for at, code in ((0, "A"), (3, "START"), (3, "A"), (5, "A"))]


# what ACES 0.7.3 gives for the same events
@pytest.mark.parametrize("window", ["start: start, end: null", "start: null, end: trigger"])
def test_a_window_that_the_record_leaves_no_room_for_is_not_there(tmp_path, window):
    """As ACES has it: the record must have a time behind the window's other end."""
    text = f"{{predicates: {{s: {{code: START}}}}, trigger: s, windows: {{w: {{{window}, INCLUSIVE}}}}}}"
    text = text.replace("start: start", "start: trigger")
    release = open_release(make_release(tmp_path / "r", [event(1, day(3), "START")]), "p")
    for inclusive, rows in (("false", 0), ("true", 1)):
        bounds = f"start_inclusive: {inclusive}, end_inclusive: {inclusive}"
        (tmp_path / "own.yaml").write_text(text.replace("INCLUSIVE", bounds))
        assert len(release.cohort(tmp_path / "own.yaml")) == rows


@pytest.mark.parametrize(
    ("bounds", "at", "label"),
    [
        (("trigger", "start -> a", "false", "true", "end"), 3, False),
        (("trigger", "start -> a", "true", "false", "end"), 5, True),
        (("trigger", "start -> a", "true", "true", "end"), 3, True),
        (("trigger", "start -> a", "false", "false", "end"), 5, False),
        (("end <- a", "trigger", "true", "false", "start"), 3, False),
        (("end <- a", "trigger", "false", "true", "start"), 0, True),
        (("end <- a", "trigger", "true", "true", "start"), 3, True),
        (("trigger", "null", "false", "false", "end"), 5, False),
        (("trigger", "null", "false", "true", "end"), 5, True),
        (("null", "trigger", "false", "true", "start"), 0, True),
    ],
)
def test_where_a_window_is_bounded(tmp_path, bounds, at, label):
    text = BOUNDED
    for place, bound in zip(("START_OF", "END_OF", "FROM", "TO", "SIDE"), bounds, strict=True):
        text = text.replace(place, bound)
    (tmp_path / "own.yaml").write_text(text)
    release = open_release(make_release(tmp_path / "r", SAME_DAY), "p")
    (row,) = release.cohort(tmp_path / "own.yaml").rows.to_pylist()
    assert (row["prediction_time"], row["label"]) == (day(at), label)
