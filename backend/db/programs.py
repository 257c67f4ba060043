"""Drafts, versions, the switch, campaigns' messages, and work over all members."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update

from backend.db import feed, tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId, ProgramId


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A program as somebody is writing it."""

    program: str
    document: str
    actor: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version."""

    program: str
    version: int
    valid_from: datetime
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What kiosks say of a campaign."""

    program: str
    campaign: str
    message: dict[str, str]
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Work over all members, and how far it is."""

    id: str
    program: str
    kind: str
    content: str
    reached: str = ""
    done: bool = False
    members: int = 0
    points: int = 0


def draft(tx: Transaction, wanted: str) -> Draft | None:
    """The draft of a program."""
    table = tables.program_drafts
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.program == wanted))
    if row is None:
        return None
    return Draft(
        program=row.program, document=row.document, actor=row.actor, updated_at=row.updated_at
    )


def drafts(tx: Transaction) -> frozenset[str]:
    """The programs that somebody is writing."""
    table = tables.program_drafts
    found = tx.rows(select(table.c.program).where(table.c.tenant == tx.tenant))
    return frozenset(row.program for row in found)


def save_draft(tx: Transaction, program: str, document: str, actor: str) -> Draft:
    """The draft as it is now."""
    values = {"document": document, "actor": actor, "updated_at": tx.now}
    fresh = tx.insert_or_update(tables.program_drafts).values(
        tenant=tx.tenant, program=program, **values
    )
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "program"], set_=values))
    return Draft(program=program, document=document, actor=actor, updated_at=tx.now)


def delete_draft(tx: Transaction, program: str) -> None:
    """Nobody writes it any more."""
    table = tables.program_drafts
    tx.run(delete(table).where(table.c.tenant == tx.tenant, table.c.program == program))


def versions(
    tx: Transaction, program: str | None = None, *, before: int | None = None, limit: int = 1000
) -> tuple[Version, ...]:
    """The versions of one program or of all, the latest of each first."""
    table = tables.programs
    query = select(table).where(table.c.tenant == tx.tenant)
    if program is not None:
        query = query.where(table.c.id == program)
    if before is not None:
        query = query.where(table.c.version < before)
    found = tx.rows(query.order_by(table.c.id, table.c.version.desc()).limit(limit))
    return tuple(_version(row) for row in found)


def version(tx: Transaction, program: str, number: int) -> Version | None:
    """That version of a program."""
    table = tables.programs
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant, table.c.id == program, table.c.version == number
        )
    )
    return None if row is None else _version(row)


def delete_version(tx: Transaction, program: str, number: int) -> None:
    """Take back a version that was never in force; kiosks hear of it."""
    table = tables.programs
    tx.run(
        delete(table).where(
            table.c.tenant == tx.tenant, table.c.id == program, table.c.version == number
        )
    )
    tell_version(tx, program, number)


def tell_version(tx: Transaction, program: str, number: int) -> None:
    """Kiosks hear of a version that is not in force yet, or was taken back."""
    tx.programs.clear()
    tx.rules.clear()
    feed.tell(tx, "program", f"{program}@{number}")


def switch(tx: Transaction, program: str, *, on: bool, actor: str) -> None:
    """Loyalty on or off; kiosks hear of it."""
    values = {"is_on": int(on), "actor": actor, "changed_at": tx.now}
    fresh = tx.insert_or_update(tables.program_switches).values(
        tenant=tx.tenant, program=program, **values
    )
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "program"], set_=values))
    tx.programs.clear()
    feed.tell(tx, "program", program)


def message_key(program: str, campaign: str) -> str:
    """What the feed calls the message of a campaign."""
    return f"{program}/{campaign}"


def messages(tx: Transaction, program: str) -> dict[str, Message]:
    """What kiosks say of a program's campaigns, by campaign."""
    return {each.campaign: each for each in _messages(tx, [(program, None)])}


def some_messages(tx: Transaction, keys: list[tuple[str, str]]) -> tuple[Message, ...]:
    """Those messages."""
    return _messages(tx, [(program, campaign) for program, campaign in keys])


def save_message(tx: Transaction, told: Message) -> None:
    """What kiosks say of a campaign now."""
    values = {
        "message": json.dumps(told.message, ensure_ascii=False),
        "picture": told.picture,
        "updated_at": tx.now,
    }
    fresh = tx.insert_or_update(tables.campaign_messages).values(
        tenant=tx.tenant, program=told.program, campaign=told.campaign, **values
    )
    tx.run(
        fresh.on_conflict_do_update(index_elements=["tenant", "program", "campaign"], set_=values)
    )
    feed.tell(tx, "campaign", message_key(told.program, told.campaign))


