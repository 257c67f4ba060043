"""Why an entry has its points, as message ids and typed arguments; the words are the reader's.

What is told is what was computed: `recompute` walks the same steps and gives the same number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from loyalty.campaigns import combined
from loyalty.division import divided
from loyalty.ids import Points
from loyalty.ledger import Entry, EntryKind, Step, StepKind, Trace
from loyalty.program import Combine, Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of an explanation, for the reader's language."""

    message: str
    """Such as ``count.ttc``, ``deduct.voucher``, ``basis``, ``rate``, ``campaign``, ``points``; of
    entries without a calculation ``nature`` and ``about``."""
    arguments: Mapping[str, int | Fraction | str]
    """`amount` in minor units, `count` of things, `points` `per` so many `of` what was counted,
    `factor`, `campaign`, `why`; `nature` of an adjustment, `entry` that this one is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What happened, ready to be put in words."""

    message: str
    """The entry's kind: ``welcome``, ``earn``, ``redeem``, ``return`` …"""
    points: Points
    basis: int = 0
    """What a purchase's rule counted in money, in minor units."""
    factor: Decimal = Decimal(0)
    """Points per unit of that basis."""
    lines: tuple[Said, ...] = ()
    """The calculation, from what was counted to the points."""


def explain(entry: Entry) -> Explanation:
    """The story of one entry: by its trace where rules made it, else by what it says itself."""
    trace = entry.trace
    if trace is None:
        return Explanation(
            message=entry.kind.value, points=entry.points, lines=tuple(_of_itself(entry))
        )
    earned = entry.kind is EntryKind.EARN
    return Explanation(
        message=entry.kind.value,
        points=entry.points,
        basis=trace.basis if earned else 0,
        factor=trace.factor if earned else Decimal(0),
        lines=tuple(said(trace)),
    )


def _of_itself(entry: Entry) -> Iterator[Said]:
    """What an entry without a calculation says: who moved points by hand, what it is about."""
    if entry.adjustment is not None:
        yield Said(message="nature", arguments={"nature": entry.adjustment.nature})
    if entry.about is not None:
        yield Said(message="about", arguments={"entry": entry.about})


def points_of(steps: Iterable[Step], rounding: Rounding) -> Points:
    """The points that the steps give: the one place where a calculation is carried out."""
    sums = _Sums(rounding)
    for step in steps:
        sums.take(step)
    return sums.points()


def recompute(trace: Trace) -> Points:
    """The points of a trace, computed again from what it says."""
    if trace.steps:
        return points_of(trace.steps, trace.rounding)
    if not trace.basis:
        return int(trace.factor)
    exact = Fraction(trace.factor) * trace.basis
    return divided(trace.rounding, exact.numerator, exact.denominator)


class _Sums:
    """What is on the paper while a calculation is done line by line."""

    __slots__ = ("_basis", "_factors", "_on_top", "_part", "_rounding", "_total")

    def __init__(self, rounding: Rounding) -> None:
        self._rounding = rounding
        self._basis = self._part = self._total = 0
        self._on_top = False
        self._factors: list[tuple[int, int]] = []

    def take(self, step: Step) -> None:
        """Do what the step says."""
        _DONE[step.kind](self, step)

    def count(self, step: Step) -> None:
        self._basis = step.value

    def deduct(self, step: Step) -> None:
        self._basis -= step.value

    def rate(self, step: Step) -> None:
        self._part += divided(self._rounding, self._basis * step.value, step.per)

    def give(self, step: Step) -> None:
        self._part += step.value

    def factor(self, step: Step) -> None:
        self._factors.append((step.value, step.per))

    def combine(self, step: Step) -> None:
        self._multiply(combined(Combine(step.what), self._factors))

    def only(self, _: Step) -> None:
        self._total, self._part, self._on_top = self.points(), 0, True

    def cap(self, step: Step) -> None:
        self._total, self._part = min(self.points(), step.value), 0

    def _multiply(self, factor: tuple[int, int]) -> None:
        value, per = factor
        self._factors = []
        times = value - per if self._on_top else value
        self._part = divided(self._rounding, self._part * times, per)

    def points(self) -> Points:
        return max(self._total + self._part, 0)


_DONE: dict[StepKind, Callable[[_Sums, Step], None]] = {
    StepKind.COUNT: _Sums.count,
    StepKind.DEDUCT: _Sums.deduct,
    StepKind.RATE: _Sums.rate,
    StepKind.GIVE: _Sums.give,
    StepKind.FACTOR: _Sums.factor,
    StepKind.COMBINE: _Sums.combine,
    StepKind.ONLY: _Sums.only,
    StepKind.CAP: _Sums.cap,
}


def said(trace: Trace) -> Iterable[Said]:
    """The lines that tell a trace's calculation, ending with its points."""
    basis, counted, factors = 0, "", 0
    for place, step in enumerate(trace.steps):
        if step.kind is StepKind.FACTOR:
            factors += 1
        elif step.kind is StepKind.COMBINE:
            several, factors = factors > 1, 0
            if not several:
                continue
        if step.kind is StepKind.COUNT:
            basis, counted = step.value, step.what
        elif step.kind is StepKind.DEDUCT:
            basis -= step.value
        yield _line(step, counted)
        if step.kind is StepKind.DEDUCT and not _deducts(trace.steps[place + 1 : place + 2]):
            yield Said(message="basis", arguments={"amount": basis})
    yield Said(message="points", arguments={"points": trace.points})


def _deducts(steps: tuple[Step, ...]) -> bool:
    return any(step.kind is StepKind.DEDUCT for step in steps)


def _line(step: Step, counted: str) -> Said:
    if step.kind is StepKind.RATE:
        message = f"rate.{step.what}" if step.what else "rate"
        return Said(
            message=message, arguments={"points": step.value, "per": step.per, "of": counted}
        )
    message, arguments = _TOLD[step.kind](step)
    return Said(message=message, arguments=arguments)


_Told = tuple[str, dict[str, int | Fraction | str]]
_TOLD: dict[StepKind, Callable[[Step], _Told]] = {
    StepKind.COUNT: lambda s: (
        f"count.{s.what}",
        {"amount" if s.what in {"ttc", "ht"} else "count": s.value},
    ),
    StepKind.DEDUCT: lambda s: (f"deduct.{s.what}", {"amount": s.value}),
    StepKind.GIVE: lambda s: ("give", {"why": s.what, "points": s.value}),
    StepKind.FACTOR: lambda s: (
        "campaign",
        {"campaign": s.what, "factor": Fraction(s.value, s.per)},
    ),
    StepKind.COMBINE: lambda s: (f"combine.{s.what}", {}),
    StepKind.ONLY: lambda s: ("only", {"campaigns": s.what}),
    StepKind.CAP: lambda s: (f"cap.{s.what}", {"points": s.value}),
}
