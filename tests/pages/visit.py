"""Somebody at a browser: who they are, what they do on a page, and that the page is a good one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response, expect

from backend.api.callers import COOKIE
from backend.api.own import COOKIE as OWN_COOKIE
from backend.db import members
from backend.rights import Role
from backend.services.people import own_sessions
from loyalty.ids import MemberId
from tests.support.server import Company
from tests.support.staff import AtWork, at_work

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1280, "height": 900}
WCAG = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa")
"""Web Content Accessibility Guidelines 2.2, levels A and AA."""
PHONE = {"width": 390, "height": 844}
SMALLEST = 320
"""To which a page must fit, which is also a desk's at 400 % (WCAG 1.4.10)."""


@dataclass(slots=True, kw_only=True)
class Visit:
    """A browser window on one shop's pages."""

    page: Page
    shop: Company
    url: str
    failed: list[str] = field(default_factory=list)
    """What the page's own scripts, styles and requests did wrong."""

    @classmethod
    @contextmanager
    def begin(
        cls,
        browser: Browser,
        shop: Company,
        url: str,
        size: dict[str, int] | None = None,
        language: str = "fr",
    ) -> Iterator[Self]:
        """A window of that size, closed at the end; nothing may have gone wrong in it."""
        width, height = (size or DESK).values()
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, reduced_motion="reduce"
        )
        page = context.new_page()
        visit = cls(page=page, shop=shop, url=url)
        page.on("pageerror", lambda error: visit.failed.append(str(error)))
        page.on("console", lambda said: visit._listen(said.type, said.text))
        page.on("response", lambda answer: visit._watch(answer))  # noqa: PLW0108 - Playwright writes on the object of a bound method, and ours has slots
        try:
            yield visit
            assert visit.failed == []
        finally:
            context.close()

    def as_staff(self, role: Role = Role.OWNER) -> AtWork:
        """Signed in as somebody with that role."""
        person = at_work(self.shop, role)
        self.page.context.add_cookies([{"name": COOKIE, "value": person.cookie, "url": self.url}])
        return person

    def as_member(self, member: str) -> None:
        """That member is signed in, as themselves."""
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            person = members.member(tx, MemberId(member))
            assert person is not None
            token = own_sessions.open_session(tx, person, "cookie").token.text
        self.page.context.add_cookies([{"name": OWN_COOKIE, "value": token, "url": self.url}])

    def open(self, path: str, status: int = 200) -> Page:
        """The page at that path, loaded; its status is as said."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        assert answer.status == status, (path, answer.status)
        return self.page

    def check(self) -> None:
        """The page is accessible, as far as a machine can tell, and fits its window."""
        found = Axe().run(self.page, options={"runOnly": list(WCAG)})
        assert found.violations_count == 0, found.generate_report()
        self.fits()

    def check_both(self, path: str) -> None:
        """The page at that path is a good one on a desk, and fits a phone."""
        self.page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
        self.open(path)
        self.check()
        self.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        self.fits()

    def settled(self) -> None:
        """Every part that the page asks for by itself is there."""
        under_way = self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling")
        expect(under_way).to_have_count(0)

    def fits(self) -> None:
        """Nothing stands beside its window; a phone's page fits the smallest one too."""
        window = self.page.viewport_size
        assert window is not None
        widths = (window["width"], SMALLEST) if window["width"] <= PHONE["width"] else ()
        for width in widths or (window["width"],):
            self.page.set_viewport_size({"width": width, "height": window["height"]})
            wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{self.page.url} is {wide} pixels too wide in {width}"
        self.page.set_viewport_size({"width": window["width"], "height": window["height"]})

    def _listen(self, kind: str, text: str) -> None:
        # A status of 4xx is told here too; tests that want one say so.
        if kind == "error" and "Failed to load resource" not in text:
            self.failed.append(text)

    def _watch(self, answer: Response) -> None:
        server_failed = 500
        missing = 404
        is_file = "/static/" in answer.url
        if answer.status >= server_failed or (is_file and answer.status == missing):
            self.failed.append(f"{answer.status} {answer.url}")
