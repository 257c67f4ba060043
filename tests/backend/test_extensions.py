"""A merchant's own rule, installed on the server: it gives points, or is told to be missing."""

import json

import pytest

from loyalty.document import read_program
from loyalty.extensions import Extensions, Settings
from loyalty.sales import Line
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import PROGRAM, company, connected, in_process
from tests.support.staff import at_work


class Doubled:
    """Two points for each euro of the basis."""

    version = "3"

    def points(self, lines: tuple[Line, ...], basis: int, settings: Settings) -> int:
        """Points for the sale."""
        del lines, settings
        return basis // 50


BESPOKE = json.loads(PROGRAM)
BESPOKE["earning"] = [{"id": "own", "when": "sale", "give": {"extension": "doubled"}}]


@pytest.mark.parametrize(("known", "status"), [({"doubled": Doubled()}, 200), ({}, 409)])
def test_a_rule_of_the_merchants_own_counts_where_it_is_installed(
    known: Extensions, status: int
) -> None:
    with company(program=json.dumps(BESPOKE)) as shop, in_process(shop.app) as session:
        shop.database.extensions = known
        owner = at_work(shop)
        draft = {"document": BESPOKE | {"id": shop.shop.program}}
        path = f"/v1/programs/{shop.shop.program}"
        errors = owner.asks(session, "PUT", f"{path}/draft", draft).json()["errors"]
        assert [each["field"] for each in errors] == ([] if known else ["earning.0.give.extension"])
        published = owner.asks(session, "POST", f"{path}/publication", {"version": 2})
        # What no till could sell by is not put in force.
        assert published.status_code == (200 if known else 422), published.text
        with connected(shop, session=session) as line:
            kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
            joined = kiosk.enrolled()
            line.terminal.push(Journal().write(joined))
            sale = sale_of(joined.member, 1000).model_dump(mode="json")
            answer = line.raw("POST", "/v1/sales", sale, till=True)
            assert answer.status_code == status
            if status == 200:
                assert answer.json()["earned"] == 20
            else:
                assert answer.json()["type"].endswith("extension-missing")
                assert "doubled" in answer.json()["detail"]
