"""Differences between policies: of one with itself none; each change with its direction, both ways."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_files import EXPERT, HEAD, loaded, write

from plummer.deid.policy import PROFILES, Action, Policy, Rule, load_policy
from plummer.deid.policy.diff import diff
from plummer.deid.policy.load import examine_text
from plummer.deid.policy.model import ABOUT
from plummer.deid.policy.parameters import Generalise, Perturb, Substitute
from plummer.deid.policy.paths import place_of
from plummer.deid.policy.rules import applies
from plummer.deid.policy.strictness import STRICTEST_FIRST, TIME_MODES, Effect, Verdict, compare
from plummer.deid.policy.trace import trace
from plummer.schemas.errors import PlummerError
from plummer.schemas.fhir import elements

SAFE_HARBOR = load_policy("safe_harbor")
PLAIN = [a for a in Action if a not in {Action.GENERALISE, Action.SUBSTITUTE, Action.PERTURB}]
RULES = [rule for rule in SAFE_HARBOR.rules if rule.scope == "path" and rule.target in SAFE_HARBOR.by_path]


def with_rule(policy: Policy, rule: Rule) -> Policy:
    """The policy with one path rule in place of another's, without the checks of a file."""
    by_path = {**policy.by_path, rule.target: rule}
    return replace(policy, by_path=by_path, rules=tuple(by_path.values()))


def test_every_action_has_a_sentence_and_one_place_in_the_order():
    assert set(STRICTEST_FIRST) == set(Action) == set(ABOUT)
    assert len(STRICTEST_FIRST) == len(set(STRICTEST_FIRST))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_policy_does_not_differ_from_itself(profile):
    found = diff(load_policy(profile), load_policy(profile))
    assert (found.paths, found.changes, found.settings) == (7466, (), ())


def test_the_profiles_loosen_in_their_order():
    for stricter, looser in pairwise(PROFILES):
        there = diff(load_policy(stricter), load_policy(looser))
        back = diff(load_policy(looser), load_policy(stricter))
        assert there.count(Verdict.LOOSENS) == back.count(Verdict.TIGHTENS) > 200
        assert there.count(Verdict.TIGHTENS) == back.count(Verdict.LOOSENS) == 0


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RULES), st.sampled_from(PLAIN))
def test_one_changed_action_is_told_in_its_direction_both_ways(rule, action):
    kinds = place_of(rule.target).kinds
    if action is rule.action or not applies(action, kinds):
        return
    other = with_rule(SAFE_HARBOR, replace(rule, action=action))
    there = [c for c in diff(SAFE_HARBOR, other).changes if {c.rules[0], c.rules[1]} & {rule.id}]
    back = [c for c in diff(other, SAFE_HARBOR).changes if {c.rules[0], c.rules[1]} & {rule.id}]
    tighter = STRICTEST_FIRST.index(action) < STRICTEST_FIRST.index(rule.action)
    assert there
    assert {c.verdict for c in there} == {Verdict.TIGHTENS if tighter else Verdict.LOOSENS}
    assert {c.verdict for c in back} == {Verdict.LOOSENS if tighter else Verdict.TIGHTENS}
    assert [c.path for c in there] == [c.path for c in back]


DATED = [Action.DATE, Action.BIRTH]
EFFECTS = st.builds(Effect, st.sampled_from(DATED), st.sampled_from(TIME_MODES)) | st.builds(
    Effect, st.sampled_from([action for action in PLAIN if action not in DATED])
)


