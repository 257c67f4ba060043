"""The loyalty program in the books of account: every movement of points as a debit and a credit.

What members may still ask for is a liability (LSX-16): granting raises it at a cost, redeeming
lowers it against what the gift is worth, what expires becomes income. Booked gross: breakage is
income when it happens; how much is expected is in the liability report.
"""

from dataclasses import dataclass

from backend.db import Transaction, reports, shops
from backend.db.daily import Period, Sum
from backend.services.points.worth import in_money
from backend.services.shop import settings
from backend_client.schemas.reports import AccountCodes, JournalLine, JournalReport
from loyalty.entries import EntryKind
from loyalty.ids import ProgramId

_NAME = "accounting"
_BACK = (EntryKind.REVERSAL, EntryKind.RETURN)


def codes(tx: Transaction) -> AccountCodes:
    """The merchant's account codes; common ones where none were set."""
    return settings.kept(tx, _NAME, AccountCodes)


def save_codes(tx: Transaction, wanted: AccountCodes, *, actor: str) -> AccountCodes:
    """Which accounts hold from now on."""
    return settings.keep(tx, _NAME, wanted, actor=actor)


def journal(tx: Transaction, period: Period) -> JournalReport:
    """The entries of a period, by when they were booked: a period that is over stays as it is."""
    accounts = codes(tx)
    lines: list[JournalLine] = []
    unvalued: set[str] = set()
    for each in reports.movements(tx, period):
        program = shops.program(tx, ProgramId(each.program))
        amount = None if program is None else in_money(program, abs(each.points))
        if program is None or amount is None:
            unvalued.add(each.program)
        elif amount:
            lines += _pair(accounts, each, amount, program.currency)
    return JournalReport(
        since=period.since,
        until=period.until,
        lines=tuple(lines),
        debit=sum(line.debit for line in lines),
        credit=sum(line.credit for line in lines),
        unvalued=tuple(sorted(unvalued)),
    )


@dataclass(frozen=True, slots=True)
class _Other:
    """The account on the other side of the liability."""

    code: str
    what: str


def _pair(
    codes: AccountCodes, moved: Sum, amount: int, currency: str
) -> tuple[JournalLine, JournalLine]:
    other = _other(codes, moved)
    raises = moved.points > 0
    debit, credit = (other.code, codes.liability) if raises else (codes.liability, other.code)

    def line(account: str, *, is_debit: bool) -> JournalLine:
        return JournalLine(
            account=account,
            what=other.what,
            program=moved.program,
            store=moved.store,
            kind=moved.kind.value,
            points=moved.points,
            currency=currency,
            debit=amount if is_debit else 0,
            credit=0 if is_debit else amount,
        )

    return line(debit, is_debit=True), line(credit, is_debit=False)


def _other(codes: AccountCodes, moved: Sum) -> _Other:
    kind = moved.kind
    if kind in _BACK:
        given = _Other(codes.redeemed, "given back")
        return given if moved.gives else _Other(codes.granted, "clawed back")
    lost = _Other(codes.breakage, "expired")
    found = {
        EntryKind.REDEEM: _Other(codes.redeemed, "redeemed"),
        EntryKind.EXPIRY: lost,
        EntryKind.FORFEIT: lost,
        EntryKind.OPENING: _Other(codes.opening, "opening"),
        EntryKind.TRANSFER: _Other(codes.transfer, "transferred"),
        EntryKind.ADJUSTMENT: _Other(codes.granted, "adjusted"),
    }
    return found.get(kind, _Other(codes.granted, "granted"))
