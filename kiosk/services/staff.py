"""The staff at the kiosk: who typed that PIN, how often it may be tried, what they did.

The PIN protects a kiosk that runs: whoever can take its memory card out can try all PINs against
the hashes at home, and can read what the kiosk knows anyway. See docs/staff.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend_client.schemas.events import StaffActed, StaffDeed
from backend_client.signing import pin_digest
from kiosk.db import Transaction
from kiosk.db.transaction import Colleague
from loyalty.ids import MemberId

TRIES = 3
"""Wrong PINs in a row before the first wait."""
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""After every further `TRIES`, the next of these; then the last, again and again. That is at most
some eighty tries a day against a million PINs, and the count outlives a restart."""

_MEMORY = "pin_tries"
_HASHER = PasswordHasher()


class Pause:
    """What staff has paused here, as it is remembered."""

    NOTHING = ""
    GIFTS = "gifts"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How many wrong PINs in a row, and until when none is looked at."""

    wrong: int = 0
    until: datetime | None = None

    def wait_s(self, now: datetime) -> int:
        """Seconds until the next try; 0 when it may be made now."""
        left = (self.until - now).total_seconds() if self.until else 0.0
        return max(0, round(left + 0.5)) if left > 0 else 0


def whose(pin: str, secret: bytes, colleagues: Iterable[Colleague]) -> Colleague | None:
    """Who has that PIN. Takes some 30 ms of a core for each of them, on purpose."""
    digest = pin_digest(secret, pin)
    return next((each for each in colleagues if _fits(each.pin, digest)), None)


def _fits(kept: str, digest: str) -> bool:
    try:
        return _HASHER.verify(kept, digest)
    except (VerificationError, InvalidHashError):
        return False


def tries(tx: Transaction) -> Tries:
    """How the last tries went."""
    wrong, _, until = (tx.recall(_MEMORY) or "0|").partition("|")
    return Tries(wrong=int(wrong), until=datetime.fromisoformat(until) if until else None)


def count_wrong(tx: Transaction, *, now: datetime) -> Tries:
    """One more wrong PIN; every third in a row shuts the pad for a while, and the office hears."""
    wrong = tries(tx).wrong + 1
    until = None
    if wrong % TRIES == 0:
        until = now + WAITS[min(wrong // TRIES, len(WAITS)) - 1]
        did(tx, None, "locked_out", now=now)
    tx.remember(_MEMORY, f"{wrong}|{until.isoformat() if until else ''}")
    return Tries(wrong=wrong, until=until)


def opened(tx: Transaction, who: Colleague, *, now: datetime) -> None:
    """The PIN was right: the count begins anew, and the office hears who works here."""
    tx.remember(_MEMORY, "0|")
    did(tx, who.id, "open", now=now)


def did(
    tx: Transaction, staff: str | None, deed: StaffDeed, *, now: datetime, about: str = ""
) -> None:
    """What staff did, for the audit log of the back office."""
    tx.publish(StaffActed(id=str(uuid4()), at=now, staff=staff, deed=deed, about=about))


def staff_card(tx: Transaction, member: MemberId) -> Colleague | None:
    """Who of the staff this customer is."""
    return next((each for each in tx.staff() if each.member == member), None)


def paused(tx: Transaction) -> str:
    """What staff has paused here; see `Pause`."""
    return tx.recall("paused") or Pause.NOTHING


def out_of_service(tx: Transaction) -> bool:
    """Whether staff here, or the back office, wants nobody to be served."""
    return paused(tx) == Pause.ALL or tx.recall("paused_by_office") == "yes"


def office_says(tx: Transaction, *, paused: bool) -> bool:
    """Remember whether the back office has paused this kiosk; whether that is new."""
    said = "yes" if paused else "no"
    if (tx.recall("paused_by_office") or "no") == said:
        return False
    tx.remember("paused_by_office", said)
    return True


def pause(tx: Transaction, what: str, who: Colleague, *, now: datetime) -> None:
    """Pause gifts, or everything; or go on, for `Pause.NOTHING`."""
    tx.remember("paused", what)
    did(tx, who.id, "resume" if what == Pause.NOTHING else "pause", now=now)
