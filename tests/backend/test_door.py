"""At the door: headers, names, numbers of requests, and measures."""

import json
import logging
import re

import pytest
import requests

from backend.api.headers import HEADERS
from backend.app import create_app
from tests.support.routes import routes
from tests.support.server import NOWHERE, Company, Connected, in_process

SAMPLE = re.compile(r'^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+$')


def gets(
    session: requests.Session, path: str, headers: dict[str, str] | None = None
) -> requests.Response:
    return session.get(NOWHERE + path, headers=headers or {}, timeout=10)


def test_every_answer_tells_browsers_to_show_and_keep_nothing(
    shop: Company, session: requests.Session
) -> None:
    for route in routes(shop.app):
        answer = session.request(route.method, NOWHERE + route.place, timeout=10)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, route.key
    assert "Strict-Transport-Security" not in gets(session, "/healthz").headers


def test_our_own_mistake_has_the_headers_too(
    shop: Company, line: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.database, "ping", lambda: 1 / 0)
    assert line.session is not None
    answer = gets(line.session, "/healthz")
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (500, "DENY")
    assert answer.json()["type"] == "urn:loyalty:problem:internal"


def test_a_request_has_a_number_which_a_proxy_may_give(
    session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="backend.api.guard"):
        ours = gets(session, "/healthz").headers["X-Request-Id"]
        theirs = gets(session, "/healthz", {"X-Request-Id": "proxy-12345"}).headers["X-Request-Id"]
        strange = gets(session, "/healthz", {"X-Request-Id": 'a"b c{}' * 3}).headers["X-Request-Id"]
    assert (len(ours), theirs) == (32, "proxy-12345")
    assert re.fullmatch("[0-9a-f]{32}", strange)
    logged = [getattr(record, "facts")["id"] for record in caplog.records]  # noqa: B009 - ours only
    assert logged == [ours, theirs, strange]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("loyalty.example", 200),
        ("LOYALTY.example:8000", 200),
        ("evil.example", 421),
        ("loyalty.example.evil.example", 421),
        ("[::1]:8000", 200),
    ],
)
def test_a_server_answers_under_its_own_names_only(shop: Company, host: str, status: int) -> None:
    app = create_app(shop.database, hosts=["loyalty.example", "[::1]"])
    with in_process(app) as session:
        assert gets(session, "/healthz", {"Host": host}).status_code == status


def test_measures_are_in_the_format_of_prometheus_and_name_nobody(line: Connected) -> None:
    assert line.session is not None
    line.raw("GET", "/v1/accounts/somebody", till=True)
    answer = gets(line.session, "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    told = answer.text.splitlines()
    assert all(each.startswith("# ") or SAMPLE.match(each) for each in told), told
    counted = 'loyalty_requests_total{method="GET",route="/v1/accounts/{member}",status="404"} 1'
    assert counted in told
    assert "somebody" not in answer.text
    assert 'le="+Inf"} 1' in answer.text
    assert "loyalty_terminals 1" in told
    assert "loyalty_alerts_open 0" in told


def test_measures_are_for_the_machine_itself_or_for_who_has_the_token(shop: Company) -> None:
    with in_process(shop.app) as session:
        assert gets(session, "/metrics").status_code == 200
        assert gets(session, "/metrics", {"X-Forwarded-For": "192.0.2.1"}).status_code == 401
    with in_process(create_app(shop.database, metrics_token="secret")) as session:
        assert gets(session, "/metrics").status_code == 401
        assert gets(session, "/metrics", {"Authorization": "Bearer secre"}).status_code == 401
        assert gets(session, "/metrics", {"Authorization": "Bearer secret"}).status_code == 200


def test_measures_are_no_part_of_the_published_contract(shop: Company) -> None:
    assert "/metrics" not in json.dumps(shop.app.openapi())
