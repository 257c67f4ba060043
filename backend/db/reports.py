"""Sums over the ledger, made where the rows are: what moved, what is open, which gifts went."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Row, Select, and_, case, distinct, func, select, text

from backend.db import daily, open_lots, tables
from backend.db.daily import Period, Sum
from backend.db.transaction import Transaction
from loyalty.entries import EntryKind


def movements(tx: Transaction, period: Period) -> tuple[Sum, ...]:
    """Sums of entries; together they are the sum of the ledger's points in that period."""
    return daily.between(tx, period, (period.since, period.until))


def active_members(tx: Transaction, period: Period) -> dict[str, int]:
    """By program, how many earned at a till or took something."""
    table = tables.entries
    kinds = (EntryKind.EARN.value, EntryKind.REDEEM.value)
    found = tx.rows(
        select(table.c.program, func.count(distinct(table.c.member)).label("members"))
        .where(*_within(tx, period), table.c.kind.in_(kinds))
        .group_by(table.c.program)
    )
    return {row.program: row.members for row in found}


def enrolled(tx: Transaction, *, since: datetime | None, until: datetime) -> int:
    """How many people joined in that time, or ever before its end."""
    table = tables.members
    query = select(func.count().label("members")).where(
        table.c.tenant == tx.tenant, table.c.enrolled_at < until
    )
    if since is not None:
        query = query.where(table.c.enrolled_at >= since)
    row = tx.first(query)
    return 0 if row is None else int(row.members)


def _within(tx: Transaction, period: Period) -> Iterator[ColumnElement[bool]]:
    table = tables.entries
    at = table.c.recorded_at if period.booked else table.c.occurred_at
    yield table.c.tenant == tx.tenant
    yield at >= period.since
    yield at < period.until
    if period.program:
        yield table.c.program == period.program
    if period.store:
        yield table.c.store == period.store


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Points of one program that one store gave and nobody has spent."""

    program: str
    store: str
    points: int


def open_points(tx: Transaction) -> tuple[Open, ...]:
    """What members could still spend one day: open lots that have not run out, pending ones too."""
    return tuple(
        Open(program=program, store=store, points=points)
        for (program, store), points in open_lots.by_store(tx).items()
    )


def debts(tx: Transaction) -> dict[str, int]:
    """By program that has an account, what members owe."""
    table = tables.accounts
    mine = table.c.tenant == tx.tenant
    # Two indexes hold all of it; a look at every account would read every snapshot.
    found = {
        row.program: 0
        for row in tx.rows(select(table.c.program).where(mine).group_by(table.c.program))
    }
    owing = (
        select(table.c.program, func.sum(table.c.debt).label("debt"))
        .where(mine, table.c.debt > text("0"))
        .group_by(table.c.program)
    )
    return found | {row.program: int(row.debt) for row in tx.rows(owing)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftSum:
    """How often one reward was taken in one store, by what became of it."""

    program: str
    store: str
    reward: str
    state: str
    gifts: int
    points: int
    money: int = 0
    """Minor units that it took off tickets, where it was used at a till."""
    article: str | None = None
    """What stands on the ticket; None for what the reward's own article is."""


def gifts(tx: Transaction, period: Period) -> tuple[GiftSum, ...]:
    """Every reward that was taken, alone and by name (GLO-14): as vouchers, and at tills."""
    found = (*_by_voucher(tx, period), *_at_tills(tx, period))
    return tuple(sorted(found, key=lambda each: (each.program, each.store, each.reward)))


def _at_tills(tx: Transaction, period: Period) -> Iterator[GiftSum]:
    table = tables.point_uses
    at = table.c.recorded_at if period.booked else table.c.at
    wanted = [table.c.tenant == tx.tenant, at >= period.since, at < period.until]
    if period.program:
        wanted.append(table.c.program == period.program)
    if period.store:
        wanted.append(table.c.store == period.store)
    keys = (table.c.program, table.c.store, table.c.reward, table.c.article, table.c.state)
    for row in tx.rows(
        select(
            *keys,
            func.count().label("gifts"),
            func.sum(table.c.points).label("points"),
            func.sum(table.c.money).label("money"),
        )
        .where(*wanted)
        .group_by(*keys)
        .order_by(*keys)
    ):
        yield GiftSum(
            program=row.program,
            store=row.store,
            reward=row.reward,
            state=row.state,
            gifts=row.gifts,
            points=int(row.points),
            money=int(row.money),
            article=row.article,
        )


