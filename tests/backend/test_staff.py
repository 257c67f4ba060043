"""People at work: how they are let in, how they sign in, and what shuts them out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import select

from backend import passwords
from backend.api.callers import COOKIE
from backend.app import create_app
from backend.db import tables
from backend.db.migrations import migrate
from backend.db.staff import person as kept
from backend.rights import Role
from backend.services.team import sessions, staff
from backend.services.team.staff import FAILURES_MAX, LOCKED
from backend_client.signing import pin_digest
from tests.support.server import NOWHERE, Company, company, in_process, new_id
from tests.support.staff import at_work

PASSWORD = "correct horse battery"


@dataclass
class Watch:
    """A clock that is set by hand."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def shop(url: str, watch: Watch) -> Iterator[Company]:
    with company(url, clock=watch) as made:
        yield made


def calls(
    session: requests.Session,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    # A session keeps cookies by itself; here each call says what it sends.
    session.cookies.clear()
    return session.request(method, NOWHERE + path, json=body, headers=headers or {}, timeout=30)


def hired(shop: Company, session: requests.Session, role: str = "cashier") -> tuple[str, str]:
    """The address and id of somebody who came in by an invitation and chose PASSWORD."""
    owner, wanted, address = at_work(shop), new_id(), f"{new_id()}@shop.example"
    body = {"id": wanted, "name": "Camille", "email": address, "role": role}
    assert owner.asks(session, "POST", "/v1/staff", body).status_code == 200
    link = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()["link"]
    chosen = calls(session, "POST", "/v1/password", {"link": link, "password": PASSWORD})
    assert chosen.status_code == 200, chosen.text
    return address, wanted


def signs_in(
    session: requests.Session, address: str, password: str = PASSWORD
) -> requests.Response:
    return calls(session, "POST", "/v1/session", {"email": address, "password": password})


def browser(answer: requests.Response) -> dict[str, str]:
    cookie = answer.headers["set-cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf"]}


def test_an_invitation_leads_to_a_session(shop: Company, session: requests.Session) -> None:
    address, wanted = hired(shop, session)
    answer = signs_in(session, address.upper())
    assert answer.status_code == 200
    assert answer.json()["staff"]["id"] == wanted
    assert "members" in answer.json()["rights"]
    me = calls(session, "GET", "/v1/session", headers=browser(answer))
    assert (me.status_code, me.json()["csrf"]) == (200, answer.json()["csrf"])


def test_a_script_cannot_read_the_cookie_and_other_sites_cannot_send_it(
    shop: Company, session: requests.Session
) -> None:
    address, _ = hired(shop, session)
    said = signs_in(session, address).headers["set-cookie"].lower()
    assert said.startswith(f"{COOKIE}=lkp_")
    for word in ("httponly", "samesite=strict", "path=/"):
        assert word in said


def test_a_link_is_good_once_and_for_a_week(
    shop: Company, session: requests.Session, watch: Watch
) -> None:
    owner, (_, wanted) = at_work(shop), hired(shop, session)
    first = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()["link"]
    second = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()["link"]
    choice = {"password": PASSWORD}
    assert calls(session, "POST", "/v1/password", choice | {"link": first}).status_code == 403
    assert calls(session, "POST", "/v1/password", choice | {"link": second}).status_code == 200
    assert calls(session, "POST", "/v1/password", choice | {"link": second}).status_code == 403
    late = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()["link"]
    watch.at += timedelta(days=7, seconds=1)
    assert calls(session, "POST", "/v1/password", choice | {"link": late}).status_code == 403


def test_wrong_passwords_lock_an_address_whether_or_not_somebody_has_it(
    shop: Company, session: requests.Session, watch: Watch
) -> None:
    address, _ = hired(shop, session)
    for tried in (address, "nobody@shop.example"):
        statuses = [signs_in(session, tried, "wrong").status_code for _ in range(FAILURES_MAX)]
        assert statuses == [401] * FAILURES_MAX
        locked = signs_in(session, tried)
        assert locked.status_code == 429
        assert 0 < int(locked.headers["Retry-After"]) <= LOCKED.total_seconds()
    watch.at += LOCKED
    assert signs_in(session, address).status_code == 200


def test_what_was_wrong_is_not_said(shop: Company, session: requests.Session) -> None:
    address, _ = hired(shop, session)
    wrong = signs_in(session, address, "wrong").json()
    unknown = signs_in(session, "nobody@shop.example", "wrong").json()
    assert wrong.pop("instance") != unknown.pop("instance"), "each request has its own number"
    assert unknown == wrong


def test_one_place_cannot_try_for_ever(session: requests.Session) -> None:
    answers = {signs_in(session, "not an address").status_code for _ in range(61)}
    assert answers == {422, 429}


def test_an_idle_session_ends_and_a_busy_one_ends_with_the_day(
    shop: Company, session: requests.Session, watch: Watch
) -> None:
    address, _ = hired(shop, session)
    idle = browser(signs_in(session, address))
    busy = browser(signs_in(session, address))
    end = watch.at + sessions.ABSOLUTE
    while watch.at + timedelta(minutes=20) < end:
        watch.at += timedelta(minutes=20)
        assert calls(session, "GET", "/v1/session", headers=busy).status_code == 200
    assert calls(session, "GET", "/v1/session", headers=idle).status_code == 401
    watch.at = end
    assert calls(session, "GET", "/v1/session", headers=busy).status_code == 401


