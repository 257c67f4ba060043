"""What a refusal says: a message id with typed arguments, and beside them the English of it.

Kiosk, pages and tills put their own words by the id, as for `loyalty.explain`; a log, a command
line or a program reads the English.
"""

from collections.abc import Mapping
from typing import Self


class Sentence(str):
    """The English of a message, which is a text like any other, with what it was made of."""

    __slots__ = ("arguments", "message")

    message: str
    """Its id, by which other words are found: of the engine's own, such as ``number.least``."""
    arguments: Mapping[str, int | str]
    """What fills the blanks of the English, and of every other language."""

    @classmethod
    def of(cls, message: str, english: str, arguments: Mapping[str, int | str]) -> Self:
        """The sentence of an id, whose English has the arguments as its blanks."""
        said = cls(english.format(**arguments))
        said.message, said.arguments = message, arguments
        return said


def say(message: str, /, **arguments: int | str) -> Sentence:
    """The engine's sentence of that id."""
    return Sentence.of(message, ENGLISH[message], arguments)


_FIELDS = {
    "missing": "{name!r} is missing: write it",
    "unknown": "{name!r} is not known here: leave it out",
    "unknown.meant": "{name!r} is not known here; was {meant!r} meant?",
    "number.whole": "write a whole number, without comma or quotes, such as 200",
    "number.whole_most": "write a whole number, {most} at most",
    "number.decimal": "write a number with a point, such as 0.05",
    "number.any": "write a number, such as 0.05",
    "number.digits": "write {most} digits at most",
    "number.above": "write a number above {least}",
    "number.least": "write {least} or more",
    "number.most": "write {most} or less",
    "text.quotes": "write it between quotes",
    "text.empty": "write at least one letter",
    "text.long": "write {most} letters at most",
    "text.utf8": "write it in UTF-8",
    "text.id": "write small letters, digits and hyphens, such as free-coffee",
    "text.currency": "write its three capital letters, such as EUR",
    "text.picture": "write the picture's name in small letters, digits and hyphens, without .png",
    "text.language": "write the language as two small letters, such as fr",
    "choice": "write {choices}",
    "flag": "write true or false",
    "moment": "write a day that exists, with its time zone, such as 2026-01-31T00:00:00+01:00",
    "day": "write a day that exists, such as 2026-01-31",
    "hour": "write an hour, such as 09:30",
    "list": "write a list between [ and ]",
    "list.empty": "write at least one",
    "words.empty": "write it in at least one language",
    "fields": "write fields between {{ and }}",
    "mapping.name": 'write texts by language, such as {{"fr": "Un café offert"}}',
    "mapping.groups": 'write the stores of each group, such as {{"loire": ["angers", "nantes"]}}',
    "mapping.points": 'write points by article, such as {{"CAFE": 10}}',
    "mapping.settings": 'write what the extension is to know, such as {{"every": 10}}',
    "json": "this is not JSON: {error}",
    "other": "{text}",
}
"""One field of a document is not as it must be."""

_PROGRAM = {
    "alert.both": "write both points and visits",
    "alert.either": "write points or visits",
    "bands.backward": "write more than {start}, its start",
    "bands.overlap": "it overlaps the band before: start where that one ends, smallest band first",
    "bonus.each": "say for each what: write buy or spend",
    "braces.alone": "write {known}; for a brace, write it twice",
    "braces.unknown": "{{{name}}} is not known: write {known}",
    "card.either": "write either last_day or days",
    "currency.meant": "{name!r} is no currency; was {meant!r} meant?",
    "currency.unknown": "{name!r} is no currency: write one of ISO 4217, such as EUR",
    "days.backward": "it ends before it starts: write {day} or later",
    "groups.pool": "a pool has no groups: write sharing as silo, or leave them out",
    "groups.twice": "{store!r} is in {group!r} already: take it out of one",
    "hours.backward": "it ends before it starts: write the hours after midnight on their own",
    "hours.same": "write another hour than start",
    "pending.dead": "the points die before: write less than {days}",
    "pending.either": "write either days, or until_released as true",
    "period.either": "write either calendar, or months and days",
    "share.value": "say what a point is worth in point_value",
    "tier.meant": "there is no tier {name!r}; was {meant!r} meant?",
    "tier.unknown": "there is no tier {name!r}: write it in tiers.levels",
    "tiers.order": "write more than {start}: the lowest tier comes first",
    "twin": "{name!r} is taken: give it another {field}",
    "usable.times": "say how many times: write per_member",
    "validity.empty": "give it at least one day or one month",
    "welcome.spends": "nothing is spent at enrolment: leave out amount, keep points",
    "welcome.twice": "{rule} gives the welcome points already: put all of them there",
}
"""A program's fields do not go together."""

_SALE = {
    "sale.id": "write it without a slash: ids of entries are made of it",
    "sale.discount": "write 0 or more: what is taken off is positive",
    "sale.total": "the lines less the discount make {total}",
    "line.quantity": "write 1 or more: a return is not a sale",
    "line.price": "write 0 or more; a reward's may be below 0",
    "line.discount": "write 0 to {most}",
    "line.tax": "write a percentage, such as 20 or 5.5",
    "line.pack": "write a pack's articles, not packs",
}
"""What a till says of a sale cannot be."""

_RULES = {
    "adjustment.zero": "write how many points, more or less than 0",
    "adjustment.nature": "choose the nature of the adjustment from the program's list",
    "adjustment.approval": "more than {limit} points need a second person",
    "value_date.ahead": "a value date cannot lie ahead",
    "value_date.today": "in this program, adjustments always count from today",
    "value_date.person": "this person's adjustments count from today",
    "assurance.most": "at most {allowed} points with this kind of card",
    "code.length": "12 letters and digits are expected",
    "code.letter": "a letter or digit is wrong",
    "currency.differs": "the sale is in {sale}, the program in {program}",
    "extension.earning": "no earning rule {name!r} is installed",
    "extension.criterion": "no criterion {name!r} is installed",
    "extension.reward": "no reward {name!r} is installed",
    "household.none": "this program has no households",
    "household.full": "a household has {members} members at most",
    "household.debt": "{points} points are owed: they are earned before joining",
    "household.in": "only who is not in a household can join it",
    "household.out": "only who is in the household can leave it",
    "household.wallet": "only a member of the household uses its wallet",
    "household.earns": "this card earns for the household",
    "household.cap": "at most {allowed} points more with this card",
    "limit.member": "at most {times} times for each member",
    "limit.day": "at most {times} rewards a day",
    "offline.age": "the balance is older than {hours} h",
    "offline.card": "at most {most} points per card without the network",
    "offline.kiosk": "at most {most} points per kiosk without the network",
    "offline.day": "at most {most} points per kiosk and day without the network",
    "points.missing": "{missing} points missing",
    "reward.till": "it is worth what a ticket makes of it: it is used at the till",
    "reward.chosen": "how many points is said where that is chosen, and only there",
    "reward.most": "not so many points",
    "reward.now": "not now: {why}",
    "voucher.redeemed": "already redeemed on {at} at {place}",
    "voucher.voided": "the voucher was cancelled and its points given back",
    "voucher.expired": "expired on {at}",
    "typed.empty": "empty",
    "typed.too_long": "too_long",
    "typed.unreadable": "unreadable",
    "typed.shape": "shape",
}
"""A rule says no."""

ENGLISH: Mapping[str, str] = {**_FIELDS, **_PROGRAM, **_SALE, **_RULES}
"""Every message there is, by its id."""
