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
    Room(name=later("Campaigns"), path="/office/campaigns", right=Right.PROGRAMS, icon="\ue2b9"),
    Room(name=later("Gifts"), path="/office/gifts", right=Right.CATALOGUE, icon="\ue0e1"),
    Room(name=later("Products"), path="/office/products", right=Right.CATALOGUE, icon="\ue129"),
    Room(name=later("Messages"), path="/office/messages", right=Right.SETTINGS, icon="\ue10f"),
    Room(name=later("Reports"), path="/office/reports", right=Right.REPORTS, icon="\ue2a3"),
    Room(name=later("To decide"), path="/office/waiting", right=Right.APPROVE, icon="\ue38e"),
    Room(name=later("Imports"), path="/office/imports", right=Right.IMPORT, icon="\ue22f"),
    Room(name=later("Stores"), path="/office/stores", right=Right.SETTINGS, icon="\ue3e4"),
    Room(
        name=later("Kiosks and tills"),
        path="/office/terminals",
        right=Right.TERMINALS,
        icon="\ue3a2",
    ),
    Room(name=later("Staff"), path="/office/staff", right=Right.STAFF, icon="\ue342"),
    Room(name=later("Audit log"), path="/office/audit", right=Right.STAFF, icon="\ue45f"),
    Room(name=later("Settings"), path="/office/settings", right=Right.SETTINGS, icon="\ue154"),
)
"""Who lacks a room's right does not see it."""
