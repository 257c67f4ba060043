"""Sending the mail that waits: each at most once, tried again while that is certain.

A mail is leased, offered to the mail server, marked as being handed over, handed over, marked as
sent. Whoever dies before the second mark leaves it to be tried again when the lease ends; whoever
dies after it leaves it `unknown`, for staff to see and to send again if they want. Two of the same
mail would be worse than a reminder that is missing; a code that is missing is asked for again.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from backend.config import Config, MailServer
from backend.db import Database, Transaction, outbox
from backend.db.outbox import MailRow, MailState
from backend.logs import facts
from backend.mail import KINDS, MailKind
from backend.mail.message import AddressRefused, Letter, message
from backend.mail.smtp import Line, NotSent, PerhapsSent, Unreachable, line
from backend.mail.words import WordsRefused
from backend.services.mailing.letters import Nobody, letter_of
from loyalty.ids import TenantId

log = logging.getLogger(__name__)

AT_ONCE = 20
LEASE = timedelta(minutes=10)
"""Longer than `AT_ONCE` mails can take on a server that answers at its slowest allowed."""
GIVE_UP_AFTER = timedelta(days=3)
"""RFC 5321, 4.5.4.1 asks for four or five days for mail between people; ours grow stale sooner."""
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leased:
    """A mail that this process may send until its lease ends."""

    mail: MailRow
    letter: Letter


def is_due(tx: Transaction) -> bool:
    """Whether there is something to send, or something to say of what was lost."""
    return outbox.has_work(tx)


def send_due(database: Database, tenant: TenantId, config: Config) -> int:
    """How many mails left. Without a mail server they wait, where everybody can see them."""
    sent = 0
    while config.mail is not None:
        leased = database.run(tenant, _lease, config)
        if not leased:
            break
        try:
            sent += _send_all(database, tenant, config.mail, leased)
        except Unreachable as error:
            # The line is gone for all of them; those that already left are marked as such.
            log.warning("mail server: %s", error.answer)
            for each in leased:
                database.run(tenant, _not_now, each.mail, error.answer)
            break
    return sent


def _send_all(
    database: Database, tenant: TenantId, server: MailServer, leased: list[_Leased]
) -> int:
    sent = 0
    with line(server) as open_line:
        for each in leased:
            sent += _send(database, tenant, open_line, each)
    return sent


def _send(database: Database, tenant: TenantId, open_line: Line, leased: _Leased) -> bool:
    """Whether it left. Raises Unreachable when the line is gone, and the next would not either."""
    mail = leased.mail
    try:
        text = message(leased.letter)
        open_line.offer(text)
        if not database.run(tenant, _handing_over, mail):
            return False
        open_line.hand_over(text)
    except AddressRefused as error:
        database.run(tenant, _ended, mail, MailState.FAILED, str(error))
    except PerhapsSent:
        database.run(tenant, _ended, mail, MailState.UNKNOWN, "the line broke at the end")
        raise Unreachable("the line broke") from None
    except Unreachable as error:
        database.run(tenant, _not_now, mail, error.answer)
        raise
    except NotSent as error:
        if error.permanent:
            database.run(tenant, _ended, mail, MailState.FAILED, error.answer)
        else:
            database.run(tenant, _not_now, mail, error.answer)
    else:
        database.run(tenant, _ended, mail, MailState.SENT, "")
        return True
    return False


def _lease(tx: Transaction, config: Config) -> list[_Leased]:
    """Take the next mails for this process; those that have become pointless are dropped."""
    outbox.lost_mail(tx)
    leased: list[_Leased] = []
    for mail in outbox.due_mail(tx, AT_ONCE):
        if mail.useless_after is not None and mail.useless_after <= tx.now:
            _ended(tx, mail, MailState.DROPPED, "too late")
            continue
        try:
            letter = letter_of(tx, mail, config)
        except Nobody as gone:
            _ended(tx, mail, MailState.DROPPED, gone.why)
        except WordsRefused:
            _ended(tx, mail, MailState.FAILED, "the words of this kind cannot be used")
        else:
            until = tx.now + LEASE
            outbox.save_mail(tx, mail.id, leased_until=until, attempts=mail.attempts + 1)
            leased.append(_Leased(mail=_with_lease(tx, mail), letter=letter))
    return leased


def _with_lease(tx: Transaction, mail: MailRow) -> MailRow:
    found = outbox.mail(tx, mail.id)
    assert found is not None
    return found


def _handing_over(tx: Transaction, mail: MailRow) -> bool:
    """Whether the lease is still ours: from here on, nobody tries again."""
    found = outbox.mail(tx, mail.id, lock=True)
    if found is None or found.state is not MailState.WAITING:
        return False
    if found.leased_until != mail.leased_until:
        return False
    outbox.save_mail(tx, mail.id, state=MailState.SENDING.value)
    return True


def _ended(tx: Transaction, mail: MailRow, state: MailState, answer: str) -> None:
    values: dict[str, object] = {"state": state.value, "answer": answer, "leased_until": None}
    if state is MailState.SENT:
        values["sent_at"] = tx.now
    if KINDS[MailKind(mail.kind)].secret:
        values["content"] = "{}"
    outbox.save_mail(tx, mail.id, **values)
    log.info("mail", extra=facts(kind=mail.kind, state=state.value, answer=answer))


def _not_now(tx: Transaction, mail: MailRow, answer: str) -> None:
    """Try later, at growing intervals, and not for ever; nothing where the lease is not ours."""
    found = outbox.mail(tx, mail.id, lock=True)
    if found is None or found.leased_until != mail.leased_until:
        return
    if tx.now - mail.queued_at >= GIVE_UP_AFTER:
        _ended(tx, mail, MailState.FAILED, f"given up: {answer}")
        return
    pause = _PAUSES[min(mail.attempts, len(_PAUSES)) - 1] if mail.attempts else _PAUSES[0]
    outbox.save_mail(
        tx,
        mail.id,
        state=MailState.WAITING.value,
        leased_until=None,
        next_try_at=tx.now + pause,
        answer=answer,
    )
