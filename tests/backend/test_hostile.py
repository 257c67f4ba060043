"""Hostile and silly input at every route: a named problem, and nothing written."""

import hashlib
import json
from typing import Any

import pytest
import requests
from sqlalchemy import select

from backend.api.guard import BODY_MAX
from backend.db import Database, tables
from tests.support.routes import PUBLIC, Route, routes
from tests.support.server import NOWHERE, Connected
from tests.support.world import World, world_of

SILENT = {"staff_sessions", "audit"}
"""Tables that may grow though a request was refused: who was last seen, and who tried."""
NONSENSE = (
    b"", b"{", b"\xff\xfe", b'{"id": "\xe9"}', b"null", b"3", b'"x"', b"[]",
    b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e400}', b"[" * 20_000, b'{"\\u0000": "\\ud800"}',
    b'{"a": "\\u0000"}',
)  # fmt: skip


@pytest.fixture
def world(line: Connected) -> World:
    return world_of(line)


def written(database: Database) -> str:
    """A mark of everything in the database."""
    mark = hashlib.sha256()
    with database.across() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name not in SILENT:
                for row in connection.execute(select(table)).all():
                    mark.update(repr(tuple(row)).encode())
    return mark.hexdigest()


def taking_bodies(world: World) -> list[Route]:
    return [route for route in routes(world.line.company.app) if route.body is not None]


def asks(world: World, route: Route, data: bytes, **headers: str) -> requests.Response:
    assert world.line.session is not None
    path = route.place if route.key in PUBLIC else world.path(route)
    given = {"Authorization": f"Bearer {world.token(route)}", "Content-Type": "application/json"}
    return world.line.session.request(
        route.method, NOWHERE + path, data=data, headers=given | headers, timeout=30
    )


def test_what_is_no_message_is_refused_by_name_and_nothing_is_written(world: World) -> None:
    database = world.line.company.database
    before = written(database)
    found = taking_bodies(world)
    assert len(found) > 20
    for route in found:
        for data in NONSENSE:
            answer = asks(world, route, data)
            assert answer.status_code in (400, 401, 403, 404, 422, 429), (route.key, data[:20])
            assert answer.json()["type"].startswith("urn:loyalty:problem:"), route.key
    assert written(database) == before


@pytest.mark.thorough
def test_a_body_of_ten_megabytes_or_of_another_kind_is_refused_everywhere(world: World) -> None:
    database = world.line.company.database
    before = written(database)
    big = b"[" + b"1," * (5 * BODY_MAX) + b"1]"
    for route in taking_bodies(world):
        answer = asks(world, route, big)
        assert answer.status_code == 413, (route.key, answer.text)
        hidden = asks(world, route, big[: 2 * BODY_MAX], **{"Transfer-Encoding": "chunked"})
        assert hidden.status_code == 413, (route.key, hidden.text)
        other = asks(world, route, b"<x/>", **{"Content-Type": "application/xml"})
        assert other.status_code == 415, (route.key, other.text)
    assert written(database) == before


HOSTILE: tuple[Any, ...] = (
    "12,50", -1, 10**30, 1.5, "NaN", True, None, [], {}, "x" * 100_000, "\0", "'; DROP TABLE x;--",
    "=1+1", "1970-01-01T00:00:00", "9999-12-31T23:59:59Z", "２０", "\u202e",
)  # fmt: skip


@pytest.mark.thorough
def test_each_field_with_what_it_cannot_be_is_a_named_problem_and_never_our_mistake(
    world: World,
) -> None:
    for route in taking_bodies(world):
        if route.key in PUBLIC:
            continue
        good = world.bodies.smallest(route.body or {})
        if not isinstance(good, dict):
            continue
        for name in good:
            for value in HOSTILE:
                answer = asks(world, route, json.dumps(good | {name: value}).encode())
                assert answer.status_code < 500, (route.key, name, value, answer.text)
                if answer.status_code >= 400:
                    kind = answer.headers["Content-Type"]
                    assert kind == "application/problem+json", (route.key, name)


NO_IDS_AT_ALL = (
    "%00", "a%2Fb", "%F0%9F%99%82", "%ED%A0%80", "'--", "A" * 2000, "..%2f..", " ",
)  # fmt: skip


def test_addresses_with_what_no_id_can_be_are_a_named_problem(world: World) -> None:
    for route in routes(world.line.company.app):
        if not route.names or route.key in PUBLIC:
            continue
        for value in (
            "%00",
            "a%2Fb",
            "%F0%9F%99%82",
            "%ED%A0%80",
            "'--",
            "A" * 2000,
            "..%2f..",
            " ",
        ):
            path = route.path
            for name in route.names:
                path = path.replace("{" + name + "}", value)
            body = world.bodies.smallest(route.body) if route.body else None
            answer = world.asks(route, path, body)
            assert answer.status_code in (404, 405, 415, 422, 204), (route.key, value, answer.text)
