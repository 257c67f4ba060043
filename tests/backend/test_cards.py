"""Cards: linked, blocked, replaced; their types; a card that is in two places."""

from collections.abc import Iterator

import pytest
import requests

from backend.db import facts, feed, shops
from backend.db.shops import Store
from backend_client.errors import BackendRefused
from backend_client.schemas.changes import CardChanged
from backend_client.schemas.tills import MemberQuery
from loyalty.ids import StoreId
from loyalty.program import CardPrice, Guard
from tests.support.desk import Clock, Desk
from tests.support.facts import sale_of
from tests.support.server import Company, Connected, connected, new_id

UID, OTHER = "04a1b2c3d4e5f6", "04ffb2c3d4e5f6"


def test_a_member_has_several_cards_and_each_opens_the_same_account(
    counter: Desk, line: Connected
) -> None:
    member = counter.add(card_uid=UID)["id"]
    linked = counter.ask("POST", f"/members/{member}/cards", {"card_uid": OTHER, "label": "Léa"})
    assert counter.ask("POST", f"/members/{member}/cards", {"card_uid": OTHER}) == linked
    for uid in (UID, OTHER):
        assert line.till.find_member(MemberQuery(card_uid=uid)).id == member
    assert len(counter.record(member)["cards"]) == 2


def test_a_card_that_is_not_free_puts_its_article_on_the_ticket(
    counter: Desk, line: Connected
) -> None:
    """CLI-06: one line, at the article's price; the program's own price goes before it."""
    counter.ask("PUT", "/products/CARTE", {"name": "Carte", "kind": "admin", "price": 500})
    counter.ask("PUT", "/card-types/gold", {"name": "Gold", "paid": True, "article": "CARTE"})
    counter.ask("PUT", "/card-types/plain", {"name": "Plain"})
    member, path = counter.add()["id"], "/members/{}/cards"
    wanted = {"card_uid": UID, "type": "gold"}
    linked = counter.ask("POST", path.format(member), wanted)
    sold = linked["sold"]
    assert (sold["article"], sold["unit_price"], sold["quantity"]) == ("CARTE", 500, 1)
    assert counter.ask("POST", path.format(member), wanted) == linked
    sale = sale_of(member, 505_00).model_dump(mode="json")
    sale["lines"] = [sold, {"article": "PULL", "unit_price": 500_00}]
    assert line.raw("POST", "/v1/sales", sale, till=True).json()["earned"] == 500
    other = {"card_uid": OTHER, "type": "plain"}
    assert counter.ask("POST", path.format(member), other)["sold"] is None
    counter.rule(card_price=CardPrice(article="CARTE", amount=300))
    third = {"card_uid": "04eeb2c3d4e5f6"}
    assert counter.ask("POST", path.format(member), third)["sold"]["unit_price"] == 300


def test_a_card_of_somebody_else_and_a_random_number_are_refused(counter: Desk) -> None:
    counter.add(card_uid=UID)
    member = counter.add()["id"]
    counter.refused("card-taken", "POST", f"/members/{member}/cards", {"card_uid": UID})
    counter.refused("card-random", "POST", f"/members/{member}/cards", {"card_uid": "08112233"})
    counter.refused("not-found", "POST", "/members/nobody/cards", {"card_uid": OTHER})
    assert counter.record(member)["cards"] == []


def test_a_blocked_card_opens_nothing_until_it_is_unblocked(counter: Desk, line: Connected) -> None:
    card = counter.add(card_uid=UID)["cards"][0]["card"]
    cursor = line.terminal.changes("").cursor
    counter.ask("POST", f"/cards/{card}/block", {"reason": "lost"})
    with pytest.raises(BackendRefused, match="blocked"):
        line.till.find_member(MemberQuery(card_uid=UID))
    told = line.terminal.changes(cursor).changes
    assert [(each.card, each.reason) for each in told if isinstance(each, CardChanged)] == [
        (card, "lost")
    ]
    counter.ask("POST", f"/cards/{card}/unblock")
    assert line.till.find_member(MemberQuery(card_uid=UID)).first_name == "Camille"


def test_a_replaced_card_keeps_every_lot_as_it_was(counter: Desk, line: Connected) -> None:
    added = counter.add(card_uid=UID)
    member, card = added["id"], added["cards"][0]["card"]
    line.till.record_sale(sale_of(member, 12345))
    before = line.till.account(member).model_dump_json()
    counter.ask("PATCH", f"/cards/{card}", {"assurance": "chip"})
    new = counter.ask("POST", f"/cards/{card}/replacement", {"card_uid": OTHER})
    assert new["assurance"] == "uid"  # of the new card's chip, nobody has said anything
    assert counter.ask("POST", f"/cards/{card}/replacement", {"card_uid": OTHER}) == new
    assert line.till.account(member).model_dump_json() == before
    assert line.till.find_member(MemberQuery(card_uid=OTHER)).id == member
    with pytest.raises(BackendRefused, match="blocked"):
        line.till.find_member(MemberQuery(card_uid=UID))
    counter.refused("card-blocked", "POST", f"/cards/{card}/unblock")
    counter.refused(
        "card-blocked", "POST", f"/cards/{card}/replacement", {"card_uid": "04eeb2c3d4e5f6"}
    )


