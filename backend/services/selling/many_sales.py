"""Many sales at once: each is recorded or refused as if it had come alone, in the same order."""

from collections.abc import Sequence

from backend.db import (
    Database,
    Transaction,
    accounts,
    earned,
    fraud,
    households,
    members,
    sales,
    staff,
)
from backend.db.access import Till
from backend.errors import Refused
from backend.services import clock
from backend.services.points.fraud import counts_tickets
from backend.services.selling.sales import counts_the_day, program_at, record_sale
from backend_client.schemas.sales import SaleAnswer, SaleBody
from loyalty.errors import LoyaltyError
from loyalty.ids import MemberId

AT_ONCE = 250
"""In one transaction: a till that comes back with hundreds must not make the others wait."""

Outcome = SaleAnswer | Refused | LoyaltyError


def record_sales(
    database: Database, till: Till, bodies: Sequence[SaleBody], accepted: str
) -> list[Outcome]:
    """What became of each sale, in the same order."""
    found: list[Outcome] = []
    most = AT_ONCE
    while len(found) < len(bodies):
        some = bodies[len(found) : len(found) + most]
        most = AT_ONCE
        try:
            found += database.run(till.tenant, _together, till, some, accepted)
        except Stopped as stopped:
            # Nothing of these was written. Those before the one that is refused go first, alone.
            if stopped.at == 0:
                found.append(stopped.why)
            else:
                most = stopped.at
    return found


class Stopped(Exception):
    """One of the sales is refused, at its place from 0: the transaction is given up."""

    def __init__(self, at: int, why: Refused | LoyaltyError) -> None:
        super().__init__(at)
        self.at, self.why = at, why


def _together(
    tx: Transaction, till: Till, bodies: Sequence[SaleBody], accepted: str
) -> list[SaleAnswer]:
    expect(tx, till, bodies)
    answers = []
    for place, body in enumerate(bodies):
        try:
            answers.append(record_sale(tx, till, body, accepted))
        except (Refused, LoyaltyError) as no:
            raise Stopped(place, no) from no
    return answers


def expect(tx: Transaction, till: Till, bodies: Sequence[SaleBody]) -> None:
    """Fetch at once what recording these sales is going to ask for, one after the other."""
    program = till.store.program
    buyers = list(dict.fromkeys(MemberId(body.member) for body in bodies))
    sales.expect(tx, [body.id for body in bodies], buyers)
    members.expect(tx, buyers, ())
    households.expect(tx, buyers)
    staff.expect_members(tx, buyers)
    accounts.expect(tx, [(member, program) for member in buyers])
    _expect_days(tx, till, bodies)


def _expect_days(tx: Transaction, till: Till, bodies: Sequence[SaleBody]) -> None:
    """What the buyers have earned on the days of these sales, where anybody asks."""
    rules, program = program_at(tx, till), till.store.program
    of_day, of_tickets = counts_the_day(tx, rules), counts_tickets(tx, rules)
    if not (of_day or of_tickets):
        return
    by_day: dict[clock.Day, list[SaleBody]] = {}
    for body in bodies:
        day = clock.day_around(body.closed_at, till.store.zone)
        by_day.setdefault(day, []).append(body)
    for (start, end), found in by_day.items():
        of_the_day = list(dict.fromkeys(MemberId(body.member) for body in found))
        if of_day:
            earned.expect_earned(tx, of_the_day, program, start, end)
        if of_tickets:
            fraud.expect_tickets(tx, of_the_day, program, start, end)
