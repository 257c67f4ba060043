"""What becomes of the rows of an import: known already, for whom, or why they cannot come in."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.db import Transaction, cards, imports, members
from backend.errors import Refused, phrase, translated_by
from backend.services.keeping.import_files import CellRefused, Line
from backend.services.keeping.import_rows import Named, Reading, WantedRow
from backend.services.people.directory import kept
from backend_client.schemas.imports import BadRow, ImportPlan, ImportTotals, UnknownPeople
from loyalty.errors import EmailRefused, NameRefused
from loyalty.ids import MemberId

BAD_SHOWN = 500


def _found(tx: Transaction, person: Named) -> MemberId | None:
    """The member who is here; None for nobody. Raises CellRefused for several."""
    ids: set[MemberId] = set()
    if person.member:
        known = members.member(tx, MemberId(person.member))
        ids |= {kept(known)} if known else set()
    if person.card:
        card = cards.card(tx, person.card)
        ids |= {card.member} if card else set()
    if person.email:
        ids |= {kept(each) for each in members.by_contact(tx, tx.keys.contact(person.email))}
    if person.phone:
        ids |= {kept(each) for each in members.by_phone(tx, tx.keys.phone(person.phone))}
    if len(ids) > 1:
        raise CellRefused(phrase("it names several members"))
    for found in ids:
        known = members.member(tx, found)
        if known is None or known.wallet or known.erased_at is not None:
            raise CellRefused(phrase("it names somebody who cannot have points"))
    return next(iter(ids), None)


@dataclass(slots=True)
class Tally:
    """What becomes of rows, counted."""

    rows: int = 0
    lots: int = 0
    points: int = 0
    added: int = 0
    known: int = 0
    bad: list[BadRow] = field(default_factory=list)
    new_people: set[str] = field(default_factory=set)

    def totals(self) -> ImportTotals:
        """The message for them."""
        return ImportTotals(
            rows=self.rows,
            lots=self.lots,
            points=self.points,
            members_added=self.added,
            known=self.known,
            bad=len(self.bad),
            bad_rows=tuple(self.bad[:BAD_SHOWN]),
        )


def judged(
    tx: Transaction, reading: Reading, lines: Iterable[Line], tally: Tally
) -> list[tuple[WantedRow, MemberId | None]]:
    """The rows that can come in, each with whom it is for; the others are counted."""
    understood: list[WantedRow] = []
    for line in lines:
        tally.rows += 1
        try:
            understood.append(reading.understood(tx, line))
        except (CellRefused, Refused, EmailRefused, NameRefused) as no:
            tally.bad.append(_bad(line.number, _reason(no)))
    before = imports.brought(tx, [wanted.key for wanted in understood])
    found: list[tuple[WantedRow, MemberId | None]] = []
    for wanted in understood:
        came = before.get(wanted.key)
        if came is not None:
            if came.session == reading.session:
                continue  # it came in with this import, before that was interrupted
            if came.points == wanted.points:
                tally.known += 1
            else:
                reason = phrase(
                    "it came in before with {points} points: undo that import", points=came.points
                )
                tally.bad.append(_bad(wanted.line, reason))
            continue
        try:
            member = _found(tx, wanted.person)
            if member is None:
                _refuse_stranger(reading.plan, wanted.person)
        except CellRefused as no:
            tally.bad.append(_bad(wanted.line, no.why))
            continue
        found.append((wanted, member))
        tally.lots += bool(wanted.points)
        tally.points += wanted.points
        if member is None:
            tally.added += tally.new_people.isdisjoint(wanted.person.identities)
            tally.new_people.update(wanted.person.identities)
    return found


def _refuse_stranger(plan: ImportPlan, person: Named) -> None:
    if plan.unknown is UnknownPeople.REFUSE:
        raise CellRefused(phrase("nobody here has this card, address or number"))
    if person.member:
        raise CellRefused(phrase("member: there is no such id"))


def _bad(line: int, why: str) -> BadRow:
    return BadRow(line=line, reason=str(why), **translated_by(why))


def _reason(no: CellRefused | Refused | EmailRefused | NameRefused) -> str:
    """Why a row was refused, without what is in it."""
    match no:
        case EmailRefused():
            return phrase("email: this is not an address")
        case NameRefused():
            return phrase("first_name: this cannot be written down")
        case Refused():
            return no.detail
        case CellRefused():
            return no.why
