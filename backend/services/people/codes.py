"""One-time codes: whoever reads the mail of a member is the member (F6).

Six digits, ten minutes, five tries, fifteen a day for an address. An address that nobody has gets
the same answer, is counted alike, and costs the same work but for the mail itself.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

from backend.db import Transaction, codes, members
from backend.db.codes import CodeRow
from backend.db.members import Member
from backend.errors import Refused, phrase
from backend.mail import Mail, MailKind
from backend.services.mailing import outbox
from backend.services.people import contacts
from backend.services.people.directory import kept
from backend_client.schemas.kiosks import CodeAsked, CodeRequest, SpendingCodeAsked
from backend_client.schemas.problems import ProblemName
from loyalty import members as people
from loyalty.ids import MemberId, TerminalId

DIGITS = 6
MINUTES = 10
TRIES = 5
PER_DAY = 15
_DAY = timedelta(days=1)


def ask(tx: Transaction, body: CodeRequest, purpose: str, terminal: TerminalId | None) -> CodeAsked:
    """The answer that everybody gets; the code is on its way, if the address is a member's.

    Raises Refused for too many, and EmailRefused or Refused for what is no address.
    """
    key, person = _whose(tx, body)
    return _sent(tx, body.id, key, person, purpose, terminal)


def send(
    tx: Transaction, wanted: str, person: Member, purpose: str, terminal: TerminalId
) -> SpendingCodeAsked:
    """A code on its way to the member whose card is shown; none where no address is known.

    Raises Refused for too many.
    """
    address = person.email if person.contact_key else None
    if address is None:
        return SpendingCodeAsked(id=wanted, minutes=MINUTES, tries=TRIES, contact="")
    asked = _sent(tx, wanted, tx.keys.contact(address), person, purpose, terminal)
    return SpendingCodeAsked(**asked.model_dump(), contact=people.masked(address))


def send_to(tx: Transaction, wanted: str, person: Member, address: str, purpose: str) -> CodeAsked:
    """A code on its way to an address that the member says is theirs. Raises Refused."""
    return _sent(tx, wanted, tx.keys.contact(address), person, purpose, None, address)


def _sent(
    tx: Transaction,
    wanted: str,
    key: str,
    person: Member | None,
    purpose: str,
    terminal: TerminalId | None,
    address: str | None = None,
) -> CodeAsked:
    asked = CodeAsked(id=wanted, minutes=MINUTES, tries=TRIES)
    known = codes.code(tx, wanted)
    if known is not None:
        if (known.contact_key, known.purpose, known.terminal) != (key, purpose, terminal):
            raise Refused(ProblemName.ID_REUSED, "another code was asked under this id")
        return asked
    _refuse_too_many(tx, key)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    codes.add(
        tx,
        CodeRow(
            id=wanted,
            purpose=purpose,
            contact_key=key,
            member=person.id if person else None,
            terminal=terminal,
            code_hash=tx.keys.code(wanted, digits),
            tries=0,
            asked_at=tx.now,
            expires_at=tx.now + timedelta(minutes=MINUTES),
        ),
    )
    if person is not None:
        outbox.queue(
            tx,
            Mail(
                kind=MailKind.CODE,
                key=f"code:{wanted}",
                member=person.id,
                address=address,
                values={"code": f"{digits[:3]} {digits[3:]}", "minutes": MINUTES},
                useless_after=tx.now + timedelta(minutes=MINUTES),
            ),
        )
    return asked


def _whose(tx: Transaction, body: CodeRequest) -> tuple[str, Member | None]:
    """What the address is counted by, and the member it belongs to."""
    if body.email is not None:
        key = tx.keys.contact(people.email(body.email))
        found = members.by_contact(tx, key)
    else:
        assert body.phone is not None
        key = tx.keys.phone(contacts.phone(body.phone, body.country))
        found = members.by_phone(tx, key)
    person = members.member(tx, kept(found[0])) if found else None
    return key, person


def _refuse_too_many(tx: Transaction, key: str) -> None:
    asked, first = codes.asked_since(tx, key, tx.now - _DAY)
    if asked >= PER_DAY:
        wait = _DAY if first is None else first + _DAY - tx.now
        raise Refused(
            ProblemName.TOO_MANY_CODES,
            phrase("at most {most} a day: come back tomorrow", most=PER_DAY),
            retry_after_s=max(1, int(wait.total_seconds())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What became of a code that was typed."""

    member: MemberId | None
    """None when it was wrong."""
    left: int
    """How often it may still be typed."""

    def passed(self) -> MemberId:
        """Whose it is. Raises Refused; by then the try is written down."""
        if self.member is None:
            raise Refused(
                ProblemName.CODE_WRONG, "look at the newest mail, or ask again", left=self.left
            )
        return self.member


def check(
    tx: Transaction, wanted: str, digits: str, purpose: str, terminal: TerminalId | None
) -> Typed:
    """Whether that is the code; wrong, unknown and too old are told alike."""
    row = codes.code(tx, wanted)
    hashed = tx.keys.code(wanted, digits)
    right = compare_digest(row.code_hash if row else "", hashed)
    if row is None or (row.purpose, row.terminal) != (purpose, terminal):
        return Typed(member=None, left=0)
    if row.expires_at <= tx.now or row.tries >= TRIES or row.used_at is not None:
        return Typed(member=None, left=0)
    codes.save(tx, wanted, tries=row.tries + 1)
    if not right or row.member is None:
        return Typed(member=None, left=TRIES - row.tries - 1)
    codes.save(tx, wanted, passed_at=tx.now)
    return Typed(member=row.member, left=0)


def passed(tx: Transaction, wanted: str, purpose: str, terminal: TerminalId | None) -> MemberId:
    """Whose code was typed right here, a moment ago. Raises Refused."""
    row = codes.code(tx, wanted)
    fresh = (
        row is not None
        and (row.purpose, row.terminal) == (purpose, terminal)
        and row.passed_at is not None
        and tx.now - row.passed_at < timedelta(minutes=MINUTES)
    )
    if row is None or row.member is None or not fresh:
        raise Refused(ProblemName.CODE_WRONG, "ask for a new code", left=0)
    return row.member


def used(tx: Transaction, wanted: str) -> None:
    """The code has done what it was for."""
    codes.save(tx, wanted, used_at=tx.now)
