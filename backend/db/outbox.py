"""The mail that is waiting, on its way, and sent; the words that the merchant chose for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, func, or_, select, update

from backend.db import tables
from backend.db.transaction import Transaction
from loyalty.ids import MemberId


class MailState(StrEnum):
    """Where a mail is."""

    WAITING = "waiting"
    SENDING = "sending"
    """The text is being handed over: whoever dies now leaves it `unknown`."""
    SENT = "sent"
    """The mail server took it."""
    FAILED = "failed"
    """Refused for good, or tried for too long."""
    UNKNOWN = "unknown"
    """Handed over perhaps; never sent again by itself, for nobody wants a mail twice."""
    DROPPED = "dropped"
    """Not wanted any more: too late, erased, or no address left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    """One mail as it is kept."""

    id: str
    key: str
    kind: str
    member: MemberId | None
    address: str | None
    language: str
    content: str
    """Its values as JSON; empty once a secret one has left."""
    state: MailState
    attempts: int
    next_try_at: datetime
    useless_after: datetime | None
    leased_until: datetime | None
    queued_at: datetime
    sent_at: datetime | None
    answer: str
    """Why it has not left: what the server said, as a number, or what happened to the line."""


def add_mail(tx: Transaction, row: MailRow) -> bool:
    """Write a mail down; False when one of that key is there already."""
    fresh = tx.insert_or_update(tables.outbox).values(tenant=tx.tenant, **_values(row))
    once = fresh.on_conflict_do_nothing(index_elements=["tenant", "key"])
    return tx.first(once.returning(tables.outbox.c.id)) is not None


def is_written(tx: Transaction, key: str) -> bool:
    """Whether there was a mail of that key, whatever became of it."""
    table = tables.outbox
    found = select(table.c.id).where(table.c.tenant == tx.tenant, table.c.key == key)
    return tx.first(found) is not None


def new_mail_id() -> str:
    """An id for a mail; its Message-ID is made of it."""
    return str(uuid4())


def mail(tx: Transaction, wanted: str, *, lock: bool = False) -> MailRow | None:
    """The mail of that id."""
    table = tables.outbox
    query = select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted)
    row = tx.first(query.with_for_update() if lock else query)
    return None if row is None else _mail(row)


def due_mail(tx: Transaction, limit: int) -> tuple[MailRow, ...]:
    """Mails whose time has come and that nobody is sending, the longest waiting first."""
    table = tables.outbox
    found = tx.rows(
        select(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.state == MailState.WAITING.value,
            table.c.next_try_at <= tx.now,
            or_(table.c.leased_until.is_(None), table.c.leased_until <= tx.now),
        )
        .order_by(table.c.next_try_at, table.c.id)
        .limit(limit)
    )
    return tuple(_mail(row) for row in found)


def has_work(tx: Transaction) -> bool:
    """Whether a mail's time has come, or a sender died over one."""
    table = tables.outbox
    free = or_(table.c.leased_until.is_(None), table.c.leased_until <= tx.now)
    waiting = and_(table.c.state == MailState.WAITING.value, table.c.next_try_at <= tx.now)
    lost = table.c.state == MailState.SENDING.value
    # Said of both together first, so that the index is entered: all that ever left is never read.
    either = table.c.state.in_((MailState.WAITING.value, MailState.SENDING.value))
    query = select(table.c.id).where(table.c.tenant == tx.tenant, either, free, or_(waiting, lost))
    return tx.first(query.limit(1)) is not None


def save_mail(tx: Transaction, wanted: str, **values: object) -> None:
    """Change what is kept of a mail."""
    table = tables.outbox
    tx.run(update(table).where(table.c.tenant == tx.tenant, table.c.id == wanted).values(**values))


def stop_mail(tx: Transaction, wanted: str) -> None:
    """A mail that waits never leaves."""
    save_mail(tx, wanted, **_STOPPED)


def has_of(tx: Transaction, begins: str) -> bool:
    """Whether there was a mail whose key begins so, whatever became of it."""
    table = tables.outbox
    of_these = select(table.c.id).where(table.c.tenant == tx.tenant, tx.begins(table.c.key, begins))
    return tx.first(of_these.limit(1)) is not None


def stop_of(tx: Transaction, begins: str) -> int:
    """How many mails that waited, and whose key begins so, never leave."""
    table = tables.outbox
    waiting = (table.c.tenant == tx.tenant, table.c.state == MailState.WAITING.value)
    return tx.run(
        update(table).where(*waiting, tx.begins(table.c.key, begins)).values(**_STOPPED)
    ).rowcount


