"""The parts in which a program is edited: each a page of its own, in the order of a merchant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.backoffice.rules import shapes
from backend.backoffice.rules.shapes import Shape
from backend.web.words import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some fields of the program that belong together."""

    name: str
    title: str
    told: str = ""
    fields: Sequence[str]

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """What the fields are."""
        return tuple(shapes.program()[name] for name in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Rules of a kind, of which there may be several."""

    name: str
    title: str
    told: str
    one: str
    """What adds one."""

    @property
    def inside(self) -> tuple[Shape, ...]:
        """What the fields of one are."""
        return shapes.program()[self.name].inside


SERIES: Mapping[str, Series] = {
    each.name: each
    for each in (
        Series(
            name="earning",
            title=later("How points are earned"),
            told=later("Each rule says when, on what, how many, and until when."),
            one=later("Add an earning rule"),
        ),
        Series(
            name="rewards",
            title=later("What points can buy"),
            told=later("Each reward says what it costs and what it gives."),
            one=later("Add a reward"),
        ),
        Series(
            name="campaigns",
            title=later("Campaigns"),
            told=later("For a time, purchases earn more."),
            one=later("Add a campaign"),
        ),
        Series(
            name="price_books",
            title=later("Points by price code"),
            told=later("Where a price code earns otherwise, or nothing."),
            one=later("Add a price code"),
        ),
        Series(
            name="alerts",
            title=later("Alerts to staff"),
            told=later("What the till says when somebody is far enough."),
            one=later("Add an alert"),
        ),
    )
}

PARTS: Mapping[str, Part] = {
    each.name: each
    for each in (
        Part(
            name="about",
            title=later("Name and points"),
            fields=("name", "rule_in_words", "unit", "currency", "point_value", "counts_from"),
        ),
        Part(
            name="who",
            title=later("For whom, on what"),
            told=later("Who earns at all, and which articles count."),
            fields=("only", "lines"),
        ),
        Part(
            name="limits",
            title=later("Limits"),
            fields=("caps", "combine", "guard"),
        ),
        Part(
            name="returns",
            title=later("Returns and corrections"),
            fields=("credit_notes", "negative", "adjustments"),
        ),
        Part(
            name="joining",
            title=later("Joining and welcome"),
            fields=("enrolment", "invitations", "welcome_mail"),
        ),
        Part(name="cards", title=later("Cards"), fields=("card", "card_price")),
        Part(name="tiers", title=later("Tiers"), fields=("tiers",)),
        Part(name="households", title=later("Households"), fields=("households",)),
        Part(name="reminders", title=later("Reminders"), fields=("reminders",)),
        Part(name="stores", title=later("Stores"), fields=("stores",)),
        Part(
            name="offline",
            title=later("Kiosks and trust"),
            told=later("What may be given away without a network, and on which card."),
            fields=("offline", "assurance"),
        ),
    )
}


def place(field: str) -> str:
    """The page, below the program's own, on which a field of the document is edited."""
    first, *rest = field.split(".")
    if first in SERIES:
        number = rest[0] if rest and rest[0].isdigit() else "0"
        return f"rules/{first}/{number}"
    return next((f"rules/{part.name}" for part in PARTS.values() if first in part.fields), "expert")
