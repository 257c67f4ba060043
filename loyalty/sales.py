"""What the till tells us: a sale with its lines and payments, and what it knows of the buyer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from loyalty.errors import LoyaltyError
from loyalty.ids import MemberId, Points, SaleId, StoreId
from loyalty.sentences import say


class SaleRefused(LoyaltyError):
    """The sale at `field` says something impossible; `remedy` tells what to send instead."""

    def __init__(self, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {remedy}")
        self.field = field
        self.remedy = remedy


class Channel(StrEnum):
    """Where the sale was made."""

    SHOP = "shop"
    WEB = "web"
    INVOICE = "invoice"
    APPOINTMENT = "appointment"


class LineKind(StrEnum):
    """What a line sells. Articles earn; nothing else ever does.

    A gift card that earned would buy the next one for nothing; a reward that earned would be
    given twice. The five others are what shops set to zero by hand elsewhere (LSX-39).
    """

    ARTICLE = "article"
    SHIPPING = "shipping"
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    DONATION = "donation"
    ADMIN = "admin"
    REWARD = "reward"
    """A gift, or the discount that points gave: its mention on the ticket is "Offert"."""
    BOUGHT_WITH_POINTS = "bought_with_points"
    """Its mention is "Points de fidélité"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a ticket. Amounts are minor units, tax included."""

    id: str = ""
    """What a return names the line by; unique on its ticket."""
    kind: LineKind = LineKind.ARTICLE
    article: str = ""
    quantity: int = 1
    """Pieces. Weighed goods are one piece at the price of the whole."""
    unit_price: int = 0
    """The list price of one piece, before any discount."""
    discount: int = 0
    """Taken off the whole line."""
    tax_rate: Decimal = Decimal(0)
    """In percent; what it adds is in the prices."""
    family: str = ""
    type: str = ""
    brand: str = ""
    group: str = ""
    themes: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    points: Points | None = None
    """The article's own number of points for one piece; None where its record holds none."""
    earns: bool = True
    """False where the article, or the pack, is marked "exclude from points"."""
    price_code: str = ""
    """The price list of this line, where it is not the sale's."""
    components: "tuple[Line, ...]" = ()
    """What a pack is made of, each at its own price for one pack."""

    @property
    def listed(self) -> int:
        """Minor units before the discount."""
        return self.quantity * self.unit_price

    @property
    def net(self) -> int:
        """Minor units to pay."""
        return self.quantity * self.unit_price - self.discount


class Means(StrEnum):
    """How a part of a sale is paid."""

    MONEY = "money"
    """Cash, card, or a gift card that was bought before: it earned nothing then."""
    VOUCHER = "voucher"
    """A voucher or a gift cheque that the shop gave."""
    POINTS = "points"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A part of what the sale costs, in minor units."""

    means: Means
    amount: int


class SaleState(StrEnum):
    """Where a sale stands."""

    OPEN = "open"
    """Put aside, on account, or not yet paid: it earns nothing yet."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What a till sold to a member. Without lines and payments: one article, paid with money."""

    id: SaleId
    store: StoreId
    channel: Channel
    member: MemberId
    total: int
    """To pay, tax included, in minor units of `currency`: the lines less `discount`."""
    currency: str
    closed_at: datetime
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    discount: int = 0
    """Taken off the whole ticket, after the lines' own discounts."""
    state: SaleState = SaleState.CLOSED
    brand: str = ""
    """The shop's sign, where the company has several."""
    price_code: str = ""
    """The price list of the sale; empty for the buyer's own."""
    visits: int = 1
    """Visits as typed by the cashier, where the program counts them by hand."""

    @property
    def paid_in_full(self) -> bool:
        """Whether it is closed and nothing is left to pay."""
        if self.state is SaleState.OPEN:
            return False
        return not self.payments or self.paid() >= self.total

    def paid(self, means: Means | None = None) -> int:
        """Minor units paid, by those means or by all."""
        return sum(part.amount for part in self.payments if means in (None, part.means))


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """The member at the moment of the sale, as far as rules look."""

    enrolled: bool = True
    """False where the loyalty of this customer is switched off: staff, wholesale, by their wish."""
    record_type: str = ""
    town: str = ""
    department: str = ""
    region: str = ""
    country: str = ""
    themes: tuple[str, ...] = ()
    tier: str = ""
    """The member's rank before this sale; empty for none."""
    price_code: str = ""
    birthday: date | None = None
    """Its year does not matter."""
    first_purchase: bool = False
    earned_today: Points = 0
    """Earned in this program since local midnight, for the cap of a day."""
    balance: Points = 0
    """Before this sale, for the cap of the balance."""
    visits: int = 0
    """Tickets of this member before this one, for alerts."""
    tickets_today: int = 0
    """Those of them since local midnight that earned, for the guard."""
    last_ticket_at: datetime | None = None
    """When the last of them was closed; None for none."""


def check(sale: Sale) -> None:
    """Nothing, when the sale can be; raises SaleRefused with the field and the remedy."""
    if "/" in sale.id:
        raise SaleRefused("id", say("sale.id"))
    for place, line in enumerate(sale.lines):
        _check_line(f"lines.{place}", line)
    for place, payment in enumerate(sale.payments):
        if payment.amount < 0:
            raise SaleRefused(f"payments.{place}.amount", say("number.least", least=0))
    if sale.discount < 0:
        raise SaleRefused("discount", say("sale.discount"))
    if sale.visits < 0:
        raise SaleRefused("visits", say("number.least", least=0))
    if sale.lines and _sum(sale.lines) - sale.discount != sale.total:
        raise SaleRefused("total", say("sale.total", total=_sum(sale.lines) - sale.discount))


def _check_line(field: str, line: Line) -> None:
    if line.quantity <= 0:
        raise SaleRefused(f"{field}.quantity", say("line.quantity"))
    if line.unit_price < 0 and line.kind is not LineKind.REWARD:
        raise SaleRefused(f"{field}.unit_price", say("line.price"))
    if line.discount < 0 or (line.discount and line.net < 0):
        raise SaleRefused(f"{field}.discount", say("line.discount", most=line.listed))
    if not 0 <= line.tax_rate <= 100:  # noqa: PLR2004 - percent
        raise SaleRefused(f"{field}.tax_rate", say("line.tax"))
    if line.points is not None and line.points < 0:
        raise SaleRefused(f"{field}.points", say("number.least", least=0))
    for place, part in enumerate(line.components):
        _check_line(f"{field}.components.{place}", part)
        if part.components:
            raise SaleRefused(f"{field}.components.{place}", say("line.pack"))


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.net for line in lines)
