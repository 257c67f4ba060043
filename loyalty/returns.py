"""Voids, returns and credit notes: taking back what a sale earned, and giving back what it cost.

Nothing here runs an earning rule. A return looks at the entry its own sale wrote, takes the share
of its own line, once, and leaves the rest alone: to buy, return and keep the points is impossible,
and so is to lose them twice.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from loyalty.division import apportioned
from loyalty.eligibility import places
from loyalty.errors import NotEnoughPoints
from loyalty.ids import EntryId, Points, StoreId, derived_entry
from loyalty.ledger import Account, Entry, EntryKind
from loyalty.program import Negative, Rounding
from loyalty.sales import Line, LineKind, Sale
from loyalty.traces import EarnedLine, Step, StepKind, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One line that came back."""

    id: str
    """The id of this act: told twice, it is one."""
    line: str
    """Its place on the ticket, from 1: a line's own id may be anything, or be there twice."""
    quantity: int | Fraction
    """Pieces; a part of the price that is given back is a part of a piece (`pieces_for`)."""
    at: datetime
    store: StoreId


def pieces_for(line: Line, amount: int) -> Fraction:
    """How many pieces of the line so many minor units are; none where it cost nothing."""
    return Fraction(amount * line.quantity, line.net) if line.net > 0 else Fraction(0)


def take_back(
    earned: Iterable[Entry],
    sale: Sale,
    act: Sequence[Returned],
    before: Iterable[Returned] = (),
    *,
    holder: Account | None = None,
    negative: Negative = Negative.ALLOW,
) -> tuple[Entry, ...]:
    """What a return takes of all that its sale earned: its own lines' points, once (LSX-58, P-01).

    `act` is what comes back together, `before` what came back earlier. What was given for the visit
    goes by the money that comes back: a stamp goes with the last piece. Raises NotEnoughPoints
    where the program refuses a debt.
    """
    earlier = _others(before, act)
    taken = tuple(
        entry
        for earning in earned
        for line in earned_lines(earning) or _by_price(earning, sale)
        for returned in (_of_visit(line, sale, act, earlier) if line.visit else act)
        if (
            entry := claw_back(
                earning,
                line,
                returned,
                _of_visit(line, sale, earlier) if line.visit else earlier,
                negative=negative,
            )
        )
    )
    _refuse_debt(taken, holder, negative)
    return taken


def claw_back(
    earned: Entry,
    line: EarnedLine,
    returned: Returned,
    before: Iterable[Returned] = (),
    *,
    holder: Account | None = None,
    negative: Negative = Negative.ALLOW,
) -> Entry | None:
    """The entry that takes back what the returned pieces of a line earned; None for no points.

    `before` are the returns of the same line that are booked. Together they take, after each, the
    whole points of the pieces that came back so far; of all pieces, exactly what the line earned.
    Pieces that were never sold take nothing. Raises NotEnoughPoints where the program refuses.
    """
    if returned.line != line.line:
        return None
    gone = sum(each.quantity for each in _others(before, (returned,)) if each.line == line.line)
    earlier = min(gone, line.quantity)
    later = min(earlier + returned.quantity, line.quantity)
    taken_before = line.points * earlier // line.quantity
    points = line.points * later // line.quantity - taken_before
    if points <= 0:
        return None
    entry = Entry(
        id=derived_entry("return", returned.id, earned.id, line.line),
        member=earned.member,
        program=earned.program,
        kind=EntryKind.RETURN,
        points=-points,
        occurred_at=max(returned.at, earned.occurred_at),
        fact=returned.id,
        store=returned.store,
        about=earned.id,
        by=earned.by,
        owes=negative is not Negative.CLAMP,
        trace=_traced(earned.trace, line, points, later, taken_before),
    )
    _refuse_debt((entry,), holder, negative)
    return entry


