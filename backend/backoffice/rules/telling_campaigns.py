"""A campaign as a merchant would say it: what it gives, when, to whom, and on what."""

from collections.abc import Iterator
from typing import Any

from backend.backoffice.rules import shapes
from backend.backoffice.rules.known import Known
from backend.backoffice.rules.telling import facts, points, told
from backend.web.words import later
from loyalty.document.campaigns import WEEKDAYS

_DAYS = {
    ("first_day", "last_day"): later("from {first} to {last}"),
    ("first_day",): later("from {first} on"),
    ("last_day",): later("until {last}"),
}
_BIRTHDAYS = {
    "day": later("on the customer’s birthday"),
    "month": later("in the month of the customer’s birthday"),
}


def campaign(written: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """What a campaign gives and when, as a sentence."""
    written = written if isinstance(written, dict) else {}
    parts = [_gives(written, known), *_when(written, known), *_for_what(written, known)]
    return ", ".join(part for part in parts if part)


def _gives(written: dict[str, Any], known: Known) -> str:
    t = known.words.t
    give = written.get("give") if isinstance(written.get("give"), dict) else {}
    assert isinstance(give, dict)
    if "times" in give:
        return t("points × {times}", times=known.decimal(str(give["times"])))
    more = t("{points} on top", points=points(give.get("points", 0), known))
    return f"{more} {t('each time')}" if give.get("each") is True else more


def _when(written: dict[str, Any], known: Known) -> Iterator[str]:
    t = known.words.t
    inside = {shape.name: shape for shape in shapes.program()["campaigns"].inside}
    first, last = (written.get(name) for name in ("first_day", "last_day"))
    if first and first == last:
        yield t("on {day}", day=told(inside["first_day"], first, known))
    elif first or last:
        named = tuple(name for name in ("first_day", "last_day") if written.get(name))
        said = {name.partition("_")[0]: told(inside[name], written[name], known) for name in named}
        yield t(_DAYS[named], **said)
    days = written.get("weekdays")
    if isinstance(days, list) and days:
        # In the order of the week, whatever the order in which they were ticked.
        names = zip(WEEKDAYS, known.words.weekdays(), strict=True)
        yield t("on {days}", days=", ".join(name for day, name in names if day in days))
    for hours in written.get("hours") or ():
        if isinstance(hours, dict):
            start, end = (str(hours.get(name, ""))[:5] for name in ("start", "end"))
            yield t("between {start} and {end}", start=start, end=end)
    if written.get("birthday") in _BIRTHDAYS:
        yield t(_BIRTHDAYS[written["birthday"]])
    if written.get("first_purchase") is True:
        yield t("on a first purchase")


def _for_what(written: dict[str, Any], known: Known) -> Iterator[str]:
    """Whom it is for, on which articles, and how much of them."""
    t, tn = known.words.t, known.words.tn
    inside = {shape.name: shape for shape in shapes.program()["campaigns"].inside}
    for name in ("only", "lines"):
        if isinstance(written.get(name), dict):
            yield from (
                t("{label}: {value}", label=label, value=value)
                for label, value in facts(inside[name].inside, written[name], known)
            )
    if isinstance(written.get("buy"), int) and written["buy"]:
        yield tn("from {count} piece on", "from {count} pieces on", written["buy"])
    if isinstance(written.get("spend"), int) and written["spend"]:
        yield t(
            "from {amount} spent on", amount=known.words.money(written["spend"], known.currency)
        )
