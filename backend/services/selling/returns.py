"""What becomes of a sale: void, restore, return by line, release, credit notes without a sale.

A void undoes what the sale earned and gives back what was spent on it, once; a restore undoes the
void. A return takes back the share of its own line and gives back that share of what was paid in
points. None of them runs an earning rule again; only a credit note of an unknown sale does.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from backend.db import Transaction, journals, members, sales, uses
from backend.db.access import Till
from backend.db.sales import ActKind, SaleRow
from backend.errors import Refused, phrase
from backend.services.people.members import balance_of
from backend.services.points.ledger import locked_account
from backend.services.selling import acts
from backend.services.selling import uses as used
from backend.services.selling.acts import Doing, Outcome
from backend.services.selling.sales import buyer_at, due, program_at
from backend.services.selling.sold import back_of, body_of, lines_of, named, sale_of
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import (
    CreditNoteBody,
    ReturnBody,
    SaleAct,
    SaleActAnswer,
    SaleAnswer,
    SaleStage,
    SaleView,
)
from loyalty import pending, returns
from loyalty.earning import credit_note
from loyalty.eligibility import places
from loyalty.ids import EntryId, MemberId, SaleId, StoreId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Negative
from loyalty.returns import Returned, gift_back, pay_back, reversal, under_policy
from loyalty.sales import Sale, SaleRefused


def view(tx: Transaction, wanted: str) -> SaleView:
    """A sale as the books have it. Raises Refused."""
    row = acts.sale_row(tx, wanted)
    body = body_of(row)
    return SaleView(
        sale=body,
        store=row.store,
        stage=row.stage,
        due=due(sale_of(body, row.store)),
        earned=sum(each.points for each in _standing(tx, row)),
        returned=tuple(
            line
            for act in sales.acts_on(tx, row.id)
            if act.kind is ActKind.RETURN
            for line in lines_of(act)
        ),
    )


def void(tx: Transaction, till: Till, wanted: str, body: SaleAct, accepted: str) -> SaleActAnswer:
    """What the sale earned taken back, and what was spent on it given back (LSX-57, P-05).

    Raises Refused, or NotEnoughPoints where the program lets nobody owe points.
    """
    doing = Doing(till=till, kind=ActKind.VOID, body=body, accepted=accepted, on=wanted)
    return acts.on_sale(tx, doing, _voided)


def _voided(tx: Transaction, doing: Doing, row: SaleRow) -> Outcome:
    if row.stage is SaleStage.VOIDED:
        raise Refused(ProblemName.TOO_LATE, "the sale is voided already")
    policy = program_at(tx, doing.till).negative
    back: list[Entry] = []
    for use in uses.uses_on(tx, row.id):
        ids = tuple(entry.id for entry in used.spent(tx, use))
        back += (reversal(last, now=tx.now) for last, stands in _latest(tx, ids) if stands)
        used.mark_voided(tx, use)
    owes = policy is not Negative.CLAMP
    gone = [reversal(entry, now=tx.now, owes=owes) for entry in _standing(tx, row)]
    # Points come back before others go: who paid with points owes nothing.
    return (*back, *gone), SaleStage.VOIDED


def restore(
    tx: Transaction, till: Till, wanted: str, body: SaleAct, accepted: str
) -> SaleActAnswer:
    """The void undone: the sale counts again, once (P-03). Raises Refused or NotEnoughPoints."""
    doing = Doing(till=till, kind=ActKind.RESTORE, body=body, accepted=accepted, on=wanted)
    return acts.on_sale(tx, doing, _restored)


def _restored(tx: Transaction, _: Doing, row: SaleRow) -> Outcome:
    if row.stage is not SaleStage.VOIDED:
        raise Refused(ProblemName.TOO_LATE, "the sale is not voided")
    before = SaleAnswer.model_validate_json(row.answer).stage
    if before is not SaleStage.SETTLED:
        return (), before
    undone = [last for last, stands in _latest(tx, _earned(row)) if not stands]
    taken: list[Entry] = []
    for use in uses.uses_on(tx, row.id, voided=True):
        ids = tuple(entry.id for entry in used.spent(tx, use))
        taken += [last for last, stands in _latest(tx, ids) if not stands]
        used.mark_issued(tx, use)
    again = tuple(reversal(entry, now=tx.now) for entry in (*undone, *taken))
    return again, SaleStage.SETTLED


def take_back(
    tx: Transaction, till: Till, wanted: str, body: ReturnBody, accepted: str
) -> SaleActAnswer:
    """The share of the lines that came back (LSX-58, P-01). Raises Refused or NotEnoughPoints."""
    doing = Doing(till=till, kind=ActKind.RETURN, body=body, accepted=accepted, on=wanted)
    return acts.on_sale(tx, doing, partial(_taken_back, body))


def _taken_back(body: ReturnBody, tx: Transaction, doing: Doing, row: SaleRow) -> Outcome:
    _refuse_unsettled(row)
    sale = sale_of(body_of(row), row.store)
    earlier = _returned(tx, row, sale)
    coming = _coming(sale, body, earlier, doing.till.store.id)
    back = tuple(_given_back(tx, row, sale, earlier, coming))
    earned = tuple(each.entry for each in journals.entries(tx, _earned(row)).values())
    policy = program_at(tx, doing.till).negative
    gone = returns.take_back(earned, sale, coming, earlier, negative=policy)
    return (*back, *gone), row.stage


def release(
    tx: Transaction, till: Till, wanted: str, body: SaleAct, accepted: str
) -> SaleActAnswer:
    """What the sale earned can be spent from now on: what it waited for has happened (P-13).

    Once, whatever it waited for; of a sale whose points never waited, nothing. Raises Refused.
    """
    doing = Doing(till=till, kind=ActKind.RELEASE, body=body, accepted=accepted, on=wanted)
    return acts.on_sale(tx, doing, _released)


def _released(tx: Transaction, _: Doing, row: SaleRow) -> Outcome:
    _refuse_unsettled(row)
    earned = (posted.entry for posted in journals.entries(tx, _earned(row)).values())
    freed = tuple(pending.release(e, now=tx.now) for e in earned if e.available_from is not None)
    return freed, row.stage


def _refuse_unsettled(row: SaleRow) -> None:
    """Raises Refused for a sale that has earned nothing: it is open, or voided."""
    if row.stage is not SaleStage.SETTLED:
        raise Refused(
            ProblemName.TOO_LATE,
            phrase("the sale is {stage}: nothing was earned", stage=row.stage.value),
        )


def note_credit(tx: Transaction, till: Till, body: CreditNoteBody, accepted: str) -> SaleActAnswer:
    """What a credit note without a known sale takes (OCT-12). Raises Refused, NotEnoughPoints."""
    doing = Doing(till=till, kind=ActKind.CREDIT_NOTE, body=body, accepted=accepted, on=None)
    known = acts.known(tx, doing)
    if known is not None:
        return known
    member, program = MemberId(body.member), program_at(tx, till)
    if members.member(tx, member) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    note = Sale(
        id=SaleId(body.id),
        store=till.store.id,
        channel=body.channel,
        member=member,
        total=body.total,
        currency=body.currency,
        closed_at=body.closed_at,
        lines=tuple(line.line() for line in body.lines),
        discount=body.discount,
        brand=body.brand,
        price_code=body.price_code,
    )
    try:
        taken = credit_note(
            note,
            program,
            zone=till.store.zone,
            buyer=buyer_at(tx, till.store, note, balance_of(tx, member, program.id)),
            extensions=tx.extensions,
        )
    except SaleRefused as no:
        raise Refused.at(no.field, no.remedy) from no
    holder = locked_account(tx, member, program.id).snapshot.account()
    taken = under_policy(taken, program.negative, holder=holder, at=tx.now)
    return acts.finish(tx, doing, None, taken, stage=None, member=member)


# --- what a sale earned, and what is left of it -------------------------------------------------


def _earned(row: SaleRow) -> tuple[EntryId, ...]:
    answer = SaleAnswer.model_validate_json(row.answer)
    return tuple(EntryId(each.entry.id) for each in answer.entries)


def _standing(tx: Transaction, row: SaleRow) -> tuple[Entry, ...]:
    """What gives the sale's points: the entries it earned, or those that restored them."""
    return tuple(last for last, stands in _latest(tx, _earned(row)) if stands)


