"""Bringing in balances of another system: tried first, done in parts, and undone whole (F17).

A row of the old books is known by whom it names, its days and its place among equals, not by the
file it is in: the same file again, under any name, changes nothing. A row that was undone may come
in once more. What is committed is what the dry run said, unless something happened in between.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import islice
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from backend.db import Database, Transaction, accounts, cards, imports, members, shops
from backend.db.cards import Card
from backend.db.imports import BroughtRow, ImportRow, ImportState
from backend.db.members import Member
from backend.errors import Refused
from backend.services.keeping.import_files import (
    CellRefused,
    FileRefused,
    Line,
    day,
    lines_of,
    number,
    read_table,
)
from backend.services.people import contacts
from backend.services.people.cards import key_of
from backend.services.people.directory import kept
from backend.services.points.ledger import POINTS_MAX, post
from backend.services.team import audit
from backend_client.schemas import ProblemName
from backend_client.schemas.imports import (
    BadRow,
    ImportColumn,
    ImportPlan,
    ImportShown,
    ImportTotals,
    UnknownPeople,
)
from loyalty import members as people
from loyalty.entries import Entry, EntryKind
from loyalty.errors import EmailRefused, NameRefused
from loyalty.ids import MemberId, ProgramId, StoreId, TenantId, derived_entry
from loyalty.opening import Brought, opening
from loyalty.program import Program, Rounding, Unit, minor_units

AT_ONCE = 200
"""Rows of one transaction: tills wait for less than a second between two of them."""
BAD_SHOWN = 500
FORGET_AFTER = timedelta(days=7)
_LANGUAGES = ("fr", "en")


# --- files ------------------------------------------------------------------------------------


def upload(tx: Transaction, actor: str, wanted: str, content: bytes) -> ImportShown:
    """The import with its file; sent again, the same. Raises Refused."""
    content_hash = sha256(content).hexdigest()
    known = imports.import_(tx, wanted)
    if known is not None:
        if known.content_hash != content_hash:
            raise Refused(ProblemName.ID_REUSED, "another file was sent under this id")
        return shown(known)
    try:
        table = read_table(content)
    except FileRefused as no:
        raise Refused(ProblemName.INVALID, f"file: {no}") from no
    row = ImportRow(
        id=wanted,
        content_hash=content_hash,
        content=table.text,
        encoding=table.encoding,
        delimiter=table.delimiter,
        headers=json.dumps(table.headers),
        plan=None,
        state=ImportState.UPLOADED,
        row_count=table.row_count,
        result=None,
        actor=actor,
        uploaded_at=tx.now,
        committed_at=None,
        undone_at=None,
    )
    imports.add_import(tx, row)
    audit.note(tx, actor, "import.upload", wanted, rows=table.row_count)
    return shown(row)


def shown(row: ImportRow) -> ImportShown:
    """The message for an import."""
    return ImportShown(
        id=row.id,
        state=row.state.value,
        encoding=row.encoding,
        delimiter=row.delimiter,
        headers=tuple(json.loads(row.headers)),
        rows=row.row_count,
        plan=None if row.plan is None else ImportPlan.model_validate_json(row.plan),
        totals=None if row.result is None else ImportTotals.model_validate_json(row.result),
        uploaded_at=row.uploaded_at,
        committed_at=row.committed_at,
        undone_at=row.undone_at,
    )


def existing(tx: Transaction, wanted: str) -> ImportRow:
    """The import of that id. Raises Refused."""
    found = imports.import_(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such import")
    return found


# --- judging rows -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
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
class _Wanted:
    """A row that was understood."""

    line: int
    key: str
    person: _Person
    points: int
    at: datetime
    deadline: datetime | None
    amount: Decimal


@dataclass(slots=True)
class _Reading:
    """A plan at work on a file, from its first row to its last."""

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

    def understood(self, tx: Transaction, line: Line) -> _Wanted:
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
            raise CellRefused("balance: more than an account can hold")
        if until is not None and until <= self.uploaded_at and points:
            raise CellRefused("valid_until: these points have died already")
        return _Wanted(
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
        found = datetime.combine(_day(cell, self, "earned_on"), time(12), tzinfo=self.zone)
        if found > self.uploaded_at + timedelta(days=1):
            raise CellRefused("earned_on: it is in the future")
        return min(found.astimezone(UTC), self.uploaded_at)

    def _until(self, cell: str) -> datetime | None:
        if not cell:
            return None
        last = _day(cell, self, "valid_until")
        # The end of that day on the shop's clock, as every deadline of ours.
        midnight = datetime.combine(last + timedelta(days=1), time(), tzinfo=self.zone)
        return midnight.astimezone(UTC)

    def _key(self, tx: Transaction, person: _Person, at: datetime, until: datetime | None) -> str:
        dated = at.isoformat() if at != self.uploaded_at else ""
        named = f"{self.plan.source}|{self.program.id}|{person.identities[0]}|{dated}|{until}"
        self.seen[named] = self.seen.get(named, 0) + 1
        return tx.keys.proof("import", f"{named}|{self.seen[named]}")


def _day(cell: str, reading: _Reading, column: str) -> date:
    try:
        return day(cell, reading.plan.days)
    except CellRefused as no:
        raise CellRefused(f"{column}: {no}") from no


def _person(tx: Transaction, cell: dict[ImportColumn, str], country: str) -> _Person:
    """Whom the row names. Raises CellRefused, Refused, EmailRefused, NameRefused."""
    email, phone = cell.get(ImportColumn.EMAIL, ""), cell.get(ImportColumn.PHONE, "")
    chip = cell.get(ImportColumn.CARD_UID, "").replace(":", "").replace(" ", "")
    first = cell.get(ImportColumn.FIRST_NAME, "")
    language = cell.get(ImportColumn.LANGUAGE, "").lower()[:2]
    try:
        card = key_of(tx, None, chip) if chip else ""
    except ValueError:
        raise CellRefused("card_uid: a chip's number is hexadecimal") from None
    found = _Person(
        member=cell.get(ImportColumn.MEMBER, ""),
        card=card,
        email=people.email(email) if email else "",
        phone=contacts.phone(phone, country) if phone else "",
        first_name=people.first_name(first) if first else "",
        last_name=" ".join(cell.get(ImportColumn.LAST_NAME, "").split())[:80],
        language=language if language in _LANGUAGES else "fr",
    )
    if not (found.member or found.card or found.email or found.phone):
        raise CellRefused("it names nobody")
    return found


def _found(tx: Transaction, person: _Person) -> MemberId | None:
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
        raise CellRefused("it names several members")
    for found in ids:
        known = members.member(tx, found)
        if known is None or known.wallet or known.erased_at is not None:
            raise CellRefused("it names somebody who cannot have points")
    return next(iter(ids), None)


@dataclass(slots=True)
class _Tally:
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


def _judged(
    tx: Transaction, reading: _Reading, lines: Iterable[Line], tally: _Tally
) -> list[tuple[_Wanted, MemberId | None]]:
    """The rows that can come in, each with whom it is for; the others are counted."""
    understood: list[_Wanted] = []
    for line in lines:
        tally.rows += 1
        try:
            understood.append(reading.understood(tx, line))
        except (CellRefused, Refused, EmailRefused, NameRefused) as no:
            tally.bad.append(BadRow(line=line.number, reason=_reason(no)))
    before = imports.brought(tx, [wanted.key for wanted in understood])
    found: list[tuple[_Wanted, MemberId | None]] = []
    for wanted in understood:
        if wanted.key in before:
            if before[wanted.key] == wanted.points:
                tally.known += 1
            else:
                reason = f"it came in before with {before[wanted.key]} points: undo that import"
                tally.bad.append(BadRow(line=wanted.line, reason=reason))
            continue
        try:
            member = _found(tx, wanted.person)
            if member is None:
                _refuse_stranger(reading.plan, wanted.person)
        except CellRefused as no:
            tally.bad.append(BadRow(line=wanted.line, reason=str(no)))
            continue
        found.append((wanted, member))
        tally.lots += bool(wanted.points)
        tally.points += wanted.points
        if member is None:
            tally.added += tally.new_people.isdisjoint(wanted.person.identities)
            tally.new_people.update(wanted.person.identities)
    return found


def _refuse_stranger(plan: ImportPlan, person: _Person) -> None:
    if plan.unknown is UnknownPeople.REFUSE:
        raise CellRefused("nobody here has this card, address or number")
    if person.member:
        raise CellRefused("member: there is no such id")


def _reason(no: Exception) -> str:
    """Why a row was refused, without what is in it."""
    match no:
        case EmailRefused():
            return f"email: {no.flaw.value}"
        case NameRefused():
            return f"first_name: {no.flaw.value}"
        case Refused():
            return no.detail
        case _:
            return str(no)


# --- trying, committing, undoing --------------------------------------------------------------


def try_out(tx: Transaction, actor: str, wanted: str, plan: ImportPlan) -> ImportShown:
    """The import with this plan, and what it would do; nothing is done. Raises Refused."""
    row = existing(tx, wanted)
    if row.state not in (ImportState.UPLOADED, ImportState.MAPPED):
        raise Refused(ProblemName.INVALID, f"state: the import is {row.state}")
    reading, tally = _reading(tx, row, plan), _Tally()
    for lines in _parts(_lines(row)):
        _judged(tx, reading, lines, tally)
    imports.save_import(
        tx,
        wanted,
        plan=plan.model_dump_json(),
        state=ImportState.MAPPED.value,
        result=tally.totals().model_dump_json(),
    )
    audit.note(tx, actor, "import.try", wanted)
    return shown(existing(tx, wanted))


def commit(database: Database, tenant: TenantId, actor: str, wanted: str) -> ImportShown:
    """Bring the rows in, part by part; called again, it goes on where it was. Raises Refused."""
    reading_on = database.run(tenant, _begin_commit, actor, wanted)
    if reading_on is not None:
        row, reading = reading_on
        tally = _Tally()
        for lines in _parts(_lines(row)):
            database.run(tenant, _commit_part, wanted, reading, lines, tally, dict(reading.seen))
        database.run(tenant, _end_commit, wanted, tally)
    with database.read(tenant) as tx:
        found = imports.import_(tx, wanted)
    assert found is not None
    return shown(found)


def _begin_commit(tx: Transaction, actor: str, wanted: str) -> tuple[ImportRow, _Reading] | None:
    row = existing(tx, wanted)
    if row.state is ImportState.COMMITTED:
        return None
    if row.state not in (ImportState.MAPPED, ImportState.COMMITTING) or row.plan is None:
        raise Refused(ProblemName.INVALID, f"state: the import is {row.state}; try it out first")
    if row.state is ImportState.MAPPED:
        imports.save_import(tx, wanted, state=ImportState.COMMITTING.value)
        audit.note(tx, actor, "import.commit", wanted)
    return row, _reading(tx, row, ImportPlan.model_validate_json(row.plan))


def _commit_part(
    tx: Transaction,
    wanted: str,
    reading: _Reading,
    lines: Sequence[Line],
    tally: _Tally,
    seen: dict[str, int],
) -> None:
    # The database may have this tried again: then it begins where it began.
    reading.seen = dict(seen)
    counted = replace(tally, bad=list(tally.bad), new_people=set(tally.new_people))
    fresh = _judged(tx, reading, lines, counted)
    again = imports.undone_times(tx, [row.key for row, _ in fresh])
    entries, rows = [], []
    made: dict[str, MemberId] = {}
    for row, known in fresh:
        names = row.person.identities
        member = known or next((made[name] for name in names if name in made), None)
        is_new = member is None
        if member is None:
            member = _add(tx, row.person, wanted, row.key)
        made.update(dict.fromkeys(names, member))
        entry = _entry(reading, row, member, again.get(row.key, 0))
        entries += [entry] if entry else []
        rows.append(
            BroughtRow(
                session=wanted,
                number=row.line,
                key=row.key,
                member=member,
                program=reading.program.id,
                made_member=is_new,
                entry=entry.id if entry else None,
                points=row.points,
            )
        )
    if entries:
        post(tx, *entries, may_owe=True)
    imports.add_rows(tx, rows)
    tally.rows, tally.bad, tally.new_people = counted.rows, counted.bad, counted.new_people


def _end_commit(tx: Transaction, wanted: str, tally: _Tally) -> None:
    """What was done is counted where it was written: an interrupted commit counts it all."""
    brought, lots, points, added = imports.totals_of(tx, wanted)
    totals = tally.totals().model_copy(
        update={
            "lots": lots,
            "points": points,
            "members_added": added,
            "known": tally.rows - len(tally.bad) - brought,
        }
    )
    imports.save_import(
        tx,
        wanted,
        state=ImportState.COMMITTED.value,
        committed_at=tx.now,
        content=None,
        result=totals.model_dump_json(),
    )


def undo(database: Database, tenant: TenantId, actor: str, wanted: str) -> ImportShown:
    """Take every lot back that the import gave; called again, it goes on. Raises Refused.

    Points that were spent meanwhile are owed. Members whom it added stay, without its points.
    """
    if database.run(tenant, _begin_undo, actor, wanted):
        while database.run(tenant, _undo_part, wanted):
            pass
    with database.read(tenant) as tx:
        found = imports.import_(tx, wanted)
    assert found is not None
    return shown(found)


def _begin_undo(tx: Transaction, actor: str, wanted: str) -> bool:
    row = existing(tx, wanted)
    if row.state is ImportState.UNDONE:
        return False
    if row.state not in (ImportState.COMMITTED, ImportState.COMMITTING, ImportState.UNDOING):
        raise Refused(ProblemName.INVALID, f"state: the import is {row.state}")
    imports.save_import(tx, wanted, state=ImportState.UNDOING.value, content=None)
    audit.note(tx, actor, "import.undo", wanted)
    return True


def _undo_part(tx: Transaction, wanted: str) -> bool:
    rows = imports.to_undo(tx, wanted, AT_ONCE)
    if not rows:
        imports.save_import(tx, wanted, state=ImportState.UNDONE.value, undone_at=tx.now)
        return False
    given = accounts.entries(tx, [row.entry for row in rows if row.entry is not None])
    reversals = [_reversal(posted.entry, tx.now) for posted in given.values()]
    if reversals:
        post(tx, *reversals, may_owe=True)
    imports.mark_undone(tx, wanted, [row.number for row in rows])
    return True


def _reversal(given: Entry, now: datetime) -> Entry:
    return Entry(
        id=derived_entry("import-undo", given.id),
        member=given.member,
        program=given.program,
        kind=EntryKind.REVERSAL,
        points=-given.points,
        occurred_at=max(now, given.occurred_at),
        fact=given.fact,
        store=given.store,
        about=given.id,
    )


def _reading(tx: Transaction, row: ImportRow, plan: ImportPlan) -> _Reading:
    program = shops.program(tx, ProgramId(plan.program))
    store = shops.store(tx, StoreId(plan.store))
    headers = json.loads(row.headers)
    if program is None or store is None:
        raise Refused(ProblemName.INVALID, "plan: there is no such program or store")
    for column, header in plan.columns.items():
        if header not in headers:
            raise Refused(ProblemName.INVALID, f"columns.{column}: no column has this header")
    if row.content is None:
        raise Refused(ProblemName.INVALID, "state: the file is forgotten; send it again")
    return _Reading(
        plan=plan,
        program=program,
        zone=store.zone,
        uploaded_at=row.uploaded_at,
        decimal=plan.decimal or ("," if row.delimiter == ";" else "."),
    )


def _lines(row: ImportRow) -> Iterator[Line]:
    assert row.content is not None
    return lines_of(row.content, row.delimiter)


def _parts(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while part := list(islice(lines, AT_ONCE)):
        yield part


def _entry(reading: _Reading, row: _Wanted, member: MemberId, times_undone: int) -> Entry | None:
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


def _add(tx: Transaction, person: _Person, session: str, key: str) -> MemberId:
    """A new member with what the row says; nobody agreed to anything by being in a file."""
    who = MemberId(str(uuid5(NAMESPACE_URL, f"{tx.tenant}/{session}/{key}")))
    members.expect_member(tx, who)
    members.save_member(
        tx,
        Member(
            id=who,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email or None,
            contact_key=tx.keys.contact(person.email) if person.email else None,
            phone=person.phone or None,
            phone_key=tx.keys.phone(person.phone) if person.phone else None,
            language=person.language,
            enrolled_at=tx.now,
        ),
    )
    if person.card:
        cards.add_card(tx, Card(key=person.card, member=who, linked_at=tx.now))
    return who


def go_on(database: Database, tenant: TenantId) -> int:
    """How many interrupted imports were brought to their end; old files are forgotten."""
    with database.read(tenant) as tx:
        waiting = imports.unfinished(tx)
    for wanted in waiting:
        with database.read(tenant) as tx:
            row = imports.import_(tx, wanted)
        assert row is not None
        finish = undo if row.state is ImportState.UNDOING else commit
        finish(database, tenant, audit.SYSTEM, wanted)
    return len(waiting) + database.run(tenant, _forget)


def _forget(tx: Transaction) -> int:
    return imports.forget_files(tx, tx.now - FORGET_AFTER)
