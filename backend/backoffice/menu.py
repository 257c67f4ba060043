"""The rooms of the back office, in the order in which a shop needs them."""

from dataclasses import dataclass

from backend.rights import Right
from backend.web.words import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A line of the menu."""

    name: str
    """`later(…)`: the page translates it."""
    path: str
    right: Right
    icon: str
    """A letter of the Lucide font, as its code point."""


MENU: tuple[Room, ...] = (
    Room(name=later("Loyalty till"), path="/till", right=Right.SALES, icon="\ue15c"),
    Room(name=later("Members"), path="/office/members", right=Right.MEMBERS, icon="\ue1a4"),
    Room(name=later("Programs"), path="/office/programs", right=Right.PROGRAMS, icon="\ue176"),
)
"""Who lacks a room's right does not see it."""
