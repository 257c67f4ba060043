"""Explanations: a number of points can be told, and computed again from what was written down."""

import json
from dataclasses import replace
from decimal import Decimal

from backend_client.schemas import EntryBody
from loyalty.ids import RuleId
from loyalty.ledger import Step, StepKind, Trace, canonical
from loyalty.program import Rounding
from tests.loyalty.cases import earn

STEPS = (Step(StepKind.COUNT, "ttc", 10_00), Step(StepKind.RATE, "", 1, 100))
TOLD = replace(
    earn("ticket", 10, 1),
    trace=Trace(
        rule=RuleId("ratio"),
        program_version=1,
        basis=10_00,
        factor=Decimal("0.01"),
        rounding=Rounding.FLOOR,
        points=10,
        steps=STEPS,
    ),
)


def test_the_calculation_is_part_of_what_the_chain_guards() -> None:
    written = json.loads(canonical(TOLD))["trace"]["steps"]
    assert written == [["count", "ttc", 1000, 1], ["rate", "", 1, 100]]


def test_the_calculation_travels_with_its_entry() -> None:
    body = EntryBody.of(TOLD).model_dump_json()
    assert EntryBody.model_validate_json(body).entry() == TOLD
