"""Quotes: what a sale would earn and what the member may have now; nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import uuid4

from backend.db import Transaction, accounts, members, shops
from backend.db.shops import Store
from backend.errors import Refused
from backend.services import clock
from backend.services.points.belonging import holder
from backend.services.selling import tickets
from backend.services.selling.sales import buyer_at, filled_lines
from backend.services.selling.situations import situation
from backend.services.selling.tickets import Figures
from backend.words import Words
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.quotes import (
    CartBody,
    LineQuote,
    OptionBody,
    QuoteAnswer,
    QuoteBody,
    SimulationAnswer,
)
from loyalty.earning import earn
from loyalty.enrolment import usual_price_code
from loyalty.ids import MemberId, Points, SaleId
from loyalty.ledger import Account, Entry
from loyalty.program import Program, in_language
from loyalty.quote import worth
from loyalty.rewards import Option, Situation, automatic, covers, options
from loyalty.sales import Buyer, Means, Payment, Sale, SaleRefused
from loyalty.terms import ChosenPoints, FixedCost, GiftArticle

_NOBODY = MemberId("nobody")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Who buys: their account, and what the rules look at."""

    account: Account
    buyer: Buyer
    language: str = ""
    note: str = ""
    alert: bool = False


def quote(tx: Transaction, store: Store, body: QuoteBody, accepted: str) -> QuoteAnswer:
    """What the sale would earn. Raises Refused or CurrencyMismatch."""
    if body.at is not None:
        clock.refuse_if_off(tx, "at", body.at)
    program = _program(tx, store)
    sale, known = _sale(tx, store, program, body)
    entries = _earned(tx, sale, program, store, known.buyer)
    before = known.account.balance(tx.now)
    earned = sum(entry.points for entry in entries)
    words = tickets.words_for(known.language, accepted)
    waiting, from_when = tickets.waiting(entries, tx.now)
    figures = Figures(
        points=earned,
        before=before,
        after=before + earned - waiting,
        deadline=next((entry.deadline for entry in entries), None),
        visits=known.buyer.visits,
        waiting=waiting,
        from_when=from_when,
    )
    seen = situation(
        tx,
        sale.member,
        program,
        store,
        balance=before,
        ticket=_to_pay(body, sale),
        earning=earned,
        price_code=sale.price_code,
    )
    rewards = {reward.id: reward.terms for reward in program.rewards}
    found = () if body.member is None else options(rewards, seen)
    chosen = automatic(found)
    return QuoteAnswer(
        total=sale.total,
        earned=earned,
        lines=_lines(sale, entries),
        balance_before=before,
        balance_after=figures.after,
        worth=worth(program, before),
        deadline=figures.deadline,
        options=tuple(_told(each, program, words, seen) for each in found),
        automatic=chosen.reward if chosen else None,
        ticket=(tickets.sale_lines if body.member else tickets.loyalty_lines)(
            words, program, figures, store.zone
        ),
        messages=tickets.messages(words, program, figures) if body.member else (),
        note=known.note,
        alert=known.alert,
    )


def _to_pay(body: QuoteBody, sale: Sale) -> int | None:
    """What is left to pay; None where there is no ticket, and only gifts can be had."""
    if not body.lines and body.total is None:
        return None
    return max(sale.total - sale.paid(), 0)


def simulate(tx: Transaction, store: Store, body: CartBody, accepted: str) -> SimulationAnswer:
    """What the cart would earn for anybody. Raises Refused or CurrencyMismatch."""
    program = _program(tx, store)
    asked = QuoteBody.model_validate(dict(body))
    sale, known = _sale(tx, store, program, asked)
    entries = _earned(tx, sale, program, store, known.buyer)
    earned = sum(entry.points for entry in entries)
    words = Words(accepted)
    return SimulationAnswer(
        earned=earned,
        lines=_lines(sale, entries),
        worth=worth(program, earned),
        text=tickets.would_earn(words, program, earned),
    )


