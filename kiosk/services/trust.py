"""How much may be spent on what was shown: a number, a number and a code, a chip (F5)."""

from dataclasses import dataclass
from datetime import datetime, time

from backend_client.schemas.cards import ChipProof
from kiosk.db import Transaction
from loyalty.errors import EarnOnlyCard
from loyalty.ids import MemberId, Points
from loyalty.ledger import EntryKind
from loyalty.program import Assurance, Program
from loyalty.redemption import assured, check_assurance, most_at_once
from loyalty.transfers import standing

ENTRIES_MAX = 200
"""More does nobody move in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the person in front of the kiosk showed."""

    card: str | None = None
    """None where staff acts for somebody who shows none."""
    proof: ChipProof | None = None
    """What the card's chip said."""
    chip: bool = False
    """Whether it said so for the first time: what is shown is no copy."""
    code: str | None = None
    """The one-time code that was typed here, by its id."""


NOTHING = Shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far somebody is trusted."""

    most: Points | None
    """What they may spend now; None for any number of points."""
    is_chip: bool
    """Whether their card is a chip, which may only have been read badly."""
    with_code: Points | None
    """What they may spend with a code; None for any number."""
    with_chip: Points | None
    """What they may spend once the card's chip was heard; None for any number."""


def trust(tx: Transaction, member: MemberId, shown: Shown, *, now: datetime) -> Trust:
    """How far who showed that is trusted."""
    program = tx.program()
    assert program is not None
    spent = _spent_today(tx, member, program, now)
    registered = _registered(tx, shown)
    level = assured(registered, chip=shown.chip, code=shown.code is not None)
    code = assured(registered, chip=shown.chip, code=True)
    return Trust(
        most=most_at_once(level, spent, program.assurance),
        is_chip=registered is Assurance.CHIP,
        with_code=most_at_once(code, spent, program.assurance),
        with_chip=most_at_once(Assurance.CHIP, spent, program.assurance),
    )


def check_trust(
    tx: Transaction, member: MemberId, cost: Points, shown: Shown, *, now: datetime
) -> None:
    """Raises AssuranceLimit or EarnOnlyCard, as the backend would if it could be asked."""
    program = tx.program()
    assert program is not None
    row = tx.card(shown.card) if shown.card else None
    if row is not None and row.earn_only:
        raise EarnOnlyCard("this card earns, and cannot spend")
    level = assured(_registered(tx, shown), chip=shown.chip, code=shown.code is not None)
    check_assurance(cost, level, _spent_today(tx, member, program, now), program.assurance)


def _registered(tx: Transaction, shown: Shown) -> Assurance:
    row = tx.card(shown.card) if shown.card else None
    return row.assurance if row else Assurance.UID


def _spent_today(tx: Transaction, member: MemberId, program: Program, now: datetime) -> Points:
    """What they spent since midnight, as far as this kiosk knows; without what was voided."""
    zone = tx.zone()
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    moved = [
        entry
        for entry in reversed(tx.history(member, ENTRIES_MAX))
        if entry.program == program.id and entry.occurred_at >= midnight
    ]
    return -sum(entry.points for entry in standing(moved) if entry.kind is EntryKind.REDEEM)
