"""Program ↔ JSON document: checked, with errors that name the field and the remedy.

The only module of the domain that uses pydantic: a program is written by people.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
)
from pydantic_core import ErrorDetails

from loyalty.errors import ProgramRefused
from loyalty.ids import ProgramId, RewardId, RuleId, StoreId
from loyalty.program import (
    ANY_LINE,
    ANYONE,
    REDUCING,
    Advantage,
    Alert,
    Band,
    Bands,
    Bespoke,
    Birthday,
    Bonus,
    Campaign,
    Caps,
    CardValidity,
    Coefficient,
    Combine,
    Count,
    Criteria,
    Discounted,
    EarningRule,
    Fixed,
    Give,
    Hours,
    LineCriteria,
    Multiply,
    Occasion,
    OfflineLimits,
    On,
    PerAmount,
    PerArticle,
    PriceBook,
    Program,
    Reward,
    Rounding,
    RoundPer,
    Takes,
    Unit,
    Validity,
    Window,
)
from loyalty.sales import Channel
from loyalty.terms import (
    AmountOff,
    GiftArticle,
    Gives,
    How,
    Nothing,
    PercentOff,
    PerPoint,
    Reached,
    Usable,
    Voucher,
    When,
)

FORMAT = "loyalty-program/1"

_Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
_Text = Annotated[str, Field(min_length=1, max_length=200)]
_Words = dict[_Language, _Text]
_Name = Annotated[_Words, Field(min_length=1, description="By language: fr, en …")]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
_MOST = 10**9
"""More points or cents than any shop gives: a number beyond it is a slip of the finger."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Code = Annotated[str, Field(min_length=1, max_length=64)]
_Codes = frozenset[_Code]
_Settings = dict[_Code, str | int]


class FixedDocument(_Document):
    """The same number of points each time."""

    points: int = Field(gt=0, le=_MOST, description="Points given each time.")

    def built(self, _: str) -> Fixed:
        """The gift."""
        return Fixed(points=self.points)


class PerAmountDocument(_Document):
    """Points by the money spent, or by whatever `on.count` says."""

    amount: int = Field(
        gt=0,
        le=_MOST,
        description="What to spend, in minor units (100 is 1 €); of visits or articles, how many.",
    )
    points: int = Field(gt=0, le=_MOST, description="Points for each such amount.")

    def built(self, _: str) -> PerAmount:
        """The ratio."""
        return PerAmount(amount=self.amount, points=self.points)


class CoefficientDocument(_Document):
    """So many points for each euro, visit or article."""

    coefficient: Decimal = Field(gt=0, le=_MOST, max_digits=18)

    def built(self, _: str) -> Coefficient:
        """The coefficient."""
        return Coefficient(times=self.coefficient)


class BandDocument(_Document):
    """The points of a ticket from `start`, itself included, to `below`, itself not."""

    start: int = Field(ge=0, le=_MOST, description="In minor units, or in what is counted.")
    below: int | None = Field(default=None, ge=1, le=_MOST, description="Leave it out for no end.")
    points: int = Field(ge=0, le=_MOST)


class BandsDocument(_Document):
    """Points by the band in which the ticket lies."""

    bands: tuple[BandDocument, ...] = Field(min_length=1)

    def built(self, field: str) -> Bands:
        """The bands. Raises ProgramRefused where two of them overlap or one is empty."""
        end: int | None = 0
        for place, band in enumerate(self.bands):
            here = f"{field}.bands.{place}"
            if end is None or band.start < end:
                raise ProgramRefused(
                    f"{here}.start",
                    "it overlaps the band before: start where that one ends, smallest band first",
                )
            if band.below is not None and band.below <= band.start:
                raise ProgramRefused(f"{here}.below", f"write more than {band.start}, its start")
            end = band.below
        return Bands(
            bands=tuple(
                Band(start=band.start, below=band.below, points=band.points) for band in self.bands
            )
        )


class PerArticleDocument(_Document):
    """Each article's own points: those on the sale's line, else these."""

    per_article: dict[_Code, Annotated[int, Field(ge=0, le=_MOST)]]

    def built(self, _: str) -> PerArticle:
        """The table."""
        return PerArticle(points=self.per_article)


