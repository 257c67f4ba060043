"""Sessions of the staff: opened with a password, closed by time, by themselves or by others.

A browser holds its session in a cookie that scripts cannot read. What changes something must also
carry the session's CSRF token in a header, which a page of another site cannot know.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from backend.db import Database, Transaction, staff
from backend.db.staff import Person, Session
from backend.services.team.access import Token, new_token, read_token

PREFIX = "lkp_"
KIOSK_PREFIX = "lkk_"
"""Of a session that a PIN opened at a kiosk: it is good for the counter only."""
IDLE = timedelta(minutes=30)
"""After which an unused browser session ends: a back office left open at the counter."""
ABSOLUTE = timedelta(hours=12)
"""A working day: then the password is asked again, however busy the session was."""
TOKEN_DAYS_MAX = 366
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is known: not every look is worth a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A session and the secret that opens it, which is shown once."""

    session: Session
    token: Token

    @property
    def csrf(self) -> str:
        """What unsafe requests of this session carry."""
        return csrf_of(self.token.text)


def open_session(tx: Transaction, person: Person) -> Opened:
    """A new session of a browser."""
    return _open(tx, person, kind="session", name="", ends_in=ABSOLUTE)


def open_token(tx: Transaction, person: Person, *, name: str, days: int) -> Opened:
    """A new token for a program that works in somebody's name."""
    return _open(tx, person, kind="token", name=name, ends_in=timedelta(days=days))


def open_at_kiosk(tx: Transaction, person: Person, *, name: str, lasts: timedelta) -> Opened:
    """A new session of somebody who works at a kiosk; it bears the kiosk's name."""
    return _open(tx, person, kind="token", name=name, ends_in=lasts, prefix=KIOSK_PREFIX)


def _open(
    tx: Transaction,
    person: Person,
    *,
    kind: str,
    name: str,
    ends_in: timedelta,
    prefix: str = PREFIX,
) -> Opened:
    token = new_token(prefix, tx.tenant)
    session = Session(
        id=str(uuid4()),
        kind=kind,
        name=name,
        staff=person.id,
        created_at=tx.now,
        seen_at=tx.now,
        ends_at=tx.now + ends_in,
    )
    staff.open_session(tx, session, token_hash=token.hash)
    return Opened(session=session, token=token)


def session_of(database: Database, text: str) -> tuple[Token, Session, Person] | None:
    """Whose session the token opens; None when it is unknown, ended, or was idle for too long."""
    token = read_token(text, KIOSK_PREFIX if is_at_kiosk(text) else PREFIX)
    if token is None:
        return None
    with database.read(token.tenant) as tx:
        found = staff.session(tx, token.hash)
        if found is None or not is_open(found[0], tx):
            return None
        session, person = found
        stale = tx.now - session.seen_at > _SEEN_EVERY
    if stale:
        database.run(token.tenant, staff.seen, session.id)
    return token, session, person


def is_at_kiosk(text: str) -> bool:
    """Whether a token has the form of one that a PIN opened at a kiosk."""
    return text.startswith(KIOSK_PREFIX)


def is_open(session: Session, tx: Transaction) -> bool:
    """Whether the session still holds."""
    if tx.now >= session.ends_at:
        return False
    return session.kind == "token" or tx.now - session.seen_at < IDLE


def csrf_of(token: str) -> str:
    """The CSRF token of a session: it tells nothing of the token that it is made from."""
    return sha256(b"csrf:" + token.encode()).hexdigest()


def csrf_fits(token: str, shown: str) -> bool:
    """Whether the header carries this session's CSRF token."""
    return hmac.compare_digest(csrf_of(token).encode(), shown.encode())
