"""Somebody of the staff for tests: written down, signed in, with a token for programs."""

from dataclasses import dataclass

import requests

from backend.api.callers import COOKIE, CSRF_HEADER
from backend.db.staff import Person
from backend.rights import Role
from backend.services.team import sessions
from backend.services.team.staff import NewPerson, add_person
from loyalty.ids import MemberId
from tests.support.server import NOWHERE, Company, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """A person and the ways in that they have."""

    person: Person
    token: str
    cookie: str
    csrf: str

    @property
    def headers(self) -> dict[str, str]:
        """What a program of theirs sends."""
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}

    @property
    def browser(self) -> dict[str, str]:
        """What their browser sends, with what a page of ours adds."""
        return {
            "Cookie": f"{COOKIE}={self.cookie}",
            CSRF_HEADER: self.csrf,
            "Content-Type": "application/json",
        }

    def asks(
        self, session: requests.Session, method: str, path: str, body: object = None
    ) -> requests.Response:
        """An answer to a program of theirs."""
        return session.request(method, NOWHERE + path, json=body, headers=self.headers, timeout=30)


def at_work(shop: Company, role: Role = Role.OWNER, member: str | None = None) -> AtWork:
    """Somebody new with that role, in every store."""
    with shop.database.write(shop.shop.tenant) as tx:
        person = add_person(
            tx,
            NewPerson(
                name="Alix",
                email=f"{new_id()}@shop.example",
                role=role,
                member=None if member is None else MemberId(member),
            ),
            actor="system",
        )
        token = sessions.open_token(tx, person, name="test", days=1)
        browser = sessions.open_session(tx, person)
    return AtWork(
        person=person, token=token.token.text, cookie=browser.token.text, csrf=browser.csrf
    )