def _latest(tx: Transaction, wanted: Sequence[EntryId]) -> Iterator[tuple[Entry, bool]]:
    """For each entry, the last of those that undid and restored it, and whether it stands.

    A reversal is about the entry it undoes: whether a sale counts is read off the books, and no
    flag beside them can say otherwise.
    """
    found = journals.entries(tx, wanted)
    for each in wanted:
        last, stands = found[each].entry, True
        while (undone := journals.reversal_of(tx, last.id)) is not None:
            last, stands = undone.entry, not stands
        yield last, stands


# --- returns ------------------------------------------------------------------------------------


def _returned(tx: Transaction, row: SaleRow, sale: Sale) -> tuple[Returned, ...]:
    """What came back before, line by line."""
    return tuple(
        back_of(act.id, sale, line, act.at, act.store)
        for act in sales.acts_on(tx, row.id)
        if act.kind is ActKind.RETURN
        for line in lines_of(act)
    )


def _coming(
    sale: Sale, body: ReturnBody, earlier: Sequence[Returned], store: StoreId
) -> tuple[Returned, ...]:
    """What comes back now. Raises Refused for a line, or a number, that was never sold."""
    coming: list[Returned] = []
    lines, names = dict(places(sale)), named(sale)
    for number, line in enumerate(body.lines):
        if line.line not in names:
            raise Refused.at(f"lines.{number}.line", phrase("the sale has no such line"))
        back = back_of(body.id, sale, line, body.at, store)
        if any(each.line == back.line for each in coming):
            raise Refused.at(f"lines.{number}.line", phrase("it is named before"))
        gone = sum(each.quantity for each in earlier if each.line == back.line)
        if gone + back.quantity > lines[back.line].quantity:
            field = "quantity" if line.quantity is not None else "amount"
            raise Refused.at(f"lines.{number}.{field}", phrase("more than is left of it"))
        coming.append(back)
    return tuple(coming)


def _given_back(
    tx: Transaction,
    row: SaleRow,
    sale: Sale,
    earlier: Sequence[Returned],
    coming: Sequence[Returned],
) -> Iterator[Entry]:
    """What was paid in points of the goods that came back, with its deadlines."""
    for use in uses.uses_on(tx, row.id):
        for spent in used.spent(tx, use):
            if spent.kind is not EntryKind.REDEEM:
                continue
            back = (
                pay_back(spent, sale, coming, earlier)
                if use.money
                else gift_back(spent, sale, use.article, coming, earlier)
            )
            yield from () if back is None else (back,)
