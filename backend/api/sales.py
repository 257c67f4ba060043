"""What tills call about a sale: as it goes on, and what becomes of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from backend.api.callers import Address, Data, at_till, till_with
from backend.api.deeds import ringing
from backend.api.languages import Language
from backend.api.problems import BODY, KEY, documented, problem_of
from backend.db.access import Till
from backend.rights import Right
from backend.services.selling import receipts, returns
from backend.services.selling.many_sales import record_sales
from backend.services.selling.queue import SalesQueue
from backend_client.schemas.base import API, Id
from backend_client.schemas.invitations import InvitationForReceipt, NewInvitation
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.sales import (
    CreditNoteBody,
    ReturnBody,
    SaleAct,
    SaleActAnswer,
    SaleAnswer,
    SaleBody,
    SaleResult,
    SalesAnswer,
    SalesRequest,
    SaleView,
)

_Till = Annotated[Till, Depends(at_till(Right.SALES))]
_Machine = Annotated[Till, Depends(till_with(Right.SALES))]


async def _queue_of(request: Request) -> SalesQueue:
    queue = request.app.state.sales
    assert isinstance(queue, SalesQueue)
    return queue


_Queue = Annotated[SalesQueue, Depends(_queue_of)]
_Sale = Annotated[Id, Path(description="The till's id of the sale.")]
_ACT = (
    *BODY,
    *KEY,
    ProblemName.NOT_FOUND,
    ProblemName.ID_REUSED,
    ProblemName.TOO_LATE,
    ProblemName.NOT_ENOUGH_POINTS,
    ProblemName.CLOCK_OFF,
)

routes = APIRouter(prefix=API, tags=["sales"])


@routes.post(
    "/sales",
    responses=documented(
        *BODY,
        *KEY,
        ProblemName.NOT_FOUND,
        ProblemName.ID_REUSED,
        ProblemName.TOO_LATE,
        ProblemName.CURRENCY,
        ProblemName.CLOCK_OFF,
        ProblemName.EXTENSION,
    ),
)
def sales(
    database: Data,
    queue: _Queue,
    till: _Till,
    body: SaleBody,
    language: Language,
    address: Address,
) -> SaleAnswer:
    """Record a sale as it stands: open, kept for the customer, on account, part-paid, or settled.

    It earns once, when it is closed and paid in full. Until then the same id may be sent again
    with what has changed. The same content again gets the same answer.
    """
    if till.by is None:
        return queue.sell(till, body, language, address)
    # Who of the staff sold it is written down with it.
    return ringing(
        database, till, "sale.record", body.id, receipts.sell, till, body, language, address
    )


@routes.post("/invitations", responses=documented(*BODY, *KEY))
def invite(
    database: Data, till: _Till, body: NewInvitation, language: Language, address: Address
) -> InvitationForReceipt:
    """What a receipt says to who is no member: come and join, by a link that is good for a week.

    A sale of a member who cannot be written to carries its invitation in its own answer.
    """
    store, wanted = till.store, body.id
    made = database.run(till.tenant, receipts.invite_stranger, store, wanted, language, address)
    return InvitationForReceipt(invitation=made)


@routes.post("/sales/batch", responses=documented(*BODY, *KEY))
def sales_batch(
    database: Data, till: _Machine, body: SalesRequest, language: Language
) -> SalesAnswer:
    """Record up to 500 sales: each is recorded or refused as if it had come alone.

    For a till that was offline, or a shop that tells its day in the evening. What is refused holds
    up nothing else; sent again, what is recorded is known.
    """
    outcomes = record_sales(database, till, body.sales, language)
    return SalesAnswer(
        results=tuple(
            SaleResult(sale=sale.id, answer=found)
            if isinstance(found, SaleAnswer)
            else SaleResult(sale=sale.id, problem=problem_of(found))
            for sale, found in zip(body.sales, outcomes, strict=True)
        )
    )


@routes.get("/sales/{sale}", responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID))
def sale(database: Data, till: _Till, sale: _Sale) -> SaleView:
    """A sale as the books have it: what it has earned, what came back, what is left to pay."""
    with database.read(till.tenant) as tx:
        return returns.view(tx, sale)


@routes.post("/sales/{sale}/void", responses=documented(*_ACT))
def void(
    database: Data, till: _Till, sale: _Sale, body: SaleAct, language: Language
) -> SaleActAnswer:
    """Undo a sale: what it earned goes, what was spent on it comes back with its deadlines."""
    return ringing(database, till, "sale.void", sale, returns.void, till, sale, body, language)


@routes.post("/sales/{sale}/restoration", responses=documented(*_ACT))
def restoration(
    database: Data, till: _Till, sale: _Sale, body: SaleAct, language: Language
) -> SaleActAnswer:
    """Undo a void: the sale counts again. However often it goes back and forth, it counts once."""
    return ringing(
        database, till, "sale.restore", sale, returns.restore, till, sale, body, language
    )


@routes.post("/sales/{sale}/release", responses=documented(*_ACT))
def release(
    database: Data, till: _Till, sale: _Sale, body: SaleAct, language: Language
) -> SaleActAnswer:
    """What the sale's points waited for has happened: they can be spent from now on.

    For programs whose points wait for an action, such as an appointment that took place.
    """
    return ringing(
        database, till, "sale.release", sale, returns.release, till, sale, body, language
    )


@routes.post("/sales/{sale}/returns", responses=documented(*_ACT))
def goods_returned(
    database: Data, till: _Till, sale: _Sale, body: ReturnBody, language: Language
) -> SaleActAnswer:
    """Goods came back: their lines' share of what was earned goes, of points spent it comes back.

    By line, and by pieces or minor units of the line's price. No rule runs again.
    """
    return ringing(
        database, till, "sale.return", sale, returns.take_back, till, sale, body, language
    )


@routes.post(
    "/credit-notes",
    responses=documented(
        *BODY,
        *KEY,
        ProblemName.NOT_FOUND,
        ProblemName.ID_REUSED,
        ProblemName.NOT_ENOUGH_POINTS,
        ProblemName.CURRENCY,
        ProblemName.CLOCK_OFF,
        ProblemName.EXTENSION,
    ),
)
def credit_notes(
    database: Data, till: _Till, body: CreditNoteBody, language: Language
) -> SaleActAnswer:
    """Money given back without a known sale: it takes the points that its amount earns.

    Nothing where the program does not count credit notes. Amounts are positive, as on a sale.
    """
    return ringing(
        database, till, "credit-note.record", body.id, returns.note_credit, till, body, language
    )
