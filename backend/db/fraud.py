"""What the fraud guard needs to know of an account's recent past."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from backend.db import households, tables
from backend.db.earned import earned_by
from backend.db.tables import Instant
from backend.db.transaction import Transaction
from loyalty.entries import Entry, EntryKind
from loyalty.ids import MemberId, ProgramId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """The tickets of a member that earned."""

    today: int
    last_at: datetime | None


Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """When a member last earned with a ticket, and the tickets of some spans of time."""

    last_at: datetime | None = None
    tickets: Mapping[Span, frozenset[str]] = field(default_factory=dict)

    def also(self, entry: Entry) -> "Earned":
        """With what a ticket earns now."""
        at = entry.occurred_at
        return Earned(
            last_at=at if self.last_at is None else max(self.last_at, at),
            tickets={
                span: facts | {entry.fact} if span[0] <= at < span[1] else facts
                for span, facts in self.tickets.items()
            },
        )


def key_of(member: MemberId, program: ProgramId) -> tuple[str, MemberId, ProgramId]:
    """Under which a transaction keeps it."""
    return ("tickets", member, program)


def tickets(
    tx: Transaction, member: MemberId, program: ProgramId, start: datetime, end: datetime
) -> Tickets:
    """How many earned from `start` to `end`, itself not, and when the latest of all did."""
    expect_tickets(tx, [member], program, start, end)
    earned: Earned = tx.known(tables.entries, key_of(member, program), Earned)
    return Tickets(today=len(earned.tickets[start, end]), last_at=earned.last_at)


def expect_tickets(
    tx: Transaction,
    members: Sequence[MemberId],
    program: ProgramId,
    start: datetime,
    end: datetime,
) -> None:
    """Fetch at once what those members earned with in that time, and when last."""
    table, span = tables.entries, (start, end)
    known: dict[MemberId, Earned | None] = {
        member: tx.known(table, key_of(member, program), lambda: None) for member in members
    }
    missing = [m for m, earned in known.items() if earned is None or span not in earned.tickets]
    if not missing:
        return
    who = earned_by(table)
    earned = (
        (table.c.tenant == tx.tenant)
        & table.c.member.in_(households.accounts_of(tx, missing, program))
        & who.in_(missing)
        & (table.c.program == program)
        & (table.c.kind == EntryKind.EARN.value)
    )
    during = (table.c.occurred_at >= start) & (table.c.occurred_at < end)
    facts: dict[str, set[str]] = {}
    for row in tx.rows(select(who.label("who"), table.c.fact).where(earned, during)):
        facts.setdefault(row.who, set()).add(row.fact)
    latest = func.max(table.c.occurred_at, type_=Instant()).label("at")
    last = tx.rows(select(who.label("who"), latest).where(earned).group_by(who))
    last_at = {row.who: row.at for row in last}
    for member in missing:
        before = known[member] or Earned()
        told = {**before.tickets, span: frozenset(facts.get(member, ()))}
        now = Earned(last_at=last_at.get(member), tickets=told)
        tx.keep(table, key_of(member, program), now)


def note(tx: Transaction, entry: Entry) -> None:
    """A ticket that earns now, for whoever asks again before the transaction ends."""
    key = key_of(entry.by or entry.member, entry.program)
    tx.amend(tables.entries, key, lambda earned: earned and earned.also(entry))
