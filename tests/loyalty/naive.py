"""What a ticket earns, computed a second time, slowly and plainly, from the two JSON documents.

Nothing of the engine is used here. Written from the documents' own descriptions and from
loyalty/vectors/README.md, so that the engine and this can only agree where both say the same.
"""

from datetime import date, datetime, time
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
ADVANTAGES = ("ticket_discount", "voucher", "points")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def earned(program: Json, sale: Json, buyer: Json, zone: ZoneInfo) -> dict[str, int]:
    """Points by rule and campaign; those that give none are left out."""
    if not sale_earns(sale, buyer):
        return {}
    at = datetime.fromisoformat(sale["closed_at"]).astimezone(zone)
    lines = [line for line in all_lines(program, sale) if chosen(program.get("lines"), line)]
    running = [c for c in program.get("campaigns", []) if runs(c, lines, sale, buyer, at)]
    given: list[tuple[str, int]] = []
    for rule in program["earning"]:
        if rule["when"] == "sale" and rule.get("active", True):
            counted = [line for line in lines if counts(rule.get("on", {}), line)]
            if counted:
                given.append((rule["id"], with_campaigns(program, rule, counted, running, sale)))
    if any(rule["when"] == "sale" and rule.get("active", True) for rule in program["earning"]):
        given += [(c["id"], bonus(c, lines, sale)) for c in running if "points" in c["give"]]
    return {name: points for name, points in capped(program, sale, buyer, given) if points}


def sale_earns(sale: Json, buyer: Json) -> bool:
    payments = sale.get("payments", [])
    paid = sum(payment["amount"] for payment in payments)
    return (
        sale.get("state") != "open"
        and sale["total"] > 0
        and (not payments or paid >= sale["total"])
        and bool(buyer.get("enrolled", True))
    )


# --- lines ----------------------------------------------------------------------------------------


def all_lines(program: Json, sale: Json) -> list[Json]:
    """Every line or part of a pack that may earn, with what it is worth."""
    written = sale.get("lines") or [{"unit_price": sale["total"] + sale.get("discount", 0)}]
    found = []
    for line in written:
        code = line.get("price_code") or sale.get("price_code", "")
        book: Json = next((b for b in program.get("price_books", []) if b["code"] == code), {})
        found += priced(line, book)
    return found


def listed_price(line: Json) -> int:
    return int(line.get("quantity", 1) * line.get("unit_price", 0))


def net_price(line: Json) -> int:
    return listed_price(line) - int(line.get("discount", 0))


def priced(line: Json, book: Json) -> list[Json]:
    if line.get("kind", "article") != "article" or not line.get("earns", True):
        return []
    if not book.get("earns", True):
        return []
    if line.get("components") and line.get("points") is None:
        return pack(line, book)
    own = book.get("points", {}).get(line.get("article", ""), line.get("points"))
    pieces = line.get("quantity", 1)
    return [
        {
            **line,
            "pieces": pieces,
            "net": net_price(line),
            "listed": listed_price(line),
            "own": None if own is None else own * pieces,
            "discounted": line.get("discount", 0) > 0,
        }
    ]


def pack(line: Json, book: Json) -> list[Json]:
    """The price of a pack, over its articles by what each costs alone; parts make the whole."""
    whole = sum(listed_price(part) for part in line["components"])
    found, so_far = [], 0
    for part in line["components"]:
        before, so_far = so_far, so_far + listed_price(part)
        sold = {**part, "quantity": part.get("quantity", 1) * line.get("quantity", 1)}
        for one in priced(sold, book):
            one["net"] = up_to(net_price(line), so_far, whole) - up_to(
                net_price(line), before, whole
            )
            one["listed"] = up_to(listed_price(line), so_far, whole) - up_to(
                listed_price(line), before, whole
            )
            one["discounted"] = line.get("discount", 0) > 0
            found.append(one)
    return found


def up_to(price: int, part: int, whole: int) -> int:
    """What the articles so far are of the pack's price; one of them has a price, always."""
    return half_up(Fraction(price * part, whole))


