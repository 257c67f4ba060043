"""One key that asks too fast waits; nobody else does."""

from collections.abc import Iterator

import pytest

from backend.api.limits import Limits, Rate
from backend.app import create_app
from tests.support.server import Company, Connected, connected, in_process


@pytest.fixture
def line(shop: Company) -> Iterator[Connected]:
    slow = create_app(shop.database, rate=Rate(per_second=0.01, burst=3))
    with in_process(slow) as session, connected(shop, session=session) as made:
        yield made


def test_a_key_that_asks_too_fast_is_told_when_to_come_back(line: Connected) -> None:
    answers = [line.raw("GET", "/v1/vouchers/x", till=True) for _ in range(4)]
    assert [each.status_code for each in answers] == [422, 422, 422, 429]
    assert answers[-1].json()["type"] == "urn:loyalty:problem:too-many-requests"
    assert 90 < int(answers[-1].headers["Retry-After"]) <= 100
    assert line.raw("GET", "/v1/changes").status_code == 200


def test_a_bucket_fills_as_time_passes_and_never_overflows() -> None:
    time = [0.0]
    limits = Limits(_nothing, rate=Rate(per_second=2, burst=2), clock=lambda: time[0])
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer a")]}
    other = {"type": "http", "headers": [(b"authorization", b"Bearer b")]}
    assert [limits._wait_s(scope) for _ in range(4)] == [0, 0, 1, 1]
    assert limits._wait_s(other) == 0
    time[0] = 0.5
    assert [limits._wait_s(scope) for _ in range(2)] == [0, 1]
    time[0] = 1000.0
    assert [limits._wait_s(scope) for _ in range(3)] == [0, 0, 1]
    assert [limits._wait_s({"type": "http", "headers": []}) for _ in range(9)] == [0] * 9


async def _nothing(*_: object) -> None:
    """No application."""


def test_every_route_with_a_key_says_so(shop: Company) -> None:
    for path, operations in shop.app.openapi()["paths"].items():
        for method, operation in operations.items():
            if operation.get("security"):
                assert "Retry-After" in operation["responses"]["429"]["headers"], (method, path)
