"""The shop's staff at the kiosk: unlock it, help a member, look after the machine."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from kiosk.screens.base import Screen
from kiosk.screens.waiting import Trouble

# --- unlocking ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPin(Screen[str | None]):
    """The PIN, on a pad of digits. Its digits are neither shown nor said."""

    wrong: bool = False
    wait_s: int = 0
    """Too many were wrong: so many seconds until the next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkOrShop(Screen[bool | None]):
    """The card of somebody of the staff: True to work here, False for their own points."""

    initial: str


class StaffChoice(Enum):
    """What staff can do at a kiosk, in the order in which it is offered."""

    MEMBER = "member"
    """Find a member, by card or by name."""
    UNSURE = "unsure"
    """Vouchers of which nobody knows whether they were printed."""
    DEVICES = "devices"
    SUMMARY = "summary"
    """The day's summary, on paper."""
    PAUSE_GIFTS = "pause_gifts"
    RESUME_GIFTS = "resume_gifts"
    PAUSE = "pause"
    """Out of service until staff says otherwise."""
    RESUME = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHome(Screen[StaffChoice | None]):
    """What the person who unlocked the kiosk may do."""

    initial: str
    offered: tuple[StaffChoice, ...]
    unsure: int = 0
    """How many vouchers wait for a decision."""
    troubles: tuple[Trouble, ...] = ()


# --- a member -------------------------------------------------------------------------------


class FindFault(Enum):
    """Why nobody was found."""

    NOBODY = "nobody"
    OFFLINE = "offline"
    """Without the network only a card finds somebody."""
    CARD_UNKNOWN = "card_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMember(Screen[str | None]):
    """Tap the member's card, or type the beginning of the name, or the e-mail address."""

    draft: str = ""
    fault: FindFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMember:
    """One of several people who fit."""

    id: str
    name: str
    contact: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersFound(Screen[FoundMember | None]):
    """Who fits what was typed."""

    members: tuple[FoundMember, ...]
    more: bool = False
    """More people fit than are shown: more letters help."""


class MemberDeed(Enum):
    """What staff can do for a member."""

    GIFT = "gift"
    VOUCHERS = "vouchers"
    CARDS = "cards"
    POINTS = "points"
    """Add or remove points by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember(Screen[MemberDeed | None]):
    """A member as staff sees them."""

    name: str
    contact: str
    balance: int
    vouchers: int
    offered: tuple[MemberDeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """A card of a member. It has no number that anybody could read."""

    key: str
    since: datetime
    blocked: bool
    label: str = ""
    on_phone: bool = False
    """Whether their phone shows it; there is no chip."""


class CardAct(Enum):
    """What can be done with a card."""

    REPLACE = "replace"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardDeed:
    """What to do with which card; without one, a card is added."""

    card: CardLine | None = None
    act: CardAct = CardAct.REPLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCards(Screen[CardDeed | None]):
    """The member's cards: replace, block, or add one."""

    name: str
    cards: tuple[CardLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TapNewCard(Screen[None]):
    """Hold the new card against the reader; the tap itself goes on."""

    taken: bool = False
    """The card that was tapped is somebody's: another one, please."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePoints(Screen[int | None]):
    """How many points to add, or to remove for a negative number."""

    name: str
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseNature(Screen[str | None]):
    """Why points are moved by hand: one of the program's natures, by its code."""

    natures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeComment(Screen[str | None]):
    """A few words on why, for the books. An empty text is an answer too."""

    points: int


# --- vouchers that nobody is sure of --------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureVoucher:
    """A voucher that was perhaps printed. Its points are held until somebody decides."""

    redemption: str
    code: str
    gift_name: str
    cost: int
    at: datetime


class UnsureAct(Enum):
    """What to do with it."""

    REPRINT = "reprint"
    """The same code, marked DUPLICATE."""
    VOID = "void"
    """It never came out: the points go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureDeed:
    """A voucher and what to do with it."""

    voucher: UnsureVoucher
    act: UnsureAct


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureVouchers(Screen[UnsureDeed | None]):
    """The vouchers of which nobody knows whether they were printed."""

    vouchers: tuple[UnsureVoucher, ...]
    paper: bool


# --- the machine ----------------------------------------------------------------------------


class DeviceDeed(Enum):
    """What can be done about a device."""

    READER = "reader"
    """Open the reader anew."""
    PRINTER = "printer"
    """Open the printer anew and ask how it is."""
    TEST_PRINT = "test_print"
    SYNC = "sync"
    """Fetch and send now."""
    RESTART = "restart"
    """Begin the kiosk's program again."""


class PaperLeft(Enum):
    """What the printer says of its paper."""

    ENOUGH = "enough"
    LOW = "low"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePanel(Screen[DeviceDeed | None]):
    """How the machine is, live."""

    reader: bool
    printer: bool | None
    """None for a kiosk without a printer."""
    paper: PaperLeft
    online: bool
    contact: datetime | None
    """When the backend last spoke; None if it never has."""
    queue: int
    """Facts that wait to be sent."""
    disk_free_mb: int
    clock: datetime
    clock_trusted: bool
    terminal: str
    store: str
    software: str
    program: str
    """Its name and version."""
    claimed: bool = True
    """False once the back office has shut this kiosk out."""
    under_way: DeviceDeed | None = None
    done: DeviceDeed | None = None
    """What was just tried, and went well."""
    failed: DeviceDeed | None = None
