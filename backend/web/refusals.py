"""Why something was refused, in the reader's words.

The engine's refusals are known by their message id, and have the words of who fills in a form
here; those of the backend are looked up by their English, as every text of the pages.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.errors import Refused
from backend.web.words import PageWords, later
from backend_client.schemas.base import Why
from loyalty.errors import LoyaltyError
from loyalty.sentences import Sentence

FIELDS: Mapping[str, str] = {
    "missing": later("Fill this in"),
    "unknown": later("{name} is not known here"),
    "unknown.meant": later("{name} is not known here: {meant}?"),
    "number.whole": later("Write a whole number"),
    "number.whole_most": later("At most {most}"),
    "number.decimal": later("Write a number"),
    "number.any": later("Write a number"),
    "number.digits": later("At most {most} digits"),
    "number.above": later("More than {least}"),
    "number.least": later("At least {least}"),
    "number.most": later("At most {most}"),
    "text.quotes": later("Write a text"),
    "text.empty": later("Fill this in"),
    "text.long": later("At most {most} letters"),
    "text.utf8": later("This text cannot be read"),
    "text.id": later("Small letters, digits and hyphens only, such as free-coffee"),
    "text.currency": later("Write the three letters of a currency, such as EUR"),
    "text.picture": later("Small letters, digits and hyphens only, such as free-coffee"),
    "text.language": later("Write the two letters of a language, such as fr"),
    "choice": later("Choose one of the list"),
    "flag": later("Write yes or no"),
    "moment": later("This is not a date"),
    "day": later("Write a day"),
    "hour": later("Write an hour, such as 09:30"),
    "list": later("Write a list"),
    "list.empty": later("Add at least one"),
    "words.empty": later("Write it in one language at least"),
    "fields": later("This is not written as it should be"),
    "mapping.name": later("Write a text for each language"),
    "mapping.groups": later("Say which stores are in each group"),
    "mapping.points": later("Write the points of each article"),
    "mapping.settings": later("This is not written as it should be"),
    "json": later("This is not written as it should be"),
    "other": later("This cannot be used as it is"),
}
PROGRAM: Mapping[str, str] = {
    "alert.both": later("Write both points and visits"),
    "alert.either": later("Write points or visits"),
    "bands.backward": later("More than {start}"),
    "bands.overlap": later("It overlaps the one before: start where that one ends"),
    "bonus.each": later("Say what must be bought or spent each time"),
    "braces.alone": later("Only {known} can be between braces"),
    "braces.unknown": later("{name} cannot be filled in here"),
    "card.either": later("Write either a last day or a number of days"),
    "currency.meant": later("{name} is no currency: {meant}?"),
    "currency.unknown": later("{name} is no currency"),
    "days.backward": later("It ends before it starts: choose {day} or later"),
    "groups.pool": later("Groups are for points that stay in their group"),
    "groups.twice": later("{store} is in the group {group} already"),
    "hours.backward": later("It ends before it starts"),
    "hours.same": later("Choose another hour than the first"),
    "pending.dead": later("The points would be lost before: less than {days}"),
    "pending.either": later("Say how many days, or tick the other box"),
    "period.either": later("Choose a period of the calendar, or write months and days"),
    "share.value": later("Say what a point is worth first, under “Name and points”"),
    "tier.meant": later("There is no tier {name}: {meant}?"),
    "tier.unknown": later("There is no tier {name}"),
    "tiers.order": later("More than {start}: the lowest tier comes first"),
    "twin": later("{name} is there already"),
    "usable.times": later("Say how many times first"),
    "validity.empty": later("Give it one day or one month at least"),
    "welcome.spends": later(
        "Nothing is spent when somebody joins: choose the same number each time"
    ),
    "welcome.twice": later("Another rule gives welcome points already: put all of them there"),
}
SALES: Mapping[str, str] = {
    "sale.id": later("The number of a ticket has no slash"),
    "sale.discount": later("What is taken off is written without a minus"),
    "sale.total": later("The total is not what the lines make"),
    "line.quantity": later("One piece at least: a return is not a sale"),
    "line.price": later("A price is not below nothing"),
    "line.discount": later("More is taken off a line than it costs"),
    "line.tax": later("Write the tax in percent, such as 20 or 5.5"),
    "line.pack": later("A pack is made of articles, not of packs"),
}
RULES: Mapping[str, str] = {
    "adjustment.zero": later("Write how many points to give or to take"),
    "adjustment.nature": later("Choose the reason from the program’s list"),
    "adjustment.approval": later("More than {limit} points need a second person"),
    "value_date.ahead": later("The day cannot lie ahead"),
    "value_date.today": later("In this program, changes always count from today"),
    "value_date.person": later("You may not choose the day: it counts from today"),
    "assurance.most": later("At most {allowed} points with this kind of card"),
    "code.length": later("A code has 12 letters and digits"),
    "code.letter": later("A letter or digit of the code is wrong"),
    "currency.differs": later("The sale is in {sale}, the program in {program}"),
    "extension.earning": later("The program’s own rule {name} is not installed on the server"),
    "extension.criterion": later("The program’s own rule {name} is not installed on the server"),
    "extension.reward": later("The program’s own rule {name} is not installed on the server"),
    "household.none": later("This program has no households"),
    "household.full": later("A household has {members} members at most"),
    "household.debt": later("{points} points are owed: they are earned before joining"),
    "household.in": later("This customer is in a household already"),
    "household.out": later("This customer is not in the household"),
    "household.wallet": later("This customer is not in the household"),
    "household.earns": later("This card earns for the household, and cannot spend"),
    "household.cap": later("At most {allowed} points more with this card today"),
    "limit.member": later("At most {times} times for each customer"),
    "limit.day": later("At most {times} rewards a day"),
    "offline.age": later("The balance is older than {hours} hours"),
    "offline.card": later("Without the network: at most {most} points with this card"),
    "offline.kiosk": later("Without the network: at most {most} points at this kiosk"),
    "offline.day": later("Without the network: at most {most} points a day at this kiosk"),
    "points.missing": later("{missing} points are missing"),
    "reward.till": later("It takes money off a ticket: it is used at the till"),
    "reward.chosen": later("How many points is chosen at the till or at the kiosk"),
    "reward.most": later("Not so many points"),
    "reward.now": later("The program does not give it now"),
    "voucher.redeemed": later("It was used on {at}: {place}"),
    "voucher.voided": later("It was cancelled and its points given back"),
    "voucher.expired": later("It ended on {at}"),
    "typed.empty": later("Fill this in"),
    "typed.too_long": later("This is too long"),
    "typed.unreadable": later("Some of these letters cannot be printed"),
    "typed.shape": later("This is not written as it should be"),
}
SAID: Mapping[str, str] = {**FIELDS, **PROGRAM, **SALES, **RULES}
"""What the pages say for every message of the engine."""
BLANKS: Mapping[str, str] = {
    "earned_on": later("Earned on"),
    "valid_until": later("Last day of the points"),
    "subject": later("Subject"),
    "body": later("Text"),
    "waiting": later("waiting"),
    "approved": later("agreed"),
    "refused": later("refused"),
    "uploaded": later("sent, and not tried"),
    "mapped": later("tried, and not done"),
    "committing": later("being done"),
    "committed": later("done"),
    "undoing": later("being undone"),
    "undone": later("undone"),
    "open": later("open"),
    "closed": later("closed"),
    "voided": later("cancelled"),
    "sent": later("sent"),
    "failed": later("failed"),
}
"""Columns and states that come in a sentence."""


def why(error: Refused | LoyaltyError, words: PageWords, *, title: str = "") -> str:
    """Why something was refused, in the reader's language; empty where `title` says it already."""
    if isinstance(error, LoyaltyError):
        said = in_words(error.said, words)
    else:
        found = dict.fromkeys(of_field(each, words) for each in error.errors)
        said = " · ".join(found) or in_words(error.detail, words)
    if title and said.casefold().startswith(title.casefold()):
        # What follows the title is said alone: "…: ask for another".
        return said[len(title) :].lstrip(" :;.\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
    return said


def in_words(said: str, words: PageWords) -> str:
    """A refusal's sentence in the reader's language; as it is where nobody translated it."""
    if isinstance(said, Sentence):
        return by_id(said.message, said.arguments, words) or str(said)
    return words.known(said) or said


def of_field(told: Mapping[str, Any], words: PageWords) -> str:
    """The same of a field that a refusal tells of."""
    said = by_id(str(told.get("message_id", "")), told.get("arguments", {}), words)
    return said or str(told["message"])


def of_answer(told: Why, english: str, words: PageWords) -> str:
    """The same of what an answer carries."""
    return by_id(told.message_id, told.arguments, words) or english


def by_id(message: str, arguments: Mapping[str, int | str], words: PageWords) -> str:
    """What the reader's language says for a message; empty where nobody translated it."""
    text = SAID.get(message, message)
    if not words.known(text):
        return ""
    return words.t(text, **{name: _filled(name, value, words) for name, value in arguments.items()})


def _filled(name: str, value: int | str, words: PageWords) -> str:
    """What stands in a blank: a number, a time or a column as the reader writes it."""
    if isinstance(value, int):
        return words.number(value)
    if name == "at":
        return words.moment(datetime.fromisoformat(value))
    return words.t(BLANKS[value]) if value in BLANKS else value
