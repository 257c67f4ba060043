"""While nobody is there: the invitation, and what it leads to without a card."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from kiosk.screens.base import Screen


class Trouble(Enum):
    """What is away at the moment; everything else still works."""

    READER = "reader"
    PRINTER = "printer"
    PAPER = "paper"
    NETWORK = "network"


class AttractChoice(Enum):
    """What can be touched while nobody is there."""

    NO_CARD = "no_card"
    EASE = "ease"
    """The ways to make the kiosk easier to use."""
    STAFF = "staff"
    """The corner with the shop's name, held for a while."""
    SET_UP = "set_up"
    """This kiosk is no shop's, or no longer: say whose it is."""


class Mode(Enum):
    """A way to make the kiosk easier to use. Each ends with the visit."""

    CONTRAST = "contrast"
    """Black on white, 7:1 at least."""
    LARGE = "large"
    """One thing below the other in letters that are read from half a metre with low vision."""
    LOW = "low"
    """Everything within the lowest 200 mm of a tall panel, for whoever sits."""
    CALM = "calm"
    """Nothing moves."""
    VOICE = "voice"
    """Everything is said aloud; what is private, only into headphones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What the merchant says of a campaign that runs now."""

    words: Mapping[str, str]
    """By language."""
    picture: str = ""
    """The hash of its picture; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attract(Screen[AttractChoice]):
    """The invitation to tap. Languages are in view; a tap wins at any moment."""

    welcome_points: int
    """What joining gives at once; 0 when the program gives nothing."""
    troubles: tuple[Trouble, ...] = ()
    messages: tuple[Announcement, ...] = ()
    """They take turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EaseOfUse(Screen[Mode | None]):
    """The ways to make the kiosk easier to use; the answer is the one to switch."""

    offered: tuple[Mode, ...]
    """What this kiosk can do."""
    on: frozenset[Mode] = frozenset()


class NoCard(Enum):
    """What else can be done without a card."""

    LOST = "lost"
    """Mine is lost: find me, and give me another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeACard(Screen[NoCard | None]):
    """How to begin without a card: take one from the box and tap it; or mine is lost."""

    url: str = ""
    """The page on which they join without a card, as a QR code; empty while there is none."""


class CardNotice(Enum):
    """Why a card opens nothing, in one sentence with what to do."""

    MUTE = "mute"
    """Not read: present it again."""
    RANDOM = "random"
    """A phone or a card that changes its number each time: another medium is needed."""
    BLOCKED = "blocked"
    """Replaced or reported lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardProblem(Screen[None]):
    """A card that opens nothing."""

    notice: CardNotice
