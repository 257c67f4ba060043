"""Running the shop by API: kiosks and tills, the audit log, second persons, alerts."""

from typing import Any

import pytest
import requests

from backend.db import Transaction, alerts
from backend.db.approvals import Approval
from backend.rights import Role
from backend.services.team import approvals, audit
from backend_client.errors import BackendRefused
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.schemas.terminals import ClaimRequest
from tests.support.facts import Journal, Kiosk, now
from tests.support.server import NOWHERE, Company, Connected, new_id
from tests.support.staff import AtWork, at_work


@pytest.fixture
def owner(shop: Company) -> AtWork:
    return at_work(shop)


def beat(**other: object) -> dict[str, object]:
    return {
        "software": "kiosk 1.2",
        "reader": True,
        "printer": "ready",
        "paper": "low",
        "queue": 3,
        "clock": now().isoformat(),
    } | other


def test_a_kiosk_is_registered_claimed_renamed_and_revoked_by_api(
    shop: Company, session: requests.Session, owner: AtWork
) -> None:
    body = {"id": new_id(), "name": "Entrance", "store": shop.shop.store}
    added = owner.asks(session, "POST", "/v1/terminals", body)
    assert added.status_code == 200
    assert owner.asks(session, "POST", "/v1/terminals", body).status_code == 409
    path = f"/v1/terminals/{body['id']}"
    claimed = claim(NOWHERE, ClaimRequest(code=added.json()["code"]), session=session)
    renamed = owner.asks(session, "PATCH", path, {"name": "Bar"}).json()
    assert (renamed["name"], renamed["state"]) == ("Bar", "claimed")
    code = owner.asks(session, "POST", f"{path}/claim-code").json()["code"]
    again = claim(NOWHERE, ClaimRequest(code=code), session=session)
    for token, status in ((claimed.token, 401), (again.token, 200)):
        shown = {"Authorization": f"Bearer {token}"}
        assert session.get(f"{NOWHERE}/v1/changes", headers=shown, timeout=9).status_code == status
    assert owner.asks(session, "DELETE", path).status_code == 200
    shown = {"Authorization": f"Bearer {again.token}"}
    assert session.get(f"{NOWHERE}/v1/changes", headers=shown, timeout=9).status_code == 401
    assert owner.asks(session, "POST", f"{path}/claim-code").status_code == 404


def test_a_kiosk_says_how_it_is_and_the_shop_reads_it(line: Connected, owner: AtWork) -> None:
    assert line.session is not None
    answer = line.raw("PUT", "/v1/heartbeat", beat())
    assert answer.json()["paused"] is False
    assert abs(answer.json()["clock_off_s"]) < 60
    (told,) = owner.asks(line.session, "GET", "/v1/terminals").json()["terminals"]
    assert (told["health"]["paper"], told["health"]["queue"]) == ("low", 3)
    assert (told["software"], told["seen_at"] is not None) == ("kiosk 1.2", True)


def test_a_paused_kiosk_still_tells_what_happened_and_is_given_no_gift(
    line: Connected, owner: AtWork, kiosk: Kiosk, journal: Journal
) -> None:
    assert line.session is not None
    path = f"/v1/terminals/{line.claimed.terminal}"
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    assert owner.asks(line.session, "PATCH", path, {"paused": True}).json()["state"] == "paused"
    assert line.raw("PUT", "/v1/heartbeat", beat()).json()["paused"] is True
    line.terminal.push(journal.write(kiosk.welcomed(joined.member)))
    assert line.till.account(joined.member).balance == 50
    with pytest.raises(BackendRefused, match="403"):
        line.terminal.hold(kiosk.request(joined.member), 5)
    assert owner.asks(line.session, "PATCH", path, {"paused": False}).json()["state"] == "claimed"
    with pytest.raises(Exception, match="points"):  # the rules answer again
        line.terminal.hold(kiosk.request(joined.member), 5)


def test_a_clock_that_is_off_is_told_to_the_kiosk(line: Connected) -> None:
    answer = line.raw("PUT", "/v1/heartbeat", beat(clock="2001-01-01T00:00:00+00:00"))
    assert answer.json()["clock_off_s"] < -(10**8)


def test_a_tills_key_has_the_scopes_it_was_given_and_can_be_changed(
    shop: Company, session: requests.Session, owner: AtWork
) -> None:
    body: dict[str, Any] = {"id": new_id(), "name": "Web", "store": shop.shop.store}
    body["scopes"] = ["vouchers"]
    first = owner.asks(session, "POST", "/v1/tills", body).json()["key"]
    assert owner.asks(session, "POST", "/v1/tills", body).status_code == 409

    def status(key: str, path: str) -> int:
        shown = {"Authorization": f"Bearer {key}"}
        return session.get(NOWHERE + path, headers=shown, timeout=9).status_code

    assert status(first, "/v1/vouchers/x") == 422
    assert status(first, "/v1/accounts/x") == 403
    second = owner.asks(session, "POST", f"/v1/tills/{body['id']}/key").json()["key"]
    assert (status(first, "/v1/vouchers/x"), status(second, "/v1/vouchers/x")) == (401, 422)
    owner.asks(session, "DELETE", f"/v1/tills/{body['id']}")
    assert status(second, "/v1/vouchers/x") == 401
    (listed,) = (
        each
        for each in owner.asks(session, "GET", "/v1/tills").json()["tills"]
        if each["id"] == body["id"]
    )
    assert listed["scopes"] == ["vouchers"]
    assert listed["rotated_at"] is not None
    assert listed["revoked_at"] is not None


