"""What is done to a sale after it was recorded: once for each id, booked and written down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.db import Transaction, sales
from backend.db.access import Till
from backend.db.journals import Posted
from backend.db.sales import Act, ActKind, SaleRow
from backend.errors import Refused
from backend.services import clock
from backend.services.people.members import balance_of, holdings_of, numbered
from backend.services.points import fraud
from backend.services.points.ledger import post
from backend.services.selling import tickets
from backend.services.selling.sales import program_at, words_of
from backend.services.selling.tickets import Figures
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import CreditNoteBody, SaleAct, SaleActAnswer, SaleStage
from loyalty.entries import Entry
from loyalty.ids import MemberId
from loyalty.program import Negative

Outcome = tuple[Sequence[Entry], SaleStage]
"""What a deed books, and where the sale stands then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What is asked, by which till."""

    till: Till
    kind: ActKind
    body: SaleAct | CreditNoteBody
    accepted: str
    on: str | None
    """The sale it is about."""

    @property
    def at(self) -> datetime:
        """When, by the till's clock."""
        return self.body.at if isinstance(self.body, SaleAct) else self.body.closed_at

    def content(self, tx: Transaction) -> str:
        """What makes it this act and no other."""
        told = f"{self.kind.value}:{self.on}:{self.body.model_dump_json()}"
        return tx.keys.content(told.encode())


def on_sale(
    tx: Transaction, doing: Doing, deed: Callable[[Transaction, Doing, SaleRow], Outcome]
) -> SaleActAnswer:
    """The answer to the deed, or the one that it got before. Raises Refused or NotEnoughPoints."""
    before = known(tx, doing)
    if before is not None:
        return before
    assert doing.on is not None, "only a credit note is about no sale"
    row = sale_row(tx, doing.on)
    entries, stage = deed(tx, doing, row)
    return finish(tx, doing, row, entries, stage=stage)


def sale_row(tx: Transaction, wanted: str) -> SaleRow:
    """The sale. Raises Refused."""
    row = sales.sale(tx, wanted)
    if row is None:
        raise Refused(ProblemName.NOT_FOUND, "no such sale")
    return row


def known(tx: Transaction, doing: Doing) -> SaleActAnswer | None:
    """The answer that it got before. Raises Refused for other content or a clock that is off."""
    before = sales.act(tx, doing.body.id)
    if before is None:
        field = "at" if isinstance(doing.body, SaleAct) else "closed_at"
        clock.refuse_if_off(tx, field, doing.at)
        return None
    if before.content != doing.content(tx):
        raise Refused(ProblemName.ID_REUSED, "something else was done under this id")
    answer = SaleActAnswer.model_validate_json(before.answer)
    return answer.model_copy(update={"known": True})


def finish(
    tx: Transaction,
    doing: Doing,
    row: SaleRow | None,
    entries: Sequence[Entry],
    *,
    stage: SaleStage | None,
    member: MemberId | None = None,
) -> SaleActAnswer:
    """The entries booked, the sale where it stands now, and the act written down."""
    till, program = doing.till, program_at(tx, doing.till)
    who = row.member if row is not None else member
    assert who is not None, "an act is about a member"
    before, held = balance_of(tx, who, program.id), holdings_of(tx, who, program.id)
    posted = post(tx, *entries, may_owe=program.negative is Negative.ALLOW)
    fraud.look_at_returns(tx, till, who, program, event=doing.body.id)
    figures = Figures(
        # What really moved: a void after a return finds less to take than the sale once gave.
        points=holdings_of(tx, who, program.id) - held,
        before=before,
        after=balance_of(tx, who, program.id),
        deadline=None,
        back=True,
    )
    answer = _answer(tx, doing, row, posted, figures, stage=stage, member=who)
    if row is not None and stage is not None and stage is not row.stage:
        sales.save_sale(tx, replace(row, stage=stage))
    _write_down(tx, doing, row, who, answer)
    return answer


def _answer(
    tx: Transaction,
    doing: Doing,
    row: SaleRow | None,
    posted: Sequence[Posted],
    figures: Figures,
    *,
    stage: SaleStage | None,
    member: MemberId,
) -> SaleActAnswer:
    words, program = words_of(tx, member, doing.accepted), program_at(tx, doing.till)
    return SaleActAnswer(
        id=doing.body.id,
        sale=None if row is None else row.id,
        stage=stage,
        entries=tuple(numbered(each) for each in posted),
        points=sum(each.entry.points for each in posted),
        balance_before=figures.before,
        balance=figures.after,
        ticket=tickets.loyalty_lines(words, program, figures, doing.till.store.zone),
        known=False,
    )


def _write_down(
    tx: Transaction, doing: Doing, row: SaleRow | None, member: MemberId, answer: SaleActAnswer
) -> None:
    """The act, with its answer: sent again, it gets the same."""
    sales.add_act(
        tx,
        Act(
            id=doing.body.id,
            kind=doing.kind,
            sale=None if row is None else row.id,
            member=member,
            store=doing.till.store.id,
            till=doing.till.id,
            at=doing.at,
            content=doing.content(tx),
            answer=answer.model_dump_json(),
            detail=doing.body.model_dump_json(),
        ),
    )
