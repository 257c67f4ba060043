"""No company sees or moves anything of another: every route, with another company's ids."""

from collections.abc import Iterator

import pytest
import requests

from tests.support.routes import PUBLIC, Route, routes
from tests.support.server import Connected, connected
from tests.support.world import NO_IDS, World, world_of


@pytest.fixture
def world(line: Connected) -> World:
    return world_of(line)


@pytest.fixture
def strangers(world: World) -> Iterator[World]:
    """Everybody of another company on the same backend."""
    with connected(world.line.company.add_shop(), session=world.line.session) as made:
        yield world_of(made)


def found(world: World, route: Route) -> requests.Response:
    return world.asks(route, world.path(route), None)


def seen(world: World) -> dict[str, str]:
    """Everything of a company that can be looked at."""
    return {
        # A problem tells the number of its request, which is another each time.
        route.path: answer.text if (answer := found(world, route)).ok else ""
        for route in routes(world.line.company.app)
        if route.method == "GET" and route.names and route.key not in PUBLIC
    }


MADE_BY_PUT = (200, 201, 204, 404, 415, 422)
"""A company may give its own things the ids that another gives to its own."""
NOT_WRITTEN = {
    ("POST", "/v1/sales/{sale}/returns"),
    ("POST", "/v1/imports/{session}/trial"),
    ("POST", "/v1/imports/{session}/commit"),
    ("POST", "/v1/members"),
    ("POST", "/v1/members/{member}/cards"),
    ("POST", "/v1/cards/{card}/replacement"),
}
"""Messages that need more than their schema says: refused as such, before anybody looks the id up.
They have tests of their own."""


SAME_ANSWER = {
    ("POST", "/v1/members/search"): 200,
    ("POST", "/v1/members/table"): 200,
    ("POST", "/v1/kiosk/links"): 200,
    ("POST", "/v1/kiosk/codes/{code}/check"): 403,
    ("POST", "/v1/kiosk/codes/{code}/card"): 403,
    ("POST", "/v1/kiosk/spending-codes/{code}/check"): 403,
    ("POST", "/v1/kiosk/staff"): 401,
    ("POST", "/v1/me/email/{code}/proof"): 403,
}
"""Where nobody is told whether there is such a thing: nobody is found, no code is right."""


def test_another_companys_ids_are_unknown_on_every_route(world: World, strangers: World) -> None:
    before = seen(world)
    asked = 0
    # What a PUT makes is the stranger's own from then on: those come last.
    for route in sorted(routes(world.line.company.app), key=is_put_of_its_own):
        named = set(route.names) - NO_IDS
        named |= world.bodies.names(route.body) if route.body else set()
        if not named or route.key in PUBLIC:
            continue
        body = world.bodies.smallest(route.body) if route.body else None
        answer = strangers.asks(route, world.path(route), body)
        asked += 1
        good: tuple[int, ...] = MADE_BY_PUT if is_put_of_its_own(route) else (404,)
        good += (200, 204) if route.method == "DELETE" else ()  # gone is gone, whoever had it
        good += (422,) if route.key in NOT_WRITTEN else ()
        good = (SAME_ANSWER[route.key],) if route.key in SAME_ANSWER else good
        assert answer.status_code in good, (route.key, named, answer.text)
    assert asked > 40
    assert seen(world) == before


def test_what_a_company_has_is_found_by_itself(world: World) -> None:
    """The ids above are good ones: the company's own people find each of them."""
    for route in routes(world.line.company.app):
        if route.method != "GET" or not set(route.names) - NO_IDS or route.key in PUBLIC:
            continue
        if route.path.startswith("/v1/imports/"):
            continue  # none was made here: imports have tests of their own
        answer = world.asks(route, world.path(route), None)
        assert answer.status_code == 200, (route.key, answer.text)


def is_put_of_its_own(route: Route) -> bool:
    return route.method == "PUT" and route.path.endswith("}")
