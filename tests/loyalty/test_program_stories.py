"""A small story under each ready program: join, buy, take a gift, bring goods back, expire."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty import expiry
from loyalty.document import read_program
from loyalty.earning import card_is_good, earn, welcome
from loyalty.enrolment import Way, comes_in, is_greeted, usual_price_code
from loyalty.explain import recompute
from loyalty.ids import MemberId, RedemptionId, RewardId, SaleId, StoreId
from loyalty.invitations import is_invited
from loyalty.ledger import Account, Entry, replay
from loyalty.program import Criteria, MessageChannel, Program, ValueDate
from loyalty.quote import quote
from loyalty.redemption import Use, reserve, spend
from loyalty.reminders import Reachable, due
from loyalty.returns import void_sale
from loyalty.rewards import Situation, offers, options, price
from loyalty.sales import Buyer, Channel, Line, Sale
from loyalty.vouchers import mint

PROGRAMS = Path(__file__).parents[2] / "assets" / "programs"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.json") if path.stem != "program.schema")
PARIS, ZOE, ANGERS = ZoneInfo("Europe/Paris"), MemberId("zoe"), StoreId("angers")
WEDNESDAY = datetime(2026, 3, 4, 14, tzinfo=UTC)
COFFEE = Line(article="CAFE", family="coffee", quantity=2, unit_price=25_00)
MOST_TICKETS = 30


def ready(name: str) -> Program:
    return read_program((PROGRAMS / f"{name}.json").read_bytes())


@dataclass
class Customer:
    """Zoé, and all that was ever booked for her."""

    program: Program
    entries: list[Entry] = field(default_factory=list)
    tickets: int = 0
    at: datetime = WEDNESDAY

    @property
    def account(self) -> Account:
        return replay(self.entries)

    @property
    def balance(self) -> int:
        return self.account.balance(self.at)

    def joins(self) -> None:
        entry = welcome(self.program, ZOE, ANGERS, now=self.at, zone=PARIS)
        self.entries += [entry] if entry else []

    def buys(self) -> tuple[Entry, ...]:
        """A ticket of 50 € at the price of private customers, on the next Wednesday."""
        self.tickets, self.at = self.tickets + 1, self.at + timedelta(days=7)
        sale = Sale(
            id=SaleId(f"ticket-{self.tickets}"),
            store=ANGERS,
            channel=Channel.SHOP,
            member=ZOE,
            total=COFFEE.net,
            currency="EUR",
            closed_at=self.at,
            lines=(COFFEE,),
            price_code="PART",
        )
        buyer = Buyer(first_purchase=self.tickets == 1, visits=self.tickets - 1)
        told = quote(sale, self.program, self.account, now=self.at, zone=PARIS, buyer=buyer)
        earned = earn(sale, self.program, zone=PARIS, buyer=replace(buyer, balance=self.balance))
        assert told.entries == earned
        assert all(entry.trace and recompute(entry.trace) == entry.points for entry in earned)
        self.entries += earned
        return earned

    def saves_for_a_gift(self) -> Iterator[int]:
        """Buys until a gift of the kiosk can be taken; the balance after each ticket."""
        while not any(o.affordable for o in offers(self.program, self.account, now=self.at)):
            assert self.tickets < MOST_TICKETS
            self.buys()
            yield self.balance


@pytest.mark.parametrize("name", NAMES)
def test_a_customer_joins_saves_takes_a_gift_and_brings_the_last_goods_back(name: str) -> None:
    zoe = Customer(ready(name))
    zoe.joins()
    assert zoe.balance == {"clictill": 50, "lightspeed": 500, "one-euro-one-point": 50}.get(name, 0)
    assert card_is_good(zoe.program.card, WEDNESDAY, now=zoe.at, zone=PARIS)
    balances = list(zoe.saves_for_a_gift())
    assert balances == sorted(balances)
    gift = next(o.reward for o in offers(zoe.program, zoe.account, now=zoe.at) if o.affordable)
    before = zoe.balance
    chosen = gift.cost if gift.by_amount else None
    held = reserve(
        zoe.account,
        gift,
        zoe.program,
        ZOE,
        redemption=RedemptionId("gift"),
        code=mint(7),
        store=ANGERS,
        now=zoe.at,
        zone=PARIS,
        chosen=chosen,
    )
    zoe.entries.append(held.entry)
    assert zoe.balance == before - gift.cost
    last = zoe.buys()
    assert sum(entry.points for entry in last) > 0
    owed = zoe.account
    zoe.entries += void_sale(last, now=zoe.at, holder=owed, negative=zoe.program.negative)
    assert zoe.balance == before - gift.cost + ripened(zoe, last)


def ripened(zoe: Customer, last: tuple[Entry, ...]) -> int:
    """What had been pending when the gift was taken, and was not any more a week later."""
    week_ago = zoe.at - timedelta(days=7)
    return sum(
        entry.points
        for entry in zoe.entries
        if entry.available_from is not None
        and week_ago < entry.available_from <= zoe.at
        and entry not in last
    )


@pytest.mark.parametrize("name", NAMES)
def test_points_that_are_not_used_in_time_are_gone_once(name: str) -> None:
    zoe = Customer(ready(name))
    zoe.joins()
    zoe.buys()
    zoe.at += timedelta(days=3 * 366)
    lives = all(rule.until is None for rule in zoe.program.earning)
    for _ in range(2):
        zoe.entries += expiry.due(zoe.account, ZOE, zoe.program.id, ANGERS, now=zoe.at)
    assert (zoe.balance > 0) is lives
    assert len({entry.id for entry in zoe.entries}) == len(zoe.entries)


# --- what each merchant has beside points -----------------------------------------------------


def money_off(name: str, reward: str, balance: int, ticket: int, chosen: int | None = None) -> int:
    """What comes off that ticket, in cents."""
    program = ready(name)
    wanted = program.reward(RewardId(reward))
    assert wanted is not None
    seen = Situation(balance=balance, store=ANGERS, currency="EUR", ticket=ticket)
    found = price(wanted.terms, seen, chosen)
    use = Use(
        redemption=RedemptionId("r"), member=ZOE, program=program.id, store=ANGERS, at=WEDNESDAY
    )
    assert sum(entry.points for entry in spend(found, use)) == -(found.points + found.forfeits)
    return found.money


def test_clictill_gives_two_cents_a_point_from_500_and_greets_by_mail() -> None:
    program = ready("clictill")
    assert money_off("clictill", "computed-discount", 500, 60_00) == 10_00
    assert is_greeted(program.welcome_mail, Reachable(has_mail=True, agrees=False))
    assert not is_greeted(program.welcome_mail, Reachable(has_mail=False, agrees=False))
    assert program.adjustments.value_date is ValueDate.TODAY
    assert not card_is_good(
        program.card, WEDNESDAY, now=WEDNESDAY + timedelta(days=365), zone=PARIS
    )


def test_octave_pays_a_part_from_200_points_and_reminds_every_three_months() -> None:
    program = ready("octave")
    assert money_off("octave", "pay", 300, 25_00, chosen=250) == 25_00
    zoe = Customer(program)
    while zoe.balance < 200:
        zoe.buys()
    zoe.at = WEDNESDAY + timedelta(days=340)
    member = Reachable(has_mail=True, agrees=True)
    found = due(zoe.account, program.reminders, member, now=zoe.at, zone=PARIS)
    assert {reminder.channel for reminder in found} == set(MessageChannel)
    lately = replace(member, reminded_at=zoe.at - timedelta(days=80))
    found = due(zoe.account, program.reminders, lately, now=zoe.at, zone=PARIS)
    assert MessageChannel.MAIL not in {reminder.channel for reminder in found}


def test_globalpos_lets_the_gift_be_taken_on_the_ticket_that_completes_the_card() -> None:
    program = ready("globalpos")
    rewards = {reward.id: reward.terms for reward in program.rewards}
    for earning, usable in ((10_00, 3), (9_99, 0)):
        seen = Situation(
            balance=490_00, earning=earning, store=ANGERS, currency="EUR", ticket=earning
        )
        found = [option for option in options(rewards, seen) if option.price]
        assert len(found) == usable
    assert program.alerts[0].on_receipt


def test_the_invoicing_discount_is_of_one_price_list() -> None:
    program = ready("invoicing")
    rewards = {reward.id: reward.terms for reward in program.rewards}
    for code, usable in (("PART", ["five-euros"]), ("PRO", [])):
        seen = Situation(balance=300, store=ANGERS, currency="EUR", ticket=40_00, price_code=code)
        assert [option.reward for option in options(rewards, seen) if option.price] == usable


def test_who_joins_is_at_the_price_code_without_which_nothing_is_earned() -> None:
    program = ready("invoicing")
    assert usual_price_code(program) == "PART"
    (rule,) = program.earning
    for_all = replace(rule, only=Criteria())
    both = replace(rule, only=Criteria(price_codes=frozenset({"PART", "CLUB"})))
    for earning, code in (
        ((), ""),
        ((rule, for_all), ""),
        ((rule, replace(for_all, active=False)), "PART"),
        ((replace(rule, active=False),), "PART"),
        ((both, rule), "PART"),
        ((both,), "CLUB"),
    ):
        assert usual_price_code(replace(program, earning=earning)) == code
    pro = Criteria(price_codes=frozenset({"PRO"}))
    assert usual_price_code(replace(program, earning=(for_all,), only=pro)) == "PRO"
    assert usual_price_code(replace(program, only=pro)) == "", "nobody can earn"


def test_lightspeed_pays_like_cash_and_takes_everybody_in() -> None:
    program = ready("lightspeed")
    assert money_off("lightspeed", "pay", 19_99, 50_00) == 19_99
    assert comes_in(program.enrolment, Way.EXISTING, agreed=None)
    assert not comes_in(program.enrolment, Way.EXISTING, agreed=False)
    assert is_invited(program.invitations, None)


def test_cashback_waits_until_goods_cannot_come_back() -> None:
    zoe = Customer(ready("cashback"))
    zoe.buys()
    assert (zoe.balance, zoe.account.pending(zoe.at)) == (0, 250)
    zoe.at += timedelta(days=15)
    assert (zoe.balance, zoe.account.pending(zoe.at)) == (250, 0)


def test_the_stamp_card_gives_the_eleventh_coffee() -> None:
    zoe = Customer(ready("cafe-stamp-card"))
    for _ in range(5):
        zoe.buys()
    assert zoe.balance == 10
    (offer,) = offers(zoe.program, zoe.account, now=zoe.at)
    assert offer.affordable