def test_signing_out_everywhere_ends_every_session_and_token(
    shop: Company, session: requests.Session
) -> None:
    address, _ = hired(shop, session)
    here, there = (browser(signs_in(session, address)) for _ in range(2))
    token = calls(session, "POST", "/v1/staff/me/tokens", {"name": "sheet"}, here).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert calls(session, "GET", "/v1/session", headers=bearer).status_code == 200
    assert len(calls(session, "GET", "/v1/staff/me/sessions", headers=here).json()["sessions"]) == 4
    assert calls(session, "DELETE", "/v1/staff/me/sessions", headers=here).status_code == 200
    for shown in (here, there, bearer):
        assert calls(session, "GET", "/v1/session", headers=shown).status_code == 401


def test_one_session_is_ended_alone(shop: Company, session: requests.Session) -> None:
    address, _ = hired(shop, session)
    here, there = (browser(signs_in(session, address)) for _ in range(2))
    assert calls(session, "DELETE", "/v1/session", headers=there).status_code == 200
    assert calls(session, "GET", "/v1/session", headers=there).status_code == 401
    assert calls(session, "GET", "/v1/session", headers=here).status_code == 200


def test_another_password_needs_the_old_one_and_ends_other_sessions(
    shop: Company, session: requests.Session
) -> None:
    address, _ = hired(shop, session)
    here, there = (browser(signs_in(session, address)) for _ in range(2))
    path, change = "/v1/staff/me/password", {"old": PASSWORD, "new": "another long one"}
    assert calls(session, "PUT", path, change | {"old": "x"}, here).status_code == 401
    short = calls(session, "PUT", path, change | {"new": "short"}, here)
    assert (short.status_code, "new" in short.json()["detail"]) == (422, True)
    fresh = calls(session, "PUT", path, change, here)
    assert fresh.status_code == 200
    assert calls(session, "GET", "/v1/session", headers=browser(fresh)).status_code == 200
    for shown in (here, there):
        assert calls(session, "GET", "/v1/session", headers=shown).status_code == 401
    assert signs_in(session, address, "another long one").status_code == 200


def test_whoever_is_shut_out_is_out_at_once_and_may_come_back(
    shop: Company, session: requests.Session
) -> None:
    owner, (address, wanted) = at_work(shop), hired(shop, session)
    here = browser(signs_in(session, address))
    owner.asks(session, "PATCH", f"/v1/staff/{wanted}", {"active": False})
    assert calls(session, "GET", "/v1/session", headers=here).status_code == 401
    assert signs_in(session, address).status_code == 401
    owner.asks(session, "PATCH", f"/v1/staff/{wanted}", {"active": True})
    assert signs_in(session, address).status_code == 200


def test_another_role_asks_to_sign_in_again(shop: Company, session: requests.Session) -> None:
    owner, (address, wanted) = at_work(shop), hired(shop, session, "manager")
    here = browser(signs_in(session, address))
    owner.asks(session, "PATCH", f"/v1/staff/{wanted}", {"role": "cashier"})
    assert calls(session, "GET", "/v1/session", headers=here).status_code == 401
    assert "adjust" not in signs_in(session, address).json()["rights"]


def test_the_last_owner_stays(shop: Company, session: requests.Session) -> None:
    owner = at_work(shop)
    for change in ({"active": False}, {"role": "manager"}):
        answer = owner.asks(session, "PATCH", f"/v1/staff/{owner.person.id}", change)
        assert (answer.status_code, answer.json()["type"]) == (
            409,
            "urn:loyalty:problem:last-owner",
        )
    at_work(shop)
    change = {"role": "manager"}
    assert owner.asks(session, "PATCH", f"/v1/staff/{owner.person.id}", change).status_code == 200


def test_staff_sent_twice_is_one_person(shop: Company, session: requests.Session) -> None:
    owner = at_work(shop)
    body = {"id": new_id(), "name": "Ben", "email": "ben@shop.example", "role": "cashier"}
    first, again = (owner.asks(session, "POST", "/v1/staff", body) for _ in range(2))
    assert first.json() == again.json()
    other = owner.asks(session, "POST", "/v1/staff", body | {"name": "Bob"})
    assert other.status_code == 409
    same_address = owner.asks(session, "POST", "/v1/staff", body | {"id": new_id()})
    assert same_address.status_code == 409
    assert len(owner.asks(session, "GET", "/v1/staff").json()["staff"]) == 2


