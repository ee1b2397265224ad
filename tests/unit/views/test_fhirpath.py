"""FHIRPath by examples, by the truth tables of the specification, and by properties."""

from datetime import date
from decimal import Decimal
from itertools import product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.views.fhirpath import Env, compile_path
from plummer.pipelines.views.fhirpath.parser import parse
from plummer.schemas.errors import PlummerError

PATIENT = msgspec.json.Decoder(float_hook=Decimal).decode("""
{"resourceType": "Patient", "id": "p", "active": true, "gender": "female", "birthDate": "1970-06",
 "_birthDate": {"extension": [{"url": "urn:x", "valueInteger": 5}]},
 "_deceasedDateTime": {"extension": [{"url": "urn:x", "valueInteger": 7}]},
 "multipleBirthInteger": 2,
 "name": [{"use": "official", "family": "Roe", "given": ["Ann", "Bea"]}, {"given": ["Cy"]}],
 "contained": [{"resourceType": "Group", "id": "g", "quantity": 4}],
 "extension": [{"url": "urn:dose", "valueQuantity": {"value": 1.50, "unit": "mg", "code": "mg"}}],
 "managingOrganization": {"reference": "Organization/o1"}}
""")


def run(path: str, resource: dict = PATIENT) -> list:
    kind = resource["resourceType"]
    code = compile_path(path, kind, {}, [], kind)
    return code.run([resource], Env([resource], 0, 0, resource))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # steps
        ("Patient.name.family", ["Roe"]),
        ("name.given", ["Ann", "Bea", "Cy"]),
        ("name[1].given[0]", ["Cy"]),
        ("name[9]", []),
        ("Observation.id", []),
        ("nothing.at.all", []),
        ("`name`.`family`", ["Roe"]),
        ("%resource.id", ["p"]),
        # choice elements and types
        ("multipleBirth", [2]),
        ("multipleBirth.ofType(integer)", [2]),
        ("multipleBirth.ofType(boolean)", []),
        ("multipleBirth as integer", [2]),
        ("multipleBirth is integer", [True]),
        ("extension.value.ofType(Quantity).value", [Decimal("1.50")]),
        ("extension.value.ofType(FHIR.Quantity).unit", ["mg"]),
        ("contained.ofType(Group).quantity", [4]),
        ("contained.ofType(Patient)", []),
        ("gender.ofType(string)", ["female"]),
        ("gender is code", [True]),
        ("gender is Quantity", [False]),
        # what stands beside a primitive
        ("birthDate.extension.value", [5]),
        ("birthDate.extension('urn:x').value.ofType(integer)", [5]),
        ("deceased.ofType(dateTime).extension('urn:x').value", [7]),
        ("deceased.ofType(dateTime).exists()", [True]),
        ("deceased.exists()", [True]),
        ("deceased.empty()", [False]),
        ("gender.extension.exists()", [False]),
        # collections
        ("name.where(use = 'official').given.last()", ["Bea"]),
        ("name.where(given.count() > 1).family", ["Roe"]),
        ("name.select(given.first())", ["Ann", "Cy"]),
        ("name.given.where($this = 'Bea')", ["Bea"]),
        ("name.given.where($index = 1)", ["Bea"]),
        ("name.exists(use = 'usual')", [False]),
        ("name.all(given.exists())", [True]),
        ("name.given.tail().skip(1)", ["Cy"]),
        ("name.given.take(2)", ["Ann", "Bea"]),
        ("(name.given | name.given).count()", [3]),
        ("name.given.combine(name.given).isDistinct()", [False]),
        ("name.given.intersect('Cy' | 'Dee')", ["Cy"]),
        ("name.given.exclude('Cy')", ["Ann", "Bea"]),
        ("'Cy' in name.given", [True]),
        ("name.given contains 'Dee'", [False]),
        ("iif(active, 'yes', 'no')", ["yes"]),
        ("iif(active.not(), 'yes')", []),
        ("{}.exists()", [False]),
        # numbers stay exact
        ("0.1 + 0.2", [Decimal("0.3")]),
        ("0.1 + 0.2 = 0.3", [True]),
        ("7 div 2", [3]),
        ("-7 mod 3", [-1]),
        ("1 / 0", []),
        ("2 + 3 * 4", [14]),
        ("(2 + 3) * 4", [20]),
        ("-(2) + 5", [3]),
        ("1 = 1.0", [True]),
        ("true = 1", [False]),
        ("1.55.round(1)", [Decimal("1.6")]),
        ("(-1.5).abs()", [Decimal("1.5")]),
        ("1.2.ceiling()", [2]),
        ("(-1.2).floor()", [-2]),
        ("'12'.toInteger()", [12]),
        ("'x'.toInteger()", []),
        ("1.50.toString()", ["1.50"]),
        # text
        ("name.given.join(', ')", ["Ann, Bea, Cy"]),
        ("'a' & {}", ["a"]),
        ("'a' + {}", []),
        ("'abc'.substring(1, 1)", ["b"]),
        ("'abc'.indexOf('c')", [2]),
        ("'abc'.matches('^a.c$')", [True]),
        ("'a-b'.replaceMatches('[^a-z]', '')", ["ab"]),
        (r"'it\'s'.length()", [4]),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'Abc' ~ 'aBC'", [True]),
        # dates
        ("birthDate < @1971", [True]),
        ("birthDate = @1970", []),
        ("birthDate >= @1970-06-15", []),
        ("@2020-01-01T12:00:00Z = @2020-01-01T13:00:00+01:00", [True]),
        ("@T12:00 < @T12:30", [True]),
        ("@2020-01-01 < @T12:30", []),
        ("birthDate.lowBoundary()", ["1970-06-01"]),
        ("birthDate.highBoundary()", ["1970-06-30"]),
        ("birthDate.highBoundary(6)", ["1970-06"]),
        ("@2020-02-03T04.highBoundary()", ["2020-02-03T04:59:59.999-12:00"]),
        ("@2020-02-03T04:05:06Z.lowBoundary()", ["2020-02-03T04:05:06.000Z"]),
        ("@2024-02.highBoundary()", ["2024-02-29"]),
        ("1.587.lowBoundary()", [Decimal("1.5865")]),
        ("1.587.highBoundary(2)", [Decimal("1.59")]),
        ("1.587.lowBoundary(2)", [Decimal("1.58")]),
        ("1.lowBoundary()", [Decimal("0.5")]),
        # quantities: the same unit or nothing
        ("extension.value.ofType(Quantity) > 1 'mg'", [True]),
        ("extension.value.ofType(Quantity) = 1.5 'mg'", [True]),
        ("extension.value.ofType(Quantity) > 1 'g'", []),
        # keys
        ("getResourceKey()", ["p"]),
        ("managingOrganization.getReferenceKey()", ["o1"]),
        ("managingOrganization.getReferenceKey(Organization)", ["o1"]),
        ("managingOrganization.getReferenceKey(Patient)", []),
        # comments and blanks
        ("name /* all */ . given // end\n.first()", ["Ann"]),
    ],
)  # fmt: skip
def test_examples(path, expected):
    found = run(path)
    assert found == expected
    assert [type(one) for one in found] == [type(one) for one in expected]


