"""What a ticket says of loyalty, and what the till says to the customer, in their language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from backend.services import clock
from backend.words import SOURCE_LANGUAGE, Words, available
from loyalty.earning import UNTIL_RELEASED
from loyalty.entries import Entry
from loyalty.ids import Points
from loyalty.program import Alert, Program, Reward, Takes, Unit, in_language, minor_units
from loyalty.quote import alerts
from loyalty.rewards import completes
from loyalty.terms import Nothing, PerPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a sale, a return or a quote did to an account."""

    points: Points
    """Earned; below 0, deducted."""
    before: Points
    after: Points
    deadline: datetime | None
    """Use-by date of the points that were just earned; None for ever."""
    back: bool = False
    """Whether something was taken back: then no points are none that were deducted."""
    visits: int = 0
    """Tickets of this member before this one."""
    waiting: Points = 0
    """Of what was earned, what cannot be spent yet."""
    from_when: datetime | None = None
    """When it can; None once somebody releases it."""


def words_for(language: str, accepted: str) -> Words:
    """The member's language; where nothing is written in it, what the caller accepts."""
    if language in available():
        return Words(language)
    return Words(accepted if accepted in available() else SOURCE_LANGUAGE)


def amount(words: Words, program: Program, points: Points) -> str:
    """Points as this program counts them: "300", or "3,00 €" where it counts money."""
    if program.unit is Unit.MONEY:
        return words.money(points, program.currency)
    return words.number(points)


def counted(words: Words, program: Program, points: Points) -> str:
    """The same with its noun: "300 points", "3 visits", "3,00 €"."""
    if program.unit is Unit.MONEY:
        return words.money(points, program.currency)
    if program.unit is Unit.VISITS:
        return words.tn("{count} visit", "{count} visits", points)
    return words.tn("{count} point", "{count} points", points)


def sale_lines(words: Words, program: Program, figures: Figures, zone: tzinfo) -> tuple[str, ...]:
    """What a sale's ticket says: the four lines, and the alerts that are printed too (GLO-09)."""
    printed = (alert for alert in _reached(program, figures) if alert.on_receipt)
    told = (in_language(alert.message, words.language) for alert in printed)
    return (*loyalty_lines(words, program, figures, zone), *told)


def loyalty_lines(
    words: Words, program: Program, figures: Figures, zone: tzinfo
) -> tuple[str, ...]:
    """The four lines: earned or deducted, use-by date, new balance, rule (OCT-29 to OCT-32).

    None while loyalty is switched off: then a ticket says nothing of it (GLO-01).
    """
    if not (program.earning or program.campaigns or program.rewards):
        return ()
    return tuple(_lines(words, program, figures, zone))


def _lines(words: Words, program: Program, figures: Figures, zone: tzinfo) -> Iterator[str]:
    moved = amount(words, program, abs(figures.points))
    none_left = figures.back and not figures.points
    yield _moved(words, program, moved, deducted=figures.points < 0 or none_left)
    if figures.waiting > 0:
        yield _waiting(words, program, figures, zone)
    if figures.deadline is not None and figures.points > 0:
        last = clock.last_moment(figures.deadline, zone)
        yield words.t("Valid until {day}", day=words.short_day(last))
    yield words.t("New balance: {balance}", balance=amount(words, program, figures.after))
    rule = rule_in_words(words, program)
    if rule:
        yield rule


def _waiting(words: Words, program: Program, figures: Figures, zone: tzinfo) -> str:
    """From when what was earned can be used: until then it is not in the balance below."""
    said = counted(words, program, figures.waiting)
    if figures.from_when is None:
        return words.t("Of these, usable once released: {points}", points=said)
    day = words.short_day(figures.from_when.astimezone(zone))
    return words.t("Of these, usable from {day}: {points}", day=day, points=said)


def waiting(entries: Iterable[Entry], at: datetime) -> tuple[Points, datetime | None]:
    """What of some entries cannot be spent yet, and from when it can: None once it is released."""
    later = [each for each in entries if each.available_from and each.available_from > at]
    days = [each.available_from for each in later if each.available_from != UNTIL_RELEASED]
    return sum(each.points for each in later), max((day for day in days if day), default=None)


def _moved(words: Words, program: Program, moved: str, *, deducted: bool) -> str:
    match program.unit, deducted:
        case Unit.MONEY, False:
            return words.t("Loyalty earned: {points}", points=moved)
        case Unit.MONEY, True:
            return words.t("Loyalty deducted: {points}", points=moved)
        case Unit.VISITS, False:
            return words.t("Visits added: {points}", points=moved)
        case Unit.VISITS, True:
            return words.t("Visits deducted: {points}", points=moved)
        case _, True:
            return words.t("Points deducted: {points}", points=moved)
    return words.t("Points earned: {points}", points=moved)


def would_earn(words: Words, program: Program, points: Points) -> str:
    """What an article's page, or a cart, says to whoever looks at it (OCT-33)."""
    if program.unit is Unit.POINTS:
        one, many = "This purchase earns {count} point", "This purchase earns {count} points"
        return words.tn(one, many, points)
    return words.t("This purchase earns {points}", points=amount(words, program, points))


def rule_in_words(words: Words, program: Program) -> str:
    """The rule as the merchant says it; without one, what the cheapest reward costs."""
    if program.rule_in_words:
        return in_language(program.rule_in_words, words.language)
    cheapest = min(_given(program), key=_needs, default=None)
    if cheapest is None:
        return ""
    needed, gives = _needs(cheapest), cheapest.terms.gives
    reward = in_language(cheapest.name, words.language)
    if isinstance(gives, PerPoint):
        worth = int(needed * gives.value * minor_units(program.currency))
        reward = words.money(worth, program.currency)
    if program.unit is not Unit.POINTS:
        return f"{counted(words, program, needed)} = {reward}"
    return words.t(
        "{points} points = {reward}", points=amount(words, program, needed), reward=reward
    )


def messages(words: Words, program: Program, figures: Figures) -> tuple[str, ...]:
    """What to tell the customer: alerts that are reached, rewards now within reach (GLO-08).

    Each is told once, by the sale that reaches it; a card that is completed again, again.
    """
    told = [in_language(each.message, words.language) for each in _reached(program, figures)]
    known = {alert.points for alert in program.alerts}
    for reward in _completed(program, figures):
        if reward.cost not in known:
            name = in_language(reward.name, words.language)
            told.append(words.t("Your card is complete: {reward}", reward=name))
    return tuple(told)


def _reached(program: Program, figures: Figures) -> tuple[Alert, ...]:
    return alerts(
        program,
        before=(figures.before, figures.visits),
        after=(figures.after, figures.visits + 1),
    )


def _completed(program: Program, figures: Figures) -> Iterator[Reward]:
    """The cheapest reward at each completion; a dearer one when it is first within reach."""
    by_cost = sorted((reward for reward in _given(program) if _needs(reward) > 0), key=_needs)
    for place, reward in enumerate(by_cost):
        needed = _needs(reward)
        if reward.takes in (Takes.ALL, Takes.CHOSEN):
            # No card is full by what pays from the first point on; only by a threshold to use it.
            due = needed > 1 and figures.before < needed <= figures.after
        else:
            again = place == 0 and completes(figures.before, figures.after, needed)
            due = again or figures.before < needed <= figures.after
        if due:
            yield reward


def _given(program: Program) -> tuple[Reward, ...]:
    """The rewards that give something: of points that only add up, there is nothing to tell."""
    return tuple(each for each in program.rewards if not isinstance(each.terms.gives, Nothing))


def _needs(reward: Reward) -> Points:
    return max(reward.cost, reward.usable.from_points)
