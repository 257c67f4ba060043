"""Somebody of the staff works at a kiosk: their PIN opens a short session, for the counter only.

The kiosk has checked the PIN by itself, so that it works without the network; here it is checked
again, by the hash that counts. What the session may do is less than its owner may: six digits typed
on a glass in a shop must not open what a password protects.
"""

from dataclasses import dataclass
from datetime import timedelta

from backend import passwords
from backend.db import Database, Transaction, staff
from backend.db.access import Terminal
from backend.db.staff import Person
from backend.errors import Refused
from backend.rights import AT_A_KIOSK, RIGHTS_OF
from backend.services.team import audit, sessions
from backend.services.team.staff import count_failure, refuse_locked
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import StaffUnlock, StaffUnlocked

LASTS = timedelta(minutes=20)
"""A piece of work at the counter; then the PIN is asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What became of a PIN; None for a wrong one, whose count must be written down."""

    unlocked: StaffUnlocked | None


def unlock(database: Database, terminal: Terminal, asked: StaffUnlock) -> StaffUnlocked:
    """A session for who typed their PIN. Raises Refused: SIGN_IN or LOCKED."""
    with database.read(terminal.tenant) as tx:
        person = staff.person(tx, asked.staff)
        refuse_locked(tx, person)
    # Outside any transaction: it takes long on purpose.
    good = passwords.fits(person.pin if person else None, asked.pin)
    if person is None or not _works_here(person, terminal):
        raise _wrong()
    tried = database.run(terminal.tenant, _came, terminal, person.id, good=good)
    if tried.unlocked is None:
        raise _wrong()
    return tried.unlocked


def lock(tx: Transaction, staff_id: str, session: str) -> None:
    """The work is done."""
    staff.close_session(tx, staff_id, session)


def _came(tx: Transaction, terminal: Terminal, wanted: str, *, good: bool) -> _Tried:
    person = staff.person(tx, wanted)
    assert person is not None
    refuse_locked(tx, person)  # others may have tried in the meantime
    if not good:
        count_failure(tx, person)
        return _Tried(unlocked=None)
    opened = sessions.open_at_kiosk(tx, person, name=terminal.name, lasts=LASTS)
    audit.note(tx, f"staff:{person.id}", "kiosk.session", person.id, terminal=terminal.id)
    return _Tried(
        unlocked=StaffUnlocked(
            staff=person.id,
            name=person.name,
            rights=tuple(sorted(RIGHTS_OF[person.role] & AT_A_KIOSK)),
            session=opened.session.id,
            token=opened.token.text,
            ends_at=opened.session.ends_at,
        )
    )


def _works_here(person: Person, terminal: Terminal) -> bool:
    elsewhere = person.store is not None and person.store.id != terminal.store.id
    return person.disabled_at is None and not elsewhere


def _wrong() -> Refused:
    return Refused(ProblemName.SIGN_IN, "this PIN opens nothing here")
