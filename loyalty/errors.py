"""Every "no" of the rules, as a tree a screen can show.

LoyaltyError
├── NotEnoughPoints      the account holds less than the reward costs
├── RewardUnavailable    the program does not offer this reward (any more)
├── CurrencyMismatch     the sale is in another currency than the program (loyalty.earning)
├── SaleRefused          a sale that says something impossible (loyalty.sales): field and remedy
├── ExtensionMissing     a bespoke rule that is not installed here (loyalty.extensions)
├── OfflineLimit         without the network, the program allows no more than this
├── MemberLimit          the member has had this reward as often as the program allows
├── DailyLimit           the member has taken as many rewards today as the program allows
├── AssuranceLimit       so little is known of the card that no more can be spent with it
├── AdjustmentRefused
│   ├── ApprovalNeeded   so many points need a second person's word
│   └── ValueDateRefused this date cannot be chosen
├── HouseholdRefused
│   ├── EarnOnlyCard     this card earns for the household, and cannot spend
│   ├── HouseholdCap     this card has spent all it may for now
│   └── NotInHousehold   the person is not, or is already, a member of the household
├── VoucherRefused
│   ├── CodeMistyped     a letter is wrong: the check characters do not fit
│   ├── VoucherUnknown
│   ├── VoucherRedeemed  already taken: when and where
│   ├── VoucherVoided    cancelled, its points went back
│   └── VoucherExpired   its deadline has passed
├── NameRefused          a first name that cannot be written down
├── EmailRefused         not an e-mail address
└── ProgramRefused       a program document that says something impossible: field and remedy
"""

from datetime import datetime
from enum import Enum

from loyalty.ids import Points
from loyalty.sentences import Sentence, say


class LoyaltyError(Exception):
    """A rule says no; nothing has changed."""

    @property
    def said(self) -> str:
        """Why: in English, and as a `Sentence` where a rule of ours says it; empty for nothing."""
        return self.args[0] if self.args else ""


class NotEnoughPoints(LoyaltyError):
    """`missing` points short of the cost."""

    def __init__(self, missing: Points) -> None:
        super().__init__(say("points.missing", missing=missing))
        self.missing = missing


class RewardUnavailable(LoyaltyError):
    """The reward is not in the program, or not now."""


class OfflineLimit(LoyaltyError):
    """More than the program lets a terminal give away while it cannot ask the backend."""


class MemberLimit(LoyaltyError):
    """The member has had the reward `times` times, which is all the program allows."""

    def __init__(self, times: int) -> None:
        super().__init__(say("limit.member", times=times))
        self.times = times


class DailyLimit(LoyaltyError):
    """The member has taken `times` rewards today, which is all the program allows."""

    def __init__(self, times: int) -> None:
        super().__init__(say("limit.day", times=times))
        self.times = times


class AssuranceLimit(LoyaltyError):
    """No more than `allowed` points can be spent on the word of such a card."""

    def __init__(self, allowed: Points) -> None:
        super().__init__(say("assurance.most", allowed=allowed))
        self.allowed = allowed


class AdjustmentRefused(LoyaltyError):
    """The points cannot be moved by hand like that."""


class ApprovalNeeded(AdjustmentRefused):
    """More than `limit` points: a second person must agree."""

    def __init__(self, limit: Points) -> None:
        super().__init__(say("adjustment.approval", limit=limit))
        self.limit = limit


class ValueDateRefused(AdjustmentRefused):
    """The value date is not today's, and the person may not choose it, or it lies ahead."""


class HouseholdRefused(LoyaltyError):
    """The household's rules do not allow it."""


class EarnOnlyCard(HouseholdRefused):
    """The card earns for the household, and cannot spend."""


class HouseholdCap(HouseholdRefused):
    """No more than `allowed` points can still be spent with this card."""

    def __init__(self, allowed: Points) -> None:
        super().__init__(say("household.cap", allowed=allowed))
        self.allowed = allowed


class NotInHousehold(HouseholdRefused):
    """Only who is in a household can leave it or spend, and only who is not can join."""


class VoucherRefused(LoyaltyError):
    """The voucher gives nothing."""


class CodeMistyped(VoucherRefused):
    """The code is not well formed: wrong length, letter, or check characters."""


class VoucherUnknown(VoucherRefused):
    """No such voucher in this company."""


class VoucherRedeemed(VoucherRefused):
    """The voucher was taken before, at `at` in the store named `place`."""

    def __init__(self, *, at: datetime, place: str) -> None:
        super().__init__(say("voucher.redeemed", at=at.isoformat(), place=place))
        self.at = at
        self.place = place


class VoucherVoided(VoucherRefused):
    """The voucher was cancelled."""


class VoucherExpired(VoucherRefused):
    """The voucher's deadline was `expired_at`."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(say("voucher.expired", at=expired_at.isoformat()))
        self.expired_at = expired_at


class Flaw(Enum):
    """What is wrong with something a person typed."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    """Letters that cannot be shown or printed: emoji, control or direction marks."""
    SHAPE = "shape"
    """Not of the form that is asked."""


class NameRefused(LoyaltyError):
    """The first name cannot be taken as it is."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(say(f"typed.{flaw.value}"))
        self.flaw = flaw


class EmailRefused(LoyaltyError):
    """The text is not an e-mail address."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(say(f"typed.{flaw.value}"))
        self.flaw = flaw


class ProgramRefused(LoyaltyError):
    """The document at `field` says something impossible; `remedy` tells what to write instead."""

    def __init__(self, field: str, remedy: Sentence) -> None:
        super().__init__(f"{field}: {remedy}")
        self.field = field
        self.remedy = remedy