def chosen(criteria: Json | None, line: Json) -> bool:
    criteria = criteria or {}
    one = {"articles": "article", "families": "family", "types": "type", "brands": "brand"}
    for words, field in one.items():
        if criteria.get(words) and line.get(field, "") not in criteria[words]:
            return False
    if criteria.get("themes") and not set(criteria["themes"]) & set(line.get("themes", [])):
        return False
    return not set(criteria.get("except_themes", [])) & set(line.get("themes", []))


def counts(on: Json, line: Json) -> bool:
    if on.get("discounted") == "excluded" and line["discounted"]:
        return False
    return chosen(on.get("lines"), line)


# --- points ---------------------------------------------------------------------------------------


def half_up(number: Fraction) -> int:
    return floor(number + Fraction(1, 2))


def rounded(number: Fraction, how: str) -> int:
    if how == "half_up":
        return half_up(number)
    return -floor(-number) if how == "ceil" else floor(number)


def with_campaigns(
    program: Json, rule: Json, lines: list[Json], running: list[Json], sale: Json
) -> int:
    """The rule's points, and what multipliers add on the lines they are for."""
    how = rule.get("round", "floor")
    base = portion(rule, lines, sale)
    multipliers = [c for c in running if "times" in c["give"]]
    groups: dict[tuple[str, ...], list[Json]] = {}
    for line in lines:
        names = tuple(c["id"] for c in multipliers if chosen(c.get("lines"), line))
        groups.setdefault(names, []).append(line)
    if len(groups) == 1:
        (names,) = groups
        return max(rounded(base * together(program, multipliers, names), how), 0)
    total = base
    for names, group in groups.items():
        if names:
            total = max(total, 0)
            extra = together(program, multipliers, names) - 1
            total += rounded(portion(rule, group, sale) * extra, how)
    return max(total, 0)


def together(program: Json, multipliers: list[Json], names: tuple[str, ...]) -> Fraction:
    times = [Fraction(c["give"]["times"]) for c in multipliers if c["id"] in names]
    if not times:
        return Fraction(1)
    combine = program.get("combine", "best")
    if combine == "best":
        return max(times)
    if combine == "add":
        return sum((each - 1 for each in times), Fraction(1))
    product = Fraction(1)
    for each in times:
        product *= each
    return product


def portion(rule: Json, lines: list[Json], sale: Json) -> int:
    """What the rule gives for those lines alone, without campaigns."""
    give, on = rule["give"], rule.get("on", {})
    if set(give) == {"points"}:
        return int(give["points"])
    if "per_article" in give:
        table = give["per_article"]
        own = [
            table.get(line.get("article", ""), 0) * line["pieces"]
            if line["own"] is None
            else line["own"]
            for line in lines
        ]
        return own_points(rule, sum(own), sale)
    points = 0
    if on.get("own_points"):
        points = own_points(rule, sum(line["own"] or 0 for line in lines), sale)
        lines = [line for line in lines if line["own"] is None]
    if rule.get("round_per") == "line":
        return points + sum(on_basis(rule, [line], sale) for line in lines)
    return points + (on_basis(rule, lines, sale) if lines else 0)


def own_points(rule: Json, points: int, sale: Json) -> int:
    return points - deducted(rule, points, sale)


def on_basis(rule: Json, lines: list[Json], sale: Json) -> int:
    give, on = rule["give"], rule.get("on", {})
    count = on.get("count", "ttc")
    money = count in {"ttc", "ht"}
    basis = {
        "visits": 1,
        "typed_visits": sale.get("visits", 1),
        "articles": sum(line["pieces"] for line in lines),
    }.get(count, sum(worth(line, on) for line in lines))
    if money:
        basis -= deducted(rule, basis, sale)
    if "bands" in give:
        for band in give["bands"]:
            if band["start"] <= basis and (band.get("below") is None or basis < band["below"]):
                return int(band["points"])
        return 0
    how = rule.get("round", "floor")
    if "amount" in give:
        return rounded(Fraction(basis * give["points"], give["amount"]), how)
    return rounded(Fraction(give["coefficient"]) * basis / (100 if money else 1), how)


def worth(line: Json, on: Json) -> int:
    price = int(line["listed"] if on.get("discounted") == "listed" else line["net"])
    if on.get("count") != "ht":
        return price
    return half_up(Fraction(price) / (1 + Fraction(line.get("tax_rate", "0")) / 100))


