"""Real Chromium on the real server: a shop with its back office, and whoever looks at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.pages.shop import furnished
from tests.pages.visit import CHROMIUM, Visit
from tests.support.server import Company, company, serving


def pytest_itemcollected(item: pytest.Item) -> None:
    """All of these are in one suite."""
    item.add_marker(pytest.mark.pages)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A shop with half a year of business, for every file that changes little of it."""
    with company(f"sqlite:///{tmp_path_factory.mktemp('shop')}/loyalty.db") as made:
        furnished(made)
        yield made


@pytest.fixture(scope="session")
def lived_in_address(lived_in: Company, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where its server answers."""
    with serving(lived_in.app, tmp_path_factory.mktemp("server") / "address.json") as url:
        yield url


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Company]:
    """A company on a database of its own, for the server and the test beside it."""
    with company(f"sqlite:///{tmp_path}/loyalty.db") as made:
        yield made


@pytest.fixture
def address(shop: Company, tmp_path: Path) -> Iterator[str]:
    """Where its server answers."""
    with serving(shop.app, tmp_path / "address.json") as url:
        yield url


@pytest.fixture
def visit(chromium: Browser, shop: Company, address: str) -> Iterator[Visit]:
    """A browser of a desk's width, in French, with nobody signed in."""
    with Visit.begin(chromium, shop, address) as made:
        yield made
