"""Tickets a second on one core, with the trace on, under a plain program and the heaviest one."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from loyalty.document import read_program
from loyalty.earning import earn
from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.program import Program
from loyalty.sales import Buyer, Channel, Line, Means, Payment, Sale

PROGRAMS = Path(__file__).parents[1] / "assets" / "programs"
SECONDS = 2.0
AIMS = {"one-euro-one-point": 10_000, "octave": 3_000}
"""Octave's has five campaigns, by time, person and article, and what reduces a ticket."""
ZONE = ZoneInfo("Europe/Paris")
BUYER = Buyer(themes=("club",), birthday=datetime(1980, 3, 2, tzinfo=UTC).date())


def main() -> int:
    """Print tickets a second for each program, beside its aim and a bare loop of the same run."""
    bare = a_second(lambda: sum(line.net for line in SALE.lines))
    figures = {
        name: {"tickets a second": round(tickets_a_second(_program(name))), "aim": aim}
        for name, aim in AIMS.items()
    }
    print(json.dumps({"bare: five lines added, a second": round(bare), **figures}, indent=2))
    return 0


def tickets_a_second(program: Program, seconds: float = SECONDS) -> float:
    """Tickets of five lines that `program` earns in a second of one core."""
    return a_second(lambda: earn(SALE, program, zone=ZONE, buyer=BUYER), seconds)


def a_second(work: Callable[[], object], seconds: float = SECONDS) -> float:
    """How often `work` is done in a second of this process's own time, whoever else computes."""
    done, start = 0, time.process_time()
    while time.process_time() - start < seconds:
        for _ in range(100):
            work()
        done += 100
    return done / (time.process_time() - start)


def _program(name: str) -> Program:
    return read_program((PROGRAMS / f"{name}.json").read_bytes())


def ticket() -> Sale:
    """Five lines on a Thursday morning in spring, one of them discounted, paid in three ways."""
    lines = tuple(
        Line(
            id=str(place),
            article=f"A{place}",
            unit_price=10_00 + place,
            quantity=place + 1,
            discount=1_00 if place == 0 else 0,
            tax_rate=Decimal("5.5"),
            family="jardin" if place > 2 else "maison",
            themes=("livres",),
        )
        for place in range(5)
    )
    total = sum(line.net for line in lines)
    return Sale(
        id=SaleId("ticket"),
        store=StoreId("angers"),
        channel=Channel.SHOP,
        member=MemberId("zoe"),
        total=total,
        currency="EUR",
        closed_at=datetime(2026, 3, 5, 9, tzinfo=UTC),
        lines=lines,
        payments=(
            Payment(means=Means.VOUCHER, amount=5_00),
            Payment(means=Means.POINTS, amount=10_00),
            Payment(means=Means.MONEY, amount=total - 15_00),
        ),
    )


SALE = ticket()


if __name__ == "__main__":
    raise SystemExit(main())
