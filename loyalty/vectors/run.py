"""Running the vectors: each case says what to do, with what, and what must come out."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.document import read_program
from loyalty.earning import card_is_good, credit_note, earn, opening, welcome
from loyalty.errors import LoyaltyError
from loyalty.explain import explain, recompute
from loyalty.ids import EntryId, MemberId, StoreId
from loyalty.ledger import Account, Entry, Lot, Step, replay
from loyalty.program import Program
from loyalty.quote import quote
from loyalty.sales import Buyer, Sale
from loyalty.vectors import ledger
from loyalty.vectors.read import read_buyer, read_instant, read_sale

HERE = Path(__file__).parent
FORMAT = "loyalty-vectors/1"
PROGRAM: dict[str, Any] = {
    "format": "loyalty-program/1",
    "id": "vectors",
    "version": 1,
    "name": {"en": "Vectors"},
    "currency": "EUR",
    "valid_from": "2020-01-01T00:00:00+00:00",
    "earning": [{"id": "ratio", "when": "sale", "give": {"amount": 100, "points": 1}}],
    "offline": {"per_card": 0, "per_terminal": 0, "snapshot_age_h": 0},
}
"""What a case's program leaves out: 1 € = 1 point."""
SALE: dict[str, Any] = {
    "id": "ticket",
    "store": "angers",
    "member": "zoe",
    "currency": "EUR",
    "closed_at": "2026-03-02T10:00:00+01:00",
}
"""What a case's sale leaves out: a Monday at ten in the shop's winter; the total is its lines'."""
ZONE = "Europe/Paris"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case that was run."""

    file: str
    name: str
    rows: tuple[str, ...]
    wrong: tuple[str, ...]
    """What came out otherwise than expected; empty when it passed."""


def run_all(folder: Path = HERE) -> tuple[Outcome, ...]:
    """Every case of every file in the folder, in the order of the files."""
    return tuple(
        run(case, path.name) for path in sorted(folder.glob("*.json")) for case in cases(path)
    )


def cases(path: Path) -> list[dict[str, Any]]:
    """The cases of one file."""
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["format"] == FORMAT
    found: list[dict[str, Any]] = written["cases"]
    return found


def run(case: Mapping[str, Any], file: str = "") -> Outcome:
    """One case, done and compared."""
    expected = case["expect"]
    try:
        found = _DO[case.get("do", "earn")](case)
    except LoyaltyError as no:
        found = {"refused": type(no).__name__, "field": getattr(no, "field", None)}
    wrong = tuple(
        f"{what}: {found.get(what)!r} instead of {expected[what]!r}"
        for what in expected
        if found.get(what) != expected[what]
    )
    unsaid = ("refused: " + str(found["field"]),) if _refused_unsaid(found, expected) else ()
    return Outcome(file=file, name=case["name"], rows=tuple(case["rows"]), wrong=(*wrong, *unsaid))


def _refused_unsaid(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    return "refused" in found and "refused" not in expected


def table(outcomes: Iterable[Outcome]) -> Iterator[tuple[str, int, int]]:
    """Row, cases, cases that passed; by row."""
    by_row: dict[str, list[bool]] = {}
    for outcome in outcomes:
        for row in outcome.rows:
            by_row.setdefault(row, []).append(not outcome.wrong)
    for row in sorted(by_row):
        yield row, len(by_row[row]), sum(by_row[row])


def _program(written: Mapping[str, Any]) -> Program:
    return read_program(json.dumps({**PROGRAM, **written}))


def _sale(written: Mapping[str, Any]) -> Sale:
    total = sum(
        line.get("quantity", 1) * line.get("unit_price", 0) - line.get("discount", 0)
        for line in written.get("lines", ())
    )
    return read_sale({**SALE, "total": total - written.get("discount", 0), **written})


def _zone(case: Mapping[str, Any]) -> ZoneInfo:
    return ZoneInfo(case.get("zone", ZONE))


def _buyer(case: Mapping[str, Any]) -> Buyer:
    return read_buyer(case.get("buyer", {}))


def _told(entries: tuple[Entry, ...], case: Mapping[str, Any]) -> dict[str, Any]:
    """What may be expected of entries; the recomputed points stand in for the written ones."""
    again = [_computed_again(entry) for entry in entries]
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
        "last_instant": [
            entry.deadline.astimezone(_zone(case)).isoformat() if entry.deadline else None
            for entry in entries
        ],
        "balances": {
            at: replay(entries).balance(read_instant(at, "balances"))
            for at in case["expect"].get("balances", {})
        },
    }


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


def _earn(case: Mapping[str, Any]) -> dict[str, Any]:
    entries = earn(
        _sale(case["sale"]),
        _program(case.get("program", {})),
        zone=_zone(case),
        buyer=_buyer(case),
    )
    return _told(entries, case)


def _earn_each(case: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for written in case["programs"]:
        program = _program(written)
        entries = earn(_sale(case["sale"]), program, zone=_zone(case), buyer=_buyer(case))
        assert all(entry.program == program.id for entry in entries)
        found[program.id] = sum(entry.points for entry in entries)
    return {"points_in": found}


def _credit_note(case: Mapping[str, Any]) -> dict[str, Any]:
    program = _program(case.get("program", {}))
    entries = credit_note(_sale(case["sale"]), program, zone=_zone(case), buyer=_buyer(case))
    return _told(entries, case)


def _opening(case: Mapping[str, Any]) -> dict[str, Any]:
    program, zone = _program(case["program"]), _zone(case)
    sales = [(_sale(one), _buyer(case)) for one in case["sales"]]
    notes = [(_sale(one), _buyer(case)) for one in case.get("credit_notes", ())]
    return _told(opening(sales, program, zone=zone, credit_notes=notes), case)


def _welcome(case: Mapping[str, Any]) -> dict[str, Any]:
    program, now = _program(case["program"]), read_instant(case["now"], "now")
    entry = welcome(program, MemberId("zoe"), StoreId("angers"), now=now, zone=_zone(case))
    return _told((entry,) if entry else (), case)


def _card(case: Mapping[str, Any]) -> dict[str, Any]:
    card, joined = _program(case["program"]).card, read_instant(case["joined"], "joined")
    return {
        "good": {
            at: card_is_good(card, joined, now=datetime.fromisoformat(at), zone=_zone(case))
            for at in case["expect"].get("good", {})
        }
    }


def _quote(case: Mapping[str, Any]) -> dict[str, Any]:
    sale, balance = _sale(case["sale"]), case.get("balance", 0)
    lot = Lot(entry=EntryId("before"), left=balance, deadline=None)
    found = quote(
        sale,
        _program(case.get("program", {})),
        Account(lots=(lot,)),
        now=sale.closed_at,
        zone=_zone(case),
        buyer=_buyer(case),
    )
    return {
        "earned": found.earned,
        "balance_before": found.balance_before,
        "balance_after": found.balance_after,
        "worth": found.worth,
        "usable": sorted(offer.reward.id for offer in found.offers if offer.affordable),
        "missing": {offer.reward.id: offer.missing for offer in found.offers},
        "alerts": [alert.id for alert in found.alerts],
        "message": dict(found.message),
    }


def _read(case: Mapping[str, Any]) -> dict[str, Any]:
    program = _program(case["program"])
    return {"version": program.version, "unit": program.unit.value}


_DO: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "earn": _earn,
    "earn_each": _earn_each,
    "credit_note": _credit_note,
    "opening": _opening,
    "welcome": _welcome,
    "card": _card,
    "quote": _quote,
    "read": _read,
    **ledger.DO,
}