class BespokeDocument(_Document):
    """A rule or criterion of an installed extension."""

    extension: _Code
    settings: _Settings = Field(default_factory=dict)

    def built(self, _: str = "") -> Bespoke:
        """The reference."""
        return Bespoke(name=self.extension, settings=self.settings)


def _kind_of_giving(written: object) -> str:
    keys = ("amount", "coefficient", "bands", "per_article", "extension")
    known = written if isinstance(written, dict) else {}
    return next((f"give by {key}" for key in keys if key in known), "give by points")


_Give = Annotated[
    Annotated[PerAmountDocument, Tag("give by amount")]
    | Annotated[CoefficientDocument, Tag("give by coefficient")]
    | Annotated[BandsDocument, Tag("give by bands")]
    | Annotated[PerArticleDocument, Tag("give by per_article")]
    | Annotated[BespokeDocument, Tag("give by extension")]
    | Annotated[FixedDocument, Tag("give by points")],
    Discriminator(_kind_of_giving),
]


class ValidityDocument(_Document):
    """How long, to the end of the last local day: months first, then days."""

    months: int = Field(default=0, ge=0, le=240)
    days: int = Field(default=0, ge=0, le=7300)

    def built(self, field: str) -> Validity:
        """The validity. Raises ProgramRefused when it says no time at all."""
        if not self.months and not self.days:
            raise ProgramRefused(field, "give it at least one day or one month")
        return Validity(months=self.months, days=self.days)


class LineCriteriaDocument(_Document):
    """Which lines: in every list that is written, one word must be the line's."""

    articles: _Codes = frozenset()
    families: _Codes = frozenset()
    types: _Codes = frozenset()
    brands: _Codes = frozenset()
    themes: _Codes = frozenset()
    sets: _Codes = frozenset()
    groups: _Codes = frozenset()
    except_themes: _Codes = Field(
        default=frozenset(), description="Lines with one of these never fit."
    )

    def built(self) -> LineCriteria:
        """The criteria."""
        return LineCriteria(**dict(self)) if self.model_fields_set else ANY_LINE


class CriteriaDocument(_Document):
    """Which sales and buyers: in every list that is written, one word must be theirs."""

    brands: _Codes = Field(default=frozenset(), description="The shops' signs.")
    stores: _Codes = frozenset()
    channels: frozenset[Channel] = frozenset()
    price_codes: _Codes = frozenset()
    record_types: _Codes = frozenset()
    towns: _Codes = frozenset()
    departments: _Codes = frozenset()
    regions: _Codes = frozenset()
    countries: _Codes = frozenset()
    themes: _Codes = Field(default=frozenset(), description="The customer's, not the articles'.")
    bespoke: tuple[BespokeDocument, ...] = ()

    def built(self) -> Criteria:
        """The criteria."""
        if not self.model_fields_set:
            return ANYONE
        bespoke = tuple(one.built() for one in self.bespoke)
        return Criteria(**{**dict(self), "bespoke": bespoke})


_ANY_LINE = LineCriteriaDocument()
_ANYONE = CriteriaDocument()


class OnDocument(_Document):
    """What a rule counts."""

    count: Count = Count.TTC
    lines: LineCriteriaDocument = _ANY_LINE
    discounted: Discounted = Field(
        default=Discounted.NET, description="What a line with a discount counts for."
    )
    reduced_by: frozenset[Advantage] = Field(
        default_factory=lambda: REDUCING,
        description="What of the payment or ticket discount earns nothing; all, if left out.",
    )
    own_points: bool = Field(
        default=False,
        description="Whether an article with its own points gives those instead of this rule's.",
    )

    def built(self) -> On:
        """The basis."""
        return On(
            count=self.count,
            lines=self.lines.built(),
            discounted=self.discounted,
            reduced_by=self.reduced_by,
            own_points=self.own_points,
        )


