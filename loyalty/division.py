"""Division: how amounts are divided so that whole numbers come out and nothing is lost."""

from collections.abc import Callable, Sequence

from loyalty.ids import Points
from loyalty.program import Rounding


def divided(rounding: Rounding, points: int, per: int) -> Points:
    """Points / per as a whole number. Whole numbers only: 3 points per 7 € lose nothing."""
    return _DIVIDED[rounding](points, per)


_DIVIDED: dict[Rounding, Callable[[int, int], int]] = {
    Rounding.FLOOR: lambda points, per: points // per,
    Rounding.HALF_UP: lambda points, per: (2 * points + per) // (2 * per),
    Rounding.CEIL: lambda points, per: -(-points // per),
}


def share(amount: int, part: int, whole: int) -> int:
    """`amount` × part / whole, rounded half up; all of it where the whole is nothing."""
    return (2 * amount * part + whole) // (2 * whole) if whole else amount


def apportioned(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in whole parts by weight, which make the whole exactly.

    What does not divide goes to the largest remainders, and between equals to the first.
    """
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    over = amount - sum(parts)
    if over:
        by_remainder = sorted(range(len(parts)), key=lambda n: -(amount * weights[n] % total))
        for place in by_remainder[:over]:
            parts[place] += 1
    return parts