def _by_voucher(tx: Transaction, period: Period) -> tuple[GiftSum, ...]:
    table, voucher = tables.entries, tables.vouchers
    debit = and_(
        table.c.tenant == voucher.c.tenant,
        table.c.id == voucher.c.entry,
        table.c.kind == EntryKind.REDEEM.value,
    )
    keys = (table.c.program, table.c.store, voucher.c.reward, voucher.c.state)
    found = tx.rows(
        select(*keys, func.count().label("gifts"), func.sum(-table.c.points).label("points"))
        .select_from(voucher.join(table, debit))
        .where(*_within(tx, period))
        .group_by(*keys)
        .order_by(*keys)
    )
    return tuple(
        GiftSum(
            program=row.program,
            store=row.store,
            reward=row.reward,
            state=row.state,
            gifts=row.gifts,
            points=int(row.points),
        )
        for row in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Members side by side: those who got something, or those who did not."""

    members: int
    buyers: int
    sales: int
    spent: int
    """Minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSum:
    """What a campaign did, counted on the tickets in which it had a part."""

    tickets: int
    members: int
    points: int
    """All that these tickets earned."""
    redeemers: int
    """Those of the members who took a reward in the same time."""


def campaign(
    tx: Transaction, period: Period, wanted: str
) -> tuple[CampaignSum, tuple[Group, Group]]:
    """What the campaign did in that time; what those bought who earned in it, and who did not.

    Members who joined in the period are in neither group.
    """
    entry = tables.entries
    within = tuple(_within(tx, period))
    # Looked for in the traces once: all else is counted on what was found.
    part = (
        select(entry.c.fact, entry.c.member, entry.c.points)
        .where(*within, _names(wanted))
        .cte("part")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    took = select(func.count(distinct(entry.c.member))).where(
        *within,
        entry.c.kind == EntryKind.REDEEM.value,
        entry.c.member.in_(select(part.c.member)),
    )
    row, groups = _beside(
        tx,
        period,
        select(part.c.member).distinct().cte("got"),
        select(func.count(distinct(part.c.fact))).scalar_subquery().label("tickets"),
        select(func.count(distinct(part.c.member))).scalar_subquery().label("took_part"),
        select(func.sum(part.c.points)).scalar_subquery().label("points"),
        took.scalar_subquery().label("redeemers"),
    )
    did = CampaignSum(
        tickets=row.tickets,
        members=row.took_part,
        points=int(row.points or 0),
        redeemers=row.redeemers,
    )
    return did, groups


def _names(campaign: str) -> ColumnElement[bool]:
    # A step of a trace says which campaign it is for: ["factor", "summer", 2, 1].
    return tables.entries.c.trace.contains(f', "{campaign}", ', autoescape=True)


def groups(tx: Transaction, period: Period) -> tuple[Group, Group]:
    """What those bought who took a reward, and those who did not.

    Members who joined in the period are in neither group.
    """
    entry = tables.entries
    got = (
        select(entry.c.member)
        .distinct()
        .where(*_within(tx, period), entry.c.kind == EntryKind.REDEEM.value)
        .cte("got")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    return _beside(tx, period, got)[1]


def _beside(
    tx: Transaction, period: Period, got: CTE, *told: ColumnElement[Any]
) -> tuple[Row[Any], tuple[Group, Group]]:
    """What those members bought, and the others; and what is to be told of them besides."""
    member = tables.members
    mine = and_(member.c.tenant == tx.tenant, member.c.enrolled_at < period.since)
    members = (
        select(func.count())
        .select_from(got.join(member, and_(member.c.id == got.c.member, mine)))
        .scalar_subquery()
        .label("members")
    )
    # Each buyer's sales first: then a buyer is looked up once, and not with every ticket.
    bought = _bought(tx, period).subquery()
    is_in = case((got.c.member.is_not(None), 1), else_=0)
    rows = tx.rows(
        select(
            is_in.label("got"),
            func.count().label("buyers"),
            func.sum(bought.c.sales).label("sales"),
            func.sum(bought.c.spent).label("spent"),
            # Told with each row, so that who got it is looked for once.
            members,
            *told,
        )
        .select_from(
            bought.join(member, and_(member.c.id == bought.c.member, mine)).outerjoin(
                got, got.c.member == bought.c.member
            )
        )
        .group_by(is_in)
    )
    row = rows[0] if rows else tx.rows(select(members, *told))[0]
    others = enrolled(tx, since=None, until=period.since) - int(row.members)
    spent = {each.got: each for each in rows}
    return row, (_group(int(row.members), spent.get(1)), _group(others, spent.get(0)))


def _bought(tx: Transaction, period: Period) -> Select[Any]:
    sale = tables.sales
    return (
        select(
            sale.c.member,
            func.count().label("sales"),
            func.sum(sale.c.total).label("spent"),
        )
        .where(
            sale.c.tenant == tx.tenant,
            sale.c.closed_at >= period.since,
            sale.c.closed_at < period.until,
        )
        .group_by(sale.c.member)
    )


def _group(members: int, spent: Row[Any] | None) -> Group:
    if spent is None:
        return Group(members=members, buyers=0, sales=0, spent=0)
    return Group(
        members=members, buyers=spent.buyers, sales=int(spent.sales), spent=int(spent.spent)
    )


def who_spent(tx: Transaction, period: Period) -> dict[str, set[str]]:
    """By member, the debits of the period: what a clearing statement is made from."""
    table = tables.entries
    found: dict[str, set[str]] = {}
    for row in tx.rows(
        select(table.c.member, table.c.id).where(
            *_within(tx, period), table.c.kind == EntryKind.REDEEM.value
        )
    ):
        found.setdefault(row.member, set()).add(row.id)
    return found
