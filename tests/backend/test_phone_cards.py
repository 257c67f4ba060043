"""The phone as a card: a code that a till looks up as it looks up a chip (P-35)."""

from typing import Any

import pytest
import requests

from backend_client.errors import BackendRefused
from backend_client.schemas.tills import MemberQuery
from tests.support.account import Phone
from tests.support.desk import Clock, Desk, desk, mailed
from tests.support.facts import Kiosk, sale_of
from tests.support.server import Company, Connected, new_id

CAMILLE = "camille@example.org"
UID, OTHER = "04a1b2c3d4e5f6", "04ffb2c3d4e5f6"
NINE_BYTES = 18


@pytest.fixture
def phone(shop: Company, session: requests.Session) -> Phone:
    return Phone(shop=shop, session=session)


def camille(counter: Desk, phone: Phone, **said: object) -> str:
    """A member who is signed in on their phone."""
    member = counter.add(email=CAMILLE, **said)["id"]
    phone.comes_in(CAMILLE)
    return str(member)


def made(phone: Phone, **said: object) -> str:
    told = phone.ask("POST", "/me/card", said)
    assert told["state"] == "ready"
    return str(told["number"])


def on_phone(counter: Desk, member: str) -> list[dict[str, Any]]:
    return [card for card in counter.record(member)["cards"] if card.get("on_phone")]


def test_a_till_finds_a_member_by_their_phone_as_by_a_card(
    counter: Desk, phone: Phone, line: Connected
) -> None:
    member = camille(counter, phone)
    assert phone.ask("GET", "/me/card") == {"state": "none", "number": None}
    number = made(phone)
    assert len(number) == NINE_BYTES, "no chip has a number of nine bytes"
    assert made(phone) == number, "asked again, it stays as it is"
    assert phone.ask("GET", "/me/card") == {"state": "ready", "number": number}
    for scanned in (number, number.lower()):
        assert line.till.find_member(MemberQuery(card_uid=scanned)).id == member
    (card,) = on_phone(counter, member)
    assert card["assurance"] == "uid", "a picture is trusted as little as a bare number"
    other = Phone(shop=phone.shop, session=phone.session)
    counter.add(email="robin@example.org")
    other.comes_in("robin@example.org")
    assert made(other) != number


def test_another_code_takes_the_place_of_one_that_got_out_and_points_stay(
    counter: Desk, phone: Phone, line: Connected
) -> None:
    member = camille(counter, phone)
    number = made(phone)
    line.till.record_sale(sale_of(member, 5000))
    fresh = made(phone, instead_of=number)
    assert fresh != number
    assert made(phone, instead_of=number) == fresh, "sent again, nothing happens twice"
    with pytest.raises(BackendRefused, match="blocked"):
        line.till.find_member(MemberQuery(card_uid=number))
    found = line.till.find_member(MemberQuery(card_uid=fresh))
    assert (found.id, found.balance) == (member, 50 + 50), "of the welcome and the sale"


def test_it_is_as_good_as_the_card_they_have(counter: Desk, phone: Phone, at: Clock) -> None:
    counter.ask("PUT", "/card-types/short", {"name": "Short", "days": 10})
    member = camille(counter, phone)
    plastic = {"card_uid": UID, "type": "short", "earn_only": True, "per_day": 100}
    linked = counter.ask("POST", f"/members/{member}/cards", plastic)
    number = made(phone)
    (card,) = on_phone(counter, member)
    same = ("type", "earn_only", "per_day", "valid_from", "valid_until")
    assert [card[name] for name in same] == [linked[name] for name in same]
    at.later(days=11)
    assert phone.ask("GET", "/me/card")["state"] == "expired"
    counter = desk(phone.shop, phone.session)  # the other's token is for a day
    counter.ask("POST", f"/members/{member}/cards", {"card_uid": OTHER, "type": "short"})
    made(phone)
    again = phone.ask("GET", "/me/card")["number"]
    assert again == number, "the same code, good for longer"
    (card,) = on_phone(counter, member)
    assert not card["earn_only"], "now as the card they have now"


