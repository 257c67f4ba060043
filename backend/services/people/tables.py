"""Tables that staff sends: lines with the names of their columns, and whom each line means."""

import csv
import io

from backend.db import Transaction, cards, members
from backend.db.members import Member
from backend.errors import Refused, phrase
from backend.services.people import contacts
from backend.services.people.cards import key_of
from backend.services.people.directory import kept
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.ids import MemberId

_NAMES = ("member", "email", "phone", "card_uid")
"""The columns that say who is meant: one of them is needed, more must agree."""


def rows(text: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Each line of the table with its number, by its column's name. Raises Refused.

    Separated by commas or by semicolons, as the spreadsheet's country has it.
    """
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",")
    try:
        lines = [line for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise Refused(
            ProblemName.INVALID,
            phrase("line {line} is not CSV: look at its quotation marks", line=reader.line_num),
        ) from error
    header = [cell.strip().lower().lstrip("\ufeff") for cell in lines[0]] if lines else []
    if not any(name in header for name in _NAMES):
        raise Refused(
            ProblemName.INVALID,
            phrase("csv: a column must be one of {names}", names=", ".join(_NAMES)),
        )
    unknown = [name for name in header if name not in (*_NAMES, *columns)]
    if unknown or len(set(header)) != len(header):
        raise Refused(
            ProblemName.INVALID,
            phrase("csv: columns are {names}", names=", ".join((*_NAMES, *columns))),
        )
    for number, line in enumerate(lines[1:], start=2):
        if any(cell.strip() for cell in line[len(header) :]):
            # "2,50" without its marks would be 2.
            raise Refused(
                ProblemName.INVALID,
                phrase(
                    "line {line} has more cells than the first line names:"
                    " put quotation marks round what holds a comma",
                    line=number,
                ),
            )
    return [
        (number, dict(zip(header, (cell.strip() for cell in line), strict=False)))
        for number, line in enumerate(lines[1:], start=2)
    ]


def member_named(tx: Transaction, row: dict[str, str]) -> Member:
    """The one member that the line names. Raises Refused or EmailRefused."""
    said = {name: row[name] for name in _NAMES if row.get(name)}
    if not said:
        raise Refused(ProblemName.INVALID, "it names nobody")
    ids: set[MemberId] = {MemberId(said["member"])} if "member" in said else set()
    if "email" in said:
        key = tx.keys.contact(people.email(said["email"]))
        ids |= {kept(each) for each in members.by_contact(tx, key)}
    if "phone" in said:
        number = contacts.phone(said["phone"])
        ids |= {kept(each) for each in members.by_phone(tx, tx.keys.phone(number))}
    if "card_uid" in said:
        try:
            card = cards.card(tx, key_of(tx, None, said["card_uid"]))
        except ValueError:
            raise Refused(ProblemName.INVALID, "a card's number is hexadecimal") from None
        ids |= {card.member} if card else set()
    if len(ids) > 1:
        raise Refused(ProblemName.INVALID, "it names several members")
    person = next((members.member(tx, each) for each in ids), None)
    if person is None or person.wallet or person.erased_at is not None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    return person
