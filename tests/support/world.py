"""One of everything, in one company: for promises that hold on every route.

Whoever adds a route whose path names a new kind of thing adds, here, how one comes to be, unless it
is made by a PUT of its own.
"""

import zlib
from dataclasses import dataclass
from hashlib import sha256

import requests
from sqlalchemy import select

from backend.db import Transaction, alerts, staff, tables
from backend.mail import Mail, MailKind
from backend.rights import FOR_KEYS, Role
from backend.services.mailing.outbox import queue
from backend.services.team import access as entrance
from backend.services.team import approvals
from loyalty.document import read_program
from loyalty.program import HouseholdRules
from loyalty.vouchers import mint
from tests.support.account import signed_in
from tests.support.bodies import Bodies
from tests.support.desk import desk
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.routes import Route, routes
from tests.support.server import NOWHERE, PROGRAM, Connected
from tests.support.staff import AtWork, at_work

FREE = {
    "kind": "welcome",
    "language": "fr",
    "program": "maison-lise",
    "version": "1",
    "campaign": "summer",
    "period": "2026-01",
    "segment": "active",
    "job": "expiry",
    "type": "points",
    "delivery": "x",
}
NO_IDS = set(FREE)
"""Parameters that choose one of a few words, or a merchant's own word that others may use as well:
each company finds its own under it, and what others have must not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A company with one of everything."""

    line: Connected
    owner: AtWork
    key: str
    """A till's key with every scope."""
    phone: str
    """The token of an app in which a member is signed in, who is none of the things."""
    things: dict[str, str]
    """Ids by the name of the parameter, or by `folder/name` where a name means several things."""

    def thing(self, route: Route, name: str) -> str:
        """The id of what a parameter of that route names."""
        before = route.path.partition("{" + name + "}")[0].rstrip("/").rpartition("/")[2]
        found = self.things.get(f"{before}/{name}") or self.things.get(name)
        assert found, f"{route.key}: say in tests/support/world.py how a {name} comes to be"
        return found

    @property
    def bodies(self) -> Bodies:
        """Writes messages that name this company's things."""
        known = {name: thing for name, thing in self.things.items() if "/" not in name}
        return Bodies(self.line.company.app.openapi(), known, WORDS)

    def path(self, route: Route) -> str:
        """The address of the route with this company's things."""
        made = route.path
        for name in route.names:
            value = FREE[name] if name in NO_IDS else self.thing(route, name)
            made = made.replace("{" + name + "}", value)
        return made

    def asks(self, route: Route, path: str, body: object) -> requests.Response:
        """An answer to whoever of this company the route is for."""
        assert self.line.session is not None
        return self.line.session.request(
            route.method,
            NOWHERE + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token(route)}"},
            timeout=30,
        )

    def token(self, route: Route) -> str:
        """What opens the route."""
        if "member" in route.callers:
            return self.phone
        if "staff" in route.callers:
            return self.owner.token
        return self.key if "till" in route.callers else self.line.claimed.token


WORDS = {
    "email": "somebody@shop.example",
    "time_zone": "Europe/Paris",
    "code": mint(5),
    "events": "member.enrolled",
    "url": "https://shop.example/news",
}
"""What fields of messages must look like, beyond what their schema says."""


def world_of(line: Connected) -> World:
    """One of everything in that company."""
    shop = line.company
    owner = at_work(shop)
    person = at_work(shop, Role.CASHIER)
    with shop.database.write(shop.shop.tenant) as tx:
        till, key = entrance.add_till(
            tx, name="Everything", store=shop.shop.store, scopes=sorted(FOR_KEYS)
        )
        asked = approvals.ask(tx, kind="test", about="x", content="{}", asked_by="staff:nobody")
        alerts.raise_once(tx, "refund-cycle", "x")
        mail = _mail(tx)
        (alert,) = alerts.alerts(tx, is_open=True, after=None, limit=1)
    kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
    joined = kiosk.enrolled()
    line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
    sale = sale_of(joined.member, 100_000)
    for each in (sale_of(joined.member, 100_000), sale):
        line.till.record_sale(each)
    held = line.terminal.hold(kiosk.request(joined.member), 5)
    with shop.database.read(shop.shop.tenant) as tx:
        session = staff.sessions(tx, person.person.id)[0].id
    made = World(
        line=line,
        owner=owner,
        key=key,
        phone=signed_in(shop, desk(shop, line.session, owner).add()["id"]),
        things={
            "member": joined.member,
            "sale": sale.id,
            "store": shop.shop.store,
            "terminal": line.claimed.terminal,
            "till": till,
            "staff": person.person.id,
            "session": session,
            "approval": asked.id,
            "alert": alert.id,
            "vouchers/code": held.voucher.code,
            "redemption": held.voucher.redemption,
            "reward": "coffee",
            "mail": mail,
            "letter": _letter(shop.shop.tenant),
        },
    )
    _make_people(made, joined.card)
    _make_by_put(made)
    _make_by_post(made)
    return made


