"""Names of the code that a merchant reads have their words: of the log, mails and journals."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from backend.backoffice.audit import DETAILS, SILENT
from backend.backoffice.deeds import DEEDS
from backend.backoffice.messages import VALUES
from backend.backoffice.reports import MOVED
from backend.mail.kinds import ALWAYS, KINDS, MailKind
from backend.mail.words import example
from backend_client.schemas.events import StaffDeed

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


def details() -> set[str]:
    """What is written beside a deed, by the names that it is kept under."""
    calls = (
        node
        for path in BACKEND.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    )
    return {
        said.arg
        for node in calls
        if getattr(node.func, "attr", getattr(node.func, "id", "")) in WRITING
        for said in node.keywords
        if said.arg not in (None, "actor")
    }


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


def test_every_detail_beside_a_deed_has_its_word() -> None:
    assert details() - SILENT <= DETAILS.keys()


def test_every_value_of_a_mail_says_what_it_is_and_shows_an_example() -> None:
    for kind, told in KINDS.items():
        for name in {*ALWAYS, *told.values}:
            assert name in VALUES
            assert example(kind, name, "fr")
    assert example(MailKind.DEADLINE, "deadline", "fr") == "12 mars 2027"


def test_whatever_the_journal_of_accounts_is_about_has_its_words() -> None:
    path = BACKEND / "services" / "figures" / "accounting.py"
    said = {
        text
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_Other"
        for text in texts(node.args[1])
    }
    assert said == MOVED.keys()
