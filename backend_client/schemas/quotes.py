"""What a sale would earn and what the member may have now, before anything is written."""

from pydantic import Field

from backend_client.schemas.base import Currency, Id, Instant, Money, Points, Wire
from backend_client.schemas.sales import LineBody, PaymentBody
from loyalty.sales import Channel
from loyalty.terms import How

_AMOUNT_MAX = 10**12


class CartBody(Wire):
    """What is in a cart, or on one article's page."""

    lines: tuple[LineBody, ...] = Field(
        default=(), max_length=1000, description="An article alone is enough: `article`."
    )
    total: int | None = Field(
        default=None,
        ge=0,
        le=_AMOUNT_MAX,
        strict=True,
        description="Tax included, in minor units; left out, the lines less the discount.",
    )
    discount: int = Field(default=0, ge=0, le=_AMOUNT_MAX, strict=True, description="On the whole.")
    currency: Currency | None = Field(default=None, description="Left out, the program's.")
    channel: Channel = Channel.WEB
    price_code: str = Field(default="", max_length=64, description="The price list.")


class QuoteBody(CartBody):
    """A sale that is not closed yet, for a member or for nobody in particular."""

    member: Id | None = Field(default=None, description="None for a customer who is not known.")
    channel: Channel = Channel.SHOP
    at: Instant | None = Field(default=None, description="Left out, now.")
    payments: tuple[PaymentBody, ...] = Field(default=(), max_length=100)
    brand: str = Field(default="", max_length=64, description="The shop's sign.")
    visits: int = Field(default=1, ge=0, le=1000, strict=True, description="As typed at the till.")


class LineQuote(Wire):
    """What one line would earn of the whole."""

    line: str = Field(description="Its place in the cart, from 1.")
    article: str
    points: Points
    unit_price: Money = Field(default=0, description="As told, or of the price list; minor units.")
    net: Money = Field(default=0, description="What the line comes to, less its discount.")


class OptionBody(Wire):
    """A reward as it stands for this member on this ticket: what a till's button shows."""

    reward: Id
    name: str = Field(description="In the customer's language.")
    usable: bool = Field(description="False: grey, or hide, the button.")
    missing: Points = Field(description="How many points are still to earn; 0 for none.")
    refusal: str | None = Field(
        description="threshold, store, price_code, tier, member_limit or nothing; null where usable"
    )
    cost: Points = Field(description="What it takes, if all that helps is used.")
    money: Money = Field(description="What comes off the ticket then, in minor units.")
    forfeits: Points = Field(description="What falls away besides, where no rest may stand.")
    chooses: bool = Field(description="The customer says how many points, up to `cost`.")
    pays_all: bool = Field(description="It can pay the whole ticket.")
    how: How = Field(description="`automatic`: use it without being asked.")
    articles: tuple[str, ...] = Field(description="The gifts to choose from; none for money off.")


class QuoteAnswer(Wire):
    """Nothing of this is written down."""

    total: Money = Field(default=0, description="What the ticket comes to, in minor units.")
    earned: Points
    lines: tuple[LineQuote, ...] = Field(description="What each line would earn of that.")
    balance_before: Points = Field(description="Before this purchase; 0 for nobody.")
    balance_after: Points
    worth: Money | None = Field(
        description="What the balance before is worth, minor units; null where points buy gifts."
    )
    deadline: Instant | None = Field(description="Use-by date of the points it would earn.")
    options: tuple[OptionBody, ...] = Field(
        description="Rewards: those that can be used first; none for nobody."
    )
    automatic: Id | None = Field(description="The reward to use by itself on this ticket.")
    ticket: tuple[str, ...] = Field(description="The lines for the ticket, if it is closed so.")
    messages: tuple[str, ...] = Field(description="What to tell the customer at the till.")
    note: str = Field(description="What staff should read about the member.")
    alert: bool = Field(description="True when the note should stop whoever is at the till.")


class SimulationAnswer(Wire):
    """What a cart would earn for whoever buys it; no member is looked at."""

    earned: Points
    lines: tuple[LineQuote, ...]
    worth: Money | None = Field(description="What these points are worth, in minor units.")
    text: str = Field(description='Such as "This purchase earns 15 points".')
