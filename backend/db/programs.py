"""Drafts, versions, the switch, and campaigns' messages."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, and_, delete, or_, select

from backend.db import feed, tables
from backend.db.transaction import Transaction


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
