"""Small words for the loyalty tests: one member, one program, days that are easy to count."""

from datetime import UTC, datetime, timedelta

from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, replay

DAY_ONE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(number: float) -> datetime:
    """Noon of that day; day 1 is the first of January 2026."""
    return DAY_ONE + timedelta(days=number - 1)


def entry(
    name: str,
    kind: EntryKind,
    points: int,
    on: float,
    *,
    until: float | None = None,
    about: str | None = None,
) -> Entry:
    return Entry(
        id=EntryId(name),
        member=MemberId("zoe"),
        program=ProgramId("shop"),
        kind=kind,
        points=points,
        occurred_at=day(on),
        fact=f"fact-{name}",
        store=StoreId("lyon"),
        deadline=None if until is None else day(until),
        about=None if about is None else EntryId(about),
    )


def earn(name: str, points: int, on: float, *, until: float | None = None) -> Entry:
    return entry(name, EntryKind.EARN, points, on, until=until)


def take(name: str, points: int, on: float) -> Entry:
    return entry(name, EntryKind.REDEEM, -points, on)


def undo(what: Entry, on: float, name: str = "") -> Entry:
    return entry(name or f"undo-{what.id}", EntryKind.REVERSAL, -what.points, on, about=what.id)


def expire(lot: Entry, points: int, on: float) -> Entry:
    return entry(f"expiry-{lot.id}", EntryKind.EXPIRY, -points, on, about=lot.id)


def lots(*entries: Entry) -> dict[str, tuple[int, datetime | None]]:
    """What is left in each lot that is not empty, with its deadline."""
    return open_lots(replay(entries))


def open_lots(account: Account) -> dict[str, tuple[int, datetime | None]]:
    return {lot.entry: (lot.left, lot.deadline) for lot in account.lots if lot.left}