@given(EFFECTS, EFFECTS)
def test_comparing_is_the_opposite_the_other_way(one, other):
    there, back = compare(one, other), compare(other, one)
    if one == other:
        assert there is back is None
    else:
        assert {there, back} == {Verdict.TIGHTENS, Verdict.LOOSENS}


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Generalise(width="5"), Generalise(width="10"), Verdict.TIGHTENS),
        (Generalise(width="10"), Generalise(width="5"), Verdict.LOOSENS),
        (Generalise(width="10"), Generalise(width="15"), Verdict.LOOSENS),  # bands cut across: not comparable
        (Generalise(bounds=("0", "18", "65")), Generalise(bounds=("0", "65")), Verdict.TIGHTENS),
        (Generalise(bounds=("0", "65")), Generalise(bounds=("0", "18", "65")), Verdict.LOOSENS),
        (Generalise(to="month"), Generalise(to="year"), Verdict.TIGHTENS),
        (Generalise(to="year"), Generalise(to="month"), Verdict.LOOSENS),
        (Generalise(to="year"), Generalise(width="5"), Verdict.LOOSENS),
        (Perturb("0.1"), Perturb("0.2"), Verdict.TIGHTENS),
        (Perturb("0.2"), Perturb("0.1"), Verdict.LOOSENS),
        (Perturb("0.1", "fixed"), Perturb("0.2", "proportional"), Verdict.LOOSENS),
        (Perturb("0.1", "fixed", 1), Perturb("0.1", "fixed", 0), Verdict.TIGHTENS),
        (Substitute('"a"'), Substitute('"b"'), Verdict.NEUTRAL),
    ],
)
def test_parameters_have_their_own_order(before, after, verdict):
    word = {Generalise: Action.GENERALISE, Perturb: Action.PERTURB, Substitute: Action.SUBSTITUTE}[
        type(before)
    ]
    assert compare(Effect(word, "", before), Effect(word, "", after)) is verdict


def told(before, after):
    return {(c.path, c.when): c.verdict for c in diff(before, after).changes}


def test_a_condition_changes_only_where_it_holds(tmp_path):
    mask = loaded(tmp_path, HEAD + 'paths:\n  "Patient.identifier;use=old|temp": mask\n')
    base = loaded(tmp_path, HEAD)
    assert told(base, mask) == {("Patient.identifier", "use=old|temp"): Verdict.LOOSENS}
    narrower = loaded(tmp_path, HEAD + 'paths:\n  "Patient.identifier;use=old": mask\n')
    assert told(mask, narrower) == {("Patient.identifier", "use=old|temp"): Verdict.TIGHTENS}
    reordered = loaded(
        tmp_path,
        HEAD + 'paths:\n  "Patient.identifier;use=old": mask\n  "Patient.identifier;use=temp": mask\n',
    )
    assert told(narrower, reordered) == {("Patient.identifier", "use=temp"): Verdict.LOOSENS}


def test_references_to_facilities_have_their_own_steps(tmp_path):
    base = loaded(tmp_path, HEAD)
    kind = load_policy(write(tmp_path, HEAD + "facilities: type_only\n", "b.yaml"))
    gone = load_policy(write(tmp_path, HEAD + "facilities: drop\nstaff: drop\n", "c.yaml"))
    assert set(told(base, kind).values()) == set(told(kind, gone).values()) == {Verdict.TIGHTENS}
    assert set(told(gone, kind).values()) == set(told(kind, base).values()) == {Verdict.LOOSENS}
    assert ("Encounter.serviceProvider", "") in told(base, kind)


def test_a_way_through_a_datatype_changes_only_there(tmp_path):
    base = loaded(tmp_path, HEAD)
    one = loaded(tmp_path, HEAD + "paths:\n  Patient.address.state: drop\n")
    assert told(base, one) == {("Patient.address.state", ""): Verdict.TIGHTENS}
    assert told(one, base) == {("Patient.address.state", ""): Verdict.LOOSENS}


def test_closing_an_object_tightens_all_that_is_inside(tmp_path):
    changed = told(loaded(tmp_path, HEAD), loaded(tmp_path, HEAD + "types:\n  Address: drop\n"))
    assert changed["Address.postalCode", ""] is Verdict.TIGHTENS
    assert changed["Patient.address", ""] is Verdict.TIGHTENS
    assert set(changed.values()) == {Verdict.TIGHTENS}


