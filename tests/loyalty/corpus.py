"""Random programs, tickets and buyers, as the JSON that a merchant and a till write."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Json = dict[str, Any]
FAMILIES = ("garden", "home", "")
ARTICLES = ("RAKE", "MUG", "TEA", "BOOK")
THEMES = ("new", "used", "toys")
START = datetime(2026, 1, 1, tzinfo=UTC)


def a_program(chance: Random) -> Json:
    """A program of one to three rules, with campaigns, caps and price lists now and then."""
    found: Json = {
        "format": "loyalty-program/1",
        "id": "draft",
        "version": chance.randint(1, 9),
        "name": {"en": "Draft"},
        "currency": "EUR",
        "valid_from": "2025-01-01T00:00:00+00:00",
        "earning": [_rule(chance, f"rule-{number}") for number in range(chance.randint(1, 3))],
        "offline": {"per_card": 0, "per_terminal": 0, "snapshot_age_h": 0},
        "combine": chance.choice(["best", "add", "multiply"]),
    }
    if chance.random() < 0.5:
        found["campaigns"] = [
            _campaign(chance, f"campaign-{number}") for number in range(chance.randint(1, 4))
        ]
    if chance.random() < 0.3:
        found["lines"] = {"except_themes": ["used"]}
    if chance.random() < 0.3:
        found["caps"] = _caps(chance)
    if chance.random() < 0.5 or "ticket_share" in found.get("caps", {}):
        found["point_value"] = chance.choice(["0.10", "0.005", "1", "0.03"])
    if chance.random() < 0.2:
        found["price_books"] = [
            {"code": "STAFF", "earns": False},
            {"code": "CLUB", "points": {"MUG": 7}},
        ]
    return found


def _rule(chance: Random, name: str) -> Json:
    on: Json = {"count": chance.choice(["ttc", "ttc", "ttc", "ht", "visits", "articles"])}
    if chance.random() < 0.1:
        on["count"] = "typed_visits"
    if chance.random() < 0.3:
        on["lines"] = _lines(chance)
    if chance.random() < 0.5:
        on["discounted"] = chance.choice(["net", "listed", "excluded"])
    if chance.random() < 0.5:
        on["reduced_by"] = chance.sample(
            ["ticket_discount", "voucher", "points"], chance.randint(0, 3)
        )
    if chance.random() < 0.3:
        on["own_points"] = True
    return {
        "id": name,
        "when": "sale",
        "on": on,
        "give": _give(chance),
        "round": chance.choice(["floor", "half_up", "ceil"]),
        "round_per": chance.choice(["ticket", "ticket", "line"]),
        "active": chance.random() < 0.9,
    }


def _give(chance: Random) -> Json:
    kind = chance.randrange(8)
    if kind == 0:
        return {"points": chance.randint(1, 50)}
    if kind == 1:
        return {
            "bands": [
                {"start": 0, "below": 1000, "points": 1},
                {"start": 1000, "below": 3000, "points": 5},
                {"start": 4000, "points": 20},
            ]
        }
    if kind == 2:
        return {"per_article": {"RAKE": 5, "MUG": 2}}
    if kind <= 4:
        return {"coefficient": chance.choice(["1", "0.5", "1.15", "0.333", "12"])}
    return {"amount": chance.choice([100, 1, 1000, 33]), "points": chance.randint(1, 7)}


def _lines(chance: Random) -> Json:
    if chance.random() < 0.5:
        return {"families": [chance.choice(FAMILIES[:2])]}
    if chance.random() < 0.5:
        return {"articles": chance.sample(ARTICLES, 2)}
    return {"themes": [chance.choice(THEMES)], "except_themes": [chance.choice(THEMES)]}


SOMETIMES: tuple[tuple[float, Json], ...] = (
    (0.3, {"weekdays": ["monday", "wednesday", "thursday", "sunday"]}),
    (0.2, {"hours": [{"start": "09:00", "end": "12:00"}, {"start": "17:00", "end": "19:00"}]}),
    (0.2, {"first_day": "2026-02-01", "last_day": "2026-10-31"}),
    (0.1, {"birthday": "day"}),
    (0.1, {"birthday": "month"}),
    (0.1, {"first_purchase": True}),
    (0.1, {"only": {"themes": ["club"]}}),
    (0.2, {"buy": 1}),
    (0.2, {"buy": 4}),
    (0.2, {"spend": 5_00}),
    (0.2, {"spend": 20_00}),
)


def _campaign(chance: Random, name: str) -> Json:
    found: Json = {"id": name, "name": {"en": name}}
    for often, said in SOMETIMES:
        if chance.random() < often:
            found.update(said)
    if chance.random() < 0.5:
        found["lines"] = _lines(chance)
    if chance.random() < 0.6:
        found["give"] = {"times": chance.choice(["2", "3", "1.5", "0.5", "1.1"])}
        return found
    found["give"] = {"points": chance.randint(1, 30), "each": chance.random() < 0.5}
    # Points for each time need something to be reached each time.
    if found["give"]["each"] and not {"buy", "spend"} & found.keys():
        found["buy"] = 2
    return found


def _caps(chance: Random) -> Json:
    every: Json = {
        "per_ticket": chance.randint(1, 60),
        "per_day": chance.randint(1, 100),
        "balance": chance.randint(50, 400),
        "ticket_share": chance.choice(["5", "12.5"]),
    }
    names = chance.sample(sorted(every), chance.randint(1, 4))
    return {name: every[name] for name in names}


def a_ticket(chance: Random, name: str, member: str) -> Json:
    """A ticket that can be: its total is what its lines make, and it is paid in full."""
    at = START + timedelta(minutes=chance.randrange(365 * 24 * 60))
    lines = [_line(chance) for _ in range(chance.choice([0, 1, 2, 3, 5]))]
    total = sum(_net(line) for line in lines) if lines else chance.randint(0, 90_00)
    found: Json = {
        "id": name,
        "store": chance.choice(["lyon", "angers"]),
        "member": member,
        "currency": "EUR",
        "closed_at": at.isoformat(),
    }
    if lines:
        found["lines"] = lines
    if total > 0 and chance.random() < 0.3:
        found["discount"] = chance.randint(1, total)
        if not lines:
            found["discount"] = min(found["discount"], 5_00)
        else:
            total -= found["discount"]
    elif total > 0 and lines and chance.random() < 0.1:
        lines.append({"kind": "reward", "unit_price": -chance.randint(1, total)})
        total += lines[-1]["unit_price"]
    found["total"] = total
    if chance.random() < 0.4:
        found["payments"] = _payments(chance, total)
    if chance.random() < 0.2:
        found["price_code"] = chance.choice(["STAFF", "CLUB", "OTHER"])
    if chance.random() < 0.2:
        found["visits"] = chance.randint(0, 3)
    if chance.random() < 0.03:
        found["state"] = "open"
    return found


def _net(line: Json) -> int:
    return int(line.get("quantity", 1) * line["unit_price"] - line.get("discount", 0))


def _line(chance: Random) -> Json:
    found: Json = {
        "article": chance.choice(ARTICLES),
        "family": chance.choice(FAMILIES),
        "themes": chance.sample(THEMES, chance.randint(0, 2)),
        "quantity": chance.choice([1, 1, 1, 2, 3, 7]),
        "unit_price": chance.choice([0, chance.randint(1, 30_00), 9_99]),
        "tax_rate": chance.choice(["20", "5.5", "0", "10"]),
    }
    if chance.random() < 0.3:
        found["discount"] = chance.randint(0, found["quantity"] * found["unit_price"])
    if chance.random() < 0.15:
        found["points"] = chance.randint(0, 12)
    if chance.random() < 0.05:
        found["earns"] = False
    if chance.random() < 0.08:
        found["kind"] = chance.choice(["shipping", "gift_card", "donation"])
    if chance.random() < 0.1:
        found["components"] = [
            {"article": "TEA", "unit_price": chance.randint(0, 9_00), "family": "home"},
            {"article": "MUG", "unit_price": chance.randint(1, 9_00), "quantity": 2},
        ]
    return found


def _payments(chance: Random, total: int) -> list[Json]:
    voucher = chance.randint(0, total)
    points = chance.randint(0, total - voucher)
    money = total - voucher - points
    if chance.random() < 0.03:
        money = max(money - 1, 0)
    return [
        {"means": "voucher", "amount": voucher},
        {"means": "points", "amount": points},
        {"means": "money", "amount": money},
    ]


def a_buyer(chance: Random) -> Json:
    """What the books know of somebody."""
    found: Json = {}
    if chance.random() < 0.3:
        found["birthday"] = chance.choice(["1980-02-29", "1990-06-15", "1975-12-31"])
    if chance.random() < 0.2:
        found["first_purchase"] = True
    if chance.random() < 0.2:
        found["themes"] = ["club"]
    if chance.random() < 0.03:
        found["enrolled"] = False
    return found
