"""Every screen as data: what is asked, and what comes back.

A screen is a frozen dataclass; the type parameter of `Screen` is the type of its answer. The words
are not here: views put a screen into the customer's language, so a language change keeps the story
where it is. None as an answer always means "back" or "finish": every screen has a way out.

The machine in one look, by subject; each subject is a file of its own.
"""

from kiosk.screens.anytime import (
    OutOfOrder,
    OutOfService,
    Sorry,
    StillThere,
)
from kiosk.screens.base import (
    Screen,
)
from kiosk.screens.gifts import (
    ConfirmGift,
    Delivery,
    GiftRefused,
    PrinterCause,
    PrinterState,
    PrinterTrouble,
    Printing,
    RefusalReason,
    TakeVoucher,
    VoucherOnScreen,
    WayOut,
)
from kiosk.screens.home import (
    ChooseGift,
    Expiring,
    Gift,
    Home,
    HomeChoice,
    Stamps,
    TakeGift,
)
from kiosk.screens.joining import (
    AfterClaim,
    AskConsent,
    ClaimWelcome,
    Consents,
    HandOff,
    Join,
    Mistake,
    Phone,
    TypeBirthday,
    TypeEmail,
    TypeFirstName,
    TypePhone,
    Way,
    Welcomed,
)
from kiosk.screens.records import (
    Because,
    History,
    HistoryLine,
    Movement,
    MyVouchers,
    OpenVoucher,
    VoucherLine,
    Why,
)
from kiosk.screens.waiting import (
    Attract,
    AttractChoice,
    CardNotice,
    CardProblem,
    EaseOfUse,
    Mode,
    TakeACard,
    Trouble,
)

__all__ = [
    "AfterClaim",
    "AskConsent",
    "Attract",
    "AttractChoice",
    "Because",
    "CardNotice",
    "CardProblem",
    "ChooseGift",
    "ClaimWelcome",
    "ConfirmGift",
    "Consents",
    "Delivery",
    "EaseOfUse",
    "Expiring",
    "Gift",
    "GiftRefused",
    "HandOff",
    "History",
    "HistoryLine",
    "Home",
    "HomeChoice",
    "Join",
    "Mistake",
    "Mode",
    "Movement",
    "MyVouchers",
    "OpenVoucher",
    "OutOfOrder",
    "OutOfService",
    "Phone",
    "PrinterCause",
    "PrinterState",
    "PrinterTrouble",
    "Printing",
    "RefusalReason",
    "Screen",
    "Sorry",
    "Stamps",
    "StillThere",
    "TakeACard",
    "TakeGift",
    "TakeVoucher",
    "Trouble",
    "TypeBirthday",
    "TypeEmail",
    "TypeFirstName",
    "TypePhone",
    "VoucherLine",
    "VoucherOnScreen",
    "Way",
    "WayOut",
    "Welcomed",
    "Why",
]
