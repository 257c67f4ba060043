"""What is refused before a page's route is asked: a page to browsers, a problem to programs."""

from collections.abc import Iterator
from typing import NoReturn

import pytest
import requests

from backend.api.limits import Rate
from backend.app import create_app
from backend.errors import DatabaseBusy
from tests.support.server import NOWHERE, Company, company, in_process

BROWSER = {"Accept": "text/html", "Accept-Language": "fr", "Host": "backend.test"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def small() -> Iterator[tuple[Company, requests.Session]]:
    """A server under one name only, where a key asks once, and then for long no more."""
    with company() as shop:
        app = create_app(shop.database, hosts=["backend.test"], rate=Rate(per_second=0.01, burst=1))
        with in_process(app) as session:
            yield shop, session


def test_what_is_refused_at_the_door_is_a_page_to_a_browser(
    small: tuple[Company, requests.Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, session = small

    def told(method: str, path: str, **headers: str) -> requests.Response:
        body = b"x" * 70_000 if method == "POST" else None
        answer = session.request(
            method, NOWHERE + path, data=body, headers=BROWSER | headers, timeout=10
        )
        assert answer.headers["Content-Type"].startswith("text/html"), answer.text
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return answer

    large = told("POST", "/sign-in", **FORM)
    assert (large.status_code, "trop volumineux" in large.text) == (413, True)
    elsewhere = told("GET", "/sign-in", Host="evil.example")
    assert (elsewhere.status_code, "pas à cette adresse" in elsewhere.text) == (421, True)
    told("GET", "/sign-in", Cookie="a=b")
    fast = told("GET", "/sign-in", Cookie="a=b")
    assert (fast.status_code, "trop vite" in fast.text) == (429, True)
    assert int(fast.headers["Retry-After"]) >= 1
    assert 'href="/sign-in"' in fast.text, "the same page again"

    def busy(*_: object) -> NoReturn:
        raise DatabaseBusy

    monkeypatch.setattr(shop.database, "read", busy)
    waits = told("GET", f"/join/lkl_{shop.shop.tenant}_x")
    assert (waits.status_code, "Le serveur est occupé" in waits.text) == (503, True)
    monkeypatch.setattr(shop.database, "read", lambda *_: 1 / 0)
    broken = told("GET", f"/join/lkl_{shop.shop.tenant}_x")
    assert (broken.status_code, "Numéro pour l’assistance" in broken.text) == (500, True)


def test_programs_are_told_of_the_same_as_problems(
    small: tuple[Company, requests.Session],
) -> None:
    _, session = small
    for path, headers in (
        ("/v1/nothing", BROWSER),
        ("/office/nothing", {"Accept": "*/*", "Host": "backend.test"}),
    ):
        answer = session.get(NOWHERE + path, headers=headers, timeout=10)
        assert answer.json()["type"] == "urn:loyalty:problem:not-found"
    for _ in range(2):
        last = session.get(
            f"{NOWHERE}/v1/session", headers=BROWSER | {"Authorization": "Bearer x"}, timeout=10
        )
    assert last.json()["type"] == "urn:loyalty:problem:too-many-requests"
