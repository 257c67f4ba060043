"""What a ticket would earn under a program that is still being written, and why."""

from uuid import uuid4

from backend.db import Transaction, shops
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.points.explanations import why
from backend.services.programs.programs import read_draft
from backend.services.selling.sales import filled_lines
from backend.words import Words
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import TrialBody, TrialFound, TrialReward
from loyalty.accounts import holding
from loyalty.enrolment import usual_price_code
from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.program import Program, in_language
from loyalty.quote import quote, worth
from loyalty.rewards import missing
from loyalty.sales import Buyer, Sale, SaleRefused

_SOMEBODY = MemberId("somebody")


def trial(tx: Transaction, program: str, body: TrialBody, language: str) -> TrialFound:
    """The points of the ticket, line by line why, and what they bring near. Raises Refused."""
    rules = read_draft(tx, program, body.document)
    words = Words(language)
    store = _store(tx, body)
    sale = _sale(tx, rules, body, store)
    buyer = Buyer(first_purchase=body.first_purchase, tier=body.tier)
    try:
        found = quote(
            sale,
            rules,
            holding(body.balance),
            now=sale.closed_at,
            zone=store.zone,
            buyer=buyer,
            extensions=tx.extensions,
        )
    except SaleRefused as no:
        raise Refused.at(no.field, no.remedy) from no
    after = found.balance_after
    return TrialFound(
        earned=found.earned,
        balance_before=found.balance_before,
        balance_after=after,
        worth=worth(rules, after),
        deadline=found.deadline,
        why=tuple(line for entry in found.entries for line in why(entry, rules, words)),
        rewards=tuple(
            TrialReward(
                reward=each.id,
                name=in_language(each.name, words.language),
                cost=each.cost,
                missing=missing(each.terms, after),
            )
            for each in rules.rewards
        ),
    )


def _store(tx: Transaction, body: TrialBody) -> Store:
    found = shops.stores(tx) if body.store is None else (shops.store(tx, StoreId(body.store)),)
    store = next((each for each in found if each is not None), None)
    if store is None:
        raise Refused(ProblemName.NOT_FOUND, "store: there is no such store")
    return store


def _sale(tx: Transaction, program: Program, body: TrialBody, store: Store) -> Sale:
    code = body.price_code or usual_price_code(program)
    lines = tuple(line.line() for line in filled_lines(tx, body.lines, code))
    total = sum(line.net for line in lines) if body.total is None else body.total
    return Sale(
        id=SaleId(str(uuid4())),
        store=store.id,
        channel=body.channel,
        member=_SOMEBODY,
        total=total,
        currency=program.currency,
        closed_at=body.at or tx.now,
        lines=lines,
        brand=store.brand,
        price_code=code,
    )
