"""Recording a sale as it goes on: it earns when it is settled, once, however often it is sent."""

from collections.abc import Sequence
from dataclasses import replace

from backend.db import Transaction, members, sales, shops
from backend.db.access import Till
from backend.db.earned import earned_between
from backend.db.sales import SaleRow
from backend.db.shops import Store
from backend.errors import Refused, phrase
from backend.services import clock
from backend.services.people.members import balance_of, numbered
from backend.services.people.records import as_buyer
from backend.services.points import fraud
from backend.services.points.belonging import routed
from backend.services.points.ledger import POINTS_MAX, locked_account, post
from backend.services.points.ranks import tier_at
from backend.services.selling import tickets, uses
from backend.services.selling.sold import line_id, sale_of
from backend.services.selling.tickets import Figures
from backend.services.shop.catalogue import Shelf, shelf
from backend.words import Words
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import LineBody, SaleAnswer, SaleBody, SaleStage
from loyalty.earning import earn
from loyalty.ids import MemberId, StoreId
from loyalty.program import Program
from loyalty.sales import Buyer, Sale, SaleRefused, SaleState


def record_sale(tx: Transaction, till: Till, body: SaleBody, accepted: str) -> SaleAnswer:
    """The entries that the sale earned; none while it is not settled.

    `accepted` is the language of the ticket for a member whose own nothing is written in. Raises
    Refused or CurrencyMismatch.
    """
    content = tx.keys.content(f"{till.store.id}:{body.content()}".encode())
    known = sales.sale(tx, body.id)
    if known is not None and content in {known.content, *known.earlier}:
        return as_it_stands(known)
    if known is not None and known.stage not in _GOES_ON:
        raise Refused(ProblemName.ID_REUSED, "another sale was recorded under this id")
    clock.refuse_if_off(tx, "closed_at", body.closed_at)
    if members.member(tx, MemberId(body.member)) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    body = filled(tx, till.store, body)
    sale = sale_of(body, till.store.id)
    _check_names(sale)
    stage = _stage(sale)
    used = uses.on_ticket(tx, sale, body.uses)
    answer = _book(tx, till, sale, stage, accepted, new=known is None)
    (uses.settle if stage is SaleStage.SETTLED else uses.keep)(tx, used, sale.id)
    row = SaleRow(
        id=sale.id,
        store=StoreId(sale.store),
        till=till.id,
        member=sale.member,
        total=sale.total,
        currency=sale.currency,
        channel=sale.channel.value,
        closed_at=sale.closed_at,
        stage=stage,
        content=content,
        answer=answer.model_dump_json(),
        detail=body.detail(),
    )
    if known is None:
        sales.add_sale(tx, row)
    else:
        sales.save_sale(tx, replace(row, earlier=known.earlier | {known.content}))
    return answer


_GOES_ON = (SaleStage.OPEN, SaleStage.PART_PAID)


def as_it_stands(row: SaleRow) -> SaleAnswer:
    """The answer that the sale got, and how far it has come since."""
    answer = SaleAnswer.model_validate_json(row.answer)
    return answer.model_copy(update={"known": True, "stage": row.stage})


def filled(tx: Transaction, store: Store, body: SaleBody) -> SaleBody:
    """The sale with what the catalogue, the store and the member's record say where it is silent.

    Written down so: a return next year finds the prices and points of today.
    """
    person = members.member(tx, MemberId(body.member))
    code = body.price_code or (person.price_code if person else "")
    lines = filled_lines(tx, body.lines, code)
    return body.model_copy(update={"lines": lines, "brand": body.brand or store.brand})


def filled_lines(tx: Transaction, told: Sequence[LineBody], code: str) -> tuple[LineBody, ...]:
    """The lines with what the catalogue says of their articles at that price code."""
    if not any(each.article for line in told for each in (line, *line.components)):
        return tuple(told)
    lines = [line.line() for line in told]
    found = shelf(tx, lines, (code,))
    return tuple(
        LineBody.of(
            replace(
                found.line(line, code),
                unit_price=_price(found, said, line.price_code or code),
            )
        )
        for said, line in zip(told, lines, strict=True)
    )


