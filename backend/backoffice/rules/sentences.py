"""A rule as a sentence: what it earns, what a reward costs and gives."""

from decimal import Decimal, InvalidOperation
from typing import Any

from backend.backoffice.rules import shapes
from backend.backoffice.rules.known import Known
from backend.backoffice.rules.telling import exactly, facts, lasting, points, told
from backend.web.words import later


def earning(rule: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """An earning rule as a sentence."""
    rule = rule if isinstance(rule, dict) else {}
    known = known.about(rule)
    t = known.words.t
    parts = [_gives(rule, known)]
    parts += [lasting(t("good for"), rule.get("until"), known)]
    waits = rule.get("pending")
    if isinstance(waits, dict):
        parts.append(
            known.words.tn("after {count} day", "after {count} days", waits["days"])
            if isinstance(waits.get("days"), int)
            else t("once somebody releases them")
        )
    parts += _for_whom(rule, known)
    if rule.get("active") is False:
        parts.insert(0, t("switched off"))
    return ", ".join(part for part in parts if part)


def _for_whom(rule: dict[str, Any], known: Known) -> list[str]:
    """Whom an earning rule is for, where it is not for everybody (INV-03)."""
    inside = shapes.program()["earning"].inside
    only = [shape for shape in inside if shape.name == "only"]
    return [value for _, value in facts(only, rule, known)]


def _gives(rule: dict[str, Any], known: Known) -> str:
    t, tn = known.words.t, known.words.tn
    give = rule.get("give") if isinstance(rule.get("give"), dict) else {}
    assert isinstance(give, dict)
    gained = points(give.get("points", 0), known)
    if rule.get("when") == "enrolment":
        return t("{points} when somebody joins", points=gained)
    amount = give.get("amount")
    rate = _whole_rate(give, known)
    if rate is not None:
        return t(
            "{points} for every {amount} spent",
            points=points(rate, known),
            amount=known.words.money(10**known.digits, known.currency),
        )
    if isinstance(amount, int) and known.counts_money:
        spent = known.words.money(amount, known.currency)
        return t("{points} for every {amount} spent", points=gained, amount=spent)
    if isinstance(amount, int):
        counted = rule.get("on", {}).get("count")
        things = (
            tn("{count} piece", "{count} pieces", amount)
            if counted == "articles"
            else tn("{count} visit", "{count} visits", amount)
        )
        return t("{points} for every {things}", points=gained, things=things)
    if "points" in give and len(give) == 1:
        return t("{points} at each purchase", points=gained)
    return _otherwise(give, known)


def _otherwise(give: dict[str, Any], known: Known) -> str:
    """What is given by bands of amounts, by article, or by a rule of one's own."""
    if isinstance(give.get("bands"), list):
        return " · ".join(_band(each, known) for each in give["bands"] if isinstance(each, dict))
    shape = next(each for each in shapes.program()["earning"].inside if each.name == "give")
    return told(shape, give, known)


def _band(band: dict[str, Any], known: Known) -> str:
    """One band of amounts: from its start, itself included, to less than its end (SW-15)."""
    t = known.words.t
    start, below = (_counted(band.get(name), known) for name in ("start", "below"))
    gained = points(band.get("points", 0), known)
    if band.get("below") is None:
        return t("{points} from {start}", points=gained, start=start)
    return t("{points} from {start} to less than {below}", points=gained, start=start, below=below)


def _counted(value: object, known: Known) -> str:
    """Money where the rule counts money; else so many visits or pieces."""
    if isinstance(value, int) and known.counts_money:
        return known.words.money(value, known.currency)
    return str(value or 0)


def _whole_rate(give: dict[str, Any], known: Known) -> int | None:
    """Points for one euro, where they are whole: nobody thinks in cents. None otherwise."""
    units, amount, gained = 10**known.digits, give.get("amount"), give.get("points")
    if not known.counts_money:
        return None
    try:
        if "coefficient" in give:
            found = Decimal(str(give["coefficient"])) * (units if known.in_money else 1)
            return int(found) if found == found.to_integral_value() else None
    except InvalidOperation:
        return None
    if isinstance(amount, int) and isinstance(gained, int) and 0 < amount < units:
        return gained * units // amount if units % amount == 0 else None
    return None


def reward(written: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """What a reward costs and gives, as a sentence."""
    written = written if isinstance(written, dict) else {}
    t = known.words.t
    cost = _cost(written, known)
    gives = _given(written["gives"], known) if written.get("gives") else ""
    if not gives:
        gives = t("the article {article}", article=known.article(written.get("article", "")))
    return t("{cost}: {gives}", cost=cost, gives=gives)


def _cost(written: dict[str, Any], known: Known) -> str:
    """What a reward takes of the points: not always what has to be there."""
    said = points(written.get("cost", 0), known)
    needed = written.get("usable", {}) if isinstance(written.get("usable"), dict) else {}
    least = max(
        (each for each in (written.get("cost"), needed.get("from_points")) if type(each) is int),
        default=0,
    )
    takes = str(written.get("takes", ""))
    if takes in _COSTS:
        return known.words.t(_COSTS[takes], points=points(least, known))
    return known.words.t("for {points}", points=said)


_COSTS = {
    "nothing": later("from {points} on, and takes none"),
    "all": later("from {points} on, and takes all"),
    "chosen": later("from {points} on, as many as the customer likes"),
}


def _given(gives: Any, known: Known) -> str:  # noqa: ANN401 - JSON
    """What a reward gives: the money or percent that it takes off, or what is handed out."""
    t = known.words.t
    gives = gives if isinstance(gives, dict) else {}
    if isinstance(gives.get("amount"), int):
        return t("{money} off the ticket", money=known.words.money(gives["amount"], known.currency))
    if "per_point" in gives:
        return t("{money} off for each point", money=exactly(gives["per_point"], known))
    if "percent" in gives:
        share = f"{known.decimal(str(gives['percent']))}\N{NARROW NO-BREAK SPACE}%"
        return t("{percent} off the ticket", percent=share)
    if isinstance(gives.get("articles"), list):
        return t("one of {articles}", articles=", ".join(map(known.article, gives["articles"])))
    shape = next(each for each in shapes.program()["rewards"].inside if each.name == "gives")
    for inside in shape.variants.values():
        if [each.name for each in inside] == list(gives):
            return told(inside[0], gives[inside[0].name], known)
    return told(shape, gives, known)
