"""The counter for tests: an owner's calls to what the API has for staff, and what came of them."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import requests

from backend.db import Database, shops
from loyalty.document import write_program
from tests.support.account import mailed_code
from tests.support.asking import Asks
from tests.support.server import NOWHERE, Company, new_id
from tests.support.staff import AtWork, at_work


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Asks):
    """Somebody of the staff who works with members."""

    shop: Company
    session: requests.Session
    who: AtWork

    def raw(self, method: str, path: str, body: object = None) -> requests.Response:
        """The answer as it is."""
        text = None if body is None else json.dumps(body).encode()
        return self.session.request(
            method, f"{NOWHERE}/v1{path}", data=text, headers=self.who.headers, timeout=30
        )

    def add(self, **said: object) -> dict[str, Any]:
        """A new member, called Camille unless somebody says otherwise."""
        return self.ask("POST", "/members", {"id": new_id(), "first_name": "Camille"} | said)

    def record(self, member: str) -> dict[str, Any]:
        """What is known of a member."""
        return self.ask("GET", f"/members/{member}/record")

    def rule(self, **changes: Any) -> None:
        """Put a new version of the program in force, with those changes."""
        with self.shop.database.write(self.shop.shop.tenant) as tx:
            program = shops.program(tx, self.shop.shop.program)
            assert program is not None
            changed = replace(program, version=program.version + 1, **changes)
            shops.add_program(tx, changed, write_program(changed))

    def find(self, **said: object) -> list[str]:
        """The ids of whom a search finds, in its order."""
        return [each["id"] for each in self.ask("POST", "/members/search", said)["members"]]

    def balance(self, member: str) -> int:
        """The points of a member in the only program."""
        accounts = self.record(member)["accounts"]
        return sum(int(each["balance"]) for each in accounts)


def desk(shop: Company, session: requests.Session | None, who: AtWork | None = None) -> Desk:
    """The owner at the counter."""
    assert session is not None
    return Desk(shop=shop, session=session, who=who or at_work(shop))


class Clock:
    """The server's time, moved on by hand."""

    def __init__(self, database: Database) -> None:
        self._real, self._ahead = database.clock, timedelta()
        database.clock = self.now

    def now(self) -> datetime:
        """What the server's clock shows."""
        return self._real() + self._ahead

    def later(self, **by: float) -> None:
        """Let time pass."""
        self._ahead += timedelta(**by)


def mailed(shop: Company, wanted: str) -> str:
    """The digits of a one-time code as they stand in the mail that waits."""
    digits = mailed_code(shop, wanted)
    assert digits, "a mail with the code waits"
    return digits