def delete_message(tx: Transaction, program: str, campaign: str) -> None:
    """Kiosks say nothing of it any more."""
    table = tables.campaign_messages
    tx.run(
        delete(table).where(
            table.c.tenant == tx.tenant,
            table.c.program == program,
            table.c.campaign == campaign,
        )
    )
    feed.tell(tx, "campaign", message_key(program, campaign))


# --- work over all members ----------------------------------------------------------------------


def batch(tx: Transaction, wanted: str) -> Batch | None:
    """The work of that id."""
    table = tables.program_batches
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return Batch(
        id=row.id,
        program=row.program,
        kind=row.kind,
        content=row.content,
        reached=row.reached,
        done=bool(row.done),
        members=row.members,
        points=row.points,
    )


def begin_batch(tx: Transaction, begun: Batch, actor: str) -> None:
    """Write down that it begins."""
    tx.run(
        insert(tables.program_batches).values(
            tenant=tx.tenant,
            id=begun.id,
            program=begun.program,
            kind=begun.kind,
            content=begun.content,
            reached="",
            done=0,
            members=0,
            points=0,
            actor=actor,
            begun_at=tx.now,
        )
    )


def save_batch(tx: Transaction, far: Batch) -> None:
    """How far it is."""
    table = tables.program_batches
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == far.id)
        .values(reached=far.reached, done=int(far.done), members=far.members, points=far.points)
    )


def without_account(
    tx: Transaction, program: ProgramId, *, after: str, limit: int, consenting: bool
) -> tuple[MemberId, ...]:
    """The next members who have joined and have no account in the program."""
    table = tables.members
    query = (
        select(table.c.id)
        .where(table.c.id > after, *_without_account(tx, program, consenting=consenting))
        .order_by(table.c.id)
        .limit(limit)
    )
    return tuple(MemberId(row.id) for row in tx.rows(query))


def count_without_account(tx: Transaction, program: ProgramId, *, consenting: bool) -> int:
    """How many there are."""
    query = (
        select(func.count().label("members"))
        .select_from(tables.members)
        .where(*_without_account(tx, program, consenting=consenting))
    )
    row = tx.first(query)
    return 0 if row is None else int(row.members)


def count_members(tx: Transaction) -> int:
    """How many members have joined."""
    table = tables.members
    query = (
        select(func.count().label("members"))
        .select_from(table)
        .where(table.c.tenant == tx.tenant, table.c.enrolled_at.is_not(None))
    )
    row = tx.first(query)
    return 0 if row is None else int(row.members)


def _without_account(
    tx: Transaction, program: ProgramId, *, consenting: bool
) -> list[ColumnElement[bool]]:
    table, account, consent = tables.members, tables.accounts, tables.consents
    has_account = (
        select(account.c.member)
        .where(
            account.c.tenant == table.c.tenant,
            account.c.member == table.c.id,
            account.c.program == program,
        )
        .exists()
    )
    which = [table.c.tenant == tx.tenant, table.c.enrolled_at.is_not(None), ~has_account]
    if consenting:
        later = consent.alias()
        same = and_(
            later.c.tenant == consent.c.tenant,
            later.c.member == consent.c.member,
            later.c.purpose == consent.c.purpose,
            later.c.at > consent.c.at,
        )
        agreed = (
            select(consent.c.member)
            .where(
                consent.c.tenant == table.c.tenant,
                consent.c.member == table.c.id,
                consent.c.purpose == "program",
                consent.c.given == 1,
                ~select(later.c.event).where(same).exists(),
            )
            .exists()
        )
        which.append(agreed)
    return which


def _version(row: Row[tuple[object, ...]]) -> Version:
    return Version(
        program=row.id, version=row.version, valid_from=row.valid_from, document=row.document
    )


def _messages(tx: Transaction, keys: list[tuple[str, str | None]]) -> tuple[Message, ...]:
    table = tables.campaign_messages
    which = [
        table.c.program == program
        if campaign is None
        else and_(table.c.program == program, table.c.campaign == campaign)
        for program, campaign in keys
    ]
    if not which:
        return ()
    found = tx.rows(
        select(table).where(table.c.tenant == tx.tenant, or_(*which)).order_by(table.c.campaign)
    )
    return tuple(
        Message(
            program=row.program,
            campaign=row.campaign,
            message=json.loads(row.message),
            picture=row.picture,
        )
        for row in found
    )
