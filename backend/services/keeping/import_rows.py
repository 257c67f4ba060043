"""Rows of an old system's file, understood: whom each names, how many points, from when to when.

A row is known by whom it names, its days and its place among equals, not by the file it is in.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from backend.db import Transaction, shops
from backend.db.imports import ImportRow
from backend.errors import Refused, phrase
from backend.services.keeping.import_files import CellRefused, Line, day, number
from backend.services.people import contacts
from backend.services.people.cards import key_of
from backend.services.points.ledger import POINTS_MAX
from backend_client.schemas.imports import ImportColumn, ImportPlan
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.entries import Entry
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.opening import Brought, opening
from loyalty.program import Program, Rounding, Unit, minor_units

_LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Whom a row names, in clean words; nobody knows yet whether they are here."""

    member: str = ""
    card: str = ""
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    language: str = "fr"

    @property
    def identities(self) -> tuple[str, ...]:
        """What tells the person from others, in this and in later files; the surest first."""
        return tuple(
            f"{name}:{value}"
            for name in ("member", "card", "email", "phone")
            if (value := getattr(self, name))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRow:
    """A row that was understood."""

    line: int
    key: str
    person: Named
    points: int
    at: datetime
    deadline: datetime | None
    amount: Decimal


@dataclass(slots=True)
class Reading:
    """A plan at work on a file, from its first row to its last."""

    session: str
    plan: ImportPlan
    program: Program
    zone: ZoneInfo
    uploaded_at: datetime
    decimal: str
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> Decimal:
        """What one of the old unit is worth in the program's smallest."""
        if self.program.unit is Unit.MONEY:
            return self.plan.ratio * minor_units(self.program.currency)
        return self.plan.ratio

    def understood(self, tx: Transaction, line: Line) -> WantedRow:
        """The row. Raises CellRefused and what cleaning a name or an address raises."""
        cell = {column: line.cells.get(header, "") for column, header in self.plan.columns.items()}
        person = _person(tx, cell, self.plan.country)
        at = self._at(cell.get(ImportColumn.EARNED_ON, ""))
        until = self._until(cell.get(ImportColumn.VALID_UNTIL, ""))
        amount = number(cell[ImportColumn.BALANCE], self.decimal)
        key = self._key(tx, person, at, until)
        lot = opening(
            Brought(id=key, member=MemberId("x"), amount=amount, at=at, deadline=until),
            self.program.id,
            StoreId(self.plan.store),
            ratio=self.ratio,
            rounding=Rounding(self.plan.rounding.value),
        )
        points = lot.points if lot else 0
        if abs(points) > POINTS_MAX:
            raise CellRefused(phrase("balance: more than an account can hold"))
        if until is not None and until <= self.uploaded_at and points:
            raise CellRefused(phrase("valid_until: these points have died already"))
        return WantedRow(
            line=line.number,
            key=key,
            person=person,
            points=points,
            at=at,
            deadline=until if points > 0 else None,
            amount=amount,
        )

    def _at(self, cell: str) -> datetime:
        if not cell:
            return self.uploaded_at
        found = datetime.combine(day(cell, self.plan.days, "earned_on"), time(12), tzinfo=self.zone)
        if found > self.uploaded_at + timedelta(days=1):
            raise CellRefused(phrase("earned_on: it is in the future"))
        return min(found.astimezone(UTC), self.uploaded_at)

    def _until(self, cell: str) -> datetime | None:
        if not cell:
            return None
        last = day(cell, self.plan.days, "valid_until")
        # The end of that day on the shop's clock, as every deadline of ours.
        midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def _key(self, tx: Transaction, person: Named, at: datetime, until: datetime | None) -> str:
        dated = at.isoformat() if at != self.uploaded_at else ""
        named = f"{self.plan.source}|{self.program.id}|{person.identities[0]}|{dated}|{until}"
        self.seen[named] = self.seen.get(named, 0) + 1
        return tx.keys.proof("import", f"{named}|{self.seen[named]}")


def _person(tx: Transaction, cell: dict[ImportColumn, str], country: str) -> Named:
    """Whom the row names. Raises CellRefused, Refused, EmailRefused, NameRefused."""
    email, phone = cell.get(ImportColumn.EMAIL, ""), cell.get(ImportColumn.PHONE, "")
    chip = cell.get(ImportColumn.CARD_UID, "").replace(":", "").replace(" ", "")
    first = cell.get(ImportColumn.FIRST_NAME, "")
    language = cell.get(ImportColumn.LANGUAGE, "").lower()[:2]
    try:
        card = key_of(tx, None, chip) if chip else ""
    except ValueError:
        raise CellRefused(phrase("card_uid: a chip's number is hexadecimal")) from None
    found = Named(
        member=cell.get(ImportColumn.MEMBER, ""),
        card=card,
        email=people.email(email) if email else "",
        phone=contacts.phone(phone, country) if phone else "",
        first_name=people.first_name(first) if first else "",
        last_name=" ".join(cell.get(ImportColumn.LAST_NAME, "").split())[:80],
        language=language if language in _LANGUAGES else "fr",
    )
    if not (found.member or found.card or found.email or found.phone):
        raise CellRefused(phrase("it names nobody"))
    return found


def reading_of(tx: Transaction, row: ImportRow, plan: ImportPlan) -> Reading:
    """The plan, ready to read that file. Raises Refused for what is not there."""
    program = shops.program(tx, ProgramId(plan.program))
    store = shops.store(tx, StoreId(plan.store))
    headers = json.loads(row.headers)
    if program is None or store is None:
        raise Refused(ProblemName.INVALID, "plan: there is no such program or store")
    for column, header in plan.columns.items():
        if header not in headers:
            raise Refused.at(f"columns.{column}", phrase("no column has this header"))
    if row.content is None:
        raise Refused(ProblemName.INVALID, "state: the file is forgotten; send it again")
    return Reading(
        session=row.id,
        plan=plan,
        program=program,
        zone=store.zone,
        uploaded_at=row.uploaded_at,
        decimal=plan.decimal or ("," if row.delimiter == ";" else "."),
    )


def entry_of(reading: Reading, row: WantedRow, member: MemberId, times_undone: int) -> Entry | None:
    """The lot that the row gives the member; None for none. After an undo, it is another one."""
    again = f"-{times_undone}" if times_undone else ""
    return opening(
        Brought(
            id=f"{row.key[:48]}{again}",
            member=member,
            amount=row.amount,
            at=row.at,
            deadline=row.deadline,
        ),
        reading.program.id,
        StoreId(reading.plan.store),
        ratio=reading.ratio,
        rounding=Rounding(reading.plan.rounding.value),
    )
