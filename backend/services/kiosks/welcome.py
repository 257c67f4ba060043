"""The welcome: once for each person, whatever cards, kiosks, addresses and households they use."""

from backend.db import Transaction, accounts, households, journals, members
from backend.db.journals import Posted
from backend.db.members import Member
from backend.db.shops import Store
from backend.services.points.ledger import locked_account, post
from loyalty import earning
from loyalty.entries import Entry, EntryKind
from loyalty.ids import MemberId, ProgramId, derived_entry
from loyalty.program import Program


def give(tx: Transaction, person: Member, program: Program, store: Store) -> Posted | None:
    """The welcome points booked; None where there are none, or the person had them (LSX-31)."""
    if not person.loyalty:
        return None
    locked_account(tx, person.id, program.id)
    entry = due(tx, person, program, store)
    if entry is None:
        return None
    (posted,) = post(tx, entry)
    return posted


def due(tx: Transaction, person: Member, program: Program, store: Store) -> Entry | None:
    """The welcome that the person has not had; None where there is none, or they had it."""
    entry = earning.welcome(program, person.id, store.id, now=tx.now, zone=store.zone)
    if entry is None or journals.entry(tx, entry.id) is not None:
        return None
    row = accounts.account(tx, person.id, program.id)
    if row is not None and row.snapshot.welcomed:
        return None
    return None if journals.welcomes(tx, same_person(tx, person), program.id) else entry


def keep_one(tx: Transaction, member: MemberId, program: ProgramId) -> Posted | None:
    """The reversal of a welcome that a kiosk gave to somebody who had theirs; None where it stays.

    The accounts are never joined: whoever types somebody's address must not get at their points.
    """
    row, person = accounts.account(tx, member, program), members.member(tx, member)
    if row is None or not row.snapshot.welcomed or person is None:
        return None
    same = same_person(tx, person)
    mine = () if same == (member,) else journals.welcomes(tx, [member], program)
    if not mine or len(journals.welcomes(tx, same, program)) == len(mine):
        return None
    entry = mine[0].entry
    taken = Entry(
        id=derived_entry("welcome-once", entry.id),
        member=member,
        program=program,
        kind=EntryKind.REVERSAL,
        points=-entry.points,
        occurred_at=max(tx.now, entry.occurred_at),
        fact=member,
        store=entry.store,
        about=entry.id,
    )
    # The points may be spent already: then they are owed.
    (posted,) = post(tx, taken, may_owe=True)
    return posted


def who_was_first(tx: Transaction, wanted: MemberId, program: ProgramId) -> MemberId:
    """Of all records that are one person, the one whose welcome stands: alerts are about that."""
    person = members.member(tx, wanted)
    if person is None:
        return wanted
    standing = journals.welcomes(tx, same_person(tx, person), program)
    return standing[0].entry.member if standing else wanted


def given(tx: Transaction, member: MemberId, program: ProgramId) -> int:
    """The welcome points that the member has; 0 for none."""
    return sum(posted.entry.points for posted in journals.welcomes(tx, [member], program))


_KNOWN_MAX = 100
"""How many records are looked at: a shop's own number may stand in thousands."""


def same_person(tx: Transaction, person: Member) -> tuple[MemberId, ...]:
    """The member, and whoever shares an address, a number, a merge or a household with them.

    And who shares one with these in turn: a new phone today, a new address tomorrow, is no way to
    be welcomed three times.
    """
    found, to_ask = {person.id}, [person]
    while to_ask and len(found) < _KNOWN_MAX:
        asked = to_ask.pop()
        near = {each.id: each for each in members.alike(tx, asked)}
        ids = {*near, *members.absorbed_by(tx, asked.id)}
        ids.update(households.welcomed_together(tx, asked.id))
        if asked.merged_into is not None:
            ids.add(asked.merged_into)
        for each in sorted(ids - found):
            other = near.get(each) or members.member(tx, each)
            found.add(each)
            if other is not None:
                to_ask.append(other)
    return tuple(sorted(found))