class EarningRuleDocument(_Document):
    """One way to earn."""

    id: _Id
    when: Occasion
    only: CriteriaDocument = _ANYONE
    on: OnDocument = Field(default_factory=OnDocument)
    give: _Give
    round: Rounding = Rounding.FLOOR
    round_per: RoundPer = RoundPer.TICKET
    until: ValidityDocument | None = Field(
        default=None, description="How long the points live; leave it out for ever."
    )
    active: bool = Field(default=True, description="False: the rule gives nothing for now.")

    def built(self, field: str) -> EarningRule:
        """The rule. Raises ProgramRefused for what no single field shows."""
        give = self.give.built(f"{field}.give")
        if self.when is Occasion.ENROLMENT and not isinstance(give, Fixed):
            raise ProgramRefused(
                f"{field}.give", "nothing is spent at enrolment: leave out amount, keep points"
            )
        return EarningRule(
            id=RuleId(self.id),
            when=self.when,
            only=self.only.built(),
            on=self.on.built(),
            give=give,
            round=self.round,
            round_per=self.round_per,
            until=self.until.built(f"{field}.until") if self.until else None,
            active=self.active,
        )


class MultiplyDocument(_Document):
    """The points earned, multiplied."""

    times: Decimal = Field(gt=0, le=1000, max_digits=18)

    def built(self) -> Multiply:
        """The multiplier."""
        return Multiply(by=self.times)


class BonusDocument(_Document):
    """Points on top."""

    points: int = Field(gt=0, le=_MOST)
    each: bool = Field(
        default=False, description="Once a ticket, or each time that buy and spend are reached."
    )

    def built(self) -> Bonus:
        """The bonus."""
        return Bonus(points=self.points, each=self.each)


def _kind_of_campaign(written: object) -> str:
    multiplies = isinstance(written, dict) and "times" in written
    return "give by times" if multiplies else "give by bonus"


_CampaignGive = Annotated[
    Annotated[MultiplyDocument, Tag("give by times")]
    | Annotated[BonusDocument, Tag("give by bonus")],
    Discriminator(_kind_of_campaign),
]
_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursDocument(_Document):
    """A part of the day, from `start`, itself included, to `end`, itself not."""

    start: time
    end: time


class CampaignDocument(_Document):
    """An operation that makes sales earn more, on the store's own calendar and clock."""

    id: _Id
    name: _Name
    give: _CampaignGive
    first_day: date | None = None
    last_day: date | None = Field(default=None, description="The last day on which it still runs.")
    weekdays: frozenset[_Weekday] = frozenset()
    hours: tuple[HoursDocument, ...] = ()
    birthday: Birthday | None = Field(
        default=None, description="Only on the customer's birthday, or in its month."
    )
    first_purchase: bool = False
    only: CriteriaDocument = _ANYONE
    lines: LineCriteriaDocument = _ANY_LINE
    buy: int = Field(default=0, ge=0, le=_MOST, description="Pieces of these lines to buy.")
    spend: int = Field(
        default=0, ge=0, le=_MOST, description="Minor units to spend on these lines."
    )

    def built(self, field: str) -> Campaign:
        """The campaign. Raises ProgramRefused for what no single field shows."""
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ProgramRefused(
                f"{field}.last_day", f"it ends before it starts: write {self.first_day} or later"
            )
        for place, hours in enumerate(self.hours):
            if hours.end <= hours.start:
                raise ProgramRefused(
                    f"{field}.hours.{place}.end",
                    "it ends before it starts: write the hours after midnight on their own",
                )
        give = self.give.built()
        if isinstance(give, Bonus) and give.each and not self.buy and not self.spend:
            raise ProgramRefused(f"{field}.give.each", "say for each what: write buy or spend")
        return Campaign(
            id=RuleId(self.id),
            name=self.name,
            give=give,
            window=Window(
                first_day=self.first_day,
                last_day=self.last_day,
                weekdays=frozenset(_WEEKDAYS.index(day) + 1 for day in self.weekdays),
                hours=tuple(Hours(start=each.start, end=each.end) for each in self.hours),
            ),
            birthday=self.birthday,
            first_purchase=self.first_purchase,
            only=self.only.built(),
            lines=self.lines.built(),
            buy=self.buy,
            spend=self.spend,
        )


