"""What was sold and what of it came back, as the engine counts it: from the till and the books."""

import json
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from backend.db.sales import Act, SaleRow
from backend_client.schemas.sales import ReturnBody, ReturnLine, SaleBody, TicketState
from loyalty.eligibility import places
from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.returns import Returned, pieces_for
from loyalty.sales import Line, Payment, Sale, SaleState


def sale_of(body: SaleBody, store: str) -> Sale:
    """What the engine counts."""
    return Sale(
        id=SaleId(body.id),
        store=StoreId(store),
        channel=body.channel,
        member=MemberId(body.member),
        total=body.total,
        currency=body.currency,
        closed_at=body.closed_at,
        lines=tuple(line.line() for line in body.lines),
        payments=tuple(Payment(means=part.means, amount=part.amount) for part in body.payments),
        discount=body.discount,
        state=SaleState.CLOSED if body.state is TicketState.CLOSED else SaleState.OPEN,
        brand=body.brand,
        price_code=body.price_code,
        visits=body.visits,
    )


def body_of(row: SaleRow) -> SaleBody:
    """The sale as the till told it last."""
    return SaleBody.model_validate(
        {
            "id": row.id,
            "member": row.member,
            "total": row.total,
            "currency": row.currency,
            "channel": row.channel,
            "closed_at": row.closed_at,
            **json.loads(row.detail or "{}"),
        }
    )


def line_id(place: int, given: str) -> str:
    """What a return names a line by: its id, or `#` and its place on the ticket, from 1."""
    return given or f"#{place}"


def named(sale: Sale) -> dict[str, str]:
    """Where on the ticket the line is that a return names so."""
    return {line_id(int(place), line.id): place for place, line in places(sale)}


def returned_pieces(sale: Sale, line: Line, back: ReturnLine) -> int | Fraction:
    """How many pieces of it came back: as told, or those that so much of its price is."""
    if back.quantity is not None:
        return back.quantity
    assert back.amount is not None, "a returned line says quantity or amount"
    # A ticket without lines is one article, and what it cost is what was paid for it.
    whole = line if sale.lines else replace(line, unit_price=sale.total)
    return pieces_for(whole, back.amount)


# --- what came back -----------------------------------------------------------------------------


def lines_of(act: Act) -> tuple[ReturnLine, ...]:
    """What a return says, line by line, as the till told it."""
    return ReturnBody.model_validate_json(act.detail).lines


def back_of(act: str, sale: Sale, line: ReturnLine, at: datetime, store: StoreId) -> Returned:
    """The pieces of one line that an act brings back."""
    place = named(sale)[line.line]
    quantity = returned_pieces(sale, dict(places(sale))[place], line)
    # Named by its place: a line's own name may be anything, and ids are made of this one.
    return Returned(id=act, line=place, quantity=quantity, at=at, store=store)


def came_back(act: Act, sale: Sale) -> tuple[Returned, ...]:
    """What an act brought back of a sale, for whoever tells the past again."""
    return tuple(back_of(act.id, sale, line, act.at, act.store) for line in lines_of(act))
