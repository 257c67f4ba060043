"""The pages that open a server: with nothing from elsewhere, and usable in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import sync_playwright

from backend.api.door_pages import POLICY
from backend.app import create_app
from backend.db import Database
from backend.db.migrations import migrate
from backend.keys import new_keyring
from tests.support.server import NOWHERE, Company, serving
from tests.support.staff import at_work

CHROMIUM = "/usr/bin/chromium"


def test_the_pages_hold_nothing_that_their_policy_would_refuse(session: requests.Session) -> None:
    for path in ("/first-run", "/password"):
        answer = session.get(NOWHERE + path, timeout=10)
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"] == POLICY
        assert not re.search(r"<script>|style=|\son\w+=|https?://", answer.text)
        for file in re.findall(r'(?:src|href)="([^"]+)"', answer.text):
            assert session.get(NOWHERE + file, timeout=10).status_code == 200


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/new.db", new_keyring())
    migrate(made.engine)
    yield made
    made.close()


@pytest.mark.ui
def test_the_first_owner_comes_in_by_the_printed_link(database: Database, tmp_path: Path) -> None:
    app = create_app(database, first_run="printed-secret")
    with serving(app, tmp_path / "address.json") as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{url}/first-run#printed-secret")
        page.fill("[name=company]", "Maison Lise")
        page.fill("[name=time_zone]", "Europe/Paris")
        page.fill("[name=name]", "Lise")
        page.fill("[name=email]", "lise@shop.example")
        page.fill("#first-run [name=password]", "correct horse battery")
        page.click("#first-run button")
        page.wait_for_selector("text=You are signed in as Lise.")
        assert "printed-secret" not in page.url
        (cookie,) = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        page.goto("about:blank")  # the same page with another # would not be loaded anew
        page.goto(f"{url}/first-run#printed-secret")
        page.wait_for_selector("text=has its owner already")
        browser.close()


@pytest.mark.ui
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_invited_person_chooses_a_password(shop: Company, tmp_path: Path) -> None:
    owner, invited = at_work(shop), at_work(shop)
    with serving(shop.app, tmp_path / "address.json") as url, sync_playwright() as play:
        path = f"{url}/v1/staff/{invited.person.id}/invitation"
        link = requests.post(path, headers=owner.headers, timeout=10).json()["link"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        for said in ("You are signed in as Alix.", "used or too old"):
            page.goto("about:blank")
            page.goto(f"{url}/password#{link}")
            page.fill("#choose [name=password]", "correct horse battery")
            page.click("#choose button")
            page.wait_for_selector(f"text={said}")
        browser.close()
