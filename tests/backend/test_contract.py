"""Every route as the OpenAPI document has it: no mistake of ours, no answer it does not name.

Requests are made from the document by schemathesis, what fits it and what does not, with a key,
a token or a session that opens the route.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from requests.auth import AuthBase
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.rights import FOR_PEOPLE, Right
from backend.services.team import access as entrance
from tests.support.account import signed_in
from tests.support.counter import document, join
from tests.support.desk import desk
from tests.support.facts import sale_of
from tests.support.server import NOWHERE, Company, company, connected, in_process
from tests.support.staff import at_work

pytestmark = pytest.mark.thorough

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
API = schemathesis.openapi.from_path(str(DOCUMENT))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 2
"""Of each route. More find more, and the gate has its time: `make test-long` is for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A shop with something in it, and everybody who may call."""

    session: requests.Session
    shown: Mapping[str, str]
    """What opens a route, by the name of its security scheme."""
    known: Mapping[str, str]
    """Ids of things that are there, by what a path calls them."""
    made: Company


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    program = document()
    with (
        company("sqlite://", program=program) as made,
        in_process(made.app) as session,
        connected(made, session=session) as line,
    ):
        member = join(line, program, email="camille@example.org")
        sale = line.till.record_sale(sale_of(member, 45_00))
        with made.database.write(made.shop.tenant) as tx:
            scopes = [right.value for right in Right if right not in FOR_PEOPLE]
            key = entrance.add_till(tx, name="All", store=made.shop.store, scopes=scopes)[1]
        yield Shop(
            session=session,
            shown={
                "terminal": line.claimed.token,
                "till": key,
                "staff": at_work(made).token,
                "member": signed_in(made, member),
            },
            known={"member": member, "sale": sale.sale, "store": made.shop.store},
            made=made,
        )


@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_mistake_of_ours_and_no_answer_that_is_not_in_the_document(
    case: schemathesis.Case[Any], shop: Shop
) -> None:
    kinds = {kind for each in case.operation.definition.raw.get("security", []) for kind in each}
    label, shown = case.operation.label, dict(shop.shown)
    if label.startswith("DELETE /v1/s"):
        shown["staff"] = at_work(shop.made).token
    if label.startswith(("DELETE /v1/me/s", "POST /v1/me/erase")):
        shown["member"] = signed_in(shop.made, desk(shop.made, shop.session).add()["id"])
    opens = next((shown[kind] for kind in KINDS if kind in kinds), None)
    for name in case.path_parameters:
        if name in shop.known and len(case.path_parameters[name]) % 2:
            case.path_parameters[name] = shop.known[name]
    if "wait" in case.query:
        case.query["wait"] = 0
    response = case.call(base_url=NOWHERE, session=shop.session, auth=Shown(opens))
    # A password or a PIN is asked for beside the key, and a wrong one is a 401 too.
    asks_for_more = label.endswith(("/password", "/pin", "/kiosk/staff"))
    assert asks_for_more or opens is None or response.status_code != 401, "the key is good"
    case.validate_response(response, checks=CHECKS)


KINDS = ("till", "terminal", "staff", "member")


def test_every_number_of_the_document_says_what_it_counts() -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    silent = []
    for name, schema in document["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            forms = [said, *said.get("anyOf", ())]
            is_number = any(form.get("type") in ("integer", "number") for form in forms)
            if is_number and not any(form.get("description") for form in forms):
                silent.append(f"{name}.{field}")
    assert silent == []


class Shown(AuthBase):
    """A token, put on after whatever was made up for the headers."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request
