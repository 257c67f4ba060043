"""Households: one wallet for several; merges: one person, and two again."""

from typing import Any

import pytest

from loyalty.program import Assurance, AssuranceLimit, HouseholdRules
from tests.support.books import assert_sound
from tests.support.chips import chip_of, said
from tests.support.desk import Desk
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import NOWHERE, Company, Connected, new_id

UIDS = tuple(bytes.fromhex(f"04a1b2c3d4e5f{n}") for n in range(4))


@pytest.fixture
def family(counter: Desk, line: Connected) -> dict[str, Any]:
    """A household of two: a parent with 150 points and a child with 70, in one wallet."""
    counter.rule(households=HouseholdRules(active=True))
    parent = counter.add(first_name="Parent", card_uid=UIDS[0].hex())["id"]
    child = counter.add(first_name="Child", card_uid=UIDS[1].hex())["id"]
    line.till.record_sale(sale_of(parent, 10000))
    line.till.record_sale(sale_of(child, 2000))
    made = counter.ask("POST", "/households", {"id": new_id()})
    path = f"/households/{made['id']}/members"
    counter.ask("POST", path, {"id": new_id(), "member": parent})
    joining = {"id": new_id(), "member": child, "role": "earns_only"}
    told = counter.ask("POST", path, joining)
    assert counter.ask("POST", path, joining) == told
    return told | {"parent": parent, "child": child}


def contributed(told: dict[str, Any]) -> dict[str, int]:
    return {each["member"]: each["contributed"] for each in told["members"]}


def test_who_joins_brings_points_and_the_household_is_welcomed_once(
    shop: Company, counter: Desk, family: dict[str, Any]
) -> None:
    # 150 + 70, less the second welcome of 50.
    assert family["balance"] == 170
    assert contributed(family) == {family["parent"]: 150, family["child"]: 20}
    assert counter.record(family["parent"])["household"] == family["id"]
    again = {"id": new_id(), "member": family["child"]}
    counter.refused("household", "POST", f"/households/{family['id']}/members", again)
    assert_sound(shop)


def test_a_kiosk_hears_how_many_cards_share_the_purse_and_what_each_may(
    counter: Desk, line: Connected, kiosk: Kiosk, family: dict[str, Any]
) -> None:
    spare = {"card_uid": UIDS[2].hex(), "per_day": 40}
    counter.ask("POST", f"/members/{family['parent']}/cards", spare)
    told = {uid: line.terminal.seen(kiosk.card(uid)).standing for uid in UIDS[:3]}
    parent, child = told[UIDS[0]], told[UIDS[1]]
    assert parent is not None
    assert child is not None
    assert parent.household is not None
    assert (parent.household.cards, parent.most, child.most) == (3, None, 0)
    assert told[UIDS[2]] == parent.model_copy(update={"most": 40})
    assert (parent.tier, parent.barred) == (None, ())
    blind = line.raw("POST", "/v1/kiosk/cards/seen", {"card": kiosk.card(UIDS[0])}).json()
    assert "standing" not in blind  # an older kiosk asks for none, and can read no more


def test_earned_together_spent_together_and_an_earn_only_card_cannot(
    shop: Company, counter: Desk, line: Connected, kiosk: Kiosk, family: dict[str, Any]
) -> None:
    sold = line.till.record_sale(sale_of(family["child"], 3000))
    assert (sold.earned, sold.balance) == (30, 200)
    wallet = family["wallet"]
    cards = {c.card: c for c in line.terminal.changes("").changes if c.type == "card"}
    mine, childs = (kiosk.card(uid) for uid in UIDS[:2])
    assert (cards[mine].member, cards[mine].person) == (wallet, family["parent"])
    wanted = kiosk.request(wallet).model_copy(update={"card": childs})
    refused = line.raw("POST", "/v1/redemptions", wanted.model_dump(mode="json"))
    assert refused.json()["type"].endswith("earn-only")
    blind = kiosk.request(wallet).model_dump(mode="json")
    assert line.raw("POST", "/v1/redemptions", blind).status_code == 422
    held = line.terminal.hold(kiosk.request(wallet).model_copy(update={"card": mine}), 5)
    assert held.voucher.member == wallet
    assert held.entry.by == family["parent"]
    assert counter.ask("GET", f"/households/{family['id']}")["balance"] == 200 + held.entry.points
    assert_sound(shop)