@pytest.mark.parametrize("scope", ["staff", "approve", "publish", "settings", "terminals", "x"])
def test_no_key_carries_what_is_for_people(
    shop: Company, session: requests.Session, owner: AtWork, scope: str
) -> None:
    body = {"id": new_id(), "name": "Web", "store": shop.shop.store, "scopes": [scope]}
    assert owner.asks(session, "POST", "/v1/tills", body).status_code == 422


def test_the_audit_log_is_read_a_page_at_a_time_and_by_what_is_looked_for(
    shop: Company, session: requests.Session, owner: AtWork
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        for number in range(5):
            audit.note(tx, "staff:ben", "member.view", f"m{number}", points=number)
    told: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/v1/audit?actor=staff:ben&limit=2&cursor={cursor}"
        page = owner.asks(session, "GET", path).json()
        told += [line["about"] for line in page["lines"]]
        cursor = page["next"]
    assert told == ["m4", "m3", "m2", "m1", "m0"]
    found = owner.asks(session, "GET", "/v1/audit?about=m3").json()["lines"]
    assert [line["detail"] for line in found] == [{"points": 3}]
    later = owner.asks(session, "GET", "/v1/audit?since=2990-01-01T00:00:00Z").json()
    assert later["lines"] == []
    assert at_work(shop, Role.MANAGER).asks(session, "GET", "/v1/audit").status_code == 403


def test_a_second_person_decides_once_and_never_on_their_own_request(
    shop: Company, session: requests.Session, owner: AtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str | None]] = []

    def carry_out(_: Transaction, approval: Approval) -> None:
        done.append((approval.content, approval.decided_by))

    monkeypatch.setitem(approvals.CARRY_OUT, "test", carry_out)
    manager = at_work(shop, Role.MANAGER)
    asked_by = f"staff:{manager.person.id}"
    with shop.database.write(shop.shop.tenant) as tx:
        asked = approvals.ask(tx, kind="test", about="m1", content="5", asked_by=asked_by)
    (waiting,) = manager.asks(session, "GET", "/v1/approvals").json()["approvals"]
    path = f"/v1/approvals/{waiting['id']}"
    own = manager.asks(session, "POST", f"{path}/decision", {"approve": True})
    assert (own.status_code, own.json()["type"][-11:]) == (403, "two-persons")
    assert done == []
    for _ in range(2):
        yes = owner.asks(session, "POST", f"{path}/decision", {"approve": True})
        assert (yes.status_code, yes.json()["state"]) == (200, "approved")
    assert done == [("5", f"staff:{owner.person.id}")]
    late = at_work(shop).asks(session, "POST", f"{path}/decision", {"approve": False})
    assert late.status_code == 409
    assert owner.asks(session, "GET", path).json()["about"] == asked.about


def test_an_alert_is_listed_until_somebody_closes_it(
    shop: Company, session: requests.Session, owner: AtWork
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        assert alerts.raise_once(tx, "refund-cycle", "m1", event="s1")
        assert not alerts.raise_once(tx, "refund-cycle", "m1", event="s2")
        assert alerts.raise_once(tx, "refund-cycle", "m2", event="s3")
    first, second = owner.asks(session, "GET", "/v1/alerts").json()["alerts"]
    assert {first["about"], second["about"]} == {"m1", "m2"}
    page = owner.asks(session, "GET", "/v1/alerts?limit=1").json()
    rest = owner.asks(session, "GET", f"/v1/alerts?limit=1&cursor={page['next']}").json()
    assert [page["alerts"][0]["id"], rest["alerts"][0]["id"]] == [first["id"], second["id"]]
    closed = owner.asks(session, "POST", f"/v1/alerts/{first['id']}/close").json()
    assert closed["closed_by"] == f"staff:{owner.person.id}"
    again = at_work(shop).asks(session, "POST", f"/v1/alerts/{first['id']}/close").json()
    assert again == closed
    (left,) = owner.asks(session, "GET", "/v1/alerts").json()["alerts"]
    assert left["id"] == second["id"]
    (looked_at,) = owner.asks(session, "GET", "/v1/alerts?closed=true").json()["alerts"]
    assert looked_at["id"] == first["id"]


def test_alerts_of_facts_are_listed_too(
    line: Connected, owner: AtWork, kiosk: Kiosk, journal: Journal
) -> None:
    assert line.session is not None
    with TerminalClient(line.url, line.claimed.token, session=line.session) as terminal:
        joined = kiosk.enrolled()
        terminal.push(journal.write(joined, kiosk.reserved(joined.member)))
    flags = owner.asks(line.session, "GET", "/v1/alerts").json()["alerts"]
    assert all(each["terminal"] == line.claimed.terminal for each in flags)
    assert flags
