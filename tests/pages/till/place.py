"""The loyalty till in a real browser: a client of the public API, and of nothing else."""

from dataclasses import dataclass
from typing import Any

import requests
from playwright.sync_api import Page, expect

from tests.pages.visit import Visit
from tests.support.counter import document
from tests.support.server import new_id
from tests.support.staff import AtWork

FULL = {"fr": "Carte complète", "en": "Card complete"}
BELL = {"id": "full", "points": 330, "message": FULL, "on_receipt": True}
RULES = document(invitations={"active": True}, alerts=[BELL])
NARROW = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """The till of a baker's shop, with a cashier at it, and the owner's own way to the API."""

    visit: Visit
    owner: AtWork

    @property
    def page(self) -> Page:
        return self.visit.page

    def ask(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """What the API answers the owner; it must be done."""
        answer = requests.request(
            method,
            f"{self.visit.url}/v1{path}",
            json=body,
            headers=self.owner.headers,
            timeout=10,
        )
        assert answer.ok, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def member(self, **said: object) -> str:
        """Somebody with the 300 points that joining gives."""
        told = {"id": new_id(), "first_name": "Inès", "last_name": "Roux"} | said
        return str(self.ask("POST", "/members", told)["id"])

    def balance(self, member: str) -> int:
        return int(self.ask("GET", f"/members/{member}/record")["accounts"][0]["balance"])

    def adjust(self, member: str, points: int) -> None:
        body = {"id": new_id(), "member": member, "points": points, "nature": "correction"}
        self.ask("POST", "/adjustments", body)

    def rules(self, document: dict[str, Any]) -> None:
        """Another version of the program is in force."""
        self.ask("PUT", "/programs/counter/draft", {"document": document})
        self.ask("POST", "/programs/counter/publication", {"version": document["version"]})

    def open(self) -> None:
        """The page, ready for the first customer."""
        self.visit.open("/till")
        self.page.wait_for_selector("body[data-ready]")

    def ring(self, *typed: str) -> None:
        """Articles as they are typed or scanned."""
        for each in typed:
            self.page.locator("#find").fill(each)
            self.page.locator("#find").press("Enter")
            expect(self.page.locator("#find")).to_have_value("")

    def sell_to(self, typed: str, *articles: str) -> None:
        """Articles, for a customer who is known."""
        self.ring(*articles)
        self.find(typed)
        expect(self.page.locator("#balance")).not_to_have_text("–")

    def find(self, typed: str) -> None:
        """A customer, by whatever they show or say."""
        self.page.keyboard.press("F3")
        self.page.locator("#member-find").fill(typed)
        self.page.keyboard.press("Enter")

    def shows(self, place: str, text: str) -> None:
        """That place of the page says that, as soon as the server has answered."""
        expect(self.page.locator(place)).to_have_text(text)

    def paper(self) -> str:
        """What is printed, once it is there."""
        self.page.locator("#done[open] #paper .loyalty").wait_for()
        return self.page.locator("#paper").inner_text().replace("\u00a0", " ")
