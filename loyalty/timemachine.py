"""The time machine: what past sales would have given under another program. Nothing is written.

A shop's past is a stream of facts, one member after the other: sales, returns, voids, and entries
that stand whatever the program says. Each member's facts are told again to the rules, in the order
in which the books heard them; what comes out is added up by store and week. Only one member's past
is in memory at a time, so that a year of sales can be streamed through.

Told again under the program they were booked by, they give what the ledger has, to the point.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import groupby

from loyalty import extensions as bespoke
from loyalty.earning import earn
from loyalty.errors import NotEnoughPoints
from loyalty.extensions import Extensions
from loyalty.guard import watches
from loyalty.ids import MemberId, Points, SaleId, StoreId
from loyalty.ledger import Entry, EntryKind, replay
from loyalty.program import Negative, Program
from loyalty.returns import Returned, money_of, take_back, void_sale
from loyalty.sales import Buyer, Sale
from loyalty.tiers import Purchase, matter, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """A sale, and its buyer as the books knew them at that moment.

    What depends on the program is counted anew: the points and tickets of that day, the balance,
    and the tier.
    """

    sale: Sale
    buyer: Buyer = field(default_factory=Buyer)
    booked: Points | None = None
    """What the ledger has for it; None where nobody compares."""

    @property
    def member(self) -> MemberId:
        """Whose past it is."""
        return self.sale.member


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """Lines of a sale that came back together."""

    member: MemberId
    sale: SaleId
    act: tuple[Returned, ...]
    booked: Points | None = None
    """What the ledger took back, positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A sale that was voided whole."""

    member: MemberId
    sale: SaleId
    at: datetime
    booked: Points | None = None
    """What the ledger took back, positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """An entry that no program changes: a welcome, a gift that was taken, an adjustment."""

    entry: Entry

    @property
    def member(self) -> MemberId:
        """Whose past it is."""
        return self.entry.member


Fact = Sold | CameBack | Undone | Stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fact, and what it writes when it is told again."""

    fact: Fact
    at: datetime
    store: StoreId
    program: Program
    """The version in force then."""
    entries: tuple[Entry, ...] = ()
    refused: bool = False
    """Whether this program refuses the return, because the points are spent."""

    @property
    def points(self) -> Points:
        """What its entries move."""
        return sum(entry.points for entry in self.entries)


class Programs:
    """One program for all of the past, or its versions, each from its own `valid_from`."""

    def __init__(self, *versions: Program) -> None:
        assert versions, "the past is told to a program"
        self._versions = sorted(versions, key=lambda each: (each.valid_from, each.version))

    @property
    def latest(self) -> Program:
        """The last one."""
        return self._versions[-1]

    def at(self, when: datetime) -> Program:
        """The version in force then; before the first of them, the first."""
        found = self._versions[0]
        for version in self._versions[1:]:
            if version.valid_from > when:
                break
            found = version
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """The time zone of each store."""

    usual: tzinfo
    of: Mapping[StoreId, tzinfo] = field(default_factory=dict)
    """Of the stores that have another."""

    def at(self, store: StoreId) -> tzinfo:
        """The zone of that store."""
        return self.of.get(store, self.usual)


def told_again(
    facts: Iterable[Fact],
    programs: Programs,
    zones: Zones,
    *,
    extensions: Extensions = bespoke.NONE,
) -> Iterator[tuple[MemberId, tuple[Told, ...]]]:
    """Each member with their facts told again; `facts` come member by member.

    Raises what `loyalty.earning.earn` raises.
    """
    met: set[MemberId] = set()
    for member, theirs in groupby(facts, key=lambda fact: fact.member):
        assert member not in met, "the facts of a member come one after the other"
        met.add(member)
        past = _Past(programs, zones, extensions)
        yield member, tuple(past.tell(fact) for fact in theirs)


class _Past:
    """What one member's facts have written so far."""

    def __init__(self, programs: Programs, zones: Zones, extensions: Extensions) -> None:
        self._programs, self._zones, self._extensions = programs, zones, extensions
        self._entries: list[Entry] = []
        self._sold: dict[SaleId, tuple[Sale, tuple[Entry, ...]]] = {}
        self._back: dict[SaleId, list[Returned]] = {}
        self._bought: list[Purchase] = []

    def tell(self, fact: Fact) -> Told:
        if isinstance(fact, Sold):
            told = self._sell(fact)
        elif isinstance(fact, Stands):
            entry = fact.entry
            told = Told(
                fact=fact,
                at=entry.occurred_at,
                store=entry.store,
                program=self._programs.at(entry.occurred_at),
                entries=(entry,),
            )
        else:
            told = self._take_back(fact)
        self._entries += told.entries
        return told

    def _sell(self, fact: Sold) -> Told:
        sale = fact.sale
        program = self._programs.at(sale.closed_at)
        zone = self._zones.at(sale.store)
        buyer = self._as_it_was(fact, program, zone)
        entries = earn(sale, program, zone=zone, buyer=buyer, extensions=self._extensions)
        self._sold[sale.id] = (sale, entries)
        if sale.paid_in_full:
            self._bought.append(Purchase(sale=sale.id, at=sale.closed_at, amount=sale.total))
        return Told(
            fact=fact, at=sale.closed_at, store=sale.store, program=program, entries=entries
        )

    def _as_it_was(self, fact: Sold, program: Program, zone: tzinfo) -> Buyer:
        """The buyer with what this program's own points make of them."""
        buyer, at = fact.buyer, fact.sale.closed_at
        if program.caps.per_day is not None or watches(program.guard):
            earned = [entry for entry in self._entries if entry.kind is EntryKind.EARN]
            day = at.astimezone(zone).date()
            today = [e for e in earned if e.occurred_at.astimezone(zone).date() == day]
            buyer = replace(
                buyer,
                earned_today=sum(entry.points for entry in today),
                tickets_today=len({entry.fact for entry in today}),
                last_ticket_at=max((entry.occurred_at for entry in earned), default=None),
            )
        if program.caps.balance is not None:
            buyer = replace(buyer, balance=replay(self._entries).balance(at))
        if program.tiers is not None and matter(program):
            found = standing(
                self._entries, program.tiers, now=at, zone=zone, purchases=self._bought
            )
            buyer = replace(buyer, tier=found.tier.id if found.tier else "")
        return buyer

    def _take_back(self, fact: CameBack | Undone) -> Told:
        """What comes back of a sale; of one that was never told, nothing."""
        at = fact.at if isinstance(fact, Undone) else fact.act[0].at
        program = self._programs.at(at)
        sale, earned = self._sold.get(fact.sale, (None, ()))
        told = Told(fact=fact, at=at, store=_where(fact, sale), program=program)
        if sale is None:
            return told
        holder = replay(self._entries) if program.negative is Negative.REFUSE else None
        try:
            if isinstance(fact, Undone):
                entries = void_sale(earned, now=at, holder=holder, negative=program.negative)
            else:
                before = self._back.setdefault(fact.sale, [])
                entries = take_back(
                    earned, sale, fact.act, before, holder=holder, negative=program.negative
                )
                before += fact.act
        except NotEnoughPoints:
            return replace(told, refused=True)
        money = sale.total if isinstance(fact, Undone) else money_of(sale, fact.act)
        self._bought.append(Purchase(sale=sale.id, at=at, amount=-money))
        return replace(told, entries=entries)


def _where(fact: CameBack | Undone, sale: Sale | None) -> StoreId:
    if isinstance(fact, CameBack):
        return fact.act[0].store
    return sale.store if sale else StoreId("")
