"""Who of the staff may do what: every route and every role, from the OpenAPI document."""

import pytest
import requests

from backend.rights import FOR_KEYS, FOR_PEOPLE, RIGHTS_OF, Right, Role
from backend_client.schemas.operations import NewTill
from tests.support.routes import (
    EVERYBODY,
    KINDS,
    MEMBER,
    OWN,
    PEOPLE,
    PUBLIC,
    TERMINAL,
    TILL,
    routes,
)
from tests.support.server import NOWHERE, Company
from tests.support.staff import at_work

MAY = {
    Right.MEMBERS: "cashier manager owner",
    Right.SALES: "cashier manager owner",
    Right.VOUCHERS: "cashier manager owner",
    Right.GIFTS: "cashier manager owner",
    Right.ADJUST: "manager owner",
    Right.APPROVE: "manager owner",
    Right.CATALOGUE: "manager owner",
    Right.PROGRAMS: "manager owner",
    Right.PUBLISH: "owner",
    Right.SIMULATE: "manager owner",
    Right.IMPORT: "manager owner",
    Right.EXPORT: "manager owner",
    Right.REPORTS: "manager owner",
    Right.PRIVACY: "manager owner",
    Right.TERMINALS: "manager owner",
    Right.SETTINGS: "owner",
    Right.STAFF: "owner",
}
"""The table as a merchant would write it; the code has its own, and both must say the same."""

NOT_FOR_CASHIERS = (
    "adjust", "export", "publish", "publication", "import", "erase", "erasure", "merge", "staff",
    "audit", "reports", "approvals", "settings", "webhooks", "terminals", "tills", "backup",
)  # fmt: skip
"""A path that has one of these words is never open to a cashier, whoever wrote the route."""


def test_the_rights_of_each_role_are_those_that_were_promised() -> None:
    for right in Right:
        roles = " ".join(role for role in Role if right in RIGHTS_OF[role])
        assert roles == MAY[right], right


def test_every_route_says_whom_it_is_for(shop: Company) -> None:
    for route in routes(shop.app):
        if route.key in PUBLIC:
            assert not route.callers
            continue
        assert route.callers in KINDS, route.key
        if route.callers >= PEOPLE and route.callers != EVERYBODY and route.key not in OWN:
            assert route.right in MAY, f"{route.key}: a route for staff asks for a right"
        if route.right in FOR_PEOPLE:
            assert route.callers == PEOPLE, f"{route.key}: no key may have this right"


def test_words_that_are_not_for_cashiers(shop: Company) -> None:
    for route in routes(shop.app):
        if route.key in OWN or route.callers in (TERMINAL, TILL, MEMBER, EVERYBODY, frozenset()):
            continue
        words = {part for piece in route.path.split("/") for part in piece.split("-")}
        if words & set(NOT_FOR_CASHIERS):
            assert "cashier" not in MAY[Right(str(route.right))], route.key


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_it_has_the_right_for_and_nothing_else(
    shop: Company, session: requests.Session, role: Role
) -> None:
    somebody = at_work(shop, role)
    asked = [route for route in routes(shop.app) if route.right]
    assert asked
    for route in asked:
        body: object = None if route.method in ("GET", "DELETE") else {}
        answer = somebody.asks(session, route.method, route.place, body)
        if role in MAY[Right(str(route.right))].split():
            assert answer.status_code not in (401, 403, 500), (route.key, answer.text)
        else:
            assert answer.status_code == 403, (route.key, answer.text)
            assert answer.json()["type"].endswith("not-allowed")


def test_a_browser_that_sends_no_csrf_token_changes_nothing(
    shop: Company, session: requests.Session
) -> None:
    owner = at_work(shop)
    for route in routes(shop.app):
        if not route.callers >= PEOPLE or route.method == "GET":
            continue
        for shown in ("", "wrong", owner.csrf[:-1]):
            answer = session.request(
                route.method,
                NOWHERE + route.place,
                data=b"{}",
                headers=owner.browser | {"X-CSRF-Token": shown},
                timeout=30,
            )
            assert answer.status_code == 403, route.key
            assert "X-CSRF-Token" in answer.json()["detail"]


def test_every_right_of_a_key_can_be_asked_for_and_told() -> None:
    asked = NewTill.model_json_schema()["properties"]["scopes"]["items"]["enum"]
    assert set(asked) == {right.value for right in FOR_KEYS}
