"""A shop's past as JSON: sales, returns, voids, and entries that stand, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loyalty.entries import Entry, EntryKind
from loyalty.ids import EntryId, MemberId, Points, ProgramId, SaleId, StoreId
from loyalty.program import Program
from loyalty.returns import Returned
from loyalty.sales import SaleRefused, check
from loyalty.timemachine import CameBack, Fact, Sold, Stands, Undone, Zones
from loyalty.vectors.read import (
    Read,
    read_buyer,
    read_decimal,
    read_fields,
    read_instant,
    read_list,
    read_one_of,
    read_sale,
    read_text,
    read_whole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a program is told."""

    facts: tuple[Fact, ...]
    """Member by member, each in the order in which they were written."""
    zones: Zones
    until: datetime
    threshold: Points | None = None
    point_cost: Decimal | None = None


def read_past(written: object, program: Program) -> Past:
    """The past. Raises SaleRefused, with the field and the remedy."""
    found = read_fields(written, "past", _PAST)
    facts = _facts(found.get("facts", []), program)
    if not facts:
        raise SaleRefused("past.facts", "write what happened: at least one sale")
    return Past(
        # Python's sort keeps the order of what is equal: each member's facts stay as they were.
        facts=tuple(sorted(facts, key=lambda fact: fact.member)),
        zones=Zones(usual=found.get("zone", ZoneInfo("Europe/Paris")), of=found.get("zones", {})),
        until=found.get("until") or max(map(_at, facts)),
        threshold=found.get("threshold"),
        point_cost=found.get("point_cost"),
    )


def _facts(written: list[object], program: Program) -> list[Fact]:
    members: dict[str, MemberId] = {}
    facts: list[Fact] = []
    for place, one in enumerate(written):
        field = f"past.facts.{place}"
        found = read_fields(one, field, _FACT)
        what = [name for name in ("sold", "returned", "voided", "stands") if name in found]
        if len(what) != 1:
            raise SaleRefused(field, "write one of sold, returned, voided, stands")
        fact = _FACTS[what[0]](found, members, program, field)
        facts.append(fact)
        if isinstance(fact, Sold):
            members[fact.sale.id] = fact.sale.member
    return facts


_Written = Mapping[str, Any]


def _sold(found: _Written, _: Mapping[str, MemberId], program: Program, field: str) -> Fact:
    sale = found["sold"]
    try:
        check(sale)
    except SaleRefused as no:
        raise SaleRefused(f"{field}.sold.{no.field}", no.remedy) from no
    if sale.currency != program.currency:
        remedy = f"write {program.currency}, in which the program counts"
        raise SaleRefused(f"{field}.sold.currency", remedy)
    return Sold(
        sale=sale,
        buyer=found.get("buyer") or read_buyer({}),
        booked=found.get("booked"),
    )


def _returned(found: _Written, members: Mapping[str, MemberId], _: Program, field: str) -> Fact:
    back = found["returned"]
    _all_of(back, ("id", "sale", "store", "at", "lines"), f"{field}.returned")
    act = tuple(
        Returned(
            id=back["id"],
            line=_line(one, f"{field}.returned.lines.{place}"),
            quantity=one["quantity"],
            at=back["at"],
            store=StoreId(back["store"]),
        )
        for place, one in enumerate(back["lines"])
    )
    if not act:
        raise SaleRefused(f"{field}.returned.lines", "write the lines that came back")
    return CameBack(
        member=_member(back["sale"], members, f"{field}.returned.sale"),
        sale=SaleId(back["sale"]),
        act=act,
        booked=found.get("booked"),
    )


def _line(written: _Written, field: str) -> str:
    _all_of(written, ("line", "quantity"), field)
    return str(written["line"])


def _voided(found: _Written, members: Mapping[str, MemberId], _: Program, field: str) -> Fact:
    void = found["voided"]
    _all_of(void, ("sale", "at"), f"{field}.voided")
    return Undone(
        member=_member(void["sale"], members, f"{field}.voided.sale"),
        sale=SaleId(void["sale"]),
        at=void["at"],
        booked=found.get("booked"),
    )


def _stands(found: _Written, _: Mapping[str, MemberId], program: Program, field: str) -> Fact:
    entry = found["stands"]
    _all_of(entry, ("id", "member", "kind", "points", "at", "store"), f"{field}.stands")
    return Stands(
        entry=Entry(
            id=EntryId(entry["id"]),
            member=MemberId(entry["member"]),
            program=ProgramId(program.id),
            kind=entry["kind"],
            points=entry["points"],
            occurred_at=entry["at"],
            fact=entry["id"],
            store=StoreId(entry["store"]),
            deadline=entry.get("deadline"),
            about=entry.get("about"),
        )
    )


_FACTS = {"sold": _sold, "returned": _returned, "voided": _voided, "stands": _stands}


def _member(sale: str, members: Mapping[str, MemberId], field: str) -> MemberId:
    if sale not in members:
        raise SaleRefused(field, "write the sale before what became of it")
    return members[sale]


def _all_of(written: _Written, names: tuple[str, ...], field: str) -> None:
    for name in names:
        if name not in written:
            raise SaleRefused(f"{field}.{name}", "it is missing: write it")


def _at(fact: Fact) -> datetime:
    if isinstance(fact, Sold):
        return fact.sale.closed_at
    if isinstance(fact, CameBack):
        return fact.act[0].at
    return fact.entry.occurred_at if isinstance(fact, Stands) else fact.at


def read_zone(value: object, field: str) -> ZoneInfo:
    """A time zone by its name. Raises SaleRefused."""
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SaleRefused(field, "write a time zone, such as Europe/Paris") from error


def _zones(value: object, field: str) -> dict[StoreId, ZoneInfo]:
    if not isinstance(value, dict):
        raise SaleRefused(field, "write stores and their zones between { and }")
    return {StoreId(store): read_zone(zone, f"{field}.{store}") for store, zone in value.items()}


def _lines(value: object, field: str) -> list[dict[str, Any]]:
    return [
        read_fields(one, f"{field}.{place}", _BACK)
        for place, one in enumerate(read_list(value, field))
    ]


_BACK: dict[str, Read] = {"line": read_whole, "quantity": read_whole}
_RETURNED: dict[str, Read] = {
    **dict.fromkeys(("id", "sale", "store"), read_text),
    "at": read_instant,
    "lines": _lines,
}
_VOIDED: dict[str, Read] = {"sale": read_text, "at": read_instant}
_ENTRY: dict[str, Read] = {
    **dict.fromkeys(("id", "member", "store", "about"), read_text),
    **dict.fromkeys(("at", "deadline"), read_instant),
    "kind": read_one_of(EntryKind),
    "points": read_whole,
}
_FACT: dict[str, Read] = {
    "sold": read_sale,
    "buyer": read_buyer,
    "returned": lambda value, field: read_fields(value, field, _RETURNED),
    "voided": lambda value, field: read_fields(value, field, _VOIDED),
    "stands": lambda value, field: read_fields(value, field, _ENTRY),
    "booked": read_whole,
}
_PAST: dict[str, Read] = {
    "zone": read_zone,
    "zones": _zones,
    "until": read_instant,
    "threshold": read_whole,
    "point_cost": read_decimal,
    "facts": read_list,
}
