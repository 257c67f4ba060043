"""The row ledger keeps its word: every row has its line, every named surface and test exists."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Match

from backend import keys
from backend.app import create_app
from backend.db import Database

Row = Mapping[str, Any]

ROOT = Path(__file__).parents[2]
ROWS_PER_SYSTEM = {"CLI": 31, "OCT": 42, "GLO": 17, "INV": 32, "LSX": 58}
SYSTEM_ROWS = [
    f"{system}-{number:02}"
    for system, count in ROWS_PER_SYSTEM.items()
    for number in range(1, count + 1)
]
SWITCHES = [f"SW-{number:02}" for number in range(1, 18)]
FEATURES = [f"F{number}" for number in range(1, 19)]

OWNERS = {"engine", "api", "pages", "kiosk"}
ALLOWED_KEYS = {
    *("says", "absent_there", "case", "answers", "default", "by", "state", "surface", "tests")
}
HTTP_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def test_the_five_systems_have_180_rows() -> None:
    assert len(SYSTEM_ROWS) == 180


def test_the_ledger_has_a_line_for_every_row_and_no_other() -> None:
    assert list(ledger()) == [*SYSTEM_ROWS, *SWITCHES, *FEATURES]


@pytest.mark.thorough
def test_every_line_of_the_ledger_is_whole_and_names_only_what_exists() -> None:
    assert problems(ledger(), ROOT) == []


@pytest.mark.thorough
def test_every_page_that_the_ledger_names_is_one_of_the_servers() -> None:
    database = Database("sqlite://", keys.new_keyring())
    app = create_app(database)
    database.close()

    def answers(page: str) -> bool:
        asked = {"type": "http", "method": "GET", "path": page, "root_path": "", "headers": []}
        return any(route.matches(asked)[0] is Match.FULL for route in app.routes)

    named = {
        name.removeprefix("page:")
        for row in ledger().values()
        for name in as_list(row.get("surface"))
        if name.startswith("page:")
    }
    assert [page for page in sorted(named) if not answers(page)] == []
    assert not answers("/office/nowhere"), "so a page that is gone is noticed"


def test_switches_carry_their_answers_and_their_default() -> None:
    rows = ledger()
    assert all(rows[key]["answers"] and rows[key]["default"] for key in SWITCHES)


# The ledger's own promises, tried on a small tree: a check that cannot fail protects nothing.

GOOD: Row = {
    "says": "Points at each purchase",
    "case": "1 € = 1 point",
    "by": "engine",
    "surface": ["screen:Home", "page:/programs", "api:GET /v1/things/{thing}"],
    "tests": ["tests/test_shop.py::test_sells", "tests/test_shop.py::TestTill::test_opens"],
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with one screen, one route, one command and three tests."""
    files = {
        "kiosk/screens/home.py": "class Home:\n    pass\n",
        "backend/__main__.py": "",
        "docs/openapi.json": json.dumps({"paths": {"/v1/things/{thing}": {"get": {}}}}),
        "tests/test_shop.py": (
            "def test_sells(): ...\n"
            "async def test_waits(): ...\n"
            "@pytest.mark.slow\ndef test_takes_hours(): ...\n"
            "class TestTill:\n    def test_opens(self): ...\n"
        ),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_row_that_names_what_exists_has_no_problem(tree: Path) -> None:
    command = {**GOOD, "surface": "command:python -m backend serve"}
    waiting: Row = {"says": "…", "case": "…", "by": "kiosk", "state": "waiting"}
    coroutine = {**GOOD, "tests": ["tests/test_shop.py::test_waits"]}
    rows = {"A": GOOD, "B": command, "C": waiting, "D": coroutine}
    assert problems(rows, tree) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"surface": "screen:Lobby"}, "no screen Lobby in kiosk/screens"),
        ({"surface": "page:programs"}, "a page is an address that begins with /"),
        ({"surface": "api:GET /v1/nothing"}, "no GET /v1/nothing in docs/openapi.json"),
        ({"surface": "api:/v1/things/{thing}"}, "an API surface is a method and a path"),
        ({"surface": "command:python -m nowhere"}, "nowhere has no __main__.py"),
        ({"surface": "command:make run"}, "a command is python -m module"),
        ({"surface": "poster:door"}, "a surface is screen:, page:, api: or command:"),
        ({"surface": []}, "neither waiting nor surface and tests"),
        ({"tests": []}, "neither waiting nor surface and tests"),
        ({"tests": ["tests/test_gone.py::test_sells"]}, "no file tests/test_gone.py"),
        ({"tests": ["tests/test_shop.py::test_buys"]}, "no test test_buys in tests/test_shop.py"),
        (
            {"tests": ["tests/test_shop.py::test_takes_hours"]},
            "all of its tests are slow: the gate runs none",
        ),
        ({"tests": ["tests/test_shop.py"]}, "no test  in tests/test_shop.py"),
        ({"tests": ["kiosk/screens/home.py::Home"]}, "not under tests/: kiosk/screens/home.py"),
        ({"state": "waiting"}, "waiting, yet it names a surface or tests"),
        ({"state": "soon"}, "state is 'soon', it can only be waiting"),
        ({"by": "somebody"}, "by is 'somebody'"),
        ({"says": ""}, "says nothing"),
        ({"case": ""}, "neither a case nor answers and a default"),
        ({"sais": "x"}, "unknown key sais"),
    ],
)
def test_a_wrong_row_is_named_with_its_fault(
    tree: Path, change: dict[str, object], complaint: str
) -> None:
    (problem,) = problems({"CLI-01": {**GOOD, **change}}, tree)
    assert problem == f"CLI-01: {complaint}"