def _traced(
    earned: Trace | None,
    line: EarnedLine,
    points: Points,
    later: int | Fraction,
    taken_before: Points,
) -> Trace | None:
    """How so many points came to be taken back: so many pieces of what the line had earned."""
    if earned is None:
        return None
    pieces, of = later.numerator, later.denominator * line.quantity
    steps = [
        Step(StepKind.COUNT, "line_points", line.points),
        Step(StepKind.RATE, "returned", pieces, of),
    ]
    if taken_before:
        steps.append(Step(StepKind.GIVE, "returned_before", -taken_before))
    return Trace(
        rule=earned.rule,
        program_version=earned.program_version,
        basis=line.points,
        factor=Decimal(pieces) / of,
        rounding=Rounding.FLOOR,
        points=points,
        steps=tuple(steps),
        lines=(EarnedLine(line.line, points, line.quantity),),
    )


def pay_back(
    spent: Entry, sale: Sale, act: Sequence[Returned], before: Iterable[Returned] = ()
) -> Entry | None:
    """What comes back of points that paid for the sale: the part that the goods cost (P-02).

    The same pieces bring points back once; all pieces, exactly what was paid. None for no points.
    """
    earlier = _others(before, act)
    whole = sum(max(line.net, 0) for line in _lines(sale).values())
    if not whole:
        return None
    then, now = money_of(sale, earlier), money_of(sale, (*earlier, *act))
    points = -spent.points * now // whole - -spent.points * then // whole
    return give_back(spent, points, act[0]) if points > 0 else None


def gift_back(
    spent: Entry,
    sale: Sale,
    article: str,
    act: Sequence[Returned],
    before: Iterable[Returned] = (),
) -> Entry | None:
    """The points of a gift, once the last of it is back (P-02); None before, and afterwards.

    `article` is what it is called on the ticket, on a line of what points buy.
    """
    earlier = _others(before, act)
    gifts = {
        place: line.quantity
        for place, line in places(sale)
        if line.article == article and line.kind in _GIFTS
    }
    then, now = (
        sum(each.quantity for each in told if each.line in gifts)
        for told in (earlier, (*earlier, *act))
    )
    if not gifts or not then < sum(gifts.values()) <= now:
        return None
    return give_back(spent, -spent.points, act[0])


_GIFTS = (LineKind.REWARD, LineKind.BOUGHT_WITH_POINTS)


def _others(before: Iterable[Returned], act: Sequence[Returned]) -> tuple[Returned, ...]:
    """What came back earlier, without this very act that may be told again."""
    told = {each.id for each in act}
    return tuple(each for each in before if each.id not in told)


def _of_visit(
    line: EarnedLine, sale: Sale, act: Sequence[Returned], earlier: Sequence[Returned] = ()
) -> tuple[Returned, ...]:
    """What came back of a visit, in minor units of the lines that made it."""
    mine, before = (
        [each for each in told if each.line in line.places] for told in ((*earlier, *act), earlier)
    )
    money = money_of(sale, mine) - money_of(sale, before)
    return tuple(replace(each, line=line.line, quantity=money) for each in act[:1])


def money_of(sale: Sale, returned: Iterable[Returned]) -> int:
    """Minor units that those pieces cost, of pieces that were sold; rounded down."""
    lines = _lines(sale)
    back: dict[str, int | Fraction] = {}
    for each in returned:
        back[each.line] = back.get(each.line, 0) + each.quantity
    return int(
        sum(
            Fraction(lines[place].net * min(pieces, lines[place].quantity), lines[place].quantity)
            for place, pieces in back.items()
            if place in lines and lines[place].net > 0
        )
    )


def _lines(sale: Sale) -> dict[str, Line]:
    return dict(places(sale))


def give_back(spent: Entry, points: Points, returned: Returned) -> Entry:
    """The entry that gives back a part of what was paid in points, with its deadlines."""
    return Entry(
        id=derived_entry("give-back", returned.id, spent.id),
        member=spent.member,
        program=spent.program,
        kind=EntryKind.RETURN,
        points=min(points, -spent.points),
        occurred_at=max(returned.at, spent.occurred_at),
        fact=returned.id,
        store=returned.store,
        about=spent.id,
        by=spent.by,
    )


