"""What a till knows when it starts: its place, its program, and what it can sell."""

from backend.db import Transaction, catalogue, shops
from backend.db.access import Till
from backend.services.people import cards
from backend_client.schemas.tills import TillSetup
from loyalty.program import Count, Program

FAMILIES_MAX = 60
"""As many as somebody can still look through; the rest is found by search."""


def setup(tx: Transaction, till: Till) -> TillSetup:
    """What the till is told."""
    program = shops.program(tx, till.store.program)
    assert program is not None, "a store has a program"
    return TillSetup(
        till=till.id,
        name=till.name,
        store=till.store.id,
        store_name=till.store.name,
        address=till.store.address,
        shop=shops.company_name(tx),
        program=program.id,
        program_name=dict(program.name),
        currency=program.currency,
        unit=program.unit,
        loyalty=shops.is_on(tx, program.id),
        typed_visits=_types_visits(program),
        families=catalogue.families(tx, FAMILIES_MAX),
        card_types=tuple(
            kind for kind in cards.types(tx) if kind.program in (None, till.store.published)
        ),
    )


def _types_visits(program: Program) -> bool:
    """Whether a rule counts the visits that the cashier types (CLI-15)."""
    return any(rule.active and rule.on.count is Count.TYPED_VISITS for rule in program.earning)