class PriceBookDocument(_Document):
    """What a price list gives: nothing at all, or its own points for some articles."""

    code: _Code
    earns: bool = True
    points: dict[_Code, Annotated[int, Field(ge=0, le=_MOST)]] = Field(default_factory=dict)

    def built(self) -> PriceBook:
        """The price book."""
        return PriceBook(code=self.code, earns=self.earns, points=self.points)


class CapsDocument(_Document):
    """The most that sales may give; leave out what has no limit."""

    per_ticket: int | None = Field(default=None, gt=0, le=_MOST)
    per_day: int | None = Field(default=None, gt=0, le=_MOST)
    balance: int | None = Field(default=None, gt=0, le=_MOST)
    ticket_share: Decimal | None = Field(
        default=None,
        gt=0,
        le=100,
        max_digits=18,
        description="Percent of the ticket that its points may be worth.",
    )


class CardValidityDocument(_Document):
    """How long a card can be used: to a last day, or so many days from joining."""

    first_day: date | None = None
    last_day: date | None = None
    days: int = Field(default=0, ge=0, le=36_500)

    def built(self, field: str) -> CardValidity:
        """The validity. Raises ProgramRefused unless exactly one of both is written."""
        if (self.last_day is None) == (self.days == 0):
            raise ProgramRefused(field, "write either last_day or days")
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ProgramRefused(
                f"{field}.last_day", f"it ends before it starts: write {self.first_day} or later"
            )
        return CardValidity(first_day=self.first_day, last_day=self.last_day, days=self.days)


class AlertDocument(_Document):
    """What staff is told when an account is far enough."""

    id: _Id
    message: _Name
    points: int | None = Field(default=None, gt=0, le=_MOST)
    visits: int | None = Field(default=None, gt=0, le=_MOST)
    both: bool = Field(default=False, description="Whether points and visits must both be there.")

    def built(self, field: str) -> Alert:
        """The alert. Raises ProgramRefused when nothing could set it off."""
        needed = 2 if self.both else 1
        if (self.points is not None) + (self.visits is not None) < needed:
            raise ProgramRefused(
                field, "write both points and visits" if self.both else "write points or visits"
            )
        return Alert(
            id=self.id,
            message=self.message,
            points=self.points,
            visits=self.visits,
            both=self.both,
        )


class GiftDocument(_Document):
    """One of these articles, free."""

    articles: tuple[_Code, ...] = Field(min_length=1)

    def built(self) -> GiftArticle:
        """The selection."""
        return GiftArticle(articles=self.articles)


class PercentDocument(_Document):
    """A part of the ticket."""

    percent: Decimal = Field(gt=0, le=100, max_digits=18)

    def built(self) -> PercentOff:
        """The discount."""
        return PercentOff(percent=self.percent)


class AmountDocument(_Document):
    """Money off the ticket."""

    amount: int = Field(gt=0, le=_MOST, description="In minor units: 500 is 5 €.")

    def built(self) -> AmountOff:
        """The discount."""
        return AmountOff(amount=self.amount)


class PerPointDocument(_Document):
    """Money off for each point taken."""

    per_point: Decimal = Field(gt=0, max_digits=18, description="In the currency: 0.10 is 10 c.")

    def built(self) -> PerPoint:
        """The discount."""
        return PerPoint(value=self.per_point)


class VoucherDocument(_Document):
    """A right of the merchant's own making: a cheque, a class; or nothing at all."""

    other: Literal["voucher", "nothing"]

    def built(self) -> Voucher | Nothing:
        """The right."""
        return Voucher() if self.other == "voucher" else Nothing()


def _kind_of_reward(written: object) -> str:
    keys = ("percent", "amount", "per_point", "other")
    known = written if isinstance(written, dict) else {}
    return next((f"give by {key}" for key in keys if key in known), "give by articles")


_Gives = Annotated[
    Annotated[GiftDocument, Tag("give by articles")]
    | Annotated[PercentDocument, Tag("give by percent")]
    | Annotated[AmountDocument, Tag("give by amount")]
    | Annotated[PerPointDocument, Tag("give by per_point")]
    | Annotated[VoucherDocument, Tag("give by other")],
    Discriminator(_kind_of_reward),
]


