"""A member's own phone for tests: signed in, with what its browser or its app sends."""

import json
from dataclasses import dataclass
from typing import Any

import requests
from sqlalchemy import select

from backend.api.callers import CSRF_HEADER
from backend.api.own import COOKIE
from backend.db import members, tables
from backend.services.people import own_sessions
from loyalty.ids import MemberId
from tests.support.asking import Asks
from tests.support.server import NOWHERE, Company, new_id


def signed_in(shop: Company, member: str) -> str:
    """The token of an app of that member's."""
    with shop.database.write(shop.shop.tenant) as tx:
        person = members.member(tx, MemberId(member))
        assert person is not None
        return own_sessions.open_session(tx, person, "token").token.text


def mailed_code(shop: Company, wanted: str) -> str:
    """The digits of a code as they stand in the mail that waits; empty where none does."""
    with shop.database.read(shop.shop.tenant) as tx:
        row = tx.first(select(tables.outbox).where(tables.outbox.c.key == f"code:{wanted}"))
    return "" if row is None else str(json.loads(row.content)["code"]).replace(" ", "")


@dataclass(slots=True, kw_only=True)
class Phone(Asks):
    """A browser of somebody who may be signed in: its cookie, and what our page adds."""

    shop: Company
    session: requests.Session
    cookie: str = ""
    csrf: str = ""

    def raw(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        """The answer as it is; a cookie that is set is kept, one that is taken back is not."""
        sent = {"Content-Type": "application/json", CSRF_HEADER: self.csrf} | headers
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        text = None if body is None else json.dumps(body).encode()
        self.session.cookies.clear()
        answer = self.session.request(
            method, f"{NOWHERE}/v1{path}", data=text, headers=sent, timeout=30
        )
        said = answer.headers.get("set-cookie", "")
        if said.startswith(f"{COOKIE}="):
            self.cookie = said.removeprefix(f"{COOKIE}=").partition(";")[0].strip('"')
        return answer

    def asks_code(self, **contact: str) -> str:
        """The id of a code that was asked for."""
        wanted = new_id()
        told = self.ask("POST", "/me/codes", {"id": wanted} | contact)
        assert told == {"id": wanted, "minutes": 10, "tries": 5}
        return wanted

    def signs_in(self, **said: str) -> dict[str, Any]:
        """Signed in with a code or a link: what is told of the session."""
        told = self.ask("POST", "/me/session", said)
        self.csrf = str(told["csrf"])
        return told

    def comes_in(self, email: str) -> dict[str, Any]:
        """Signed in by a code that came by mail."""
        wanted = self.asks_code(email=email)
        return self.signs_in(code=wanted, digits=mailed_code(self.shop, wanted))
