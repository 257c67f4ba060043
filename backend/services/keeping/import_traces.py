"""A person's rows in files that wait to be brought in: told with their data, and blanked with it.

A file stays until its import is over, for seven days at most. Who is erased meanwhile is taken out
of it; the other rows keep their places, and the numbers that a fault is told by.
"""

import csv
import io
import re
from collections.abc import Callable

from backend.db import Transaction, cards, imports, members
from backend.db.imports import ImportRow, ImportState
from backend.db.members import Member
from backend.errors import Refused
from backend.services.people import contacts
from backend.services.people.cards import key_of
from backend_client.schemas.imports import ImportPlan
from loyalty.ids import MemberId

Told = dict[str, str | int | None]


def rows_of(tx: Transaction, wanted: MemberId) -> tuple[Told, ...]:
    """The person's rows in every file that waits."""
    whose = _names(tx, wanted)
    return tuple(
        {"import": waiting.id, "line": line, "row": " | ".join(filter(None, row))}
        for waiting in imports.with_files(tx)
        for line, row in enumerate(_read(waiting), start=1)
        if whose(row, waiting)
    )


def blank(tx: Transaction, wanted: MemberId) -> None:
    """No file that waits names the person any more; one that was tried out is to be tried anew."""
    whose = _names(tx, wanted)
    for waiting in imports.with_files(tx):
        rows = _read(waiting)
        kept = [[] if whose(row, waiting) else row for row in rows]
        gone = sum(map(bool, rows)) - sum(map(bool, kept))
        if gone:
            said: dict[str, object] = {"content": _written(kept, waiting)}
            if waiting.state is ImportState.MAPPED:
                said |= {"state": ImportState.UPLOADED.value, "result": None}
            imports.save_import(tx, waiting.id, row_count=waiting.row_count - gone, **said)


def _names(tx: Transaction, wanted: MemberId) -> Callable[[list[str], ImportRow], bool]:
    """Whether a row names the person: by their address, number, card or id.

    Not by a name alone, which is another customer's as well.
    """
    person = members.member(tx, wanted)
    assert person is not None, "whoever is looked for is there"
    keys = {card.key for card in cards.cards_of(tx, wanted)}

    def whose(row: list[str], of: ImportRow) -> bool:
        return any(_is(tx, cell.strip(), person, keys, of) for cell in row)

    return whose


def _is(tx: Transaction, cell: str, person: Member, keys: set[str], of: ImportRow) -> bool:
    if not cell:
        return False
    if cell == person.id or (person.email and cell.casefold() == person.email.casefold()):
        return True
    if person.phone and _ends_like(cell, person.phone):
        return _number(cell, of) == person.phone
    chip = re.sub(r"[: ]", "", cell)
    return bool(keys and _CHIP.fullmatch(chip)) and _key(tx, chip) in keys


_CHIP = re.compile(r"([0-9A-Fa-f]{2}){4,10}")
_TAIL = 6


def _ends_like(cell: str, phone: str) -> bool:
    """Before anything that takes longer: a file has a hundred thousand cells."""
    return re.sub(r"\D", "", cell)[-_TAIL:] == phone[-_TAIL:]


def _number(cell: str, of: ImportRow) -> str | None:
    country = "" if of.plan is None else ImportPlan.model_validate_json(of.plan).country
    try:
        return contacts.phone(cell, country)
    except Refused:
        return None


def _key(tx: Transaction, chip: str) -> str | None:
    try:
        return key_of(tx, None, chip)
    except Refused:
        return None


def _read(waiting: ImportRow) -> list[list[str]]:
    assert waiting.content is not None, "only files that are kept are looked into"
    return list(csv.reader(io.StringIO(waiting.content), delimiter=waiting.delimiter, strict=True))


def _written(rows: list[list[str]], waiting: ImportRow) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=waiting.delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()
