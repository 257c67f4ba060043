"""Which line of a sale a till means, and how much of it came back."""

from dataclasses import replace
from fractions import Fraction

from backend_client.schemas import ReturnLine
from loyalty.eligibility import places
from loyalty.returns import pieces_for
from loyalty.sales import Line, Sale


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
