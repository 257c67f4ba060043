"""One thing told, with one way on: what was done, or why not."""

from dataclasses import dataclass
from enum import Enum

from kiosk.screens.base import Screen


class Tell(Enum):
    """What is told."""

    # For staff.
    DONE = "done"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    NEEDS_NETWORK = "needs_network"
    """This is only done with the backend's word."""
    NOT_ALLOWED = "not_allowed"
    """The back office does not let this person do it."""
    WAITS_FOR_SECOND = "waits_for_second"
    """Above the limit: a second person has to agree, in the back office."""
    REFUSED = "refused"
    """The rules said no."""
    NO_PIN = "no_pin"
    """Nobody of the staff has a PIN for this kiosk yet."""
    CLAIMED = "claimed"
    """This machine is a terminal of the shop now; it opens by itself."""

    # For customers.
    OFFLINE = "offline"
    """The backend cannot be asked: later, or at the counter."""
    LOST_OFFLINE = "lost_offline"
    """Without the network nobody can be found: what to do meanwhile."""
    NOT_NOW = "not_now"
    """The backend said no: ask the staff."""
    TOO_MANY = "too_many"
    """Codes were asked for too often."""
    CODE_DEAD = "code_dead"
    """No try is left."""
    CARD_REMOVED = "card_removed"
    ERASED = "erased"
    MAILED = "mailed"
    """The voucher is on its way by e-mail."""
    NO_EMAIL = "no_email"
    """No address is on their record any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Screen[None]):
    """What was done, or why not."""

    what: Tell
    contact: str = ""
    """Where it goes, masked, for MAILED; the name of terminal and shop for CLAIMED."""
