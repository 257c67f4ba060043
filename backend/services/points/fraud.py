"""The fraud guard: what no honest customer does gives nothing, and staff is told once (F16).

Nothing is refused at the counter: a sale is a fact, it only earns no points. An alert stays open,
and is the only one of its kind about that person, until somebody has looked.
"""

from dataclasses import replace

from backend.db import Transaction, alerts, fraud, staff, uses
from backend.db.access import Till
from backend.db.shops import Store
from backend.services import clock
from backend.services.points.belonging import moved_by
from loyalty.errors import DailyLimit, MemberLimit
from loyalty.guard import check_rewards, is_cycling, may_earn, watches
from loyalty.ids import MemberId, ProgramId, StoreId
from loyalty.program import Guard, Program
from loyalty.sales import Buyer, Sale

STAFF_CARD = "staff-card"
"""A sale on the card of somebody who works in that store."""
TICKETS = "tickets-too-many"
"""A second ticket too soon after the last one, or one too many in a day."""
REFUND_CYCLE = "refund-cycle"
"""Sales of a member that come back whole, again and again."""


def watched(tx: Transaction, till: Till, sale: Sale, program: Program, buyer: Buyer) -> Buyer:
    """The buyer with what the guard knows; who earns nothing for it is put before staff."""
    found = buyer
    if counts_tickets(tx, program):
        start, end = clock.day_around(sale.closed_at, till.store.zone)
        known = fraud.tickets(tx, sale.member, program.id, start, end)
        found = replace(buyer, tickets_today=known.today, last_ticket_at=known.last_at)
    if not sale.paid_in_full or not buyer.enrolled:
        return found
    if is_staff_of(tx, till.store.id, sale.member):
        alerts.raise_once(tx, STAFF_CARD, sale.member, event=sale.id, till=till.id)
        return replace(found, enrolled=False)
    if not may_earn(program.guard, sale, found):
        alerts.raise_once(tx, TICKETS, sale.member, event=sale.id, till=till.id)
    return found


def counts_tickets(tx: Transaction, program: Program) -> bool:
    """Whether anybody asks for a member's other tickets: the guard, or a rule of the shop's own."""
    return watches(program.guard) or bool(tx.extensions)


def look_at_returns(
    tx: Transaction, till: Till, member: MemberId, program: Program, *, event: str
) -> None:
    """Tell staff of a member whose sales come back again and again."""
    if program.guard.refund_cycles is None:
        return
    if is_cycling(moved_by(tx, member, program.id), program.guard, now=tx.now):
        alerts.raise_once(tx, REFUND_CYCLE, member, event=event, till=till.id)


def refuse_many_rewards(
    tx: Transaction, member: MemberId, program: ProgramId, guard: Guard, store: Store
) -> None:
    """Raises MemberLimit for who has taken as many rewards today as the program allows."""
    if guard.rewards_per_day is None:
        return
    start, _ = clock.day_around(tx.now, store.zone)
    try:
        taken = uses.times_taken(tx, [member], program, since=start)
        check_rewards(guard, sum(taken.values()))
    except DailyLimit as no:
        raise MemberLimit(no.times) from no


def is_staff_of(tx: Transaction, store: StoreId, member: MemberId) -> bool:
    """Whether the card is of somebody who works in that store: it earns nothing there."""
    person = staff.by_member(tx, member)
    if person is None or person.disabled_at is not None:
        return False
    return person.store is None or person.store.id == store
