"""The audit log speaks to a merchant: what the code writes down has its words, nothing else has."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from backend.backoffice.deeds import DEEDS
from backend_client.schemas import StaffDeed

BACKEND = Path(__file__).parents[2] / "backend"
WRITING = {"note": 2, "doing": 2, "ringing": 2, "looking_at": 2, "_noted": 1}
"""What writes a line down, and which argument is the action."""
COMPOSED = {
    "program.": ("enrolment", "opening"),
    "approval.": ("approved", "refused"),
    "kiosk.": get_args(StaffDeed),
}
"""Actions that are put together: how they begin, and how they may end."""


def written() -> Iterator[str]:
    for path in BACKEND.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        chosen = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "action"
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                for said in node.args[WRITING[name] :][:1] if name in WRITING else ():
                    for each in chosen if isinstance(said, ast.Name) else (said,):
                        yield from texts(each)


def texts(said: ast.expr) -> Iterator[str]:
    match said:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from (*texts(said.body), *texts(said.orelse))
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), _]):
            yield from (f"{begin}{end}" for end in COMPOSED[begin])


def test_whatever_is_written_down_has_its_words_and_nothing_else_has() -> None:
    assert set(written()) == DEEDS.keys()