def test_secrets_of_the_staff_are_kept_as_hashes_only(
    shop: Company, session: requests.Session
) -> None:
    address, wanted = hired(shop, session)
    answer = signs_in(session, address)
    headers = browser(answer)
    assert calls(session, "PUT", "/v1/staff/me/pin", {"pin": "482915"}, headers).status_code == 200
    with shop.database.across() as connection:
        dump = "\n".join(
            str(row._asdict())
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        )
    cookie = headers["Cookie"].partition("=")[2]
    for secret in (PASSWORD, "482915", cookie, answer.json()["csrf"]):
        assert secret not in dump
    with shop.database.read(shop.shop.tenant) as tx:
        person = kept(tx, wanted)
        pepper = tx.keys.cards
    assert person is not None
    parameters = f"m={passwords.MEMORY_KIB},t={passwords.PASSES},p={passwords.LANES}"
    assert parameters in (person.password or "")
    assert passwords.fits(person.pin, pin_digest(pepper, "482915"))
    assert not passwords.fits(person.pin, pin_digest(bytes(32), "482915"))


def test_a_browsers_session_is_no_bearer_token(shop: Company, session: requests.Session) -> None:
    owner = at_work(shop)
    shown = {"Authorization": f"Bearer {owner.cookie}"}
    assert calls(session, "GET", "/v1/staff", headers=shown).status_code == 401
    token_as_cookie = {"Cookie": f"{COOKIE}={owner.token}"}
    assert calls(session, "GET", "/v1/staff", headers=token_as_cookie).status_code == 401


def test_what_staff_does_is_in_the_audit_log(shop: Company, session: requests.Session) -> None:
    address, wanted = hired(shop, session)
    signs_in(session, address, "wrong")
    signs_in(session, address)
    with shop.database.read(shop.shop.tenant) as tx:
        from_log = [
            row.action
            for row in tx.rows(
                select(tables.audit)
                .where(tables.audit.c.about == wanted)
                .order_by(tables.audit.c.number)
            )
        ]
    assert from_log == [
        "staff.add", "staff.invite", "staff.password", "session.refuse", "session.open",
    ]  # fmt: skip


# --- the first owner ------------------------------------------------------------------------------

LINK = "the-secret-that-serve-printed"
OWNER = {"name": "Lise", "email": "lise@shop.example", "password": PASSWORD}
COMPANY = {"name": "Maison Lise", "time_zone": "Europe/Paris"}


@pytest.fixture
def nobodys(url: str) -> Iterator[requests.Session]:
    """A server that has just been started, with nothing in its database."""
    with company(url) as made:
        migrate(made.database.engine)
        with made.database.engine.begin() as connection:
            for table in reversed(tables.metadata.sorted_tables):
                connection.execute(table.delete())
        with in_process(create_app(made.database, first_run=LINK)) as session:
            yield session


def test_the_link_of_a_new_server_makes_the_company_and_its_owner_once(
    nobodys: requests.Session,
) -> None:
    waiting = calls(nobodys, "GET", "/v1/first-run").json()
    assert (waiting["waiting"], waiting["company"]) == (True, False)
    assert "one-euro-one-point" in waiting["programs"]
    body = {"token": LINK, "company": COMPANY, "owner": OWNER}
    answer = calls(nobodys, "POST", "/v1/first-run", body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["staff"]["role"] == "owner"
    assert calls(nobodys, "GET", "/v1/staff", headers=browser(answer)).status_code == 200
    assert calls(nobodys, "GET", "/v1/first-run").json()["waiting"] is False
    assert calls(nobodys, "POST", "/v1/first-run", body).status_code == 403
    assert signs_in(nobodys, "lise@shop.example").status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"token": "guessed"}, 403, "prints"),
        ({"company": None}, 422, "company"),
        ({"company": COMPANY | {"time_zone": "Mars/Base"}}, 422, "company.time_zone"),
        ({"company": COMPANY | {"program": "../secrets"}}, 422, "company.program"),
        ({"owner": OWNER | {"password": "short"}}, 422, "owner.password"),
    ],
)
def test_a_first_run_that_is_wrong_says_what_and_can_be_tried_again(
    nobodys: requests.Session, change: dict[str, object], status: int, says: str
) -> None:
    body: dict[str, object] = {"token": LINK, "company": COMPANY, "owner": OWNER}
    answer = calls(nobodys, "POST", "/v1/first-run", body | change)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text
    assert calls(nobodys, "POST", "/v1/first-run", body).status_code == 200


def test_a_server_without_a_link_lets_nobody_become_its_owner(session: requests.Session) -> None:
    for token in ("", " ", "x"):
        answer = calls(session, "POST", "/v1/first-run", {"token": token, "owner": OWNER})
        assert answer.status_code in (403, 422)


def test_a_cashier_of_one_store_is_told_apart(shop: Company, session: requests.Session) -> None:
    owner = at_work(shop)
    body = {"id": new_id(), "name": "Ben", "email": "b@shop.example", "role": Role.CASHIER.value}
    unknown = owner.asks(session, "POST", "/v1/staff", body | {"store": "nowhere"})
    assert unknown.status_code == 404
    here = owner.asks(session, "POST", "/v1/staff", body | {"store": shop.shop.store})
    assert here.json()["store"] == shop.shop.store
    path = f"/v1/staff/{here.json()['id']}"
    assert owner.asks(session, "PATCH", path, {"store": None}).json()["store"] is None
    assert staff.LINK_DAYS == 7
