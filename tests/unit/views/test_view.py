"""Views: what selects make of a resource, and what is refused, with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.views.view import compile_view
from plummer.schemas.errors import PlummerError

NAMES = [{"family": "A", "given": ["a1", "a2"]}, {"family": "B"}]
PATIENT = {"resourceType": "Patient", "id": "p", "name": NAMES, "active": True}


def column(name: str, path: str, **more: object) -> dict:
    return {"name": name, "path": path, **more}


def view(*select: dict, **more: object) -> dict:
    return {"resource": "Patient", "select": list(select), **more}


def rows(raw: dict, *resources: dict) -> list:
    return list(compile_view(raw).rows(resources or [PATIENT]))


ID = {"column": [column("id", "id", type="id")]}


@pytest.mark.parametrize(
    ("raw", "code", "ref"),
    [
        ([], "view_malformed", "ViewDefinition"),
        ({}, "view_malformed", "resource"),
        ({"resource": "patient", "select": [ID]}, "view_malformed", "resource"),
        ({"resource": "Patient"}, "view_malformed", "select"),
        ({"resource": "Patient", "select": {}}, "view_malformed", "select"),
        ({"resource": "Patient", "name": 5, "select": [ID]}, "view_malformed", "name"),
        (view("x"), "view_malformed", "select[0]"),
        (view({}), "view_malformed", "select"),
        (view({"foreach": "name", **ID}), "view_malformed", "select[0]"),
        (view({"forEach": 1, **ID}), "view_malformed", "select[0].forEach"),
        (view({"forEach": "name", "repeat": ["name"], **ID}), "view_malformed", "select[0]"),
        (view({"repeat": [], **ID}), "view_malformed", "select[0].repeat"),
        (view({"repeat": "item", **ID}), "view_malformed", "select[0].repeat"),
        (view({"column": [column("1x", "id")]}), "view_malformed", "select[0].column[0].name"),
        (view({"column": [column("x", " ")]}), "view_malformed", "select[0].column[0].path"),
        (view({"column": [{"name": "x"}]}), "view_malformed", "select[0].column[0].path"),
        (view({"column": [column("x", "id", collection="yes")]}), "view_malformed", "select[0].column[0]"),
        (view({"column": [column("x", "id", typ="id")]}), "view_malformed", "select[0].column[0]"),
        (view(ID, where=[{"path": 5}]), "view_malformed", "where[0].path"),
        (view(ID, constant=[{"name": "a"}]), "view_malformed", "constant[0]"),
        (
            view(ID, constant=[{"name": "a", "valueString": "x", "valueCode": "y"}]),
            "view_malformed",
            "constant[0]",
        ),
        (view(ID, constant=[{"valueString": "x"}]), "view_malformed", "constant[0].name"),
        (view(ID, ID), "view_columns", "select"),
        (view({"unionAll": [ID, {"column": [column("id", "id")]}]}), "view_columns", "select[0]"),
        (view({"column": [column("x", "id.")]}), "view_path", "select[0].column[0].path"),
        (view({"column": [column("x", "nope()")]}), "view_path", "select[0].column[0].path"),
        (view({"forEach": "%x", **ID}), "view_path", "select[0].forEach"),
        (view({"repeat": ["(("], **ID}), "view_path", "select[0].repeat"),
        (view(ID, where=[{"path": "@@"}]), "view_path", "where[0].path"),
        (view(ID, where=[{"path": "name"}]), "view_where", "where[0].path"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(raw, code, ref):
    with pytest.raises(PlummerError) as caught:
        compile_view(raw)
    assert (caught.value.code, caught.value.ref, int(caught.value.exit_code)) == (code, ref, 2)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (view({"column": [column("x", "name.family")]}), "view_collection"),
        (view({"column": [column("x", "id", type="integer")]}), "view_type"),
        (view({"column": [column("x", "active", type="string")]}), "view_type"),
        (view({"column": [column("x", "active", type="integer")]}), "view_type"),
        (view({"column": [column("x", "name.given < 'b'")]}), "view_collection"),
        (view(ID, where=[{"path": "contained"}]), "view_where"),
        (view({"repeat": ["$this"], **ID}), "view_path"),
    ],
)
def test_a_record_that_does_not_fit_is_told_without_its_values(raw, code):
    resource = {**PATIENT, "contained": [{"resourceType": "Group", "id": "secret"}]}
    with pytest.raises(PlummerError) as caught:
        rows(raw, resource)
    assert caught.value.code == code
    assert caught.value.ref
    assert "secret" not in str(caught.value)


def test_only_resources_of_the_type_give_rows():
    assert rows(view(ID), {"resourceType": "Group", "id": "g"}, PATIENT, {}) == [("p",)]


def test_columns_keep_their_order_and_tell_their_types():
    made = compile_view(
        view({
            "column": [column("born", "birthDate"), column("names", "name.family", collection=True)],
            "select": [{"forEachOrNull": "contact", "column": [column("tie", "gender")]}],
            "unionAll": [{"column": [column("n", "1")]}, {"column": [column("n", "2")]}],
        })
    )  # fmt: skip
    assert [(c.name, c.type, c.collection) for c in made.columns] == [
        ("born", "date", False), ("names", "string", True), ("tie", "code", False), ("n", "integer", False),
    ]  # fmt: skip
    assert list(made.rows([PATIENT])) == [(None, ["A", "B"], None, 1), (None, ["A", "B"], None, 2)]


def test_a_missing_element_under_for_each_or_null_is_one_row_of_nulls():
    raw = view(ID, {"forEachOrNull": "contact", "column": [column("i", "%rowIndex"), column("g", "gender")]})
    assert rows(raw) == [("p", 0, None)]
    assert rows(view(ID, {"forEach": "contact", "column": [column("g", "gender")]})) == []


def test_where_keeps_what_is_true_and_leaves_out_what_is_empty():
    assert rows(view(ID, where=[{"path": "active"}])) == [("p",)]
    assert rows(view(ID, where=[{"path": "active"}, {"path": "deceased.ofType(boolean)"}])) == []
    assert rows(view(ID, where=[{"path": "name.where(family = 'B').exists()"}])) == [("p",)]


def test_constants_are_values_of_their_type():
    constants = [
        {"name": "f", "valueString": "B"}, {"name": "n", "valueInteger": 1},
        {"name": "d", "valueDecimal": 0.5},
    ]  # fmt: skip
    raw = view({"column": [column("x", "name.where(family = %f).exists() and %n > %d")]}, constant=constants)
    assert rows(raw) == [(True,)]


def test_a_type_given_as_a_url_is_the_same():
    raw = view({"column": [column("x", "id", type="http://hl7.org/fhir/StructureDefinition/integer")]})
    with pytest.raises(PlummerError, match="view_type"):
        rows(raw)


def test_repeat_reaches_every_depth_in_document_order():
    item = {"linkId": "1", "item": [{"linkId": "1.1", "item": [{"linkId": "1.1.1"}]}, {"linkId": "1.2"}]}
    answers = {"resourceType": "QuestionnaireResponse", "item": [item, {"linkId": "2"}]}
    raw = {
        "resource": "QuestionnaireResponse",
        "select": [{"repeat": ["item"], "column": [column("i", "%rowIndex"), column("l", "linkId")]}],
    }
    assert rows(raw, answers) == [(0, "1"), (1, "1.1"), (2, "1.1.1"), (3, "1.2"), (4, "2")]


COUNTS = st.integers(0, 4)


@settings(deadline=None)
@given(COUNTS, COUNTS, COUNTS)
def test_siblings_multiply_and_branches_add(names, contacts, links):
    patient = {
        "resourceType": "Patient",
        "name": [{"family": f"n{i}"} for i in range(names)],
        "contact": [{"gender": f"c{i}"} for i in range(contacts)],
        "link": [{"type": f"l{i}"} for i in range(links)],
    }
    loops = [
        {"forEach": "name", "column": [column("n", "family")]},
        {"forEach": "contact", "column": [column("c", "gender")]},
    ]
    found = rows(view(*loops), patient)
    assert found == [(f"n{i}", f"c{j}") for i in range(names) for j in range(contacts)]
    either = {
        "unionAll": [
            {"forEach": "contact", "column": [column("x", "gender")]},
            {"forEach": "link", "column": [column("x", "type")]},
        ]
    }
    assert len(rows(view(loops[0], either), patient)) == names * (contacts + links)
    nulled = [{"forEachOrNull" if k == "forEach" else k: v for k, v in loop.items()} for loop in loops]
    assert len(rows(view(*nulled), patient)) == max(names, 1) * max(contacts, 1)


def test_the_same_view_gives_the_same_rows_again():
    made = compile_view(view(ID, {"forEach": "name.given", "column": [column("g", "$this")]}))
    assert list(made.rows([PATIENT])) == list(made.rows([PATIENT])) == [("p", "a1"), ("p", "a2")]
