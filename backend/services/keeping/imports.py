"""Bringing in balances of another system: tried first, done in parts, and undone whole (F17).

A row of the old books is known by whom it names, its days and its place among equals, not by the
file it is in: the same file again, under any name, changes nothing. A row that was undone may come
in once more. What is committed is what the dry run said, unless something happened in between.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import NAMESPACE_URL, uuid5

from backend.db import Database, Transaction, cards, households, imports, journals, members
from backend.db.cards import Card
from backend.db.imports import BroughtRow, ImportRow, ImportState
from backend.db.members import Member
from backend.errors import Refused, phrase
from backend.services.keeping.import_files import Line, lines_of
from backend.services.keeping.import_judging import Tally, judged
from backend.services.keeping.import_rows import Named, Reading, entry_of, reading_of
from backend.services.keeping.import_uploads import existing, forget, shown
from backend.services.points import belonging
from backend.services.points.ledger import post
from backend.services.team import audit
from backend_client.schemas.imports import ImportPlan, ImportShown
from backend_client.schemas.problems import ProblemName
from loyalty.enrolment import usual_price_code
from loyalty.entries import Entry, EntryKind
from loyalty.ids import MemberId, TenantId, derived_entry

AT_ONCE = 200
"""Rows of one transaction: tills wait for less than a second between two of them."""


def try_out(tx: Transaction, actor: str, wanted: str, plan: ImportPlan) -> ImportShown:
    """The import with this plan, and what it would do; nothing is done. Raises Refused."""
    row = existing(tx, wanted)
    if row.state not in (ImportState.UPLOADED, ImportState.MAPPED):
        raise Refused(ProblemName.INVALID, phrase("state: the import is {state}", state=row.state))
    reading, tally = reading_of(tx, row, plan), Tally()
    for lines in _parts(_lines(row)):
        judged(tx, reading, lines, tally)
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
    while reading_on is not None and not _went_through(database, tenant, *reading_on):
        reading_on = database.run(tenant, _read_again, wanted)
    with database.read(tenant) as tx:
        found = imports.import_(tx, wanted)
    assert found is not None
    return shown(found)


def _went_through(database: Database, tenant: TenantId, row: ImportRow, reading: Reading) -> bool:
    """Whether the whole file came in; not when it became another one between two parts."""
    tally = Tally()
    for lines in _parts(_lines(row)):
        seen = dict(reading.seen)
        if not database.run(tenant, _commit_part, row, reading, lines, tally, seen):
            return False
    return database.run(tenant, _end_commit, row, tally)


def _begin_commit(tx: Transaction, actor: str, wanted: str) -> tuple[ImportRow, Reading] | None:
    row = existing(tx, wanted)
    if row.state is ImportState.COMMITTED:
        return None
    if row.state not in (ImportState.MAPPED, ImportState.COMMITTING) or row.plan is None:
        raise Refused(
            ProblemName.INVALID,
            phrase("state: the import is {state}; try it out first", state=row.state),
        )
    if row.state is ImportState.MAPPED:
        imports.save_import(tx, wanted, state=ImportState.COMMITTING.value)
        audit.note(tx, actor, "import.commit", wanted)
    return row, reading_of(tx, row, ImportPlan.model_validate_json(row.plan))


def _read_again(tx: Transaction, wanted: str) -> tuple[ImportRow, Reading] | None:
    """The file as it is by now; None where somebody else ended the import, or undoes it.

    What came in already is known by its keys, and does not come in twice.
    """
    row = existing(tx, wanted)
    if row.state is not ImportState.COMMITTING or row.plan is None:
        return None
    return row, reading_of(tx, row, ImportPlan.model_validate_json(row.plan))


def _is_as_read(tx: Transaction, row: ImportRow) -> bool:
    """Whether the import still goes on with the file that was read.

    Who is erased meanwhile is no longer in it, and must not come back from what we hold of it.
    """
    return imports.standing(tx, row.id) == (ImportState.COMMITTING, row.row_count)


def _commit_part(
    tx: Transaction,
    of: ImportRow,
    reading: Reading,
    lines: Sequence[Line],
    tally: Tally,
    seen: dict[str, int],
) -> bool:
    """Whether the part came in; nothing does of a file that is another one by now."""
    if not _is_as_read(tx, of):
        return False
    # The database may have this tried again: then it begins where it began.
    reading.seen = dict(seen)
    counted = replace(tally, bad=list(tally.bad), new_people=set(tally.new_people))
    fresh = judged(tx, reading, lines, counted)
    again = imports.undone_times(tx, [row.key for row, _ in fresh])
    entries, rows = [], []
    made: dict[str, MemberId] = {}
    usual = usual_price_code(reading.program)
    for row, known in fresh:
        names = row.person.identities
        member = known or next((made[name] for name in names if name in made), None)
        is_new = member is None
        if member is None:
            member = _add(tx, row.person, of.id, row.key, usual)
        made.update(dict.fromkeys(names, member))
        entry = entry_of(reading, row, member, again.get(row.key, 0))
        entries += [entry] if entry else []
        rows.append(
            BroughtRow(
                session=of.id,
                number=row.line,
                key=row.key,
                member=member,
                program=reading.program.id,
                made_member=is_new,
                entry=entry.id if entry else None,
                points=row.points,
            )
        )
    _book(tx, entries)
    imports.add_rows(tx, rows)
    tally.rows, tally.bad, tally.new_people = counted.rows, counted.bad, counted.new_people
    tally.known = counted.known
    return True


def _book(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Book them, and let them go where their members' points are: a household's, another record's.

    Who is in no household and no other record is learnt of all of them at once.
    """
    if not entries:
        return
    people = {entry.member for entry in entries}
    members.expect(tx, people, ())
    households.expect(tx, people)
    for posted in post(tx, *entries, may_owe=True):
        belonging.follow(tx, posted)


def _end_commit(tx: Transaction, of: ImportRow, tally: Tally) -> bool:
    """Whether it ended; not when the file is another one by now.

    What was done is counted where it was written: an interrupted commit counts it all.
    """
    if not _is_as_read(tx, of):
        return False
    lots, points, added = imports.totals_of(tx, of.id)
    totals = tally.totals().model_copy(
        update={"lots": lots, "points": points, "members_added": added}
    )
    imports.save_import(
        tx,
        of.id,
        state=ImportState.COMMITTED.value,
        committed_at=tx.now,
        content=None,
        result=totals.model_dump_json(),
    )
    return True


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
        raise Refused(ProblemName.INVALID, phrase("state: the import is {state}", state=row.state))
    imports.save_import(tx, wanted, state=ImportState.UNDOING.value, content=None)
    audit.note(tx, actor, "import.undo", wanted)
    return True


def _undo_part(tx: Transaction, wanted: str) -> bool:
    rows = imports.to_undo(tx, wanted, AT_ONCE)
    if not rows:
        imports.save_import(tx, wanted, state=ImportState.UNDONE.value, undone_at=tx.now)
        return False
    given = journals.entries(tx, [row.entry for row in rows if row.entry is not None])
    reversals = [_reversal(posted.entry, tx.now) for posted in given.values()]
    _book(tx, reversals)
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


def _lines(row: ImportRow) -> Iterator[Line]:
    assert row.content is not None
    return lines_of(row.content, row.delimiter)


def _parts(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while part := list(islice(lines, AT_ONCE)):
        yield part


def _add(tx: Transaction, person: Named, session: str, key: str, price_code: str) -> MemberId:
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
            price_code=price_code,
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
    return len(waiting) + database.run(tenant, forget)
