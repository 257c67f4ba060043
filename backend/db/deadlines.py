"""Accounts and vouchers whose time has come, or comes soon; members who stay away."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, tuple_, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.entries import EntryKind
from loyalty.ids import MemberId, ProgramId, RedemptionId

AccountKey = tuple[MemberId, ProgramId]


def dying(
    tx: Transaction,
    *,
    before: datetime,
    since: datetime | None = None,
    after: tuple[datetime, MemberId, ProgramId] | None = None,
    limit: int,
) -> tuple[tuple[datetime, MemberId, ProgramId], ...]:
    """The accounts whose first deadline is up to `before`, the nearest first, a page at a time."""
    table = tables.accounts
    query = select(table.c.next_deadline, table.c.member, table.c.program).where(
        table.c.tenant == tx.tenant, table.c.next_deadline <= before
    )
    if since is not None:
        query = query.where(table.c.next_deadline > since)
    if after is not None:
        place = tuple_(table.c.next_deadline, table.c.member, table.c.program)
        query = query.where(place > after)
    query = query.order_by(table.c.next_deadline, table.c.member, table.c.program)
    return tuple(
        (row.next_deadline, MemberId(row.member), ProgramId(row.program))
        for row in tx.rows(query.limit(limit))
    )


def set_next_deadline(tx: Transaction, key: AccountKey, at: datetime | None) -> None:
    """When the account is to be looked at again."""
    table = tables.accounts
    member, program = key
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.member == member, table.c.program == program)
        .values(next_deadline=at)
    )


def unfetched(tx: Transaction, limit: int) -> tuple[RedemptionId, ...]:
    """Vouchers past their deadline that nobody redeemed, the oldest first."""
    table = tables.vouchers
    found = tx.rows(
        select(table.c.redemption)
        .where(
            table.c.tenant == tx.tenant,
            table.c.state.in_(("reserved", "issued")),
            table.c.deadline <= tx.now,
        )
        .order_by(table.c.deadline, table.c.redemption)
        .limit(limit)
    )
    return tuple(RedemptionId(row.redemption) for row in found)


_COMES = (EntryKind.WELCOME.value, EntryKind.EARN.value, EntryKind.REDEEM.value)
"""Entries that only somebody who was there can cause; a job or the staff makes the others."""


def silent_since(
    tx: Transaction, since: datetime, *, after: MemberId | None, limit: int
) -> tuple[MemberId, ...]:
    """Members of whom nothing was heard since then, by id, from `after` on.

    Opening a mail is not being heard: nothing here knows of it.
    """
    people = tables.members
    query = select(people.c.id).where(
        people.c.tenant == tx.tenant,
        people.c.enrolled_at < since,
        people.c.wallet == 0,
        people.c.merged_into.is_(None),
        people.c.erased_at.is_(None),
        *(~sign for sign in _signs_of_life(since)),
    )
    if after is not None:
        query = query.where(people.c.id > after)
    return tuple(MemberId(row.id) for row in tx.rows(query.order_by(people.c.id).limit(limit)))


def _signs_of_life(since: datetime) -> list[ColumnElement[bool]]:
    people = tables.members
    sales, entries, cards, consents = (
        tables.sales,
        tables.entries,
        tables.cards,
        tables.consents,
    )
    sessions, codes, links = tables.member_sessions, tables.one_time_codes, tables.links
    signs = (
        (sales, sales.c.closed_at, None),
        (entries, entries.c.occurred_at, entries.c.kind.in_(_COMES)),
        (cards, cards.c.linked_at, None),
        (cards, cards.c.seen_at, None),
        (sessions, sessions.c.seen_at, None),
        (codes, codes.c.passed_at, None),
        (links, links.c.used_at, None),
        (consents, consents.c.at, None),
    )
    found: list[ColumnElement[bool]] = []
    for table, at, only in signs:
        mine = and_(table.c.tenant == people.c.tenant, table.c.member == people.c.id, at >= since)
        found.append(
            select(table.c.tenant).where(mine if only is None else and_(mine, only)).exists()
        )
    return found


def notice(tx: Transaction, member: MemberId, *, erase_at: datetime) -> bool:
    """The member was told that they will be erased then; False when they were told before."""
    table = tables.retention_notices
    fresh = tx.insert_or_update(table).values(
        tenant=tx.tenant, member=member, noticed_at=tx.now, erase_at=erase_at
    )
    once = fresh.on_conflict_do_nothing(index_elements=["tenant", "member"])
    return tx.first(once.returning(table.c.member)) is not None


def noticed(tx: Transaction, limit: int) -> tuple[MemberId, ...]:
    """Who was told, and whose time is over."""
    table = tables.retention_notices
    found = tx.rows(
        select(table.c.member)
        .where(table.c.tenant == tx.tenant, table.c.erase_at <= tx.now)
        .order_by(table.c.erase_at, table.c.member)
        .limit(limit)
    )
    return tuple(MemberId(row.member) for row in found)


def noticed_at(tx: Transaction, member: MemberId) -> datetime | None:
    """When the member was told; None when they were not."""
    table = tables.retention_notices
    row = tx.first(
        select(table.c.noticed_at).where(table.c.tenant == tx.tenant, table.c.member == member)
    )
    return None if row is None else row.noticed_at


def all_noticed(tx: Transaction) -> tuple[tuple[MemberId, datetime], ...]:
    """Everybody who was told, and when."""
    table = tables.retention_notices
    found = tx.rows(select(table.c.member, table.c.noticed_at).where(table.c.tenant == tx.tenant))
    return tuple((MemberId(row.member), row.noticed_at) for row in found)


def forget_notices(tx: Transaction, members: Sequence[MemberId]) -> None:
    """They came back, or are erased."""
    table = tables.retention_notices
    if members:
        tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.member.in_(members)))


def is_silent(tx: Transaction, member: MemberId, since: datetime) -> bool:
    """Whether nothing was heard of the member since then."""
    people = tables.members
    query = select(people.c.id).where(
        people.c.tenant == tx.tenant,
        people.c.id == member,
        *(~sign for sign in _signs_of_life(since)),
    )
    return tx.first(query) is not None


def statement(tx: Transaction, program: ProgramId, period: str) -> str | None:
    """The statement of a month, once it is made."""
    table = tables.statements
    row = tx.first(
        select(table.c.body).where(
            table.c.tenant == tx.tenant, table.c.program == program, table.c.period == period
        )
    )
    return None if row is None else str(row.body)


def save_statement(tx: Transaction, program: ProgramId, period: str, body: str) -> bool:
    """Keep the statement of a month as it is now; False when it was made before."""
    table = tables.statements
    fresh = tx.insert_or_update(table).values(
        tenant=tx.tenant, program=program, period=period, body=body, made_at=tx.now
    )
    once = fresh.on_conflict_do_nothing(index_elements=["tenant", "program", "period"])
    return tx.first(once.returning(table.c.period)) is not None
