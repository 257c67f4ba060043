"""A program: a versioned, dated list of rules."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from loyalty.ids import ProgramId, RewardId
from loyalty.program.corrections import AdjustmentRules, Negative
from loyalty.program.counting import Unit
from loyalty.program.criteria import ANY_LINE, ANYONE, Criteria, LineCriteria
from loyalty.program.giving import EarningRule, Occasion, PriceBook
from loyalty.program.limits import AssuranceLimits, Caps, Guard, OfflineLimits
from loyalty.program.membership import (
    CardPrice,
    CardValidity,
    EnrolmentRules,
    HouseholdRules,
    InvitationRules,
    TierRules,
)
from loyalty.program.messages import Alert, ReminderRules, WelcomeMail
from loyalty.program.offering import Reward
from loyalty.program.operations import Campaign, Combine
from loyalty.program.sharing import Stores
from loyalty.program.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The rules in force for one account."""

    id: ProgramId
    version: int
    name: Words
    currency: str
    """ISO 4217."""
    valid_from: datetime
    earning: tuple[EarningRule, ...]
    rewards: tuple[Reward, ...]
    offline: OfflineLimits
    point_value: Decimal | None = None
    """What one point is worth, in major units of the currency; None where points buy gifts only."""
    rule_in_words: Words = field(default_factory=dict)
    """The earning rule as the ticket says it: "1 € = 1 point"."""
    unit: Unit = Unit.POINTS
    only: Criteria = ANYONE
    """Whom and where the program is for; every rule and campaign keeps to it."""
    lines: LineCriteria = ANY_LINE
    """Which lines it is for."""
    counts_from: datetime | None = None
    """From when past sales make the opening balance; None for no past."""
    campaigns: tuple[Campaign, ...] = ()
    combine: Combine = Combine.BEST
    price_books: tuple[PriceBook, ...] = ()
    caps: Caps = field(default_factory=Caps)
    credit_notes: bool = True
    """Whether a credit note takes the points of its amount (SW-10)."""
    negative: Negative = Negative.ALLOW
    """What happens when points that are taken back were spent (SW-10)."""
    adjustments: AdjustmentRules = field(default_factory=AdjustmentRules)
    stores: Stores = field(default_factory=Stores)
    """Whether points are good in all stores, or in silos (SW-11)."""
    card: CardValidity | None = None
    """How long its cards can be used; None for ever."""
    card_price: CardPrice | None = None
    """None where the card is free."""
    enrolment: EnrolmentRules = field(default_factory=EnrolmentRules)
    invitations: InvitationRules = field(default_factory=InvitationRules)
    welcome_mail: WelcomeMail = field(default_factory=WelcomeMail)
    households: HouseholdRules = field(default_factory=HouseholdRules)
    tiers: TierRules | None = None
    """None where all members are alike."""
    alerts: tuple[Alert, ...] = ()
    reminders: ReminderRules = field(default_factory=ReminderRules)
    assurance: AssuranceLimits = field(default_factory=dict)
    """How much may be spent on the word of each kind of card (F5)."""
    guard: Guard = field(default_factory=Guard)

    def reward(self, wanted: RewardId) -> Reward | None:
        """The reward of that id, or None when this version does not offer it."""
        return next((reward for reward in self.rewards if reward.id == wanted), None)

    def rules(self, occasion: Occasion) -> tuple[EarningRule, ...]:
        """The rules that give at `occasion`, in the order the merchant wrote them."""
        return tuple(rule for rule in self.earning if rule.when is occasion and rule.active)