_STOPPED: dict[str, object] = {
    "state": MailState.DROPPED.value,
    "leased_until": None,
    "answer": "stopped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """Mails that say the same and wait."""

    key: str
    """Of one of them."""
    content: str
    waiting: int
    queued_at: datetime


def letters_waiting(tx: Transaction, kind: str) -> tuple[LetterRow, ...]:
    """What waits of that kind, together where it says the same, the latest first."""
    table = tables.outbox
    since = func.min(table.c.queued_at)
    found = tx.rows(
        select(
            func.min(table.c.key).label("key"),
            table.c.content,
            func.count().label("waiting"),
            since.label("since"),
        )
        .where(
            table.c.tenant == tx.tenant,
            table.c.state == MailState.WAITING.value,
            table.c.kind == kind,
        )
        .group_by(table.c.content)
        .order_by(since.desc())
    )
    return tuple(
        LetterRow(key=row.key, content=row.content, waiting=row.waiting, queued_at=row.since)
        for row in found
    )


def lost_mail(tx: Transaction) -> int:
    """Mails whose sender died in the middle of handing them over are `unknown` from now on."""
    table = tables.outbox
    found = tx.run(
        update(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.state == MailState.SENDING.value,
            table.c.leased_until <= tx.now,
        )
        .values(state=MailState.UNKNOWN.value, leased_until=None, answer="sender died")
    )
    return found.rowcount


def mailed_at(
    tx: Transaction, member: MemberId, kinds: Sequence[str], since: datetime | None = None
) -> tuple[datetime, ...]:
    """When mails of those kinds were queued for the member, oldest first, dropped ones aside.

    Queued counts as sent: two jobs that run at once must not both find that nothing was said.
    """
    table = tables.outbox
    query = select(table.c.queued_at).where(
        table.c.tenant == tx.tenant,
        table.c.member == member,
        table.c.kind.in_(kinds),
        table.c.state != MailState.DROPPED.value,
    )
    if since is not None:
        query = query.where(table.c.queued_at > since)
    return tuple(row.queued_at for row in tx.rows(query.order_by(table.c.queued_at)))


def page_of_mail(
    tx: Transaction,
    *,
    state: MailState | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> tuple[MailRow, ...]:
    """The latest mails first, from a place on."""
    table = tables.outbox
    query = select(table).where(table.c.tenant == tx.tenant)
    if state is not None:
        query = query.where(table.c.state == state.value)
    if before is not None:
        at, last = before
        query = query.where(
            or_(table.c.queued_at < at, and_(table.c.queued_at == at, table.c.id < last))
        )
    found = tx.rows(query.order_by(table.c.queued_at.desc(), table.c.id.desc()).limit(limit))
    return tuple(_mail(row) for row in found)


def count_mail(tx: Transaction) -> dict[str, int]:
    """How many mails are in each state."""
    table = tables.outbox
    found = tx.rows(
        select(table.c.state, func.count().label("mails"))
        .where(table.c.tenant == tx.tenant)
        .group_by(table.c.state)
    )
    return {row.state: row.mails for row in found}


def agrees(tx: Transaction, member: MemberId, purpose: str) -> bool:
    """Whether the member's last word on that purpose was yes."""
    table = tables.consents
    row = tx.first(
        select(table.c.given)
        .where(table.c.tenant == tx.tenant, table.c.member == member, table.c.purpose == purpose)
        .order_by(table.c.at.desc(), table.c.given)
        .limit(1)
    )
    return row is not None and bool(row.given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A subject and a body, in the language of templates."""

    subject: str
    body: str


def wording(tx: Transaction, kind: str, language: str) -> Wording | None:
    """The merchant's own words; None where ours are used."""
    table = tables.mail_templates
    row = tx.first(
        select(table).where(
            table.c.tenant == tx.tenant, table.c.kind == kind, table.c.language == language
        )
    )
    return None if row is None else Wording(subject=row.subject, body=row.body)


def save_wording(tx: Transaction, kind: str, language: str, words: Wording | None) -> None:
    """The merchant's words from now on; None to go back to ours."""
    table = tables.mail_templates
    place = (table.c.tenant == tx.tenant, table.c.kind == kind, table.c.language == language)
    if words is None:
        tx.run(table.delete().where(*place))
        return
    told = {"subject": words.subject, "body": words.body, "changed_at": tx.now}
    fresh = tx.insert_or_update(table).values(
        tenant=tx.tenant, kind=kind, language=language, **told
    )
    tx.run(fresh.on_conflict_do_update(index_elements=["tenant", "kind", "language"], set_=told))


def _values(row: MailRow) -> dict[str, object]:
    return {
        "id": row.id,
        "key": row.key,
        "kind": row.kind,
        "member": row.member,
        "address": row.address,
        "language": row.language,
        "content": row.content,
        "state": row.state.value,
        "attempts": row.attempts,
        "next_try_at": row.next_try_at,
        "useless_after": row.useless_after,
        "leased_until": row.leased_until,
        "queued_at": row.queued_at,
        "sent_at": row.sent_at,
        "answer": row.answer,
    }


def _mail(row: Row[Any]) -> MailRow:
    return MailRow(
        id=row.id,
        key=row.key,
        kind=row.kind,
        member=None if row.member is None else MemberId(row.member),
        address=row.address,
        language=row.language,
        content=row.content,
        state=MailState(row.state),
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        useless_after=row.useless_after,
        leased_until=row.leased_until,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
        answer=row.answer,
    )