def deducted(rule: Json, counted: int, sale: Json) -> int:
    """What vouchers, points and the ticket's discount paid of what is counted."""
    amounts, total = lowered(sale)
    off = 0
    for advantage in ADVANTAGES:
        if advantage in rule.get("on", {}).get("reduced_by", ADVANTAGES):
            part = half_up(Fraction(amounts[advantage] * counted, total)) if total else 0
            off += min(counted - off, part)
    return off


def lowered(sale: Json) -> tuple[dict[str, int], int]:
    lines = sale.get("lines") or [{"unit_price": sale["total"] + sale.get("discount", 0)}]
    nets = [net_price(line) for line in lines]
    paid = {"voucher": 0, "points": 0, "money": 0}
    for payment in sale.get("payments", []):
        paid[payment["means"]] += payment["amount"]
    rewards = -sum(net for net in nets if net < 0)
    amounts = {
        "ticket_discount": sale.get("discount", 0),
        "voucher": paid["voucher"],
        "points": paid["points"] + rewards,
    }
    return amounts, sum(net for net in nets if net > 0)


# --- campaigns and caps ---------------------------------------------------------------------------


def runs(campaign: Json, lines: list[Json], sale: Json, buyer: Json, at: datetime) -> bool:
    themes = campaign.get("only", {}).get("themes")
    return (
        is_open(campaign, at)
        and (not campaign.get("first_purchase") or buyer.get("first_purchase", False))
        and (not campaign.get("birthday") or has_birthday(campaign["birthday"], buyer, at.date()))
        and (not themes or bool(set(themes) & set(buyer.get("themes", []))))
        and times_met(campaign, lines, sale) > 0
    )


def is_open(campaign: Json, at: datetime) -> bool:
    day = at.date()
    first, last = campaign.get("first_day"), campaign.get("last_day")
    if (first and day < date.fromisoformat(first)) or (last and day > date.fromisoformat(last)):
        return False
    if campaign.get("weekdays") and WEEKDAYS[day.weekday()] not in campaign["weekdays"]:
        return False
    spans = campaign.get("hours", [])
    return not spans or any(
        time.fromisoformat(s["start"]) <= at.time() < time.fromisoformat(s["end"]) for s in spans
    )


def has_birthday(when: str, buyer: Json, today: date) -> bool:
    if not buyer.get("birthday"):
        return False
    born = date.fromisoformat(buyer["birthday"])
    if when == "month":
        return born.month == today.month
    try:
        return born.replace(year=today.year) == today
    except ValueError:  # 29 February, in a year that has none
        return (today.month, today.day) == (2, 28)


def times_met(campaign: Json, lines: list[Json], sale: Json) -> int:
    mine = [line for line in lines if chosen(campaign.get("lines"), line)]
    if not mine:
        return 0
    met = [1] if not (campaign.get("buy") or campaign.get("spend")) else []
    if campaign.get("buy"):
        met.append(sum(line["pieces"] for line in mine) // campaign["buy"])
    if campaign.get("spend"):
        amounts, total = lowered(sale)
        net = sum(line["net"] for line in mine)
        taken = half_up(Fraction(sum(amounts.values()) * net, total)) if total else 0
        met.append((net - min(net, taken)) // campaign["spend"])
    return min(met)


def bonus(campaign: Json, lines: list[Json], sale: Json) -> int:
    each = times_met(campaign, lines, sale) if campaign["give"].get("each") else 1
    return int(campaign["give"]["points"] * each)


def capped(
    program: Json, sale: Json, buyer: Json, given: list[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Rule after rule takes of what every cap still leaves."""
    caps = program.get("caps", {})
    left: list[int] = []
    if "per_ticket" in caps:
        left.append(caps["per_ticket"])
    if "per_day" in caps:
        left.append(max(caps["per_day"] - buyer.get("earned_today", 0), 0))
    if "balance" in caps:
        left.append(max(caps["balance"] - buyer.get("balance", 0), 0))
    if "ticket_share" in caps:
        point = Fraction(program["point_value"]) * 100 if program.get("point_value") else 1
        left.append(floor(Fraction(caps["ticket_share"]) / 100 * sale["total"] / point))
    found = []
    for name, wanted in given:
        points = min([wanted, *left])
        left = [each - points for each in left]
        found.append((name, points))
    return found
