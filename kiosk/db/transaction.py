"""All the questions the kiosk asks its database, in the words of the shop. SQL stays in here."""

from kiosk.db.forgetting import ForgettingPart
from kiosk.db.outbox import OutboxPart
from kiosk.db.paper import HeldVoucher, Job, PaperPart
from kiosk.db.part import Conflict, ProgramCache
from kiosk.db.people import SEEN_GRAIN, CardRow, KnownMember, PeoplePart
from kiosk.db.points import PointsPart
from kiosk.db.shop import in_force, switched_off
from kiosk.db.staff import Colleague, StaffPart

__all__ = [
    "SEEN_GRAIN",
    "CardRow",
    "Colleague",
    "Conflict",
    "HeldVoucher",
    "Job",
    "KnownMember",
    "ProgramCache",
    "Transaction",
    "in_force",
    "switched_off",
]


class Transaction(OutboxPart, PeoplePart, PointsPart, PaperPart, StaffPart, ForgettingPart):
    """One transaction on the kiosk's database."""