def test_a_cap_of_a_day_and_a_card_that_is_trusted_little(
    counter: Desk, line: Connected, kiosk: Kiosk, family: dict[str, Any]
) -> None:
    path = f"/households/{family['id']}/members/{family['parent']}"
    counter.ask("PUT", path, {"role": "spends", "per_day": 99})
    line.till.record_sale(sale_of(family["parent"], 3000))
    wanted = kiosk.request(family["wallet"]).model_copy(update={"card": kiosk.card(UIDS[0])})
    body = wanted.model_dump(mode="json")
    problem = line.raw("POST", "/v1/redemptions", body).json()
    assert (problem["type"].rpartition(":")[2], problem["allowed"]) == ("household-cap", 99)
    counter.ask("PUT", path, {"role": "spends"})
    counter.rule(assurance={Assurance.UID: AssuranceLimit(at_once=10)})
    problem = line.raw("POST", "/v1/redemptions", body).json()
    assert (problem["type"].rpartition(":")[2], problem["allowed"]) == ("assurance", 10)
    counter.ask("PATCH", f"/cards/{kiosk.card(UIDS[0])}", {"assurance": "chip"})
    assert line.raw("POST", "/v1/redemptions", body).status_code == 409  # its number alone
    chip = chip_of(line.claimed.card_secret, UIDS[0])
    answer = line.raw("POST", "/v1/redemptions", body | {"proof": said(chip).model_dump()})
    assert answer.status_code == 200, answer.text


def test_who_leaves_takes_what_is_left_of_their_own_and_no_point_is_lost(
    shop: Company, counter: Desk, line: Connected, family: dict[str, Any]
) -> None:
    line.till.record_sale(sale_of(family["child"], 3000))
    leaving = {"id": new_id(), "member": family["child"]}
    told = counter.ask("POST", f"/households/{family['id']}/leave", leaving)
    assert counter.ask("POST", f"/households/{family['id']}/leave", leaving) == told
    assert (told["balance"], counter.balance(family["child"])) == (150, 50)
    assert contributed(told) == {family["parent"]: 150}
    earned = line.till.record_sale(sale_of(family["child"], 1000))
    assert (earned.earned, earned.balance) == (10, 60)
    assert_sound(shop)