def _program(tx: Transaction, store: Store) -> Program:
    program = shops.program(tx, store.program)
    assert program is not None, "a store has a program"
    return program


def _sale(tx: Transaction, store: Store, program: Program, body: QuoteBody) -> tuple[Sale, _Known]:
    person = None if body.member is None else members.member(tx, MemberId(body.member))
    if body.member is not None and person is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    code = body.price_code or (person.price_code if person else "")
    lines = tuple(line.line() for line in filled_lines(tx, body.lines, code))
    total = body.total
    if total is None:
        total = max(sum(line.net for line in lines) - body.discount, 0)
    sale = Sale(
        id=SaleId(str(uuid4())),
        store=store.id,
        channel=body.channel,
        member=person.id if person else _NOBODY,
        total=total,
        currency=body.currency or program.currency,
        closed_at=body.at or tx.now,
        lines=lines,
        payments=tuple(Payment(means=part.means, amount=part.amount) for part in body.payments),
        discount=body.discount,
        brand=body.brand or store.brand,
        price_code=body.price_code,
        visits=body.visits,
    )
    if person is None:
        # Whoever is not known yet buys as whoever joins would.
        stranger = Buyer(first_purchase=False, price_code=usual_price_code(program))
        return sale, _Known(account=Account(), buyer=stranger)
    row = accounts.account(tx, holder(tx, person.id, program.id), program.id)
    account = row.snapshot.account() if row else Account()
    buyer = buyer_at(tx, store, sale, account.balance(tx.now))
    return sale, _Known(
        account=account,
        buyer=buyer,
        language=person.language,
        note=person.note,
        alert=person.note_alert,
    )


def _earned(
    tx: Transaction, sale: Sale, program: Program, store: Store, buyer: Buyer
) -> tuple[Entry, ...]:
    paid = sale.paid()
    try:
        # What is not paid yet is about to be, with money: that is what the customer asks.
        rest = () if paid >= sale.total or not sale.payments else (_money(sale.total - paid),)
        return earn(
            replace(sale, payments=(*sale.payments, *rest)),
            program,
            zone=store.zone,
            buyer=buyer,
            extensions=tx.extensions,
        )
    except SaleRefused as no:
        raise Refused.at(no.field, no.remedy) from no


def _money(amount: int) -> Payment:
    return Payment(means=Means.MONEY, amount=amount)


def _lines(sale: Sale, entries: Iterable[Entry]) -> tuple[LineQuote, ...]:
    """What each line would earn; what is given for the visit is no line's."""
    earned: dict[str, Points] = {}
    for entry in entries:
        for line in entry.trace.lines if entry.trace else ():
            earned[line.line] = earned.get(line.line, 0) + line.points
    return tuple(
        LineQuote(
            line=str(place),
            article=line.article,
            points=earned.get(str(place), 0),
            unit_price=line.unit_price,
            net=line.net,
        )
        for place, line in enumerate(sale.lines, start=1)
    )


def _told(option: Option, program: Program, words: Words, seen: Situation) -> OptionBody:
    reward, terms, price = program.reward(option.reward), option.terms, option.price
    assert reward is not None, "an option is one of the program's rewards"
    fixed = terms.cost.points if isinstance(terms.cost, FixedCost) else reward.cost
    return OptionBody(
        reward=option.reward,
        name=in_language(reward.name, words.language),
        usable=price is not None,
        missing=option.missing,
        refusal=option.refusal.value if option.refusal else None,
        cost=price.points if price else fixed,
        money=price.money if price else 0,
        forfeits=price.forfeits if price else 0,
        chooses=isinstance(terms.cost, ChosenPoints),
        pays_all=price is not None and covers(terms, seen),
        how=terms.usable.how,
        articles=terms.gives.articles if isinstance(terms.gives, GiftArticle) else (),
    )