def _price(found: Shelf, said: LineBody, code: str) -> int:
    """As the till says; else as the price list and the catalogue do."""
    if said.unit_price is not None:
        return said.unit_price
    return found.price(said.article, code) or 0


def due(sale: Sale) -> int:
    """Minor units left to pay."""
    if not sale.payments:
        return 0 if sale.state is SaleState.CLOSED else sale.total
    return max(sale.total - sale.paid(), 0)


def _check_names(sale: Sale) -> None:
    names = [line_id(place, line.id) for place, line in enumerate(sale.lines, start=1)]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise Refused.at(f"lines.{place}.id", phrase("another line has it"))


def _stage(sale: Sale) -> SaleStage:
    if sale.paid_in_full:
        return SaleStage.SETTLED
    return SaleStage.PART_PAID if sale.paid() else SaleStage.OPEN


def buyer_at(tx: Transaction, store: Store, sale: Sale, balance: int) -> Buyer:
    """What the books know of the member at the moment of the sale."""
    visits = sales.visits_of(tx, sale.member)
    person, program = members.member(tx, sale.member), shops.program(tx, store.program)
    assert person is not None
    assert program is not None, "a store has a program"
    earned_today = 0
    if counts_the_day(tx, program):
        start, end = clock.day_around(sale.closed_at, store.zone)
        earned_today = earned_between(tx, sale.member, store.program, start, end)
    return replace(
        as_buyer(person),
        first_purchase=visits == 0,
        visits=visits,
        balance=balance,
        earned_today=earned_today,
        tier=tier_at(tx, sale.member, program, at=sale.closed_at, zone=store.zone),
    )


def counts_the_day(tx: Transaction, program: Program) -> bool:
    """Whether anybody asks what was earned today: a cap, or a rule of the shop's own."""
    return program.caps.per_day is not None or bool(tx.extensions)


def program_at(tx: Transaction, till: Till) -> Program:
    """The rules in force where the till stands."""
    program = shops.program(tx, till.store.program)
    assert program is not None, "a store has a program"
    return program


def _book(
    tx: Transaction, till: Till, sale: Sale, stage: SaleStage, accepted: str, *, new: bool
) -> SaleAnswer:
    program = program_at(tx, till)
    locked_account(tx, sale.member, program.id)
    before = balance_of(tx, sale.member, program.id)
    buyer = fraud.watched(tx, till, sale, program, buyer_at(tx, till.store, sale, before))
    try:
        # Also of a sale that goes on: what is wrong with it is said at once. It earns nothing yet.
        earned = earn(sale, program, zone=till.store.zone, buyer=buyer, extensions=tx.extensions)
    except SaleRefused as no:
        raise Refused.at(no.field, no.remedy) from no
    if any(entry.points > POINTS_MAX for entry in earned):
        raise Refused(ProblemName.INVALID, "total: it would earn more than an account can hold")
    posted = post(tx, *(routed(tx, entry) for entry in earned), new=new)
    waiting, from_when = tickets.waiting((each.entry for each in posted), tx.now)
    figures = Figures(
        points=sum(each.entry.points for each in posted),
        before=before,
        after=balance_of(tx, sale.member, program.id),
        deadline=next((each.entry.deadline for each in posted), None),
        visits=buyer.visits,
        waiting=waiting,
        from_when=from_when,
    )
    settled = stage is SaleStage.SETTLED
    words = words_of(tx, sale.member, accepted)
    return SaleAnswer(
        sale=sale.id,
        entries=tuple(numbered(each) for each in posted),
        earned=figures.points,
        balance_before=before,
        balance=figures.after,
        deadline=figures.deadline,
        rule_in_words=dict(program.rule_in_words),
        known=False,
        stage=stage,
        due=due(sale),
        ticket=tickets.sale_lines(words, program, figures, till.store.zone) if settled else (),
        messages=tickets.messages(words, program, figures) if settled else (),
    )


def words_of(tx: Transaction, member: MemberId, accepted: str) -> Words:
    """The words for that member's ticket."""
    person = members.member(tx, member)
    return tickets.words_for(person.language if person else "", accepted)
