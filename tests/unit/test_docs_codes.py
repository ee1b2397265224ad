"""docs/codes.md names every code that the program can end with or write, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "codes.md"
FOLDERS = ("schemas", "deid", "expectations", "pipelines")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
LANDING = sorted((ROOT / "pipelines" / "landing").rglob("*.py"))
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
PASSED_ON = {
    "pipelines/boundary.py": "a worker's code, taken from the text of its traceback",
    "pipelines/assets/failures.py": "an asset's code, taken from Dagster's event",
}
"""Files that hand on a code that another place has raised."""

Functions = dict[str, ast.FunctionDef]


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if named in names:
                yield node


def functions(tree: ast.AST) -> Functions:
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def text_of(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def prefix_of(node: ast.expr) -> tuple[str, str] | None:
    """What stands before the name in ``f"policy_{code}"`` or in a bare ``code``, and that name."""
    if isinstance(node, ast.Name):
        return "", node.id
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[-1], ast.FormattedValue):
        before, name = "".join(text_of(part) or "" for part in node.values[:-1]), node.values[-1].value
        return (before, name.id) if isinstance(name, ast.Name) else None
    return None


def through_helper(tree: ast.AST, call: ast.Call) -> set[str]:
    """The codes of a call inside a helper whose first parameter is the code: those of its own calls."""
    found = prefix_of(call.args[0])
    for name, helper in functions(tree).items():
        if call in ast.walk(helper) and found and helper.args.args and helper.args.args[0].arg == found[1]:
            return {found[0] + code for use in calls(tree, name) if (code := text_of(use.args[0]))}
    return set()


SHARED_HELPERS = {"plummer.deid.policy.rules.refuse": "policy_"}
"""Helpers that make the error in another file, and what they put before the code."""


def through_shared_helper(tree: ast.AST) -> set[str]:
    """The codes that a file hands to a helper of another file."""
    helpers = {
        alias.name: SHARED_HELPERS[f"{node.module}.{alias.name}"]
        for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        for alias in node.names if f"{node.module}.{alias.name}" in SHARED_HELPERS
    }  # fmt: skip
    uses = [(before, text_of(use.args[0])) for name, before in helpers.items() for use in calls(tree, name)]
    assert all(code for _, code in uses)
    return {f"{before}{code}" for before, code in uses}


def raised(path: Path) -> set[str]:
    """Every code with which one file makes a `PlummerError`.

    Raises:
        AssertionError: a code that can't be told from the file, so that none escapes unseen.
    """
    tree = ast.parse(path.read_text())
    codes = through_shared_helper(tree)
    for call in calls(tree, "PlummerError"):
        code = text_of(call.args[0])
        found = {code} if code else through_helper(tree, call)
        place = path.relative_to(ROOT).as_posix()
        assert found or place in PASSED_ON, f"{place}:{call.lineno}: can't tell the code"
        codes |= found
    return codes


def constants(node: ast.AST) -> set[str]:
    texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {text for text in texts if isinstance(text, str) and CODE.fullmatch(text)}


def computed(tree: ast.Module, name: str) -> set[str]:
    """Codes that a function of the module can return, with those of the module's tables it reads."""
    function = functions(tree)[name]
    read = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    tables = (
        node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id in read
        and node.value is not None
    )
    return constants(function).union(*map(constants, tables))


def reasons(path: Path) -> set[str]:
    """Every reason for which one file of pipelines/landing refuses something."""
    tree, found = ast.parse(path.read_text()), set()
    for call in calls(tree, "Refused", "refused", "Outcome", "Notice"):
        for argument in call.args:
            if code := text_of(argument):
                found |= {code} if CODE.fullmatch(code) else set()
            elif isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name):
                known = argument.func.id in functions(tree)
                found |= computed(tree, argument.func.id) if known else set()
    return found


def documented(page: str, *headings: str) -> set[str]:
    """Codes in the first column of the tables below some headings."""
    sections = re.split(r"^#{2,3} ", page, flags=re.MULTILINE)
    chosen = [s for s in sections if s.split("\n", 1)[0] in headings]
    assert len(chosen) == len(headings)
    return set(re.findall(r"^\| `([a-z0-9_]+)` \|", "\n".join(chosen), flags=re.MULTILINE))


ERRORS = (
    "Wrong usage or input", "Policy files", "Keys and integrity", "Gates, components, internal errors",
)  # fmt: skip
LANDED = ("Landing: a whole file", "Landing: a line, a Bundle entry, or a `.json` document")
SCRUBBED = ("Scrubbing: a record", "Scrubbing: a note")
NOT_RAISED = {
    "usage": "pipelines/cli/main.py",
    "control_missed": "expectations/scan/report.py",
    "container_unopened": "expectations/scan/report.py",
    "pseudonym_missing": "pipelines/scrubbing/stream.py",
    "secret_missing": "pipelines/scrubbing/stream.py",
}
"""Codes that are written without a `PlummerError`, and where."""


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text()


def test_every_error_is_documented(page):
    codes = set().union(*map(raised, SOURCES))
    assert len(codes) > 70
    assert codes - documented(page, *ERRORS, *SCRUBBED) == set()


def test_every_landing_reason_is_documented(page):
    found = set().union(*map(reasons, LANDING))
    assert {"gzip_crc", "json_truncated", "line_too_long", "check_failed"} <= found
    assert found == documented(page, *LANDED)


def test_nothing_is_documented_that_nothing_raises(page):
    codes = set().union(*map(raised, SOURCES)) | set(NOT_RAISED)
    assert documented(page, *ERRORS, *SCRUBBED) - codes == set()
    for code, place in NOT_RAISED.items():
        assert f'"{code}"' in (ROOT / place).read_text()


def test_expectation_codes_are_documented(page):
    tree = ast.parse((ROOT / "expectations" / "suites" / "run.py").read_text())
    written = {
        code
        for call in calls(tree, "replace")
        for keyword in call.keywords
        if keyword.arg == "code"
        for code in constants(keyword.value)
    }
    written |= computed(tree, "_result") & {"gx_error"}
    shown = documented(page, "Expectation results")
    assert written <= shown
    assert all(f'"{code}"' in ast.unparse(tree).replace("'", '"') for code in shown)


def test_every_unopened_reason_is_documented(page):
    scan = (ROOT / "expectations" / "scan").glob("*.py")
    codes = {
        code for path in scan for call in calls(ast.parse(path.read_text()), "UnopenedError")
        for argument in call.args if (code := text_of(argument))
    }  # fmt: skip
    assert "too_large" in codes
    assert codes - documented(page, "Leak scan: places that were not searched") == set()


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('raise PlummerError("a_b", "x")', {"a_b"}),
        ('def no(code): return PlummerError(f"p_{code}", "x")\nraise no("q")', {"p_q"}),
        ('def no(code): return errors.PlummerError(code, "x")\nraise no("q_r")', {"q_r"}),
    ],
)
def test_the_reader_of_codes_sees_each_form(tmp_path, monkeypatch, source, codes):
    monkeypatch.setitem(raised.__globals__, "ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text(source)
    assert raised(path) == codes


def test_a_code_that_cannot_be_read_fails(tmp_path, monkeypatch):
    monkeypatch.setitem(raised.__globals__, "ROOT", tmp_path)
    path = tmp_path / "module.py"
    path.write_text('raise PlummerError(name(), "x")')
    with pytest.raises(AssertionError, match="can't tell the code"):
        raised(path)
