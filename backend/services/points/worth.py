"""What points are worth in money: one rule, for the liability, the gifts and the accounts."""

import re
from decimal import Decimal
from fractions import Fraction

from loyalty.earning import worth_of_a_point
from loyalty.program import Program, Unit, minor_units

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


def decimals(currency: str) -> int:
    """How many digits stand behind the point."""
    return len(str(minor_units(currency))) - 1


def unit_of(program: Program) -> str:
    """What a column of points holds: the currency where the program counts money, else its unit."""
    return program.currency if program.unit is Unit.MONEY else program.unit.value


def points_column(program: Program) -> str:
    """The header of a column with what an account holds: nobody takes 250 for 2.50."""
    return "amount" if program.unit is Unit.MONEY else "points"


def in_a_table(program: Program, points: int) -> int | str:
    """Points as spreadsheets have them: an amount such as "2.50" where the program counts money."""
    if program.unit is Unit.MONEY:
        return major(points, decimals(program.currency))
    return points


def of_a_table(program: Program, text: str) -> int | None:
    """Points that somebody wrote as "+50", or "-2,50" where the program counts money; else None."""
    return as_written(text, decimals(program.currency) if program.unit is Unit.MONEY else 0)


def as_written(text: str, digits: int) -> int | None:
    """What a person wrote in a table, with so many decimals at the most, without its point.

    "-2,50" is -250 with two of them. None for what is no number, or longer than any amount is.
    """
    plain = re.sub(r"\s", "", text).replace("\N{MINUS SIGN}", "-").replace(",", ".")
    fraction = rf"(\.[0-9]{{1,{digits}}})?" if digits else ""
    if not re.fullmatch(rf"[+-]?[0-9]{{1,15}}{fraction}", plain):
        return None
    return int(Decimal(plain).scaleb(digits))