LOGIC = {"true": True, "false": False, "{}": None}


@pytest.mark.parametrize("op", ["and", "or", "xor", "implies"])
def test_logic_has_three_values(op):
    rules = {
        "and": lambda a, b: False if False in (a, b) else (None if None in (a, b) else True),
        "or": lambda a, b: True if True in (a, b) else (None if None in (a, b) else False),
        "xor": lambda a, b: None if None in (a, b) else a is not b,
        "implies": lambda a, b: True if a is False or b is True else (None if None in (a, b) else b),
    }
    for left, right in product(LOGIC, LOGIC):
        wanted = rules[op](LOGIC[left], LOGIC[right])
        assert run(f"{left} {op} {right}") == ([] if wanted is None else [wanted]), (left, right)


@pytest.mark.parametrize(
    ("path", "tree"),
    [
        ("1 + 2 = 3 and true", "(1 + 2 = 3) and true"),
        ("true or false and false", "true or (false and false)"),
        ("1 | 2 = 3", "(1 | 2) = 3"),
        ("a implies b or c", "a implies (b or c)"),
        ("a.b as Quantity = c", "(a.b as Quantity) = c"),
        ("2 * 3 + 4", "(2 * 3) + 4"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
    ],
)
def test_precedence(path, tree):
    assert parse(path) == parse(tree)


@pytest.mark.parametrize(
    "path",
    ["", "@@", "name.", "name..given", "(name", "name[", "name.where(", "1 +", "name given", "unknown()",
     "%nothing", "name.first(1)", "name.where()", "'open", "name.ofType(1)", "name.matches()", "#", "{1}",
     "(" * 500 + "1" + ")" * 500, "-" * 500 + "1", "a" * 20_000, "now()", "$that"],
)  # fmt: skip
def test_what_is_not_fhirpath_is_refused(path):
    with pytest.raises(PlummerError) as caught:
        run(path)
    assert caught.value.code == "view_path"
    assert int(caught.value.exit_code) == 2


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("name.given = 1 and name.given < 'B'", "view_collection"),
        ("name.given.single()", "view_collection"),
        ("name.given[name.given]", "view_collection"),
        ("gender < 5", "view_type"),
        ("gender + 5", "view_type"),
        ("5 + gender", "view_type"),
        ("active.join()", "view_type"),
        ("5.upper()", "view_type"),
        ("gender.matches('(')", "view_path"),
    ],
)
def test_records_that_a_path_does_not_fit(path, code):
    with pytest.raises(PlummerError) as caught:
        run(path)
    assert caught.value.code == code
    for value in ("Ann", "Bea", "female", "Roe"):
        assert value not in str(caught.value)


