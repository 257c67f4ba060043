"""The catalogue: products, price books, and the gifts that points buy, with stock and pictures."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from backend_client.schemas.base import Id, Instant, Points, Why, Wire
from loyalty.ids import RewardId, StoreId
from loyalty.program import Program, Reward, Takes, Unit, Validity
from loyalty.sales import LineKind
from loyalty.terms import AmountOff, Per, Usable

PRICE_MAX = 10**12
POINTS_MAX = 10**9

ProductId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}$",
        description="The article's code at the till: letters, digits, space and . _ + -",
    ),
]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the file, in hex.")]


def _writable(text: str) -> str:
    if any(ord(letter) < ord(" ") for letter in text):
        raise ValueError("leave out control characters")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_writable)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_writable)]
_Word = Annotated[str, Field(max_length=64), AfterValidator(_writable)]
_Said = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_writable)]
Names = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z]{2}$")], Name],
    Field(min_length=1, max_length=20, description="By language: fr, en …"),
]
_Price = Annotated[int, Field(ge=-PRICE_MAX, le=PRICE_MAX, strict=True)]
_Own = Annotated[int, Field(ge=0, le=POINTS_MAX, strict=True)]
_Cost = Annotated[int, Field(gt=0, le=POINTS_MAX, strict=True)]
_Pieces = Annotated[int, Field(ge=0, le=10**9, strict=True)]


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('write the rate between quotes, such as "5.5"')  # noqa: TRY004 - pydantic's own way to refuse
    return value


class ComponentBody(Wire):
    """One article of a pack."""

    product: ProductId
    quantity: int = Field(default=1, ge=1, le=10**6, strict=True, description="Pieces in a pack.")
    price: _Price | None = Field(
        default=None,
        description="Minor units of one piece within the pack; left out, the product's own price.",
    )


class ProductBody(Wire):
    """What a merchant sets on an article. Amounts are minor units, tax included."""

    name: Name
    kind: LineKind = Field(
        default=LineKind.ARTICLE,
        description="Only articles earn: shipping, gift_card, store_credit, donation and admin are"
        ' for what never does; reward is a "Remise fidélité", a line that lowers the ticket.',
    )
    price: _Price | None = Field(
        default=None, description="Minor units of one piece; below 0 for a reward."
    )
    tax_rate: Annotated[Decimal, BeforeValidator(_exact)] = Field(
        default=Decimal(0), ge=0, le=100, max_digits=6, description="Percent, such as 20 or 5.5."
    )
    family: _Word = ""
    type: _Word = ""
    brand: _Word = ""
    group: _Word = ""
    themes: tuple[_Said, ...] = Field(default=(), max_length=32)
    sets: tuple[_Said, ...] = Field(default=(), max_length=32)
    points: _Own | None = Field(
        default=None,
        description="The article's own loyalty amount for one piece, in the program's smallest unit"
        " (points, or cents where it counts money): 0 earns nothing; left out, the program's rate.",
    )
    earns: bool = Field(default=True, description='False for "exclude from points".')
    gift_points: _Cost | None = Field(
        default=None,
        description="How many points buy one: with it, the article is offered as a gift.",
    )
    components: tuple[ComponentBody, ...] = Field(
        default=(), max_length=100, description="What a pack is made of, for one pack."
    )


class ProductFound(ProductBody):
    """A product as it stands."""

    id: ProductId


class ProductsPage(Wire):
    """Products, by id."""

    products: tuple[ProductFound, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")


class ProductPreset(Wire):
    """A product that usually earns nothing, ready to be put."""

    id: ProductId
    product: ProductBody


class ProductPresets(Wire):
    """The five kinds of article that shops exclude from earning."""

    presets: tuple[ProductPreset, ...]


class BadRow(Why):
    """A row of a file that cannot be taken."""

    row: int = Field(ge=1, description="Its line in the file; the header is line 1.")
    field: str = Field(description="The column.")
    message: str = Field(description="What is wrong and what to write instead.")


class ProductsImported(Wire):
    """What an import does, or would do."""

    dry_run: bool
    rows: int = Field(ge=0, description="Rows read, without the header.")
    added: int = Field(ge=0, description="Products that are new.")
    changed: int = Field(ge=0, description="Products changed.")
    unchanged: int = Field(ge=0, description="Products that were the same.")
    bad_rows: tuple[BadRow, ...] = Field(
        description="The first hundred rows that cannot be taken; while there is one, nothing is"
        " written."
    )
    first: tuple[ProductFound, ...] = Field(
        default=(), description="The first ten that are new or changed, as they are then."
    )


class PriceBookBody(Wire):
    """A price list, known to tills by its price code."""

    name: Name
    earns: bool = Field(
        default=True, description="False where nothing sold at these prices earns: staff, trade."
    )
    tax_included: bool = Field(default=True, description="Whether its prices hold the tax (TTC).")


class PriceBookFound(PriceBookBody):
    """A price list as it stands."""

    id: ProductId = Field(description="The price code.")


class PriceBooks(Wire):
    """Every price list, by code."""

    price_books: tuple[PriceBookFound, ...]


class PriceBookLineBody(Wire):
    """What a price list says of a product."""

    price: _Price | None = Field(
        default=None, description="Minor units of one piece; left out, the product's own price."
    )
    points: _Own | None = Field(
        default=None,
        description="The loyalty amount of one piece in this list; left out, the product's own.",
    )


class PriceBookLine(PriceBookLineBody):
    """The same, with the product."""

    product: ProductId


class PriceBookPage(Wire):
    """What a price list says, by product."""

    lines: tuple[PriceBookLine, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")


class VoucherTimeBody(Wire):
    """How long a gift can be fetched: months first, then days, to the end of the last day."""

    months: int = Field(
        default=3, ge=0, le=240, strict=True, description="Months that a voucher is good for."
    )
    days: int = Field(default=0, ge=0, le=7300, strict=True, description="Days, beside the months.")

    @model_validator(mode="after")
    def _some_time(self) -> "VoucherTimeBody":
        if not self.months and not self.days:
            raise ValueError("give it at least one day or one month")
        return self


class GiftBody(Wire):
    """Something that points buy."""

    name: Names
    program: Id | None = Field(default=None, description="Left out, every program offers it.")
    product: ProductId | None = Field(default=None, description="The article that is handed out.")
    points: _Cost | None = Field(
        default=None,
        description="What it costs; left out, the product's gift_points, or what a reward of the"
        " same id in the program's document costs.",
    )
    unit: Unit | None = Field(
        default=None,
        description="In what its price is counted: a program that counts otherwise does not offer"
        " it at that price. Left out, what its program counts, or what every program counts; to be"
        " said where programs count otherwise than each other.",
    )
    picture: Hash | None = Field(default=None, description="Put it under /v1/pictures first.")
    offered: bool = Field(default=True, description="False: nobody can take it for now.")
    stocked: bool = Field(
        default=False, description="True: only as many as are in stock; false: any number."
    )
    stores: tuple[Id, ...] = Field(
        default=(), max_length=1000, description="Where; empty for everywhere."
    )
    per_member: Annotated[int, Field(gt=0, le=10**6, strict=True)] | None = Field(
        default=None, description="How many times each member may have it."
    )
    per_days: Annotated[int, Field(gt=0, le=3660, strict=True)] | None = Field(
        default=None, description="… within so many days; left out, ever."
    )
    voucher: VoucherTimeBody = VoucherTimeBody()
    hold_s: int = Field(
        default=180,
        ge=10,
        le=3600,
        strict=True,
        description="Seconds for which a piece is kept while somebody is choosing.",
    )


class GiftDiscount(Wire):
    """What a gift takes off the ticket of some customers."""

    amount: int = Field(gt=0, description="Minor units.")
    price_codes: tuple[str, ...] = Field(
        default=(), description="For customers at these price codes; empty for everybody."
    )


class GiftFound(GiftBody):
    """A gift as it stands."""

    id: Id
    cost: Points | None = Field(
        description="Points it costs today; null where only a program's document may say, or where"
        " nothing does and so nobody can take it."
    )
    takes_off: tuple[GiftDiscount, ...] | None = Field(
        default=None,
        description='Of a product that is a "Remise fidélité": its prices below 0, which come off'
        " the ticket. Null for what is handed out.",
    )

    def without_price(self) -> "GiftFound":
        """The same, at no price of its own."""
        return self.model_copy(update={"points": None, "cost": None})

    def rewards(self, like: Reward | None = None) -> tuple[Reward, ...]:
        """What it adds to a program, or makes of a reward; none where nothing says a cost.

        A discount is one for each amount: a price code that has its own has one of its own.
        """
        whole = self._reward(like)
        if whole is None or self.takes_off is None or (like is not None and like.gives is not None):
            return () if whole is None else (whole,)
        return tuple(
            replace(
                whole,
                id=self._at(each.price_codes) if place else whole.id,
                gives=AmountOff(amount=each.amount),
                price_codes=frozenset(each.price_codes),
            )
            for place, each in enumerate(self.takes_off)
        )

    def _usable(self, like: Usable) -> Usable:
        """When and by whom, where the gift says so; the rest as the reward has it."""
        stores = frozenset(StoreId(store) for store in self.stores) or like.stores
        # How often within some days is asked of the books, not of the program.
        if self.per_member is None or self.per_days is not None:
            return replace(like, stores=stores)
        return replace(like, stores=stores, per_member=self.per_member, per=Per.LIFE)

    def _at(self, price_codes: tuple[str, ...]) -> RewardId:
        """Another reward of the same gift, by the same id as long as it is for the same codes."""
        codes = "\n".join(sorted(price_codes)).encode()
        return RewardId(f"{self.id[:50]}-{sha256(codes).hexdigest()[:8]}")

    def _reward(self, like: Reward | None) -> Reward | None:
        cost = self.cost or (like.cost if like else None)
        if cost is None:
            return None
        return Reward(
            id=RewardId(self.id),
            name=self.name,
            cost=cost,
            article=self.product or (like.article if like else ""),
            picture=(like.picture if like else "") or (self.picture or ""),
            voucher=Validity(months=self.voucher.months, days=self.voucher.days),
            takes=like.takes if like else Takes.COST,
            gives=like.gives if like else None,
            usable=self._usable(like.usable if like else Usable()),
            price_codes=like.price_codes if like else frozenset(),
        )


def with_gifts(program: Program, gifts: Iterable[GiftFound]) -> Program:
    """The program as it is in force: its document's rewards, and the gifts of the catalogue.

    A gift with the id of a reward changes what it says and leaves the rest; one that is not offered
    takes the reward away. A price in another unit than the program's is none: 300 points are not
    3.00 €.
    """
    rewards = {reward.id: reward for reward in program.rewards}
    for gift in gifts:
        if gift.program not in (None, program.id):
            continue
        former = rewards.pop(RewardId(gift.id), None)
        if gift.offered:
            here = gift if gift.unit in (None, program.unit) else gift.without_price()
            rewards |= {reward.id: reward for reward in here.rewards(former)}
    return replace(program, rewards=tuple(rewards.values()))


class GiftsPage(Wire):
    """Gifts, by id."""

    gifts: tuple[GiftFound, ...]
    next: str | None = Field(description="The next page's cursor; null where this was the last.")


class PictureFound(Wire):
    """A picture that is kept."""

    hash: Hash
    media_type: Literal["image/png", "image/jpeg", "image/webp"]
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    bytes: int = Field(description="Size of the file in bytes.")


class MovementKind(StrEnum):
    """Why pieces came or went."""

    DELIVERY = "delivery"
    """`pieces` came."""
    LOSS = "loss"
    """`pieces` broke, or were given away otherwise."""
    COUNT = "count"
    """`pieces` are there, with those that are promised and not fetched yet."""


class MovementBody(Wire):
    """Pieces that came, went, or were counted."""

    id: Id
    kind: MovementKind
    pieces: _Pieces = Field(description="Pieces.")
    comment: Text = ""


class StockBody(Wire):
    """How many pieces of a gift a store has."""

    gift: Id
    store: Id
    free: int = Field(ge=0, description="Pieces promised to nobody.")
    promised: int = Field(ge=0, description="Pieces kept for vouchers that may still be redeemed.")
    choosing: int = Field(ge=0, description="Pieces kept for a moment for somebody who chooses.")


class StockFound(Wire):
    """What every store has of a gift."""

    stock: tuple[StockBody, ...]


class GiftTaking(Wire):
    """A gift is taken at the counter and handed out at once."""

    id: Id
    member: Id
    program: Id | None = Field(default=None, description="Left out, the store's program.")
    store: Id | None = Field(
        default=None, description="Where; needed from somebody who works in all stores."
    )


class HoldRequest(Wire):
    """Keep one piece while somebody is choosing."""

    id: Id = Field(description="The id under which the redemption will be asked for.")


class HoldAnswer(Wire):
    """The piece is kept."""

    id: Id
    until: Instant = Field(description="When it is let go unless the redemption was asked for.")
    free: int = Field(ge=0, description="How many more there are.")
