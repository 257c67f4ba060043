"""Caps, limits, corrections and sharing between stores, as a document."""

from decimal import Decimal

from pydantic import Field

from loyalty.document.fields import MOST, Code, Codes, Document, Id
from loyalty.errors import ProgramRefused
from loyalty.ids import StoreId
from loyalty.program import (
    AdjustmentRules,
    Assurance,
    AssuranceLimit,
    AssuranceLimits,
    Caps,
    Guard,
    OfflineLimits,
    Sharing,
    Stores,
    ValueDate,
)
from loyalty.sentences import say


class CapsDocument(Document):
    """The most that sales may give; leave out what has no limit."""

    per_ticket: int | None = Field(
        default=None, gt=0, le=MOST, description="Points that one ticket may give."
    )
    per_day: int | None = Field(
        default=None, gt=0, le=MOST, description="Points for one member in a local day."
    )
    balance: int | None = Field(
        default=None, gt=0, le=MOST, description="Earning stops where the account holds so many."
    )
    ticket_share: Decimal | None = Field(
        default=None,
        gt=0,
        le=100,
        max_digits=18,
        description="Percent of the ticket that its points may be worth.",
    )

    def built(self) -> Caps:
        """The caps."""
        return Caps(**dict(self))


class OfflineLimitsDocument(Document):
    """What a terminal may give away while it cannot ask the backend (F2)."""

    per_card: int = Field(ge=0, le=MOST, description="Points for each card between two contacts.")
    per_terminal: int = Field(
        ge=0, le=MOST, description="Points for each terminal between two contacts."
    )
    snapshot_age_h: int = Field(
        ge=0, le=24 * 366, description="A balance older than so many hours is not spent."
    )
    per_day: int | None = Field(
        default=None, ge=0, le=MOST, description="Points for each terminal in a local day."
    )

    def built(self) -> OfflineLimits:
        """The limits."""
        return OfflineLimits(**dict(self))


class AssuranceLimitDocument(Document):
    """What may be spent on the word of such a card; leave out what has no limit."""

    at_once: int | None = Field(default=None, ge=0, le=MOST, description="Points at one time.")
    per_day: int | None = Field(default=None, ge=0, le=MOST, description="Points in a local day.")

    def built(self) -> AssuranceLimit:
        """The limit."""
        return AssuranceLimit(**dict(self))


class AssuranceDocument(Document):
    """How far each kind of card is trusted (F5); a kind that is left out has no limit."""

    uid: AssuranceLimitDocument | None = Field(
        default=None, description="A bare number, which anybody can copy."
    )
    uid_and_code: AssuranceLimitDocument | None = Field(
        default=None, description="The number, and a PIN or a code that was sent."
    )
    chip: AssuranceLimitDocument | None = Field(
        default=None, description="A chip that proved its key."
    )

    def built(self) -> AssuranceLimits:
        """The limits by kind."""
        return {Assurance(kind): limit.built() for kind, limit in self if limit is not None}


class GuardDocument(Document):
    """What no honest customer does (F16); leave out what is not watched."""

    cooldown_s: int = Field(
        default=0, ge=0, le=86_400, description="Seconds in which a second ticket earns nothing."
    )
    tickets_per_day: int | None = Field(
        default=None, gt=0, le=MOST, description="Tickets of a member that earn in a local day."
    )
    rewards_per_day: int | None = Field(
        default=None, gt=0, le=MOST, description="Rewards that a member may take in a local day."
    )
    refund_cycles: int | None = Field(
        default=None,
        gt=0,
        le=MOST,
        description="Sales that may come back whole in `refund_days` before staff is told.",
    )
    refund_days: int = Field(default=30, ge=1, le=366, description="The days of refund_cycles.")
    travel_s: int = Field(
        default=0,
        ge=0,
        le=86_400,
        description="Seconds between two stores: a card that is seen in both sooner is frozen.",
    )

    def built(self) -> Guard:
        """The guard."""
        return Guard(**dict(self))


class AdjustmentsDocument(Document):
    """What staff may move by hand."""

    natures: Codes = Field(
        default=frozenset(), description="The natures to choose from; left out, any."
    )
    alone: int | None = Field(
        default=None, ge=0, le=MOST, description="Above so many points, a second person agrees."
    )
    may_owe: bool = Field(
        default=True, description="Whether taking more than there is makes a debt."
    )
    value_date: ValueDate = Field(
        default=ValueDate.WITH_RIGHT,
        description="`today` always, or an earlier day for who has the right (SW-09).",
    )

    def built(self) -> AdjustmentRules:
        """The rules."""
        return AdjustmentRules(**dict(self))


class StoresDocument(Document):
    """Whether points are good in all stores, or in silos (SW-11)."""

    sharing: Sharing = Field(
        default=Sharing.POOL, description="`pool`: in all; `silo`: in the group that gave them."
    )
    groups: dict[Id, frozenset[Code]] = Field(
        default_factory=dict,
        description="For silos: the stores of each group; a store in none is a silo of its own.",
    )
    clearing: bool = Field(
        default=True, description="Whether the store that gave points owes the one that took them."
    )

    def built(self, field: str) -> Stores:
        """The sharing. Raises ProgramRefused for a store in two groups, or groups in a pool."""
        if self.groups and self.sharing is Sharing.POOL:
            raise ProgramRefused(f"{field}.groups", say("groups.pool"))
        found: dict[StoreId, str] = {}
        for group, stores in self.groups.items():
            for store in sorted(stores):
                if store in found:
                    raise ProgramRefused(
                        f"{field}.groups.{group}",
                        say("groups.twice", store=store, group=found[StoreId(store)]),
                    )
                found[StoreId(store)] = group
        return Stores(sharing=self.sharing, groups=found, clearing=self.clearing)
