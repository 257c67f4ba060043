"""The vectors of sales and cards: what a ticket earns, what it would earn, and until when."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from loyalty.accounts import holding
from loyalty.earning import card_is_good, credit_note, earn, opening, welcome
from loyalty.enrolment import Way, card_line, comes_in, greeting, is_greeted
from loyalty.explain import explain, recompute
from loyalty.ledger import Entry, Step, replay
from loyalty.quote import quote
from loyalty.reminders import Reachable
from loyalty.vectors.plain import (
    STORE,
    ZOE,
    Case,
    buyer_of,
    program_from,
    program_of,
    sale_from,
    zone_of,
)
from loyalty.vectors.read import read_instant


def _told(entries: tuple[Entry, ...], case: Case) -> dict[str, Any]:
    """What may be expected of entries; the recomputed points stand in for the written ones."""
    again = [_computed_again(entry) for entry in entries]
    zone = zone_of(case)
    return {
        "points": sum(again),
        "by_rule": {
            entry.trace.rule: points
            for entry, points in zip(entries, again, strict=True)
            if entry.trace
        },
        "steps": [
            _step(step) for entry in entries[:1] if entry.trace for step in entry.trace.steps
        ],
        "told": [
            [said.message, *map(_value, said.arguments.values())]
            for entry in entries[:1]
            for said in explain(entry).lines
        ],
        "last_instant": [_local(entry.deadline, case) for entry in entries],
        "usable_from": [_local(entry.available_from, case) for entry in entries],
        "balances": {
            at: replay(entries).balance(read_instant(at, "balances").astimezone(zone))
            for at in case["expect"].get("balances", {})
        },
    }


def _local(at: datetime | None, case: Case) -> str | None:
    return at.astimezone(zone_of(case)).isoformat() if at else None


def _computed_again(entry: Entry) -> int:
    assert entry.trace is not None
    sign = 1 if entry.points >= 0 else -1
    points = sign * recompute(entry.trace)
    assert points == entry.points, f"{entry.points} written, {points} computed again"
    return points


def _step(step: Step) -> list[str | int]:
    return [step.kind.value, step.what, step.value, step.per]


def _value(argument: object) -> str | int:
    return argument if isinstance(argument, int) else str(argument)


def _earn(case: Case) -> dict[str, Any]:
    sale, program = sale_from(case["sale"]), program_of(case)
    return _told(earn(sale, program, zone=zone_of(case), buyer=buyer_of(case)), case)


def _earn_each(case: Case) -> dict[str, Any]:
    found = {}
    for written in case["programs"]:
        program = program_from(written)
        entries = earn(sale_from(case["sale"]), program, zone=zone_of(case), buyer=buyer_of(case))
        assert all(entry.program == program.id for entry in entries)
        found[program.id] = sum(entry.points for entry in entries)
    return {"points_in": found}


def _credit_note(case: Case) -> dict[str, Any]:
    sale, program = sale_from(case["sale"]), program_of(case)
    return _told(credit_note(sale, program, zone=zone_of(case), buyer=buyer_of(case)), case)


def _opening(case: Case) -> dict[str, Any]:
    buyer = buyer_of(case)
    sales = [(sale_from(one), buyer) for one in case["sales"]]
    notes = [(sale_from(one), buyer) for one in case.get("credit_notes", ())]
    entries = opening(sales, program_of(case), zone=zone_of(case), credit_notes=notes)
    return _told(entries, case)


def _welcome(case: Case) -> dict[str, Any]:
    program, now = program_of(case), read_instant(case["now"], "now")
    entry = welcome(program, ZOE, STORE, now=now, zone=zone_of(case))
    return _told((entry,) if entry else (), case)


def _card(case: Case) -> dict[str, Any]:
    program, joined = program_of(case), read_instant(case["joined"], "joined")
    line = card_line(program.card_price, case.get("article_price", 0))
    return {
        "good": {
            at: card_is_good(
                program.card, joined, now=datetime.fromisoformat(at), zone=zone_of(case)
            )
            for at in case["expect"].get("good", {})
        },
        "line": [line.article, line.net] if line else None,
    }


def _join(case: Case) -> dict[str, Any]:
    program = program_of(case)
    member = Reachable(has_mail=case.get("has_mail", False), agrees=False)
    written = greeting(program.welcome_mail, "fr", case.get("filled_in", {}))
    return {
        "enrolled": {
            way.value: comes_in(program.enrolment, way, agreed=case.get("agreed")) for way in Way
        },
        "mailed": is_greeted(program.welcome_mail, member),
        "mail": list(written),
    }


def _quote(case: Case) -> dict[str, Any]:
    sale, balance = sale_from(case["sale"]), case.get("balance", 0)
    found = quote(
        sale,
        program_of(case),
        holding(balance),
        now=sale.closed_at,
        zone=zone_of(case),
        buyer=buyer_of(case),
    )
    return {
        "earned": found.earned,
        "balance_before": found.balance_before,
        "balance_after": found.balance_after,
        "worth": found.worth,
        "usable": sorted(offer.reward.id for offer in found.offers if offer.affordable),
        "missing": {offer.reward.id: offer.missing for offer in found.offers},
        "alerts": [alert.id for alert in found.alerts],
        "on_receipt": [alert.id for alert in found.alerts if alert.on_receipt],
        "message": dict(found.message),
    }


def _read(case: Case) -> dict[str, Any]:
    program = program_of(case)
    return {"version": program.version, "unit": program.unit.value}


DO: dict[str, Callable[[Case], dict[str, Any]]] = {
    "earn": _earn,
    "earn_each": _earn_each,
    "credit_note": _credit_note,
    "opening": _opening,
    "welcome": _welcome,
    "card": _card,
    "join": _join,
    "quote": _quote,
    "read": _read,
}
"""What a case about sales and cards can ask for."""