def test_what_a_kiosk_tells_late_comes_into_the_wallet(
    shop: Company, counter: Desk, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    counter.rule(households=HouseholdRules(active=True, one_welcome=False))
    joined = kiosk.enrolled(uid=UIDS[2])
    line.terminal.push(journal.write(joined))
    made = counter.ask("POST", "/households", {"id": new_id()})
    path = f"/households/{made['id']}/members"
    told = counter.ask("POST", path, {"id": new_id(), "member": joined.member})
    assert told["balance"] == 0
    line.terminal.push(journal.write(kiosk.welcomed(joined.member)))
    told = counter.ask("GET", f"/households/{made['id']}")
    assert (told["balance"], contributed(told)) == (50, {joined.member: 50})
    assert_sound(shop)


def test_a_program_without_households_has_none(counter: Desk) -> None:
    counter.refused("household", "POST", "/households", {"id": new_id()})


def test_who_works_for_several_stores_says_in_which_it_is_done(
    counter: Desk, line: Connected
) -> None:
    counter.rule(households=HouseholdRules(active=True))
    here, kept, other = line.claimed.store, counter.add()["id"], counter.add()["id"]
    settings = {"name": "Angers", "time_zone": "Europe/Paris", "program": here.program}
    there = counter.ask("PUT", "/stores/angers", settings)["id"]
    made = counter.ask("POST", "/households", {"id": new_id()})["id"]
    for path, body in (
        (f"/households/{made}/members", {"member": kept}),
        (f"/households/{made}/leave", {"member": kept}),
        ("/merges/preview", {"kept": kept, "absorbed": other}),
        ("/merges", {"kept": kept, "absorbed": other}),
    ):
        body |= {"id": new_id()}
        assert "say which" in counter.refused("invalid", "POST", path, body)["detail"]
        counter.refused("not-found", "POST", path, body | {"store": "nowhere"})
        counter.ask("POST", path, body | {"store": there})
    receipt = {"id": new_id()}
    assert "say which" in counter.refused("invalid", "POST", "/links", receipt)["detail"]
    standing = {**counter.who.headers, "Loyalty-Store": there}
    answer = counter.session.post(f"{NOWHERE}/v1/links", json=receipt, headers=standing, timeout=30)
    assert answer.status_code == 200, answer.text


# --- merges -----------------------------------------------------------------------------------


def two(counter: Desk, line: Connected) -> tuple[str, str]:
    """One person in two records, 150 and 80 points, each welcomed."""
    kept = counter.add(first_name="Camille", email="a@example.org", card_uid=UIDS[0].hex())["id"]
    other = counter.add(first_name="Camile", phone="0612345678", card_uid=UIDS[1].hex())["id"]
    line.till.record_sale(sale_of(kept, 10000))
    line.till.record_sale(sale_of(other, 3000))
    return kept, other


def lots(line: Connected, member: str) -> object:
    account = line.till.account(member).account
    return sorted((lot.entry, lot.left, lot.deadline) for lot in account.lots), account.debt


def test_a_merge_moves_all_with_one_welcome_and_undoing_it_gives_both_back(
    shop: Company, counter: Desk, line: Connected
) -> None:
    kept, other = two(counter, line)
    before = lots(line, kept), lots(line, other)
    body = {"id": new_id(), "kept": kept, "absorbed": other}
    tried = counter.ask("POST", "/merges/preview", body)
    assert (lots(line, kept), lots(line, other)) == before
    done = counter.ask("POST", "/merges", body)
    (figures,) = done["figures"]
    assert figures == tried["figures"][0]
    assert (figures["moved"], figures["welcome_taken"], figures["kept_after"]) == (30, 50, 180)
    assert counter.ask("POST", "/merges", body) == done
    assert (counter.balance(kept), done["cards"]) == (180, 1)
    assert counter.find(phone="0612345678") == [kept]
    assert counter.find(name="cam") == [kept]
    assert len(counter.record(kept)["cards"]) == 2
    undone = counter.ask("POST", f"/merges/{body['id']}/undo")
    assert counter.ask("POST", f"/merges/{body['id']}/undo") == undone
    assert (lots(line, kept), lots(line, other)) == before
    assert [counter.balance(each) for each in (kept, other)] == [150, 80]
    assert len(counter.record(other)["cards"]) == 1
    assert_sound(shop)


def test_what_comes_to_a_merged_record_comes_to_the_one_that_is_kept(
    shop: Company, counter: Desk, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    kept = counter.add()["id"]
    joined = kiosk.enrolled(uid=UIDS[2])
    line.terminal.push(journal.write(joined))
    body = {"id": new_id(), "kept": kept, "absorbed": joined.member}
    counter.ask("POST", "/merges", body)
    line.terminal.push(journal.write(kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 1000))
    assert counter.balance(joined.member) == 0
    assert counter.balance(kept) in (60, 110)
    assert_sound(shop)


def test_a_merge_that_makes_no_sense_is_refused(counter: Desk, line: Connected) -> None:
    kept, other = two(counter, line)
    third = counter.add()["id"]
    body = {"id": new_id(), "kept": kept, "absorbed": other}
    counter.refused("invalid", "POST", "/merges", body | {"absorbed": kept})
    counter.refused("not-found", "POST", "/merges", body | {"absorbed": "nobody"})
    counter.ask("POST", "/merges", body)
    counter.refused("id-reused", "POST", "/merges", body | {"absorbed": third})
    chained = {"id": new_id(), "kept": third, "absorbed": kept}
    counter.refused("merged", "POST", "/merges", chained)
    twice = {"id": new_id(), "kept": third, "absorbed": other}
    counter.refused("merged", "POST", "/merges", twice)
    counter.refused("not-found", "POST", "/merges/nothing/undo")
