"""Links to join: seven days, once, with the card that a kiosk holds; a bonus once per person."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from backend_client.schemas.changes import CardChanged, LinkUsed
from backend_client.schemas.problems import PROBLEM
from loyalty.program import InvitationRules
from tests.support.desk import Clock, Desk
from tests.support.facts import Kiosk
from tests.support.server import Connected, new_id, until

FORM = {
    "first_name": "Camille",
    "email": "camille@example.org",
    "language": "fr",
    "consents": [{"purpose": "program", "given": True, "text_version": "4"}],
}


def token(link: dict[str, Any]) -> str:
    return urlsplit(str(link["url"])).path.rpartition("/")[2]


def filled(line: Connected, link: dict[str, Any], **said: object) -> tuple[int, dict[str, Any]]:
    answer = line.raw("POST", f"/v1/join/{token(link)}", FORM | said, headers={"Authorization": ""})
    return answer.status_code, answer.json()


def test_a_link_on_a_receipt_makes_a_member_once(counter: Desk, line: Connected) -> None:
    body = {"id": new_id()}
    link = counter.ask("POST", "/links", body)
    assert counter.ask("POST", "/links", body) == link
    form = line.raw("GET", f"/v1/join/{token(link)}", headers={"Authorization": ""}).json()
    assert (form["shop"], form["welcome"], form["used"]) == ("Maison Lise", 50, False)
    status, joined = filled(line, link)
    assert (status, joined) == (200, {"first_name": "Camille", "welcome": 50, "has_card": False})
    assert filled(line, link) == (200, joined)
    status, problem = filled(line, link, first_name="Dominique")
    assert (status, problem["type"]) == (409, PROBLEM + "link-used")
    (member,) = counter.find(email="camille@example.org")
    assert counter.balance(member) == 50
    assert counter.record(member)["consents"][0]["text_version"] == "4"


@pytest.mark.parametrize(("hour", "opens"), [(23, True), (24, False)])
def test_a_link_opens_on_the_seventh_day_and_not_on_the_eighth(
    line: Connected, at: Clock, hour: int, *, opens: bool
) -> None:
    # Handed out at noon in Paris; the seventh day after ends at midnight there.
    noon = datetime.now(UTC).replace(hour=11, minute=0) + timedelta(days=1)
    at.later(seconds=(noon - datetime.now(UTC)).total_seconds())
    link = line.raw("POST", "/v1/links", {"id": new_id()}, till=True).json()
    at.later(days=7, hours=hour - 11.5)
    status, answer = filled(line, link)
    assert status == (200 if opens else 403)
    assert opens or answer["type"] == PROBLEM + "link"


def test_the_kiosk_hears_at_once_that_somebody_joined_on_their_phone(
    line: Connected, kiosk: Kiosk
) -> None:
    card = kiosk.card(bytes.fromhex("04a1b2c3d4e5f6"))
    wanted = {"id": new_id(), "card": card}
    link = line.raw("POST", "/v1/kiosk/links", wanted).json()
    cursor = line.terminal.changes("").cursor
    heard: list[object] = []
    waiting = threading.Thread(
        target=lambda: heard.extend(line.terminal.changes(cursor, 20).changes)
    )
    waiting.start()
    until(lambda: line.company.app.state.bell.waiting == 1)
    status, joined = filled(line, link)
    assert (status, joined["has_card"]) == (200, True)
    waiting.join(10)  # it would have waited for 20
    assert not waiting.is_alive()
    (used,) = [each for each in heard if isinstance(each, LinkUsed)]
    (opened,) = [each for each in heard if isinstance(each, CardChanged)]
    assert used.link == wanted["id"]
    assert (opened.card, opened.member) == (card, used.member)


def test_the_bonus_comes_once_per_person_whatever_links_and_cards(
    counter: Desk, line: Connected, kiosk: Kiosk
) -> None:
    said = [
        {},
        {"phone": "0612345678"},
        {"email": "other@example.org", "phone": "+33612345678"},
        {"email": "OTHER@example.org"},
    ]
    given = []
    for number, form in enumerate(said):
        body = {"id": new_id(), "card": kiosk.card(bytes([4, number, *range(5)]))}
        link = line.raw("POST", "/v1/kiosk/links", body).json()
        given.append(filled(line, link, **form)[1]["welcome"])
    assert given == [50, 0, 0, 0]
    assert sum(counter.balance(member) for member in counter.find()) == 50


def test_a_customer_whom_we_cannot_write_to_fills_in_their_own_record(
    counter: Desk, line: Connected
) -> None:
    member = counter.add(last_name="Martin", town="Angers")["id"]
    link = counter.ask("POST", "/links", {"id": new_id(), "member": member})
    assert filled(line, link)[1]["welcome"] == 50
    record = counter.record(member)
    assert (record["email"], record["town"]) == ("camille@example.org", "Angers")
    assert counter.balance(member) == 50


def test_a_link_that_is_none_opens_nothing(counter: Desk, line: Connected) -> None:
    link = counter.ask("POST", "/links", {"id": new_id()})
    good = token(link)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    for text in (forged, "x", "lkl_x", "lkl_x_y", "lkl__", "0" * 200):
        answer = line.raw("GET", f"/v1/join/{text}", headers={"Authorization": ""})
        assert (answer.status_code, answer.json()["type"]) == (403, PROBLEM + "link"), text
    mydata = line.raw("GET", f"/v1/my-data/{good}", headers={"Authorization": ""})
    assert mydata.status_code == 403


def test_a_person_takes_their_data_home_by_a_link_and_says_yes_and_no_at_the_kiosk(
    counter: Desk, line: Connected, kiosk: Kiosk, at: Clock
) -> None:
    uid, other = bytes.fromhex("04a1b2c3d4e5f6"), bytes.fromhex("04ffb2c3d4e5f6")
    member = counter.add(email="camille@example.org", phone="0612345678", card_uid=uid.hex())["id"]
    counter.ask("POST", f"/members/{member}/cards", {"card_uid": other.hex()})
    card = {"card": kiosk.card(uid)}
    shown = line.raw("POST", "/v1/kiosk/my-data", card).json()
    assert (shown["email"], shown["phone"]) == ("c•••@•••.org", "•• •• •• 78")
    yes = {"purpose": "news", "given": True, "text_version": "5"}
    answered = line.raw(
        "POST", "/v1/kiosk/my-data/consents", card | {"id": new_id(), "consents": [yes]}
    ).json()
    assert answered["consents"][0]["given"] is True
    spoken = line.raw("POST", "/v1/kiosk/my-data/language", card | {"language": "en"}).json()
    assert spoken["member"]["language"] == "en"
    link = line.raw("POST", "/v1/kiosk/my-data/link", card | {"id": new_id()}).json()
    nobody = {"Authorization": ""}
    data = line.raw("GET", f"/v1/my-data/{token(link)}", headers=nobody)
    assert data.json()["tables"]["members"][0]["email"] == "camille@example.org"
    file = line.raw("GET", f"/v1/my-data/{token(link)}/file", headers=nobody)
    assert file.content[:2] == b"PK"
    gone = card | {"remove": kiosk.card(other)}
    assert line.raw("POST", "/v1/kiosk/my-data/cards/removal", gone).json()["reason"] == "removed"
    at.later(hours=25)
    assert line.raw("GET", f"/v1/my-data/{token(link)}", headers=nobody).status_code == 403


def test_a_link_on_a_lost_ticket_is_found_by_its_number_and_withdrawn(
    counter: Desk, line: Connected
) -> None:
    counter.rule(invitations=InvitationRules(active=True))
    ticket = new_id()
    told = line.raw("POST", "/v1/invitations", {"id": ticket}, till=True).json()["invitation"]
    (found,) = counter.ask("GET", f"/links?receipt={ticket}")["links"]
    assert (found["purpose"], found["open"], found["member"]) == ("invite", True, None)
    assert counter.ask("GET", f"/links?receipt={new_id()}")["links"] == []
    for _ in range(2):
        assert counter.ask("POST", f"/links/{found['id']}/withdrawal")["open"] is False
    status, problem = filled(line, told)
    assert (status, problem["type"]) == (403, PROBLEM + "link")
    member = counter.add(first_name="Anne")["id"]
    mine = counter.ask("POST", "/links", {"id": new_id(), "member": member})
    (handed,) = counter.ask("GET", f"/members/{member}/links")["links"]
    assert handed["id"] == mine["id"]
    counter.ask("POST", f"/links/{mine['id']}/withdrawal")
    assert counter.ask("GET", f"/members/{member}/links")["links"] == []
    counter.refused("not-found", "POST", f"/links/{new_id()}/withdrawal")
