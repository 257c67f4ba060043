"""What the till tells us: a sale, closed and paid."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loyalty.ids import MemberId, SaleId, StoreId


class Channel(StrEnum):
    """Where the sale was made."""

    SHOP = "shop"
    WEB = "web"
    INVOICE = "invoice"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A sale that is closed and paid in full."""

    id: SaleId
    store: StoreId
    channel: Channel
    member: MemberId
    total: int
    """Tax included, in minor units of `currency`."""
    currency: str
    closed_at: datetime
