"""Mail to send: queued with what caused it, in one transaction, and each thing said once."""

import json
from datetime import date, datetime

from backend.db import Transaction, members, outbox
from backend.db.outbox import MailRow, MailState
from backend.mail import KINDS, Mail, Value

LANGUAGE = "en"
"""Of somebody whose language nobody knows."""


def queue(tx: Transaction, mail: Mail, *, id_: str | None = None) -> bool:
    """Whether the mail will be sent, when this transaction is committed.

    No when it was queued before (the same `key`), when there is nobody to write to (no address on
    the record: CLI-13), or when it asks for a visit and the member did not agree to news.
    """
    kind = KINDS[mail.kind]
    assert set(mail.values) == set(kind.values), f"{mail.kind} says {sorted(kind.values)}"
    language = mail.language or LANGUAGE
    if mail.member is not None:
        person = members.member(tx, mail.member)
        if person is None or (person.email is None and mail.address is None):
            return False
        if kind.nudges and not outbox.agrees(tx, mail.member, "news"):
            return False
        language = mail.language or person.language
    elif mail.address is None:
        return False
    queued = outbox.add_mail(
        tx,
        MailRow(
            id=id_ or outbox.new_mail_id(),
            key=mail.key,
            kind=mail.kind.value,
            member=mail.member,
            address=mail.address,
            language=language,
            content=written(dict(mail.values)),
            state=MailState.WAITING,
            attempts=0,
            next_try_at=max(mail.not_before or tx.now, tx.now),
            useless_after=mail.useless_after,
            leased_until=None,
            queued_at=tx.now,
            sent_at=None,
            answer="",
        ),
    )
    tx.posted = tx.posted or queued
    return queued


def written(values: dict[str, Value]) -> str:
    """The values of a mail as JSON; days are marked, so that they are written as days again."""
    return json.dumps({name: _marked(value) for name, value in values.items()})


def read(content: str) -> dict[str, Value]:
    """The values again."""
    found: dict[str, Value] = {}
    for name, value in json.loads(content).items():
        found[name] = date.fromisoformat(value["day"]) if isinstance(value, dict) else value
    return found


def _marked(value: Value) -> object:
    if isinstance(value, datetime):
        raise TypeError("a mail speaks of days, which depend on the shop's zone: give its date")
    return {"day": value.isoformat()} if isinstance(value, date) else value
