"""What points are worth in money: one rule, for the liability, the gifts and the accounts."""

from decimal import Decimal
from fractions import Fraction

from loyalty.earning import worth_of_a_point
from loyalty.program import Program, Unit

BASIS_POINTS = 10_000
"""Rates are whole hundredths of a percent: 10 000 is everything."""


def is_valued(program: Program) -> bool:
    """Whether the program says what a point is worth."""
    return program.unit is Unit.MONEY or program.point_value is not None


def in_money(program: Program, points: int, *, share_bp: int = BASIS_POINTS) -> int | None:
    """Minor units, half a unit rounded away from zero; None where a point has no value."""
    if not is_valued(program):
        return None
    exact = worth_of_a_point(program) * points * share_bp / BASIS_POINTS
    whole = int(abs(exact) + Fraction(1, 2))
    return whole if exact >= 0 else -whole


def rate_bp(part: int, whole: int) -> int | None:
    """The part in basis points, half rounded up; None of nothing."""
    if whole <= 0:
        return None
    return (2 * part * BASIS_POINTS + whole) // (2 * whole)


def major(minor: int, digits: int) -> str:
    """Minor units as an amount with its decimals, as spreadsheets read it."""
    return str(Decimal(minor).scaleb(-digits))
