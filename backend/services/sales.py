"""Recording a sale: what it earns, once, however often it is sent."""

from datetime import datetime, time, timedelta

from backend.db import Transaction, facts, members, shops
from backend.db.access import Till
from backend.db.accounts import earned_between
from backend.db.facts import Recorded
from backend.errors import Refused
from backend.services import clock
from backend.services.ledger import POINTS_MAX, locked_account, post
from backend.services.members import balance_of, numbered
from backend_client.schemas import ProblemName, SaleAnswer, SaleBody
from loyalty.earning import earn
from loyalty.ids import MemberId, SaleId
from loyalty.sales import Buyer, Payment, Sale, SaleRefused


def record_sale(tx: Transaction, till: Till, body: SaleBody) -> SaleAnswer:
    """The entries that the sale earned. Raises Refused or CurrencyMismatch."""
    content = tx.keys.content(f"{till.store.id}:{body.content()}".encode())
    known = facts.recorded_sale(tx, body.id)
    if known is not None:
        return _answered_before(known, content)
    clock.refuse_if_off(tx, "closed_at", body.closed_at)
    if members.member(tx, MemberId(body.member)) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    sale = Sale(
        id=SaleId(body.id),
        store=till.store.id,
        channel=body.channel,
        member=MemberId(body.member),
        total=body.total,
        currency=body.currency,
        closed_at=body.closed_at,
        lines=tuple(line.line() for line in body.lines),
        payments=tuple(Payment(means=part.means, amount=part.amount) for part in body.payments),
        discount=body.discount,
        brand=body.brand,
        price_code=body.price_code,
        visits=body.visits,
    )
    if not sale.paid_in_full:
        raise Refused(ProblemName.INVALID, "payments: send the sale once it is paid in full")
    answer = _book(tx, till, sale)
    recorded = Recorded(content=content, answer=answer.model_dump_json(), detail=body.detail())
    facts.add_sale(tx, sale, till.id, recorded)
    return answer


def _answered_before(known: Recorded, content: str) -> SaleAnswer:
    if known.content != content:
        raise Refused(ProblemName.ID_REUSED, "another sale was recorded under this id")
    return SaleAnswer.model_validate_json(known.answer).model_copy(update={"known": True})


def _buyer(tx: Transaction, till: Till, sale: Sale, balance: int) -> Buyer:
    """What the books know of the member at the moment of the sale."""
    visits = facts.sales_of(tx, sale.member)
    day, zone = sale.closed_at.astimezone(till.store.zone).date(), till.store.zone
    start = datetime.combine(day, time(), tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    earned_today = earned_between(tx, sale.member, till.store.program, start, end)
    return Buyer(
        first_purchase=visits == 0, visits=visits, balance=balance, earned_today=earned_today
    )


def _book(tx: Transaction, till: Till, sale: Sale) -> SaleAnswer:
    program = shops.program(tx, till.store.program)
    assert program is not None
    locked_account(tx, sale.member, program.id)
    before = balance_of(tx, sale.member, program.id)
    buyer = _buyer(tx, till, sale, before)
    try:
        earned = earn(sale, program, zone=till.store.zone, buyer=buyer)
    except SaleRefused as no:
        raise Refused(ProblemName.INVALID, str(no)) from no
    if any(entry.points > POINTS_MAX for entry in earned):
        raise Refused(ProblemName.INVALID, "total: it would earn more than an account can hold")
    posted = post(tx, *earned)
    return SaleAnswer(
        sale=sale.id,
        entries=tuple(numbered(each) for each in posted),
        earned=sum(each.entry.points for each in posted),
        balance_before=before,
        balance=balance_of(tx, sale.member, program.id),
        deadline=next((each.entry.deadline for each in posted), None),
        rule_in_words=dict(program.rule_in_words),
        known=False,
    )
