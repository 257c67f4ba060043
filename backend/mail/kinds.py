"""Every mail there is: what it is for, and which values its words may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from loyalty.ids import MemberId
from loyalty.program import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So much of a balance that does not count points, but money or visits."""

    number: int
    unit: Unit
    currency: str


Value = int | str | date | Amount
"""A number, a text, a day, or an amount; each is written in the reader's language."""
BALANCES = frozenset({"points", "balance"})
"""Values that are so much of a balance: what it counts, the program says."""


class MailKind(StrEnum):
    """What a mail is for."""

    WELCOME = "welcome"
    """Somebody joined: what the points are, how many were given (CLI-12, LSX-32)."""
    CODE = "code"
    """A one-time code, typed where it was asked for."""
    CARD_REPLACED = "card-replaced"
    """Another card opens the account now; the old one does not."""
    EMAIL_CHANGED = "email-changed"
    """Goes to the address that was theirs: another one is written to from now on."""
    REMINDER = "reminder"
    """Points can be used, and some will be lost soon (OCT-15 to OCT-18)."""
    DEADLINE = "deadline"
    """So many points are lost on a day that is near."""
    VOUCHER = "voucher"
    """A voucher for who could not print it, or did not want paper."""
    VOUCHER_RETURNED = "voucher-returned"
    """A gift was not fetched in time; its points are back (F15)."""
    RETENTION = "retention"
    """Nothing was heard for three years: the account will be erased (F13)."""
    RESET = "reset"
    """A link for somebody of the staff who forgot their password."""
    STAFF_INVITATION = "staff-invitation"
    """A link for somebody of the staff to come in by."""
    NEWS = "news"
    """What the merchant has to say, to members whom they chose (LSX-33)."""
    TEST = "test"
    """The merchant tries whether mail works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What holds for every mail of a kind."""

    values: Mapping[str, Value] = field(default_factory=dict)
    """The names that its words may use, each with an example for the preview."""
    may_lack: frozenset[str] = frozenset()
    """Those of the values that some readers have nothing of: no points, no link."""
    nudges: bool = False
    """Asks for a visit: only for who agreed to news, below the cap, outside of quiet hours."""
    secret: bool = False
    """Holds what nobody but the reader may see: forgotten once the mail has left."""


_DAY = date(2027, 3, 12)
KINDS: Mapping[MailKind, Kind] = MappingProxyType(
    {
        MailKind.WELCOME: Kind(
            values={
                "points": 50,
                "balance": 50,
                "link": "https://shop.example/account/abc",
                "until": _DAY,
            },
            may_lack=frozenset({"points", "link"}),
            secret=True,
        ),
        MailKind.CODE: Kind(values={"code": "123 456", "minutes": 10}, secret=True),
        MailKind.CARD_REPLACED: Kind(values={"balance": 130}),
        MailKind.EMAIL_CHANGED: Kind(values={"contact": "c•••@•••.org"}),
        MailKind.REMINDER: Kind(
            values={"points": 42, "deadline": _DAY, "balance": 230}, nudges=True
        ),
        MailKind.DEADLINE: Kind(
            values={"points": 42, "deadline": _DAY, "balance": 230}, nudges=True
        ),
        MailKind.VOUCHER: Kind(
            values={"gift": "Coffee", "code": "ABCD-EFGH-JKLM", "until": _DAY}, secret=True
        ),
        MailKind.VOUCHER_RETURNED: Kind(values={"points": 100, "gift": "Coffee", "balance": 130}),
        MailKind.RETENTION: Kind(values={"erased_on": _DAY, "balance": 12}),
        MailKind.RESET: Kind(
            values={"link": "https://shop.example/password#abc", "minutes": 60}, secret=True
        ),
        MailKind.STAFF_INVITATION: Kind(
            values={"link": "https://shop.example/password#abc", "until": _DAY}, secret=True
        ),
        MailKind.NEWS: Kind(
            values={"subject": "Open on Sunday", "text": "We are open on Sunday, 9 to 1."},
            nudges=True,
        ),
        MailKind.TEST: Kind(),
    }
)

ALWAYS: Mapping[str, Value] = MappingProxyType(
    {"first_name": "Camille", "shop": "Maison Lise", "program": "Club Lise"}
)
"""What every mail may use beside its own values; the first name is read when it is sent."""


_IN_FRENCH: Mapping[str, Value] = MappingProxyType(
    {
        "gift": "Un café",
        "subject": "Ouverts dimanche",
        "text": "Nous vous accueillons aussi dimanche, de 9 h à 13 h.",
    }
)


def samples(kind: MailKind, language: str) -> dict[str, Value]:
    """What stands for its own values in a preview or a trial, in the language of its reader."""
    values = dict(KINDS[kind].values)
    if language == "fr":
        values |= {name: value for name, value in _IN_FRENCH.items() if name in values}
    return values


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to send."""

    kind: MailKind
    key: str
    """What it is about, such as `welcome:MEMBER`: queued again, it is the same mail."""
    member: MemberId | None = None
    address: str | None = None
    """For somebody who is no member yet; a member's address is read when the mail leaves."""
    language: str | None = None
    """None for the member's own."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """Those that the kind names; a text must not be a name or an address."""
    not_before: datetime | None = None
    useless_after: datetime | None = None
    """Not sent any more after that: a code that has ended."""