@pytest.mark.parametrize(
    ("line", "setting", "verdict"),
    [
        ("k: 20", "k", Verdict.TIGHTENS),
        ("k: 5", "k", Verdict.LOOSENS),
        ("quarantine_limit: 0.5", "quarantine_limit", Verdict.LOOSENS),
        ("zip3: union", "zip3", Verdict.TIGHTENS),
        ("staff: drop", "staff", Verdict.TIGHTENS),
        ("facilities: type_only", "facilities", Verdict.TIGHTENS),
        ("pdf: drop", "pdf", Verdict.TIGHTENS),
        ("row_level_sql: forbid", "row_level_sql", Verdict.TIGHTENS),
        ("incomplete_encounters: drop", "incomplete_encounters", Verdict.TIGHTENS),
        ("placeholder_dates: [2001-01-01]", "placeholder_dates.2001-01-01", Verdict.TIGHTENS),
        ("time_mode: year", "time_mode", Verdict.LOOSENS),
        ("site_timezone: Europe/Oslo", "site_timezone", Verdict.NEUTRAL),
        ('code_systems:\n  "http://x.org": digits', "code_systems.http://x.org", Verdict.LOOSENS),
        ('extensions:\n  "http://x.org": []', "extensions.http://x.org", Verdict.LOOSENS),
        (
            'extensions:\n  "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race": [text]',
            "extensions.http://hl7.org/fhir/us/core/StructureDefinition/us-core-race",
            Verdict.TIGHTENS,
        ),
    ],
)
def test_settings_and_lists_have_a_direction(tmp_path, line, setting, verdict):
    base = loaded(tmp_path, HEAD)
    changed = load_policy(write(tmp_path, f"{HEAD}{line}\n", "other.yaml"))
    assert {c.setting: c.verdict for c in diff(base, changed).settings}[setting] is verdict
    if verdict is not Verdict.NEUTRAL:
        back = {c.setting: c.verdict for c in diff(changed, base).settings}
        assert back[setting] is not verdict


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(elements())))
def test_explaining_and_comparing_agree_on_what_decides(path):
    for profile in PROFILES:
        policy = load_policy(profile)
        outcomes = trace(policy, path)
        assert outcomes
        assert all(outcome.rule.action in Action for outcome in outcomes)
        assert all(path.split(".")[0] == outcome.path.split(".")[0] for outcome in outcomes)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80) | st.text("[]{}&*!:-? \n'\"|>", max_size=200))
def test_no_text_breaks_the_reader(text):
    with suppress(PlummerError):  # nothing else may leave it
        policy, findings = examine_text(text)
        assert policy is None
        assert findings


def test_a_pseudonymised_identifier_answers_for_its_parts(tmp_path):
    policy = loaded(tmp_path, EXPERT + "types:\n  Identifier: pseudonymise\n")
    assert [o.rule.id for o in trace(policy, "Patient.identifier.value")] == ["type.Identifier.pseudonymise"]
    assert [o.rule.id for o in trace(policy, "Patient.identifier.use")] == ["type.code.code"]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("tags", "randomised", Verdict.LOOSENS),
        ("randomised", "surrogates", Verdict.LOOSENS),
        ("surrogates", "tags", Verdict.TIGHTENS),
    ],
)
def test_what_stands_for_an_identifier_in_text_is_told(tmp_path, before, after, verdict):
    policies = [loaded(tmp_path, f"{HEAD}text: {word}\n") for word in (before, after)]
    (change,) = diff(*policies).settings
    assert (change.setting, change.before, change.after, change.verdict) == ("text", before, after, verdict)
    (outcome,) = trace(policies[1], "Observation.note.text")
    assert outcome.about.endswith(f": {after}")


def test_no_other_word_for_text_is_taken(tmp_path):
    with pytest.raises(PlummerError, match="policy_bad_value"):
        loaded(tmp_path, f"{HEAD}text: consistent\n")
