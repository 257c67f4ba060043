"""What a merchant decides: a program, a versioned, dated list of rules. Nothing runs here.

An earning rule says when, on what, how much, rounded how, until when; a campaign says when it makes
that more; a reward says its cost, what it gives, and how long its voucher can be used. Around them
stand limits, corrections, sharing between stores, membership and messages.
"""

from loyalty.program.corrections import (
    AdjustmentRules,
    Negative,
    ValueDate,
)
from loyalty.program.counting import (
    REDUCING,
    Advantage,
    Count,
    Discounted,
    On,
    Rounding,
    RoundPer,
    Unit,
)
from loyalty.program.criteria import (
    ANY_LINE,
    ANYONE,
    Bespoke,
    Criteria,
    LineCriteria,
)
from loyalty.program.currencies import (
    CURRENCIES,
    minor_units,
)
from loyalty.program.giving import (
    Band,
    Bands,
    Coefficient,
    EarningRule,
    Fixed,
    Give,
    Occasion,
    Pending,
    PerAmount,
    PerArticle,
    PriceBook,
    Validity,
)
from loyalty.program.limits import (
    Assurance,
    AssuranceLimit,
    AssuranceLimits,
    Caps,
    Guard,
    OfflineLimits,
)
from loyalty.program.membership import (
    Calendar,
    CardPrice,
    CardValidity,
    EnrolmentRules,
    Existing,
    HouseholdRules,
    InvitationRules,
    Metric,
    Role,
    Tier,
    TierRules,
)
from loyalty.program.messages import (
    Alert,
    MessageChannel,
    QuietHours,
    ReminderRules,
    WelcomeMail,
)
from loyalty.program.offering import (
    Reward,
    Takes,
)
from loyalty.program.operations import (
    Birthday,
    Bonus,
    Campaign,
    Combine,
    Hours,
    Multiply,
    Window,
)
from loyalty.program.program import (
    Program,
)
from loyalty.program.sharing import (
    Sharing,
    Stores,
)
from loyalty.program.words import (
    Words,
    in_language,
)

__all__ = [
    "ANYONE",
    "ANY_LINE",
    "CURRENCIES",
    "REDUCING",
    "AdjustmentRules",
    "Advantage",
    "Alert",
    "Assurance",
    "AssuranceLimit",
    "AssuranceLimits",
    "Band",
    "Bands",
    "Bespoke",
    "Birthday",
    "Bonus",
    "Calendar",
    "Campaign",
    "Caps",
    "CardPrice",
    "CardValidity",
    "Coefficient",
    "Combine",
    "Count",
    "Criteria",
    "Discounted",
    "EarningRule",
    "EnrolmentRules",
    "Existing",
    "Fixed",
    "Give",
    "Guard",
    "Hours",
    "HouseholdRules",
    "InvitationRules",
    "LineCriteria",
    "MessageChannel",
    "Metric",
    "Multiply",
    "Negative",
    "Occasion",
    "OfflineLimits",
    "On",
    "Pending",
    "PerAmount",
    "PerArticle",
    "PriceBook",
    "Program",
    "QuietHours",
    "ReminderRules",
    "Reward",
    "Role",
    "RoundPer",
    "Rounding",
    "Sharing",
    "Stores",
    "Takes",
    "Tier",
    "TierRules",
    "Unit",
    "Validity",
    "ValueDate",
    "WelcomeMail",
    "Window",
    "Words",
    "in_language",
    "minor_units",
]