def test_a_card_type_is_free_or_paid_and_has_a_name(counter: Desk) -> None:
    program = counter.add()["accounts"][0]["program"]
    free = {"name": "Classic", "program": program}
    assert counter.ask("PUT", "/card-types/free", free)["paid"] is False
    counter.ask("PUT", "/products/CARD-GOLD", {"name": "Gold card", "price": 500})
    paid = {"name": "Gold", "program": program, "paid": True, "article": "CARD-GOLD"}
    assert counter.ask("PUT", "/card-types/gold", paid)["article"] == "CARD-GOLD"
    for wrong in (
        free | {"name": ""},
        free | {"name": "  "},
        paid | {"article": None},
        free | {"article": "CARD"},
        free | {"days": 0},
        free | {"days": 5, "last_day": "2026-01-01"},
        free | {"first_day": "2026-02-01", "last_day": "2026-01-01"},
        free | {"id": "free"},
    ):
        counter.refused("invalid", "PUT", "/card-types/free", wrong)
    counter.refused("not-found", "PUT", "/card-types/free", free | {"program": "none"})
    counter.refused("not-found", "PUT", "/card-types/gold", paid | {"article": "NOTHING"})
    assert [each["id"] for each in counter.ask("GET", "/card-types")["types"]] == ["free", "gold"]
    member = counter.add()["id"]
    card = counter.ask("POST", f"/members/{member}/cards", {"card_uid": OTHER, "type": "free"})
    assert card["valid_until"] is None, "a type that says nothing of days is good for ever"
    said = counter.refused("in-use", "DELETE", "/card-types/free")["detail"]
    assert said == "cards that are out are of this type (1): it stays"
    for _ in range(2):
        assert counter.raw("DELETE", "/card-types/gold").status_code == 204
    assert [each["id"] for each in counter.ask("GET", "/card-types")["types"]] == ["free"]


def test_a_fixed_card_ends_with_its_last_day_and_a_rolling_one_counts_from_joining(
    counter: Desk,
) -> None:
    added = counter.add()
    program = added["accounts"][0]["program"]
    types = (
        {"name": "year", "first_day": "2025-01-01", "last_day": "2025-12-31"},
        {"name": "rolling", "days": 365},
    )
    for kind in types:
        counter.ask("PUT", f"/card-types/{kind['name']}", kind | {"program": program})
    path = f"/members/{added['id']}/cards"
    fixed = counter.ask("POST", path, {"card_uid": UID, "type": "year"})
    assert fixed["valid_from"] == "2024-12-31T23:00:00Z"
    assert fixed["valid_until"] == "2025-12-31T23:00:00Z"
    rolling = counter.ask(
        "POST", path, {"card_uid": OTHER, "type": "rolling", "joined_on": "2025-03-10"}
    )
    # The last valid day is 2026-03-09: it ends at the midnight after it, in Paris.
    assert rolling["valid_until"] == "2026-03-09T23:00:00Z"


def test_a_card_that_is_too_old_opens_nothing(counter: Desk, line: Connected) -> None:
    added = counter.add()
    program = added["accounts"][0]["program"]
    kind = {"name": "Old", "program": program, "last_day": "2025-12-31"}
    counter.ask("PUT", "/card-types/old", kind)
    counter.ask("POST", f"/members/{added['id']}/cards", {"card_uid": UID, "type": "old"})
    with pytest.raises(BackendRefused, match="not valid now"):
        line.till.find_member(MemberQuery(card_uid=UID))


def test_a_card_says_what_it_may_do_and_kiosks_hear_of_it(counter: Desk, line: Connected) -> None:
    card = counter.add(card_uid=UID)["cards"][0]["card"]
    cursor = line.terminal.changes("").cursor
    counter.ask("PATCH", f"/cards/{card}", {"earn_only": True, "label": "Tom"})
    counter.ask("PATCH", f"/cards/{card}", {"per_day": 100, "assurance": "chip"})
    told = counter.ask("PATCH", f"/cards/{card}", {"per_day": None})
    assert (told["earn_only"], told["label"], told["per_day"]) == (True, "Tom", None)
    (change,) = line.terminal.changes(cursor).changes
    assert isinstance(change, CardChanged)
    assert (change.earn_only, change.assurance, change.per_day) == (True, "chip", None)
    counter.refused("invalid", "PATCH", f"/cards/{card}", {"assurance": "trusted"})


@pytest.fixture
def far_away(shop: Company, session: requests.Session) -> Iterator[Connected]:
    """A till and a kiosk of the same company, in another shop."""
    with shop.database.write(shop.shop.tenant) as tx:
        first = shops.store(tx, shop.shop.store)
        assert first is not None
        other = Store(
            id=StoreId(new_id()),
            name="Bordeaux",
            address="",
            time_zone=first.time_zone,
            program=first.program,
        )
        shops.add_store(tx, other)
        feed.tell(tx, "store", other.id)
    there = Company(
        database=shop.database,
        app=shop.app,
        shop=type(shop.shop)(tenant=shop.shop.tenant, store=other.id, program=first.program),
    )
    with connected(there, session=session) as made:
        yield made


def test_a_card_in_two_shops_a_minute_apart_is_frozen_and_staff_is_told_once(
    counter: Desk, line: Connected, far_away: Connected, shop: Company, at: Clock
) -> None:
    counter.rule(guard=Guard(travel_s=120))
    added = counter.add(card_uid=UID, store=shop.shop.store)
    member, card = added["id"], added["cards"][0]["card"]
    query = MemberQuery(card_uid=UID)
    line.till.find_member(query)
    at.later(minutes=10)
    far_away.till.find_member(query)
    at.later(minutes=1)
    for till in (line.till, far_away.till, line.till):
        with pytest.raises(BackendRefused, match="blocked"):
            till.find_member(query)
    assert counter.ask("GET", f"/cards/{card}")["reason"] == "frozen"
    with shop.database.read(shop.shop.tenant) as tx:
        alerts = [each for each in facts.open_alerts(tx) if each.flag == "card-in-two-places"]
    assert [each.about for each in alerts] == [member]
    counter.ask("POST", f"/cards/{card}/unblock")
    assert line.till.find_member(query).id == member
