"""What a form of rules needs to know of the shop, and of the program as it is being written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, get_currency_symbol

from backend.backoffice.rules.shapes import Kind, Shape
from backend.backoffice.rules.words_choices import CHOICES
from backend.backoffice.rules.words_earning import FIELDS as OF_EARNING
from backend.backoffice.rules.words_program import FIELDS as OF_PROGRAM
from backend.backoffice.rules.words_rewards import FIELDS as OF_REWARDS
from backend.db import Transaction, catalogue, shops
from backend.services.shop.stores import brands_of
from backend.web.words import PageWords

Document = Mapping[str, Any]
Choices = Sequence[tuple[str, str]]

FIELDS: Mapping[str, tuple[str, ...]] = {**OF_PROGRAM, **OF_EARNING, **OF_REWARDS}
_COUNTED = frozenset({"PerAmount.amount", "Band.start", "Band.below"})
"""Money where the rule counts money; else so many visits or pieces."""
_PICKED = {
    "Criteria.stores": "stores",
    "Usable.stores": "stores",
    "Criteria.brands": "brands",
    "Criteria.tiers": "tiers",
    "Usable.tiers": "tiers",
    "Criteria.price_codes": "price_codes",
    "Reward.price_codes": "price_codes",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The reader's language, the program's units, and the names of what there is to pick."""

    words: PageWords
    currency: str
    in_money: bool
    """Whether points are money."""
    counts_money: bool = True
    """Whether the rule at hand counts money."""
    zone: ZoneInfo
    picks: Mapping[str, Choices] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What must be put right, by field."""

    def label(self, shape: Shape) -> str:
        """What the field is called."""
        return self.words.t(FIELDS[shape.key][0]) if shape.key in FIELDS else shape.name

    def help(self, shape: Shape) -> str:
        """What helps to fill it in."""
        told = FIELDS.get(shape.key, ("",))
        return self.words.t(told[1]) if len(told) > 1 else ""

    def word(self, shape: Shape, value: str) -> str:
        """One of the words to choose from."""
        said = CHOICES.get(shape.words, {}).get(value)
        return self.words.t(said) if said else value

    def picked(self, shape: Shape) -> Choices:
        """What there is to pick for that field; nothing where it is typed."""
        return self.picks.get(_PICKED.get(shape.key, ""), ())

    def article(self, code: object) -> str:
        """What the catalogue calls an article; its code where nobody sells it yet."""
        return dict(self.picks.get("articles", ())).get(str(code), str(code))

    def is_money(self, shape: Shape) -> bool:
        """Whether the field is an amount of money for the reader."""
        if shape.key in _COUNTED:
            return self.counts_money
        return shape.kind is Kind.MONEY or (shape.kind is Kind.POINTS and self.in_money)

    def about(self, rule: Document) -> "Known":
        """The same, for that earning rule."""
        counted = rule.get("on", {}).get("count", "ttc") if isinstance(rule, dict) else "ttc"
        return replace(self, counts_money=counted in ("ttc", "ht"))

    @property
    def unit(self) -> str:
        """What stands behind an amount: "€"."""
        return str(get_currency_symbol(self.currency, locale=self.words.language))

    @property
    def digits(self) -> int:
        """How many decimals the currency has."""
        return int(get_currency_precision(self.currency))

    def typed(self, minor: object) -> str:
        """Minor units as they are typed."""
        if isinstance(minor, bool) or not isinstance(minor, int):
            return str(minor)
        return self.decimal(str(Decimal(minor).scaleb(-self.digits)))

    def decimal(self, text: str) -> str:
        """A number with the reader's decimal point."""
        return text.replace(".", self.words.decimal_point)

    def minor(self, text: str) -> int | str:
        """What was typed in minor units; as it was typed where it is no amount."""
        try:
            found = Decimal(plain_number(text)).scaleb(self.digits)
        except InvalidOperation:
            return text
        whole = found.is_finite() and found == found.to_integral_value()
        return int(found) if whole else text


def plain_number(text: str) -> str:
    """A number as programs write it: without spaces, with a point."""
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    return bare.replace("\N{NARROW NO-BREAK SPACE}", "").replace(",", ".")


def known(
    tx: Transaction,
    document: Document,
    words: PageWords,
    zone: ZoneInfo,
    wrong: Mapping[str, str] | None = None,
) -> Known:
    """What there is to know for a document."""
    tiers = document.get("tiers")
    levels = tiers.get("levels", []) if isinstance(tiers, dict) else []
    named = [each for each in levels if isinstance(each, dict) and each.get("id")]
    currency = str(document.get("currency", "EUR"))
    return Known(
        words=words,
        currency=currency if len(currency) == len("EUR") else "EUR",
        in_money=document.get("unit") == "money",
        zone=zone,
        picks={
            "stores": [(store.id, store.name) for store in shops.stores(tx)],
            "brands": [(brand.id, brand.name) for brand in brands_of(tx)],
            "price_codes": [(book.id, book.name) for book in catalogue.books(tx)],
            "articles": _articles(tx, document),
            "tiers": [
                (each["id"], in_words(each.get("name"), words) or each["id"]) for each in named
            ],
        },
        wrong=wrong or {},
    )


def _articles(tx: Transaction, document: Document) -> Choices:
    """The names of what rewards hand out."""
    rewards = document.get("rewards")
    codes: set[str] = set()
    for each in rewards if isinstance(rewards, list) else ():
        gives = each.get("gives") if isinstance(each, dict) else None
        chosen = gives.get("articles") if isinstance(gives, dict) else None
        codes |= {str(code) for code in chosen} if isinstance(chosen, list) else set()
        codes |= {str(each["article"])} if isinstance(each, dict) and "article" in each else set()
    found = catalogue.products(tx, {code for code in codes if code})
    return [(code, product.name) for code, product in found.items()]


def in_words(texts: object, words: PageWords) -> str:
    """A text by language in the reader's own, else in any."""
    if not isinstance(texts, dict) or not texts:
        return ""
    return str(texts.get(words.language) or next(iter(texts.values())))