def test_where_cards_are_sold_the_phone_is_none_for_who_has_bought_none(
    counter: Desk, phone: Phone
) -> None:
    counter.ask("PUT", "/products/CARTE", {"name": "Carte", "kind": "admin", "price": 500})
    counter.ask("PUT", "/card-types/gold", {"name": "Gold", "paid": True, "article": "CARTE"})
    member = camille(counter, phone)
    assert phone.ask("GET", "/me/card")["state"] == "not-offered"
    phone.refused("card-not-offered", "POST", "/me/card", {})
    counter.ask("POST", f"/members/{member}/cards", {"card_uid": UID, "type": "gold"})
    made(phone)
    assert on_phone(counter, member)[0]["type"] == "gold"


def test_a_shop_that_wants_no_cards_on_phones_says_so_and_takes_none_away(
    counter: Desk, phone: Phone, line: Connected
) -> None:
    member = camille(counter, phone)
    number = made(phone)
    assert counter.ask("GET", "/settings/cards") == {"on_phones": True}
    counter.ask("PUT", "/settings/cards", {"on_phones": False})
    assert line.till.find_member(MemberQuery(card_uid=number)).id == member
    assert phone.ask("GET", "/me/card")["state"] == "ready"
    counter.add(email="robin@example.org")
    phone.comes_in("robin@example.org")
    assert phone.ask("GET", "/me/card")["state"] == "not-offered"
    phone.refused("card-not-offered", "POST", "/me/card", {})


def test_a_lost_phone_shows_no_other_card_until_its_owner_signs_in_again(
    counter: Desk, phone: Phone, line: Connected
) -> None:
    member = camille(counter, phone)
    number = made(phone)
    (card,) = on_phone(counter, member)
    counter.ask("POST", f"/cards/{card['card']}/block", {"reason": "staff"})
    assert phone.ask("GET", "/me/card") == {"state": "blocked", "number": None}
    assert phone.refused("card-blocked", "POST", "/me/card", {})["reason"] == "staff"
    counter.ask("POST", f"/cards/{card['card']}/unblock")
    assert made(phone) == number
    counter.ask("POST", f"/cards/{card['card']}/block", {"reason": "lost"})
    phone.refused("not-authorised", "GET", "/me/card")
    phone.comes_in(CAMILLE)
    fresh = made(phone)
    assert fresh != number
    assert line.till.find_member(MemberQuery(card_uid=fresh)).id == member


def test_who_loses_their_card_keeps_the_one_on_their_phone(
    counter: Desk, phone: Phone, line: Connected, kiosk: Kiosk
) -> None:
    member = camille(counter, phone, card_uid=UID)
    number, wanted = made(phone), new_id()
    line.raw("POST", "/v1/kiosk/codes", {"id": wanted, "email": CAMILLE})
    digits = {"digits": mailed(phone.shop, wanted)}
    line.raw("POST", f"/v1/kiosk/codes/{wanted}/check", digits)
    tapped = {"card": kiosk.card(bytes.fromhex(OTHER))}
    new = line.raw("POST", f"/v1/kiosk/codes/{wanted}/card", tapped).json()
    assert "on_phone" not in new
    for uid in (number, OTHER):
        assert line.till.find_member(MemberQuery(card_uid=uid)).id == member
    with pytest.raises(BackendRefused, match="blocked"):
        line.till.find_member(MemberQuery(card_uid=UID))
    assert phone.ask("GET", "/me/card")["number"] == number, "and is signed in still"


def test_a_card_that_replaces_the_phone_is_no_phone(counter: Desk, phone: Phone) -> None:
    member = camille(counter, phone)
    made(phone)
    (card,) = on_phone(counter, member)
    new = counter.ask("POST", f"/cards/{card['card']}/replacement", {"card_uid": UID})
    assert not new.get("on_phone")
    assert phone.ask("GET", "/me/card")["state"] == "none"
