"""Enrolment: how people come into the program, what their card costs, and how they are greeted."""

from collections.abc import Mapping
from enum import StrEnum

from loyalty.program import (
    CardPrice,
    EnrolmentRules,
    Existing,
    Occasion,
    Program,
    WelcomeMail,
    in_language,
)
from loyalty.reminders import Reachable
from loyalty.sales import Line, LineKind


class Way(StrEnum):
    """How somebody may come into the program."""

    EXISTING = "existing"
    """They were customers on the day it began."""
    TILL = "till"
    """Staff adds them during a sale."""
    THEMSELVES = "themselves"
    """They fill in the form: at the kiosk, or by the link on a receipt."""


def comes_in(rules: EnrolmentRules, way: Way, *, agreed: bool | None) -> bool:
    """Whether the person is enrolled; `agreed` is what they said, None where nobody asked.

    Who said no never is. By themselves, people come in by saying yes.
    """
    if agreed is False or (way is Way.THEMSELVES and not rules.themselves):
        return False
    unasked = {
        Way.EXISTING: rules.existing is Existing.AUTOMATIC,
        Way.TILL: rules.at_till,
        Way.THEMSELVES: False,
    }
    return bool(agreed) or unasked[way]


def usual_price_code(program: Program) -> str:
    """The price code without which a purchase earns nothing; empty where none is asked for.

    Whoever joins is at this one, unless somebody says another (INV-03).
    """
    written = [rule for rule in program.earning if rule.when is Occasion.SALE]
    # While all are switched off, people join for the day on which they are on again.
    rules = [rule for rule in written if rule.active] or written
    asked = [program.only.price_codes, *(rule.only.price_codes for rule in rules)]
    if not rules or not (asked[0] or all(asked[1:])):
        return ""
    common = frozenset.intersection(*(codes for codes in asked if codes))
    return min(common, default="")


def card_line(price: CardPrice | None, article_price: int = 0) -> Line | None:
    """The line that a card adds to the ticket (CLI-06); None for a free one.

    `article_price` is the article's own at the till, in minor units. A card earns nothing.
    """
    if price is None:
        return None
    amount = article_price if price.amount is None else price.amount
    return Line(kind=LineKind.ADMIN, article=price.article, unit_price=amount)


def is_greeted(mail: WelcomeMail, member: Reachable) -> bool:
    """Whether the welcome e-mail goes out: switched on, and there is an address (CLI-13).

    It answers the joining itself, so it needs no consent to be written to later.
    """
    return mail.active and member.has_mail


def greeting(mail: WelcomeMail, language: str, filled_in: Mapping[str, str]) -> tuple[str, str]:
    """Subject and body in the language, filled in; empty where the merchant wrote none.

    `filled_in` has `first_name`, `points` and `shop` (`loyalty.document` refuses other names).
    """
    subject, body = (in_language(words, language) for words in (mail.subject, mail.body))
    return subject.format_map(filled_in), body.format_map(filled_in)
