"""Who came back to buy, and what is known of members: counted where the rows are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from backend.db import tables
from backend.db.daily import Period
from backend.db.transaction import Transaction
from backend_client.schemas.sales import SaleStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyers:
    """Members with a settled sale."""

    before: int
    """In the time just before."""
    now: int
    both: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What is known of the members of today."""

    members: int
    with_email: int
    with_phone: int
    with_birthday: int
    agree_to_news: int
    """By their last word."""


def buyers(tx: Transaction, period: Period) -> Buyers:
    """Who bought in that time, and in as long a time before it."""
    earlier = period.since - (period.until - period.since)
    before = _who(tx, earlier, period.since, period.store).subquery()
    now = _who(tx, period.since, period.until, period.store).subquery()
    both = before.join(now, now.c.member == before.c.member)
    return Buyers(
        before=_count(tx, select(func.count()).select_from(before)),
        now=_count(tx, select(func.count()).select_from(now)),
        both=_count(tx, select(func.count()).select_from(both)),
    )


def _who(tx: Transaction, since: datetime, until: datetime, store: str) -> Select[Any]:
    sale = tables.sales
    found = select(sale.c.member).where(
        sale.c.tenant == tx.tenant,
        sale.c.stage == SaleStage.SETTLED.value,
        sale.c.closed_at >= since,
        sale.c.closed_at < until,
    )
    return (found.where(sale.c.store == store) if store else found).distinct()


def reachable(tx: Transaction) -> Reachable:
    """How many there are, and what they told."""
    member, said = tables.members, tables.consents
    is_one = and_(
        member.c.tenant == tx.tenant,
        member.c.enrolled_at.is_not(None),
        member.c.erased_at.is_(None),
        member.c.merged_into.is_(None),
        member.c.wallet == 0,
    )
    counts = (func.count(column) for column in (member.c.email, member.c.phone, member.c.birthday))
    row = tx.first(select(func.count(), *counts).where(is_one))
    assert row is not None
    newest = func.row_number().over(
        partition_by=said.c.member, order_by=(said.c.at.desc(), said.c.given)
    )
    words = (
        select(said.c.member, said.c.given, newest.label("place"))
        .where(said.c.tenant == tx.tenant, said.c.purpose == "news")
        .subquery()
    )
    agreed = (
        select(func.count())
        .select_from(words.join(member, and_(is_one, member.c.id == words.c.member)))
        .where(words.c.place == 1, words.c.given == 1)
    )
    members, with_email, with_phone, with_birthday = (int(each) for each in row)
    return Reachable(
        members=members,
        with_email=with_email,
        with_phone=with_phone,
        with_birthday=with_birthday,
        agree_to_news=_count(tx, agreed),
    )


def _count(tx: Transaction, query: Select[Any]) -> int:
    row = tx.first(query)
    return 0 if row is None else int(row[0])
