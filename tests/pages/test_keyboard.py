"""The till and a member's page by keyboard alone: where one is shows, and what happened is told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.goods import PRODUCTS
from tests.pages.visit import Visit
from tests.support.server import Company

MEMBER = "member-001"
STOPS_MOST = 120
RING_PX = 3

_FOCUS = """() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  return {
    is: at === document.body ? "" : (at.id || at.href || at.textContent.trim()) + at.tagName,
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
  };
}"""


@pytest.fixture
def visit(chromium: Browser, lived_in: Company, lived_in_address: str) -> Iterator[Visit]:
    with Visit.begin(chromium, lived_in, lived_in_address) as made:
        made.as_staff()
        yield made


def _walk(page: Page) -> list[str]:
    """Every stop of Tab from the beginning of the page until it leaves it; each has its ring."""
    stops: list[str] = []
    for _ in range(STOPS_MOST):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUS)
        if not at["is"]:
            return stops
        assert at["ring"] >= RING_PX, f"nobody sees where {at['is']} is"
        stops.append(at["is"])
    raise AssertionError(f"Tab never leaves the page: {stops[-5:]}")


def _type(page: Page, text: str) -> None:
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_the_till_is_worked_without_a_mouse(visit: Visit) -> None:
    page = visit.open(f"/till?store={visit.shop.shop.store}")
    page.locator("body[data-ready]").wait_for()
    expect(page.get_by_label("Article : scan, code ou nom")).to_be_focused()
    _type(page, f"2*{PRODUCTS[0][0]}")
    line = page.locator("#lines .line")
    expect(line.locator(".count")).to_have_text("2")
    page.keyboard.press("F3")
    _type(page, "Martin")
    expect(page.locator("#found").get_by_role("button", name="Jeanne Martin")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="C’est lu")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#who-name")).to_have_text("Jeanne Martin")
    more = line.get_by_role("button", name="Un de plus")
    more.focus()
    page.keyboard.press("Enter")
    expect(line.locator(".count")).to_have_text("3")
    expect(more).to_be_focused()
    page.keyboard.press("F9")
    expect(page.get_by_role("button", name="Client suivant")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Article : scan, code ou nom")).to_be_focused()
    expect(line).to_have_count(0)


def test_what_was_sent_is_answered_where_the_reader_is(visit: Visit) -> None:
    page = visit.open(f"/office/members/{MEMBER}")
    stops = _walk(page)
    assert stops[0].startswith("Aller au contenu") or stops[0].endswith("#mainA")
    assert len(set(stops)) > 30, "each link, field and button"
    page.get_by_label("Points", exact=True).focus()
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Points", exact=True).fill("5")
    page.keyboard.press("Enter")
    said = page.get_by_role("status").get_by_text("Les points sont enregistrés")
    expect(said).to_be_visible()
    expect(page.locator(".said")).to_be_focused()