def _make_people(world: World, card: str) -> None:
    """A card, a household, a merge, an adjustment, and a code that was asked for."""
    shop = world.line.company
    counter = desk(shop, world.line.session, world.owner)
    counter.rule(households=HouseholdRules(active=True))
    mine, other = counter.add()["id"], counter.add()["id"]
    made = ("household", "merge", "adjustment", "link")
    ids = {name: f"{name}-{shop.shop.tenant}" for name in made}
    counter.ask("POST", "/links", {"id": ids["link"]})
    counter.ask("POST", "/households", {"id": ids["household"]})
    counter.ask("POST", "/merges", {"id": ids["merge"], "kept": mine, "absorbed": other})
    given = {"id": ids["adjustment"], "member": mine, "points": 5, "nature": "gesture"}
    counter.ask("POST", "/adjustments", given)
    code = f"code-{shop.shop.tenant}"
    asked = {"id": code, "email": "nobody@shop.example"}
    assert world.line.raw("POST", "/v1/kiosk/codes", asked).status_code == 200
    world.things.update({"card": card, "codes/code": code, "email/code": code, **ids})
    world.things["spending-codes/code"] = code


def _mail(tx: Transaction) -> str:
    """Something to send that did not leave."""
    letter = f"news:{_letter(tx.tenant)}:x"
    queue(tx, Mail(kind=MailKind.TEST, key=letter, address="a@shop.example"))
    return str(tx.rows(select(tables.outbox.c.id))[0].id)


def _letter(tenant: str) -> str:
    return f"letter-{tenant}"


def _make_by_put(world: World) -> None:
    """What a PUT of its own makes is made so, in the order in which things need each other."""
    for route in routes(world.line.company.app):
        name = route.names[-1] if route.names else ""
        if route.method != "PUT" or not route.path.endswith("{" + name + "}") or name in NO_IDS:
            continue
        if name in world.things:
            continue
        if name == "picture":
            world.things[name] = _picture(world)
            continue
        folder = route.path.split("/")[-2]
        place = f"{folder}/{name}"
        world.things[place] = f"{name}-{world.line.company.shop.tenant}"
        answer = world.asks(route, world.path(route), world.bodies.smallest(route.body or {}))
        assert answer.status_code in (200, 201), (route.key, answer.text)


BY_POST = {"use": "/v1/uses", "hold": "/v1/gifts/{gift}/holds"}
"""What is made by a POST whose message carries its id."""


def _make_by_post(world: World) -> None:
    for route in routes(world.line.company.app):
        for name, path in BY_POST.items():
            if route.key == ("POST", path):
                world.things[name] = f"{name}-{world.line.company.shop.tenant}"
                body = world.bodies.smallest(route.body or {}) | {"id": world.things[name]}
                answer = world.asks(route, world.path(route), body)
                assert answer.status_code == 200, (route.key, answer.text)


def _picture(world: World) -> str:
    """A square whose shades are this company's own."""
    own = world.line.company.shop.tenant.encode().ljust(16)[:16]
    parts = (
        (b"IHDR", bytes.fromhex("00000010000000100800000000")),
        (b"IDAT", zlib.compress((b"\0" + own) * 16)),
        (b"IEND", b""),
    )
    body = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in parts
    )
    wanted = sha256(body).hexdigest()
    assert world.line.session is not None
    answer = world.line.session.put(
        f"{NOWHERE}/v1/pictures/{wanted}",
        data=body,
        headers={"Authorization": f"Bearer {world.owner.token}", "Content-Type": "image/png"},
        timeout=30,
    )
    assert answer.status_code in (200, 201), answer.text
    return wanted
