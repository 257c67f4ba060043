"""Running the vectors: each case says what to do, with what, and what must come out."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loyalty.errors import LoyaltyError
from loyalty.vectors import books, rewards, selling, trust
from loyalty.vectors.plain import Case

HERE = Path(__file__).parent
FORMAT = "loyalty-vectors/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case that was run."""

    file: str
    name: str
    rows: tuple[str, ...]
    wrong: tuple[str, ...]
    """What came out otherwise than expected; empty when it passed."""


def run_all(folder: Path = HERE) -> tuple[Outcome, ...]:
    """Every case of every file in the folder, in the order of the files."""
    return tuple(
        run(case, path.name) for path in sorted(folder.glob("*.json")) for case in cases(path)
    )


def cases(path: Path) -> list[dict[str, Any]]:
    """The cases of one file."""
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["format"] == FORMAT
    found: list[dict[str, Any]] = written["cases"]
    return found


def run(case: Case, file: str = "") -> Outcome:
    """One case, done and compared."""
    expected = case["expect"]
    try:
        found = _DO[case.get("do", "earn")](case)
    except LoyaltyError as no:
        found = {"refused": type(no).__name__, "field": getattr(no, "field", None)}
    wrong = tuple(
        f"{what}: {found.get(what)!r} instead of {expected[what]!r}"
        for what in expected
        if found.get(what) != expected[what]
    )
    unsaid = ("refused: " + str(found["field"]),) if _refused_unsaid(found, expected) else ()
    return Outcome(file=file, name=case["name"], rows=tuple(case["rows"]), wrong=(*wrong, *unsaid))


def _refused_unsaid(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return "refused" in found and "refused" not in expected


def table(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, int, int]]:
    """Row, cases, cases that passed; by row."""
    by_row: dict[str, list[bool]] = {}
    for outcome in outcomes:
        for row in outcome.rows:
            by_row.setdefault(row, []).append(not outcome.wrong)
    for row in sorted(by_row):
        yield row, len(by_row[row]), sum(by_row[row])


_DO: dict[str, Callable[[Case], dict[str, Any]]] = {
    **selling.DO,
    **books.DO,
    **rewards.DO,
    **trust.DO,
}
