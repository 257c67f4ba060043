"""A counter in a shop: a member, a till, and a program in which points can pay."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend_client.schemas.sales import LineBody, SaleBody
from loyalty.document import read_program
from loyalty.program import Occasion
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Connected, company, connected, in_process

POINTS_PAY: dict[str, Any] = {
    "format": "loyalty-program/1",
    "id": "counter",
    "version": 1,
    "name": {"fr": "Carte du comptoir", "en": "Counter card"},
    "currency": "EUR",
    "valid_from": "2026-01-01T00:00:00+00:00",
    "point_value": "0.10",
    "rule_in_words": {"fr": "1 € = 1 point", "en": "€1 = 1 point"},
    "earning": [
        {"id": "welcome", "when": "enrolment", "give": {"points": 300}, "until": {"months": 12}},
        {
            "id": "ratio",
            "when": "sale",
            "give": {"amount": 100, "points": 1},
            "until": {"months": 12},
        },
    ],
    "rewards": [
        {
            "id": "pay",
            "name": {"fr": "Payer en points", "en": "Pay with points"},
            "cost": 1,
            "takes": "chosen",
            "gives": {"per_point": "0.10"},
            "article": "POINTS",
            "usable": {"from_points": 200},
        },
        {
            "id": "five",
            "name": {"fr": "Remise fidélité de 5 €", "en": "€5 loyalty discount"},
            "cost": 300,
            "article": "REMISE-5",
            "gives": {"amount": 500},
        },
        {
            "id": "coffee",
            "name": {"fr": "Un café", "en": "A coffee"},
            "cost": 100,
            "article": "CAFE",
        },
        {
            "id": "offered",
            "name": {"fr": "Une tasse", "en": "A mug"},
            "cost": 250,
            "takes": "nothing",
            "article": "TASSE",
            "usable": {"per_member": 1},
        },
    ],
    "offline": {"per_card": 600, "per_terminal": 6000, "snapshot_age_h": 168},
}
"""300 points to begin with, 1 € = 1 point, 1 point = 0,10 € from 200 points."""


def document(**other: object) -> str:
    """That program, with something else in it."""
    return json.dumps(POINTS_PAY | other)


@contextmanager
def counter(program: str, url: str = "sqlite://") -> Iterator[tuple[Connected, str]]:
    """A shop under that program, connected, and a member who has had the welcome points."""
    with (
        company(url, program=program) as made,
        in_process(made.app) as session,
        connected(made, session=session) as line,
    ):
        yield line, join(line, program)


def join(line: Connected, program: str, **person: Any) -> str:
    """A person joins at the kiosk and claims the welcome points; the member's id."""
    rules = read_program(program)
    kiosk, journal = Kiosk(claimed=line.claimed, program=rules), Journal()
    joined = kiosk.enrolled(**person)
    line.terminal.push(journal.write(joined))
    if rules.rules(Occasion.ENROLMENT):
        line.terminal.push(journal.write(kiosk.welcomed(joined.member)))
    return joined.member


def ticket(member: str, *lines: LineBody, **fields: Any) -> SaleBody:
    """A ticket of those lines, paid with money unless it says otherwise."""
    total = sum(each.line().net for each in lines)
    told = sale_of(member, fields.pop("total", total)).model_copy(update=fields)
    return told.model_copy(update={"lines": lines, "closed_at": fields.get("closed_at", now())})
