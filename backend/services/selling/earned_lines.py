"""What each line of a settled sale earned, so that a return takes back the points of its own line.

Quantities are counted so that pieces and parts of a price can both come back, exactly: a line of
`n` pieces that cost `c` has `n × c` of them; a piece is `c`, and a minor unit is `n`.
"""

from dataclasses import replace

from backend_client.schemas import ReturnLine
from loyalty import returns
from loyalty.ledger import Entry
from loyalty.sales import Line, Sale
from loyalty.traces import EarnedLine


def line_id(place: int, given: str) -> str:
    """What a return names a line by: its id, or `#` and its place on the ticket, from 1."""
    return given or f"#{place}"


def sold(sale: Sale) -> dict[int, Line]:
    """The lines of the sale by their places on the ticket; a sale without lines is one."""
    lines = sale.lines or (Line(unit_price=sale.total),)
    return dict(enumerate(lines, start=1))


def places(sale: Sale) -> dict[str, int]:
    """Where on the ticket the line is that a return names so."""
    return {line_id(place, line.id): place for place, line in sold(sale).items()}


def units(line: Line) -> int:
    """How much of a line there is to come back."""
    return line.quantity * max(line.net, 1)


def returned_units(line: Line, back: ReturnLine) -> int:
    """How much of it came back."""
    if back.quantity is not None:
        return back.quantity * max(line.net, 1)
    assert back.amount is not None, "a returned line says quantity or amount"
    return back.amount * line.quantity if line.net > 0 else 0


def earned_lines(entry: Entry, sale: Sale) -> tuple[EarnedLine, ...]:
    """What each line earned within one entry, its quantity in units; of a visit, of all its lines.

    The trace holds it since that day; of an entry from before traces did, it goes by the price.
    """
    lines = sold(sale)
    told = returns.earned_lines(entry) or _by_price(entry, lines)
    return tuple(
        replace(each, quantity=sum(units(lines[int(place)]) for place in each.places))
        for each in told
    )


def _by_price(entry: Entry, lines: dict[int, Line]) -> tuple[EarnedLine, ...]:
    prices = {str(place): (max(line.net, 0), 1) for place, line in lines.items()}
    return returns.shares(entry.points, prices)
