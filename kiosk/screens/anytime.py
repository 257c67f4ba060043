"""Over any screen, and instead of all of them."""

from dataclasses import dataclass
from enum import Enum

from kiosk.screens.base import Screen
from kiosk.screens.waiting import AttractChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere(Screen[bool | None]):
    """Silence: a countdown, one touch for more time. True is more time, None is finish."""

    seconds: int


class OutOfOrder(Enum):
    """What keeps the kiosk from working at all."""

    STORAGE = "storage"
    NOT_CLAIMED = "not_claimed"
    REVOKED = "revoked"
    STARTING = "starting"
    """Claimed, and waiting for the first program from the backend."""
    SWITCHED_OFF = "switched_off"
    """The merchant has switched loyalty off for now."""
    PAUSED = "paused"
    """Staff or the back office has paused this kiosk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService(Screen[AttractChoice | None]):
    """What is broken, what still works, whom to call. The kiosk returns by itself."""

    reason: OutOfOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorry(Screen[None]):
    """Something unexpected: nothing is lost, please begin again."""
