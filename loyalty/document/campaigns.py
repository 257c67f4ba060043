"""Campaigns as a document."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from loyalty.document.criteria import (
    ALL_LINES,
    EVERYONE,
    CriteriaDocument,
    LineCriteriaDocument,
)
from loyalty.document.fields import MOST, Document, Id, Name
from loyalty.errors import ProgramRefused
from loyalty.ids import RuleId
from loyalty.program import Birthday, Bonus, Campaign, Hours, Multiply, Window
from loyalty.sentences import say


class MultiplyDocument(Document):
    """The points earned, multiplied."""

    times: Decimal = Field(
        gt=0, le=1000, max_digits=18, description='"2" doubles the points, "0.5" halves them.'
    )

    def built(self) -> Multiply:
        """The multiplier."""
        return Multiply(by=self.times)


class BonusDocument(Document):
    """Points on top."""

    points: int = Field(gt=0, le=MOST, description="How many.")
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
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class HoursDocument(Document):
    """A part of the day, from `start`, itself included, to `end`, itself not."""

    start: time = Field(description="The first moment, such as 09:00.")
    end: time = Field(description="The first moment that is too late, such as 12:00.")


class CampaignDocument(Document):
    """An operation that makes sales earn more, on the store's own calendar and clock."""

    id: Id = Field(description="Its name in every explanation; no rule has the same.")
    name: Name = Field(description="What people read, by language.")
    give: _CampaignGive = Field(description="A multiplier, or points on top.")
    first_day: date | None = Field(default=None, description="The first day on which it runs.")
    last_day: date | None = Field(default=None, description="The last day on which it still runs.")
    weekdays: frozenset[_Weekday] = Field(
        default=frozenset(), description="On which days of the week; left out, on all."
    )
    hours: tuple[HoursDocument, ...] = Field(
        default=(), description="At which hours; left out, at all."
    )
    birthday: Birthday | None = Field(
        default=None, description="Only on the customer's birthday, or in its month."
    )
    first_purchase: bool = Field(default=False, description="Only on a customer's first ticket.")
    only: CriteriaDocument = Field(default=EVERYONE, description="For which sales and buyers.")
    lines: LineCriteriaDocument = Field(
        default=ALL_LINES, description="Multiplies these lines alone; a bonus needs one of them."
    )
    buy: int = Field(default=0, ge=0, le=MOST, description="Pieces of these lines to buy.")
    spend: int = Field(default=0, ge=0, le=MOST, description="Minor units to spend on these lines.")

    def built(self, field: str) -> Campaign:
        """The campaign. Raises ProgramRefused for what no single field shows."""
        refuse_backward_days(self.first_day, self.last_day, field)
        for place, hours in enumerate(self.hours):
            if hours.end <= hours.start:
                raise ProgramRefused(
                    f"{field}.hours.{place}.end",
                    say("hours.backward"),
                )
        give = self.give.built()
        if isinstance(give, Bonus) and give.each and not self.buy and not self.spend:
            raise ProgramRefused(f"{field}.give.each", say("bonus.each"))
        return Campaign(
            id=RuleId(self.id),
            name=self.name,
            give=give,
            window=Window(
                first_day=self.first_day,
                last_day=self.last_day,
                weekdays=frozenset(WEEKDAYS.index(day) + 1 for day in self.weekdays),
                hours=tuple(Hours(start=each.start, end=each.end) for each in self.hours),
            ),
            birthday=self.birthday,
            first_purchase=self.first_purchase,
            only=self.only.built(),
            lines=self.lines.built(),
            buy=self.buy,
            spend=self.spend,
        )


def refuse_backward_days(first: date | None, last: date | None, field: str) -> None:
    """Raises ProgramRefused for a period that ends before it starts."""
    if first and last and last < first:
        raise ProgramRefused(f"{field}.last_day", say("days.backward", day=first.isoformat()))