class UsableDocument(_Document):
    """When, where, by whom and how far a reward can be used."""

    from_points: int = Field(default=0, ge=0, le=_MOST, description="If more than its cost.")
    reached: Reached = Reached.AT_LEAST
    when: When = When.NEXT_TICKET
    how: How = How.ON_DEMAND
    keeps_rest: bool = Field(
        default=True, description="Whether points that it does not take stay; else they fall away."
    )
    ticket_share: Decimal = Field(
        default=Decimal(100), gt=0, le=100, description="Percent of the ticket that it may pay."
    )
    per_member: int | None = Field(default=None, gt=0, le=_MOST)
    stores: _Codes = frozenset()

    def built(self) -> Usable:
        """The conditions."""
        return Usable(**{**dict(self), "stores": frozenset(map(StoreId, self.stores))})


_USABLE = UsableDocument()


class RewardDocument(_Document):
    """One thing points can buy."""

    id: _Id
    name: _Name
    cost: int = Field(gt=0, le=_MOST, description="How many points it needs.")
    takes: Takes = Field(default=Takes.COST, description="What it takes of them.")
    article: str = Field(min_length=1, max_length=64)
    gives: _Gives | None = Field(default=None, description="Left out: its article, free.")
    usable: UsableDocument = _USABLE
    picture: str = Field(default="", pattern=r"^[a-z0-9-]{0,64}$")
    voucher: ValidityDocument = ValidityDocument(months=3)

    def built(self, field: str) -> Reward:
        """The reward. Raises ProgramRefused for what no single field shows."""
        return Reward(
            id=RewardId(self.id),
            name=self.name,
            cost=self.cost,
            takes=self.takes,
            article=self.article,
            gives=self.gives.built() if self.gives else None,
            usable=self.usable.built(),
            picture=self.picture,
            voucher=self.voucher.built(f"{field}.voucher"),
        )


class OfflineLimitsDocument(_Document):
    """What a terminal may give away while it cannot ask the backend."""

    per_card: int = Field(ge=0, le=_MOST)
    per_terminal: int = Field(ge=0, le=_MOST)
    snapshot_age_h: int = Field(ge=0, le=24 * 366)


class ProgramDocument(_Document):
    """A program as it is written, stored and sent; `program()` is what the engine works with."""

    format: Literal["loyalty-program/1"]
    id: _Id
    version: int = Field(ge=1, le=_MOST)
    name: _Name
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")
    valid_from: AwareDatetime
    point_value: Decimal | None = Field(default=None, gt=0, max_digits=18)
    rule_in_words: _Words = Field(default_factory=dict)
    unit: Unit = Field(default=Unit.POINTS, description="What an account counts.")
    only: CriteriaDocument = Field(
        default=_ANYONE, description="Whom and where the program is for; left out, everyone."
    )
    lines: LineCriteriaDocument = Field(
        default=_ANY_LINE, description="Which lines it is for; left out, all articles."
    )
    counts_from: AwareDatetime | None = Field(
        default=None, description="From when past sales make the opening balance."
    )
    earning: tuple[EarningRuleDocument, ...]
    campaigns: tuple[CampaignDocument, ...] = ()
    combine: Combine = Field(
        default=Combine.BEST, description="What several multipliers on the same line make."
    )
    price_books: tuple[PriceBookDocument, ...] = ()
    caps: CapsDocument = CapsDocument()
    credit_notes: bool = Field(
        default=True, description="Whether a credit note takes the points of its amount."
    )
    card: CardValidityDocument | None = None
    alerts: tuple[AlertDocument, ...] = ()
    rewards: tuple[RewardDocument, ...] = ()
    offline: OfflineLimitsDocument

    def program(self) -> Program:
        """The program. Raises ProgramRefused for what no single field shows."""
        _refuse_twins("earning", [rule.id for rule in self.earning])
        _refuse_twins(
            "campaigns", [each.id for each in self.campaigns], [rule.id for rule in self.earning]
        )
        _refuse_twins("alerts", [alert.id for alert in self.alerts])
        _refuse_twins("price_books", [book.code for book in self.price_books], field="code")
        self._refuse_share_of_nothing()
        _refuse_twins("rewards", [reward.id for reward in self.rewards])
        _refuse_second_welcome([rule.when for rule in self.earning])
        return Program(
            id=ProgramId(self.id),
            version=self.version,
            name=self.name,
            currency=self.currency,
            valid_from=self.valid_from,
            earning=tuple(
                rule.built(f"earning.{place}") for place, rule in enumerate(self.earning)
            ),
            rewards=tuple(
                reward.built(f"rewards.{place}") for place, reward in enumerate(self.rewards)
            ),
            offline=OfflineLimits(**self.offline.model_dump()),
            point_value=self.point_value,
            rule_in_words=self.rule_in_words,
            unit=self.unit,
            only=self.only.built(),
            lines=self.lines.built(),
            counts_from=self.counts_from,
            campaigns=tuple(
                each.built(f"campaigns.{place}") for place, each in enumerate(self.campaigns)
            ),
            combine=self.combine,
            price_books=tuple(book.built() for book in self.price_books),
            caps=Caps(**dict(self.caps)),
            credit_notes=self.credit_notes,
            card=self.card.built("card") if self.card else None,
            alerts=tuple(alert.built(f"alerts.{place}") for place, alert in enumerate(self.alerts)),
        )

    def _refuse_share_of_nothing(self) -> None:
        if self.caps.ticket_share and self.point_value is None and self.unit is not Unit.MONEY:
            raise ProgramRefused("caps.ticket_share", "say what a point is worth in point_value")


def _refuse_twins(
    where: str, ids: list[str], others: Sequence[str] = (), *, field: str = "id"
) -> None:
    for place, name in enumerate(ids):
        if name in ids[:place] or name in others:
            raise ProgramRefused(
                f"{where}.{place}.{field}", f"{name!r} is taken: give it another {field}"
            )


def _refuse_second_welcome(occasions: list[Occasion]) -> None:
    """Welcome points are one entry per person, so one rule says how many."""
    places = [place for place, when in enumerate(occasions) if when is Occasion.ENROLMENT]
    if len(places) > 1:
        raise ProgramRefused(
            f"earning.{places[1]}.when",
            f"earning.{places[0]} gives the welcome points already: put all of them there",
        )


def read_program(text: str | bytes) -> Program:
    """The program that a JSON document describes.

    Raises ProgramRefused with the field, such as ``rewards.2.cost``, and what to write there.
    """
    try:
        return ProgramDocument.model_validate_json(text).program()
    except ValidationError as error:
        # A field that is missing is most often one that was misspelt: say that first.
        told = min(error.errors(include_url=False), key=lambda one: one["type"] == "missing")
        field = ".".join(str(part) for part in told["loc"] if not _unwritten(part))
        raise ProgramRefused(field or "document", _remedy(told)) from error


def _remedy(error: ErrorDetails) -> str:
    """What to write instead, for somebody who has not read our code."""
    field = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] == "string_pattern_mismatch":
        return _SPELLED.get("language" if field == "[key]" else field, error["msg"])
    say = _REMEDIES.get(error["type"])
    return say(field, error.get("ctx", {})) if say else error["msg"]


def _meant(field: str) -> str:
    close = get_close_matches(field, _FIELDS, n=1)
    return f"; was {close[0]!r} meant?" if close else ": leave it out"


def _unwritten(part: int | str) -> bool:
    """Whether a part of pydantic's path stands for no field of the document."""
    return part == "[key]" or str(part).startswith("give by ")


_SPELLED = {
    "id": "write small letters, digits and hyphens, such as free-coffee",
    "currency": "write its three capital letters, such as EUR",
    "picture": "write the picture's name in small letters, digits and hyphens, without .png",
    "language": "write the language as two small letters, such as fr",
}
_A_WHOLE_NUMBER = "write a whole number, without comma or quotes, such as 200"
_A_DAY = "write a day, such as 2026-01-31"
_AN_HOUR = "write an hour, such as 09:30"
_A_DATE = "write a date with its time zone, such as 2026-01-31T00:00:00+01:00"
_REMEDIES: dict[str, Callable[[str, dict[str, Any]], str]] = {
    "missing": lambda field, _: f"{field!r} is missing: write it",
    "extra_forbidden": lambda field, _: f"{field!r} is not known here{_meant(field)}",
    "int_type": lambda *_: _A_WHOLE_NUMBER,
    "int_from_float": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing": lambda *_: _A_WHOLE_NUMBER,
    "int_parsing_size": lambda *_: f"write a whole number, {_MOST} at most",
    "greater_than": lambda _, said: f"write a number above {said['gt']}",
    "greater_than_equal": lambda _, said: f"write {said['ge']} or more",
    "less_than_equal": lambda _, said: f"write {said['le']} or less",
    "finite_number": lambda *_: "write a number, such as 0.05",
    "decimal_type": lambda *_: "write a number with a point, such as 0.05",
    "decimal_parsing": lambda *_: "write a number with a point, such as 0.05",
    "decimal_max_digits": lambda _, said: f"write {said['max_digits']} digits at most",
    "string_type": lambda *_: "write it between quotes",
    "string_too_short": lambda *_: "write at least one letter",
    "string_too_long": lambda _, said: f"write {said['max_length']} letters at most",
    "too_short": lambda field, _: (
        "write it in at least one language"
        if field in {"name", "message"}
        else "write at least one"
    ),
    "literal_error": lambda _, said: f"write {said['expected']}",
    "enum": lambda _, said: f"write {said['expected']}",
    "datetime_type": lambda *_: _A_DATE,
    "datetime_parsing": lambda *_: _A_DATE,
    "datetime_from_date_parsing": lambda *_: _A_DATE,
    "datetime_object_invalid": lambda *_: _A_DATE,
    "timezone_aware": lambda *_: _A_DATE,
    "date_type": lambda *_: _A_DAY,
    "date_parsing": lambda *_: _A_DAY,
    "date_from_datetime_parsing": lambda *_: _A_DAY,
    "date_from_datetime_inexact": lambda *_: _A_DAY,
    "time_type": lambda *_: _AN_HOUR,
    "time_parsing": lambda *_: _AN_HOUR,
    "bool_type": lambda *_: "write true or false",
    "frozen_set_type": lambda *_: "write a list between [ and ]",
    "tuple_type": lambda *_: "write a list between [ and ]",
    "dict_type": lambda *_: 'write texts by language, such as {"fr": "Un café offert"}',
    "model_type": lambda *_: "write fields between { and }",
    "string_unicode": lambda *_: "write it in UTF-8",
    "json_invalid": lambda _, said: f"this is not JSON: {said['error']}",
}
_FIELDS = {
    name
    for model in (
        *(ProgramDocument, EarningRuleDocument, FixedDocument, PerAmountDocument),
        *(ValidityDocument, RewardDocument, OfflineLimitsDocument, CampaignDocument),
        *(CoefficientDocument, BandsDocument, BandDocument, PerArticleDocument, BespokeDocument),
        *(LineCriteriaDocument, CriteriaDocument, OnDocument, MultiplyDocument, BonusDocument),
        *(GiftDocument, PercentDocument, AmountDocument, PerPointDocument, VoucherDocument),
        *(
            UsableDocument,
            PriceBookDocument,
            CapsDocument,
            CardValidityDocument,
            AlertDocument,
            HoursDocument,
        ),
    )
    for name in model.model_fields
}


def write_program(program: Program) -> str:
    """The JSON document of a program; reading it gives the same program."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "id": program.id,
        "version": program.version,
        "name": dict(program.name),
        "currency": program.currency,
        "valid_from": program.valid_from.isoformat(),
        "point_value": None if program.point_value is None else str(program.point_value),
        "rule_in_words": dict(program.rule_in_words),
        "unit": program.unit.value,
        "only": _criteria(program.only),
        "lines": _words_of(program.lines),
        "counts_from": program.counts_from and program.counts_from.isoformat(),
        "earning": [_earning(rule) for rule in program.earning],
        "campaigns": [_campaign(campaign) for campaign in program.campaigns],
        "combine": program.combine.value,
        "price_books": [asdict(book) for book in program.price_books],
        "caps": _plain(asdict(program.caps)),
        "credit_notes": program.credit_notes,
        "card": program.card and _plain(asdict(program.card)),
        "alerts": [asdict(alert) for alert in program.alerts],
        "rewards": [_reward(reward) for reward in program.rewards],
        "offline": asdict(program.offline),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a program document; assets/programs/program.schema.json holds it."""
    return ProgramDocument.model_json_schema()


def _earning(rule: EarningRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "when": rule.when.value,
        "only": _criteria(rule.only),
        "on": {
            "count": rule.on.count.value,
            "lines": _words_of(rule.on.lines),
            "discounted": rule.on.discounted.value,
            "reduced_by": sorted(rule.on.reduced_by),
            "own_points": rule.on.own_points,
        },
        "give": _give(rule.give),
        "round": rule.round.value,
        "round_per": rule.round_per.value,
        "until": rule.until and asdict(rule.until),
        "active": rule.active,
    }


def _give(give: Give) -> dict[str, Any]:
    if isinstance(give, Coefficient):
        return {"coefficient": str(give.times)}
    if isinstance(give, PerArticle):
        return {"per_article": dict(give.points)}
    if isinstance(give, Bespoke):
        return _bespoke(give)
    if isinstance(give, Bands):
        return {"bands": [asdict(band) for band in give.bands]}
    return asdict(give)


def _campaign(campaign: Campaign) -> dict[str, Any]:
    give, window = campaign.give, campaign.window
    return {
        "id": campaign.id,
        "name": dict(campaign.name),
        "give": {"times": str(give.by)} if isinstance(give, Multiply) else asdict(give),
        "first_day": window.first_day and window.first_day.isoformat(),
        "last_day": window.last_day and window.last_day.isoformat(),
        "weekdays": [_WEEKDAYS[day - 1] for day in sorted(window.weekdays)],
        "hours": [_plain(asdict(hours)) for hours in window.hours],
        "birthday": campaign.birthday and campaign.birthday.value,
        "first_purchase": campaign.first_purchase,
        "only": _criteria(campaign.only),
        "lines": _words_of(campaign.lines),
        "buy": campaign.buy,
        "spend": campaign.spend,
    }


def _reward(reward: Reward) -> dict[str, Any]:
    usable = reward.usable
    return {
        "id": reward.id,
        "name": dict(reward.name),
        "cost": reward.cost,
        "takes": reward.takes.value,
        "article": reward.article,
        "gives": reward.gives and _gives(reward.gives),
        "usable": {
            **asdict(usable),
            "ticket_share": str(usable.ticket_share),
            "stores": sorted(usable.stores),
        },
        "picture": reward.picture,
        "voucher": asdict(reward.voucher),
    }


def _gives(gives: Gives) -> dict[str, Any]:
    if isinstance(gives, PercentOff):
        return {"percent": str(gives.percent)}
    if isinstance(gives, PerPoint):
        return {"per_point": str(gives.value)}
    if isinstance(gives, Voucher | Nothing):
        return {"other": "voucher" if isinstance(gives, Voucher) else "nothing"}
    return asdict(gives)


def _criteria(only: Criteria) -> dict[str, Any]:
    bespoke = {"bespoke": [_bespoke(one) for one in only.bespoke]} if only.bespoke else {}
    return {**_words_of(only), **bespoke}


def _bespoke(named: Bespoke) -> dict[str, Any]:
    return {"extension": named.name, "settings": dict(named.settings)}


def _words_of(criteria: Criteria | LineCriteria) -> dict[str, list[str]]:
    """The lists that say something."""
    lists = {name: getattr(criteria, name) for name in criteria.__slots__}
    return {name: sorted(words) for name, words in lists.items() if words and name != "bespoke"}


def _plain(written: dict[str, Any]) -> dict[str, Any]:
    """Days, hours and exact numbers as text."""
    return {
        name: value if value is None or isinstance(value, int) else str(value)
        for name, value in written.items()
    }
