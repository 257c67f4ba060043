"""What a case leaves out, and what several kinds of cases read."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from loyalty.document import read_program
from loyalty.ids import EntryId, MemberId, ProgramId, StoreId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Program
from loyalty.sales import Buyer, Sale
from loyalty.vectors.read import read_buyer, read_sale

Case = Mapping[str, Any]
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
ZOE, STORE, ID = MemberId("zoe"), StoreId("angers"), ProgramId("vectors")


def program_of(case: Case) -> Program:
    """The program of a case. Raises ProgramRefused."""
    return program_from(case.get("program", {}))


def program_from(written: Mapping[str, Any]) -> Program:
    """The program of which a case writes what differs. Raises ProgramRefused."""
    return read_program(json.dumps({**PROGRAM, **written}))


def sale_from(written: Mapping[str, Any]) -> Sale:
    """A sale of a case. Raises SaleRefused."""
    total = sum(
        line.get("quantity", 1) * line.get("unit_price", 0) - line.get("discount", 0)
        for line in written.get("lines", ())
    )
    return read_sale({**SALE, "total": total - written.get("discount", 0), **written})


def buyer_of(case: Case) -> Buyer:
    """The buyer of a case. Raises SaleRefused."""
    return read_buyer(case.get("buyer", {}))


def zone_of(case: Case) -> ZoneInfo:
    """The store's zone."""
    return ZoneInfo(case.get("zone", ZONE))


def instant(text: str) -> datetime:
    """A time, which says its offset."""
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None, f"{text} has no offset"
    return at


def maybe(text: str | None) -> datetime | None:
    """A time, or None where none is written."""
    return None if text is None else instant(text)


def entry_from(written: Mapping[str, Any]) -> Entry:
    """An entry of a book."""
    return Entry(
        id=EntryId(written["id"]),
        member=ZOE,
        program=ID,
        kind=EntryKind(written.get("kind", "earn")),
        points=written["points"],
        occurred_at=instant(written["at"]),
        fact=written.get("fact", written["id"]),
        store=StoreId(written.get("store", STORE)),
        deadline=maybe(written.get("deadline")),
        about=EntryId(written["about"]) if "about" in written else None,
        available_from=maybe(written.get("available_from")),
    )