def test_routes_are_not_judged_before_the_api_document_is_there(tree: Path) -> None:
    (tree / "docs/openapi.json").unlink()
    assert problems({"A": {**GOOD, "surface": "api:GET /v1/nothing"}}, tree) == []


# What is printed for the merchant.


def test_the_table_shows_every_row_once() -> None:
    printed = print_rows()
    keys = re.findall(r"^\| ([A-Z]+-\d\d|F\d+) \|", printed, flags=re.MULTILINE)
    assert keys == list(ledger())


def test_the_table_can_be_asked_for_one_system() -> None:
    printed = print_rows("OCT")
    assert "Coming from Octave" in printed
    assert "| OCT-41 | *(could not be done)* Partitioned multi-store company" in printed
    assert "Clictill" not in printed


def test_every_table_row_has_four_cells() -> None:
    lines = [line for line in print_rows().splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}


def test_an_unknown_system_is_refused_with_the_known_ones() -> None:
    run = run_print_rows("SAP")
    assert run.returncode == 2
    assert "there is CLI, OCT, GLO, INV, LSX, SW, F" in run.stderr


def print_rows(*arguments: str) -> str:
    run = run_print_rows(*arguments)
    assert run.returncode == 0, run.stderr
    return run.stdout


def run_print_rows(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script, with arguments written in this file
        [sys.executable, ROOT / "docs/print_rows.py", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def ledger() -> dict[str, Row]:
    return tomllib.loads((ROOT / "docs/rows.toml").read_text(encoding="utf-8"))


def problems(rows: Mapping[str, Row], root: Path) -> list[str]:
    """What is wrong with `rows` in the tree at `root`, one sentence each; nothing is imported."""
    return [f"{key}: {fault}" for key, row in rows.items() for fault in faults(row, root)]


def faults(row: Row, root: Path) -> Iterator[str]:
    yield from (f"unknown key {key}" for key in sorted(row.keys() - ALLOWED_KEYS))
    if not row.get("says"):
        yield "says nothing"
    if not row.get("case") and not (row.get("answers") and row.get("default")):
        yield "neither a case nor answers and a default"
    if row.get("by") not in OWNERS:
        yield f"by is {row.get('by')!r}"
    yield from standing_faults(row, root)


def standing_faults(row: Row, root: Path) -> Iterator[str]:
    state = row.get("state")
    surfaces, tests = as_list(row.get("surface")), as_list(row.get("tests"))
    if state not in (None, "waiting"):
        yield f"state is {state!r}, it can only be waiting"
    elif state == "waiting" and (surfaces or tests):
        yield "waiting, yet it names a surface or tests"
    elif state is None and not (surfaces and tests):
        yield "neither waiting nor surface and tests"
    else:
        for surface in surfaces:
            yield from surface_faults(surface, root)
        missing = [fault for test in tests for fault in named_test_faults(test, root)]
        yield from missing
        if tests and not missing and all(is_slow(test, root) for test in tests):
            yield "all of its tests are slow: the gate runs none"


def surface_faults(surface: str, root: Path) -> Iterator[str]:
    kind, _, name = surface.partition(":")
    if kind == "screen":
        files = sorted((root / "kiosk/screens").glob("*.py"))
        if not any(name in class_names(file) for file in files):
            yield f"no screen {name} in kiosk/screens"
    elif kind == "page":
        if not name.startswith("/"):
            yield "a page is an address that begins with /"
    elif kind == "api":
        yield from route_faults(name, root / "docs/openapi.json")
    elif kind == "command":
        yield from command_faults(name, root)
    else:
        yield "a surface is screen:, page:, api: or command:"


def route_faults(route: str, document: Path) -> Iterator[str]:
    method, _, path = route.partition(" ")
    if method not in HTTP_METHODS or not path.startswith("/"):
        yield "an API surface is a method and a path"
    elif document.exists() and method.lower() not in operations(document).get(path, {}):
        yield f"no {route} in docs/openapi.json"


@cache
def operations(document: Path) -> Mapping[str, Any]:
    """What the API's document has, by path."""
    found: Mapping[str, Any] = json.loads(document.read_text(encoding="utf-8"))["paths"]
    return found


def command_faults(command: str, root: Path) -> Iterator[str]:
    match = re.match(r"python -m ([\w.]+)", command)
    if match is None:
        yield "a command is python -m module"
    elif not (root / match[1].replace(".", "/") / "__main__.py").exists():
        yield f"{match[1]} has no __main__.py"


def named_test_faults(test: str, root: Path) -> Iterator[str]:
    file, _, name = test.partition("::")
    if not file.startswith("tests/"):
        yield f"not under tests/: {file}"
    elif not (root / file).is_file():
        yield f"no file {file}"
    elif name not in names_of_tests(root / file):
        yield f"no test {name} in {file}"


def names_of_tests(file: Path) -> set[str]:
    """The tests a file defines: functions, methods as Class::name, and assigned test cases."""
    names: set[str] = set()
    for node in written(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}::{method.name}"
                for method in node.body
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        elif isinstance(node, ast.Assign):  # TestLedger = LedgerMachine.TestCase, of hypothesis
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return {name for name in names if name.rpartition("::")[2].lower().startswith("test")}


def is_slow(test: str, root: Path) -> bool:
    """Whether it is outside the gate: its own mark says so."""
    file, _, name = test.partition("::")
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == name
        and any("mark.slow" in ast.unparse(each) for each in node.decorator_list)
        for node in written(root / file).body
    )


def class_names(file: Path) -> set[str]:
    """The classes a module defines; none when there is no such module."""
    if not file.exists():
        return set()
    return {node.name for node in written(file).body if isinstance(node, ast.ClassDef)}


@cache
def written(file: Path) -> ast.Module:
    """A module as it is written; read once, however many rows name it."""
    return ast.parse(file.read_text(encoding="utf-8"))


def as_list(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []
