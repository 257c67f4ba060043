"""Before the shop: whoever installs the kiosk says whose it is."""

from dataclasses import dataclass
from enum import Enum

from kiosk.screens.base import Screen


class SetUpFault(Enum):
    """Why this machine is nobody's terminal yet, said with what to do."""

    NO_ADDRESS = "no_address"
    """What was typed is no address."""
    SILENT = "silent"
    """Nothing answers there: the network, or the address."""
    STRANGER = "stranger"
    """Something answers, but it is no loyalty backend."""
    MISTYPED = "mistyped"
    """A letter of the code is wrong."""
    USED_UP = "used_up"
    """The code is good no more, or never was."""
    OTHER_SHOP = "other_shop"
    """The code is another company's, and this kiosk holds the first one's records."""
    DISK = "disk"
    """Nothing can be written here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeAddress(Screen[str | None]):
    """Where the shop's backend answers, on a keyboard for addresses."""

    draft: str = ""
    fault: SetUpFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeClaimCode(Screen[str | None]):
    """The twelve letters that the back office shows for a new terminal. None for the address."""

    address: str
    letters: str
    """Those of which codes are made."""
    draft: str = ""
    fault: SetUpFault | None = None
