"""Who came back to buy, and what is known of members: counted where the rows are."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

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
    sale = tables.sales
    asked = [
        sale.c.tenant == tx.tenant,
        sale.c.stage == SaleStage.SETTLED.value,
        sale.c.closed_at >= period.since - (period.until - period.since),
        sale.c.closed_at < period.until,
    ]
    if period.store:
        asked.append(sale.c.store == period.store)
    later = case((sale.c.closed_at >= period.since, 1), else_=0)
    # Each buyer's two times together, from one look at the sales of both.
    each = (
        select(func.max(1 - later).label("before"), func.max(later).label("now"))
        .where(*asked)
        .group_by(sale.c.member)
        .subquery()
    )
    counts = (each.c.before, each.c.now, each.c.before * each.c.now)
    row = tx.first(select(*(func.coalesce(func.sum(count), 0) for count in counts)))
    assert row is not None
    before, now, both = (int(count) for count in row)
    return Buyers(before=before, now=now, both=both)


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
    members, with_email, with_phone, with_birthday = (int(each) for each in row)
    # Nearly everybody who agreed is a person of today: the others are looked up to be left out.
    agreed = _agreed(tx)
    if _count(tx, select(func.count()).where(member.c.tenant == tx.tenant)) > members:
        no_person = select(member.c.id).where(member.c.tenant == tx.tenant, ~is_one)
        agreed -= _agreed(tx, said.c.member.in_(no_person))
    return Reachable(
        members=members,
        with_email=with_email,
        with_phone=with_phone,
        with_birthday=with_birthday,
        agree_to_news=agreed,
    )


def _agreed(tx: Transaction, *only: ColumnElement[bool]) -> int:
    """How many said yes to news last."""
    said = tables.consents
    asked = (said.c.tenant == tx.tenant, said.c.purpose == "news")
    # Few answer twice: only of them it is asked which answer was the last.
    twice = select(said.c.member).where(*asked).group_by(said.c.member).having(func.count() > 1)
    yes = select(func.count()).select_from(said).where(*asked, said.c.given == 1, *only)
    former = yes.where(said.c.member.in_(twice), _answered_later())
    return _count(tx, yes) - _count(tx, former)


def _answered_later() -> ColumnElement[bool]:
    """Whether the member answered the same question again; of two at once, a no is the later."""
    said, later = tables.consents, tables.consents.alias()
    same_time = later.c.at == said.c.at
    return (
        select(later.c.event)
        .where(
            later.c.tenant == said.c.tenant,
            later.c.purpose == said.c.purpose,
            later.c.member == said.c.member,
            or_(
                later.c.at > said.c.at,
                and_(same_time, later.c.given < said.c.given),
                and_(same_time, later.c.given == said.c.given, later.c.event > said.c.event),
            ),
        )
        .exists()
    )


def _count(tx: Transaction, query: Select[Any]) -> int:
    row = tx.first(query)
    return 0 if row is None else int(row[0])