def test_a_pattern_can_not_hang():
    text = {"resourceType": "Patient", "gender": "a" * 50_000 + "!"}
    assert run("gender.matches('^(a+)+$')", text) == [False]


def test_a_step_that_r4_does_not_have_is_told_once():
    warnings: list[str] = []
    compile_path("nickname.first() | nickname", "Patient", {}, warnings, "Patient")
    assert warnings == ["R4 has no element nickname in Patient"]


def refused(action) -> str:
    """The code with which something is refused, or nothing."""
    try:
        action()
    except PlummerError as error:
        return error.code
    return ""


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_compiled_or_refused(path):
    assert refused(lambda: compile_path(path, "Patient", {}, [], "Patient")) in {"", "view_path"}


WORDS = st.sampled_from(
    ["name", "given", ".", "(", ")", "where", "first", "=", "'a'", "1", "2.5", "and", "is", "[", "]", "%x",
     "$this", "|", "+", "-", "ofType", "Quantity", ",", "{}", "exists", "@2020", "true"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(WORDS, max_size=12))
def test_any_words_run_or_are_refused(words):
    assert refused(lambda: run(" ".join(words))) in {"", "view_path", "view_collection", "view_type"}


DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)


@settings(deadline=None)
@given(DECIMALS, DECIMALS)
def test_decimals_are_exact_and_ordered(a, b):
    quantity = {"resourceType": "Observation", "valueRange": {"low": {"value": a}, "high": {"value": b}}}
    low, high = "value.ofType(Range).low.value", "value.ofType(Range).high.value"
    assert run(f"{low} + {high}", quantity) == [a + b]
    assert run(f"{low} - {high}", quantity) == [a - b]
    assert run(f"{low} < {high}", quantity) == [a < b]
    assert run(f"{low}.lowBoundary() < {low}.highBoundary()", quantity) == [True]
    width = run(f"{low}.highBoundary() - {low}.lowBoundary()", quantity)[0]
    assert width == Decimal(1).scaleb(a.as_tuple().exponent)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3), max_size=4))
def test_steps_flatten_as_a_loop_would(names):
    patient = {"resourceType": "Patient", "name": [{"given": given} for given in names]}
    flat = [one for given in names for one in given]
    assert run("name.given", patient) == flat
    assert run("name.given.count()", patient) == [len(flat)]
    assert run("name.given.where($this = 'a').count()", patient) == [flat.count("a")]
    assert run("name.given.distinct()", patient) == list(dict.fromkeys(flat))
    assert run("name.given.first() | name.given.last()", patient) == list(dict.fromkeys(flat[:1] + flat[-1:]))


DATES = st.dates(min_value=date(1900, 1, 1))


@settings(deadline=None)
@given(DATES, DATES, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_partial_dates_are_compared_as_far_as_they_are_written(a, b, left, right):
    one, other = a.isoformat()[:left], b.isoformat()[:right]
    shared = min(len(one), len(other))
    found = run(f"@{one} < @{other}")
    if one[:shared] != other[:shared]:
        assert found == [one < other]
    else:
        assert found == ([False] if left == right else [])
    assert run(f"@{one}.lowBoundary() <= @{one}.highBoundary()") == [True]
