"""History: each movement in plain words, and why."""

from decimal import Decimal
from fractions import Fraction

from kiosk import screens
from kiosk.context import Kiosk
from kiosk.screens import Because, HistoryLine, Movement
from kiosk.services.history import Moved, moved
from kiosk.services.identify import Visit
from kiosk.words import Words
from loyalty.explain import Explanation, Said, explain
from loyalty.program import Program, in_language

_KNOWN = {movement.value for movement in Movement}

_TOLD = frozenset({"earn", "return", "adjustment"})
"""What has more to say than its line does."""

_MONEY = ("ttc", "ht")
_TICKET = ("count.ttc", "count.ht")


async def history(kiosk: Kiosk, found: Visit) -> None:
    """Show what moved, newest first, and how each number came about."""
    latest = await kiosk.db.run(moved, found.member)
    lines = tuple(_line(each, found, kiosk.words()) for each in latest)
    balance = found.account.balance(kiosk.now())
    while line := await kiosk.ask(screens.History(balance=balance, lines=lines)):
        await kiosk.ask(screens.Why(line=line))


def _line(each: Moved, found: Visit, words: Words) -> HistoryLine:
    entry, why, language = each.entry, explain(each.entry), words.language
    earned = why.message == Movement.EARN.value
    return HistoryLine(
        # An update of the backend may bring kinds of movements that this kiosk has no words for.
        movement=Movement(why.message) if why.message in _KNOWN else Movement.OTHER,
        points=entry.points,
        at=entry.occurred_at.astimezone(found.zone),
        spent=_spent(why),
        currency=found.program.currency,
        rule=in_language(found.program.rule_in_words, language) if earned else "",
        gift_name=words.taken(in_language(each.gift, language), each.money),
        because=_because(why, found.program, language),
    )


def _spent(why: Explanation) -> int:
    """What was on the ticket, before anything was taken off what counts."""
    counted = (said.arguments.get("amount") for said in why.lines if said.message in _TICKET)
    return next((amount for amount in counted if isinstance(amount, int)), why.basis)


def _because(why: Explanation, program: Program, language: str) -> tuple[Because, ...]:
    if why.message not in _TOLD:
        return ()
    return tuple(_reason(said, program, language) for said in why.lines if said.message != "about")


def _reason(said: Said, program: Program, language: str) -> Because:
    told = said.arguments
    return Because(
        message=said.message,
        amount=_whole(told.get("amount")),
        count=_whole(told.get("count")),
        points=_whole(told.get("points")),
        per=_whole(told.get("per"), 1),
        of_money=told.get("of") in _MONEY,
        factor=_decimal(told.get("factor")),
        name=_named(said, program, language),
    )


def _named(said: Said, program: Program, language: str) -> str:
    """The campaign's name, which the trace has by id alone; or what an adjustment says it is."""
    campaign = said.arguments.get("campaign")
    names = {str(known.id): known.name for known in program.campaigns}
    if isinstance(campaign, str):
        return in_language(names[campaign], language) if campaign in names else campaign
    return str(said.arguments.get("nature", ""))


def _whole(value: int | Fraction | str | None, otherwise: int = 0) -> int:
    return value if isinstance(value, int) else otherwise


def _decimal(value: int | Fraction | str | None) -> str:
    """A factor as people write it, at most three decimals: "2", "1.5"."""
    if not isinstance(value, int | Fraction):
        return ""
    exact = Fraction(value)
    rounded = round(Decimal(exact.numerator) / exact.denominator, 3)
    return f"{rounded.normalize():f}"
