"""The ready programs: each is read, and quotes the ticket that its merchant would try first."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty.document import read_program
from loyalty.ids import EntryId, MemberId, SaleId, StoreId
from loyalty.ledger import Account, Lot
from loyalty.quote import quote
from loyalty.sales import Buyer, Channel, Line, Means, Payment, Sale

PROGRAMS = Path(__file__).parents[2] / "assets" / "programs"
PARIS = ZoneInfo("Europe/Paris")
WEDNESDAY = datetime(2026, 3, 4, 14, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 5, 14, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Try:
    program: str
    earned: int
    total: int
    lines: tuple[Line, ...] = ()
    payments: tuple[Payment, ...] = ()
    buyer: Buyer = field(default_factory=Buyer)
    at: datetime = WEDNESDAY
    price_code: str = ""
    balance: int = 0
    usable: tuple[str, ...] = ()
    worth: int | None = None
    alerts: tuple[str, ...] = ()


def paid(points: int, money: int, voucher: int = 0) -> tuple[Payment, ...]:
    return (
        Payment(means=Means.VOUCHER, amount=voucher),
        Payment(means=Means.POINTS, amount=points),
        Payment(means=Means.MONEY, amount=money),
    )


COFFEES = (
    Line(article="CAFE", family="coffee", quantity=2, unit_price=2_50),
    Line(article="TARTE", family="cake", unit_price=4_50),
)
TRIES = [
    Try(program="one-euro-one-point", total=42_90, earned=42, balance=200, usable=("coffee",)),
    Try(program="clictill", total=20_00, earned=20, balance=490, worth=9_80),
    Try(
        program="clictill",
        total=80_00,
        earned=80,
        balance=510,
        usable=("computed-discount", "scarf"),
        worth=10_20,
    ),
    Try(
        program="octave",
        total=50_00,
        payments=paid(30_00, 15_00, voucher=5_00),
        earned=15,
        balance=300,
        usable=("pay", "thirty-euros", "twenty-euros"),
        worth=30_00,
    ),
    Try(program="octave", total=10_00, at=THURSDAY, earned=30, worth=0),
    Try(
        program="octave",
        total=10_00,
        at=THURSDAY,
        buyer=Buyer(birthday=date(1980, 3, 9), first_purchase=True),
        earned=30,
        worth=0,
    ),
    Try(
        program="octave",
        total=35_00,
        lines=(Line(unit_price=42_00, discount=7_00),),
        earned=0,
        worth=0,
    ),
    Try(
        program="globalpos",
        total=10_00,
        earned=10_00,
        balance=490_00,
        worth=490_00,
        alerts=("card-full",),
    ),
    Try(program="invoicing", total=601_00, price_code="PART", earned=300),
    Try(program="invoicing", total=601_00, price_code="PRO", earned=0),
    Try(
        program="invoicing",
        total=2_00,
        price_code="PART",
        balance=299,
        buyer=Buyer(visits=12),
        earned=1,
        alerts=("regular",),
    ),
    Try(
        program="lightspeed",
        total=100_00,
        payments=paid(20_00, 80_00),
        earned=8_00,
        balance=20_00,
        usable=("five", "pay", "twenty"),
        worth=20_00,
    ),
    Try(
        program="lightspeed",
        total=30_00,
        lines=(Line(article="SAVON", quantity=3, unit_price=10_00),),
        earned=5_00,
        worth=0,
    ),
    Try(program="lightspeed", total=100_00, price_code="STAFF", earned=0, worth=0),
    Try(
        program="cafe-stamp-card",
        total=9_50,
        lines=COFFEES,
        earned=2,
        balance=8,
        alerts=("card-full",),
    ),
    Try(program="cafe-stamp-card", total=2_50, lines=(), earned=0, balance=10, usable=("coffee",)),
    Try(
        program="cashback", total=10_10, earned=51, balance=5_00, usable=("five", "pay"), worth=5_00
    ),
    Try(program="cashback", total=2000_00, earned=50_00, worth=0),
]


@pytest.mark.parametrize("tried", TRIES, ids=lambda tried: f"{tried.program} {tried.total}")
def test_a_ready_program_gives_what_its_merchant_expects(tried: Try) -> None:
    program = read_program((PROGRAMS / f"{tried.program}.json").read_bytes())
    sale = Sale(
        id=SaleId("ticket"),
        store=StoreId("angers"),
        channel=Channel.SHOP,
        member=MemberId("zoe"),
        total=tried.total,
        currency="EUR",
        closed_at=tried.at,
        lines=tried.lines,
        payments=tried.payments,
        price_code=tried.price_code,
    )
    lot = Lot(entry=EntryId("before"), left=tried.balance, deadline=None)
    found = quote(sale, program, Account(lots=(lot,)), now=tried.at, zone=PARIS, buyer=tried.buyer)
    assert found.earned == tried.earned
    usable = sorted(offer.reward.id for offer in found.offers if offer.affordable)
    assert tuple(usable) == tried.usable
    assert found.worth == tried.worth
    assert tuple(alert.id for alert in found.alerts) == tried.alerts


def test_every_ready_program_is_tried() -> None:
    ready = {path.stem for path in PROGRAMS.glob("*.json")} - {"program.schema"}
    assert {tried.program for tried in TRIES} == ready