def void_sale(
    earned: Sequence[Entry],
    spent: Sequence[Entry] = (),
    *,
    now: datetime,
    holder: Account | None = None,
    negative: Negative = Negative.ALLOW,
) -> tuple[Entry, ...]:
    """The reversals of all that a sale earned and of all that was spent on it (LSX-57).

    Points come back before others go: who paid with points and returns everything owes nothing.
    Raises NotEnoughPoints where the program refuses a debt.
    """
    back = tuple(reversal(entry, now=now) for entry in spent)
    gained = sum(entry.points for entry in back)
    taken = sum(entry.points for entry in earned)
    if holder is not None and negative is Negative.REFUSE:
        missing = taken - max(holder.balance(now), 0) - holder.pending(now) - gained
        if missing > 0:
            raise NotEnoughPoints(missing)
    owes = negative is not Negative.CLAMP
    return (*back, *(reversal(entry, now=now, owes=owes) for entry in earned))


def reversal(entry: Entry, *, now: datetime, owes: bool = True) -> Entry:
    """The entry that undoes another, whole and once: its id is made of what it undoes."""
    return Entry(
        id=reversal_entry(entry),
        member=entry.member,
        program=entry.program,
        kind=EntryKind.REVERSAL,
        points=-entry.points,
        occurred_at=max(now, entry.occurred_at),
        fact=entry.fact,
        store=entry.store,
        about=entry.id,
        by=entry.by,
        owes=owes,
    )


def reversal_entry(entry: Entry) -> EntryId:
    """The id of the reversal of an entry; of a gift's, the id its voided voucher gives it too."""
    if entry.kind is EntryKind.REDEEM:
        return derived_entry("void", entry.fact)
    return derived_entry("undo", entry.id)


def under_policy(
    note: Sequence[Entry], negative: Negative, *, holder: Account, at: datetime
) -> tuple[Entry, ...]:
    """The entries of a free credit note (`loyalty.earning.credit_note`) as the program takes debts.

    Raises NotEnoughPoints where it refuses them.
    """
    _refuse_debt(note, holder, negative, at=at)
    return tuple(replace(entry, owes=negative is not Negative.CLAMP) for entry in note)


def _refuse_debt(
    taking: Sequence[Entry],
    holder: Account | None,
    negative: Negative,
    *,
    at: datetime | None = None,
) -> None:
    if holder is None or negative is not Negative.REFUSE or not taking:
        return
    now = at or max(entry.occurred_at for entry in taking)
    gone = {lot.entry: lot.expired + (0 if lot.alive(now) else lot.left) for lot in holder.lots}
    points: Counter[EntryId | None] = Counter()
    for entry in taking:
        points[entry.about] -= entry.points
    wanted = sum(
        taken - min(taken, gone.get(about, 0) if about else 0) for about, taken in points.items()
    )
    missing = wanted - max(holder.balance(now), 0) - holder.pending(now)
    if missing > 0:
        raise NotEnoughPoints(missing)


# --- what a line earned ---------------------------------------------------------------------------


def earned_lines(earned: Entry) -> tuple[EarnedLine, ...]:
    """What each line of its sale earned within the entry, as its trace holds it since that day."""
    return earned.trace.lines if earned.trace else ()


def _by_price(earned: Entry, sale: Sale) -> tuple[EarnedLine, ...]:
    """What each line earned of an entry whose trace does not say it."""
    costs = {place: (max(line.net, 0), line.quantity) for place, line in places(sale)}
    return shares(earned.points, costs)


def shares(points: Points, lines: Mapping[str, tuple[int, int]]) -> tuple[EarnedLine, ...]:
    """What each line earned of an entry whose trace does not say it, by what the line cost.

    For entries of other books: `{line: (cost, quantity)}`. The shares make the whole exactly;
    points that do not divide go to the largest remainders, and between equals to the first line.
    """
    whole = apportioned(points, [cost for cost, _ in lines.values()])
    return tuple(
        EarnedLine(line, share, quantity)
        for (line, (_, quantity)), share in zip(lines.items(), whole, strict=True)
    )
