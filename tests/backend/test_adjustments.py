"""Points given and taken by hand: alone, by two persons, from a table; never to oneself."""

from datetime import timedelta
from typing import Any

import pytest
import requests

from backend.db import alerts
from backend.rights import Role
from backend.services.programs.presets import preset_document
from loyalty.program import AdjustmentRules
from tests.support.desk import Desk, desk
from tests.support.facts import now
from tests.support.server import Company, Connected, company, in_process, new_id
from tests.support.staff import at_work


def wanted(member: str, points: int, **said: object) -> dict[str, Any]:
    return {"id": new_id(), "member": member, "points": points, "nature": "gesture"} | said


def test_points_are_given_and_taken_with_nature_and_comment_once(
    counter: Desk, line: Connected
) -> None:
    member = counter.add()["id"]
    body = wanted(member, 50, comment="the coffee was cold")
    told = counter.ask("POST", "/adjustments", body)
    assert (told["state"], told["balance"], told["comment"]) == ("booked", 100, body["comment"])
    assert counter.ask("POST", "/adjustments", body) == told
    counter.refused("id-reused", "POST", "/adjustments", body | {"points": 60})
    assert counter.ask("POST", "/adjustments", wanted(member, -30))["balance"] == 70
    entry = line.till.account(member).entries[-2].entry
    assert entry.adjustment is not None
    assert (entry.adjustment.actor, entry.adjustment.nature) == (
        f"staff-{counter.who.person.id}",
        "gesture",
    )
    assert "coffee" not in entry.model_dump_json()
    listed = counter.ask("GET", f"/adjustments?member={member}")["adjustments"]
    assert [each["points"] for each in listed] == [-30, 50]


def test_the_booking_date_is_today_and_a_value_date_needs_the_right(
    shop: Company, counter: Desk, line: Connected
) -> None:
    member = counter.add()["id"]
    day = (now() - timedelta(days=3)).isoformat()
    counter.ask("POST", "/adjustments", wanted(member, 50, value_at=day))
    entry = line.till.account(member).entries[-1].entry
    assert entry.adjustment is not None
    assert (now() - entry.occurred_at).days == 3
    assert now() - entry.adjustment.booked_at < timedelta(minutes=1)
    ahead = (now() + timedelta(days=3)).isoformat()
    counter.refused("value-date", "POST", "/adjustments", wanted(member, 50, value_at=ahead))
    cashier = Desk(shop=shop, session=counter.session, who=at_work(shop, Role.CASHIER))
    cashier.refused("not-allowed", "POST", "/adjustments", wanted(member, 50))
    assert counter.balance(member) == 100


def test_only_the_natures_of_the_program_are_taken(counter: Desk) -> None:
    counter.rule(adjustments=AdjustmentRules(natures=frozenset({"gesture"})))
    member = counter.add()["id"]
    counter.ask("POST", "/adjustments", wanted(member, 5))
    other = wanted(member, 5, nature="because")
    counter.refused("adjustment-refused", "POST", "/adjustments", other)
    counter.refused("adjustment-refused", "POST", "/adjustments", wanted(member, 0))


def test_above_the_limit_a_second_person_agrees_and_nobody_alone(
    shop: Company, counter: Desk, session: requests.Session
) -> None:
    counter.rule(adjustments=AdjustmentRules(alone=100))
    member = counter.add()["id"]
    body = wanted(member, 101)
    answer = counter.raw("POST", "/adjustments", body)
    assert answer.status_code == 202
    waiting = answer.json()
    assert (waiting["state"], waiting["balance"]) == ("pending", 50)
    decision = f"/approvals/{waiting['approval']}/decision"
    counter.refused("two-persons", "POST", decision, {"approve": True})
    second = desk(shop, session)
    second.ask("POST", decision, {"approve": True})
    assert counter.balance(member) == 151
    assert counter.ask("POST", "/adjustments", body)["state"] == "booked"
    assert counter.balance(member) == 151


def test_what_the_second_person_refuses_is_not_booked(
    shop: Company, counter: Desk, session: requests.Session
) -> None:
    counter.rule(adjustments=AdjustmentRules(alone=100))
    member = counter.add()["id"]
    waiting = counter.raw("POST", "/adjustments", wanted(member, 101)).json()
    decision = f"/approvals/{waiting['approval']}/decision"
    beneficiary = desk(shop, session, at_work(shop, member=member))
    beneficiary.refused("two-persons", "POST", decision, {"approve": True})
    desk(shop, session).ask("POST", decision, {"approve": False})
    assert counter.ask("GET", f"/adjustments/{waiting['id']}")["state"] == "refused"
    assert counter.balance(member) == 50


def test_nobody_gives_points_to_themselves_and_staff_is_told_once(
    shop: Company, counter: Desk, session: requests.Session
) -> None:
    member = counter.add()["id"]
    mine = desk(shop, session, at_work(shop, member=member))
    for _ in range(3):
        mine.refused("own-points", "POST", "/adjustments", wanted(member, 50))
    assert counter.balance(member) == 50
    with shop.database.read(shop.shop.tenant) as tx:
        flags = [a.flag for a in alerts.alerts(tx, is_open=True, after=None, limit=9)]
    assert flags == ["own-points"]


@pytest.mark.parametrize(("may_owe", "balance"), [(True, -30), (False, 0)])
def test_taking_more_than_there_is_makes_a_debt_or_takes_what_is_there(
    counter: Desk, *, may_owe: bool, balance: int
) -> None:
    counter.rule(adjustments=AdjustmentRules(may_owe=may_owe))
    member = counter.add()["id"]
    told = counter.ask("POST", "/adjustments", wanted(member, -80))
    assert told["balance"] == balance
    assert counter.balance(member) == balance


TABLE = "email;points;comment\na@example.org;+50;\nb@example.org;-20;sorry\n"


def test_a_table_is_done_once_for_each_session(counter: Desk) -> None:
    one, two = (counter.add(email=f"{name}@example.org")["id"] for name in "ab")
    body = {"session": "may", "csv": TABLE, "nature": "correction"}
    tried = counter.ask("POST", "/adjustments/table", body | {"dry_run": True})
    assert (tried["given"], tried["taken"], tried["done"]) == (50, 20, False)
    assert counter.balance(one) == 50
    done = counter.ask("POST", "/adjustments/table", body)
    assert {**tried, "done": True} == done
    assert counter.ask("POST", "/adjustments/table", body) == done
    assert [counter.balance(each) for each in (one, two)] == [100, 30]
    other = body | {"csv": TABLE.replace("+50", "+60")}
    counter.refused("id-reused", "POST", "/adjustments/table", other)
    assert counter.balance(one) == 100


def test_where_loyalty_is_money_a_table_holds_amounts(url: str) -> None:
    money = preset_document("lightspeed")
    with company(url, program=money) as shop, in_process(shop.app) as session:
        counter = desk(shop, session)
        one = counter.add(email="a@example.org")["id"]
        before = counter.balance(one)
        body = {"session": "may", "nature": "correction", "csv": "email,amount\na@example.org,2.50"}
        assert counter.ask("POST", "/adjustments/table", body)["given"] == 2_50
        semicolons = "email;amount\na@example.org;−0,75"
        counter.ask("POST", "/adjustments/table", body | {"session": "june", "csv": semicolons})
        assert counter.balance(one) == before + 1_75
        for wrong in ("email,points\na@example.org,250", "email,amount\na@example.org,2.505"):
            told = counter.ask(
                "POST", "/adjustments/table", body | {"session": "july", "csv": wrong}
            )
            assert told["faults"][0]["reason"].startswith("amount: "), "250 would be taken for 2.50"
        torn = body | {"session": "july", "csv": "email,amount\na@example.org,2,50"}
        counter.refused("invalid", "POST", "/adjustments/table", torn)
        answer = counter.raw("POST", "/members/table", {"columns": ["email", "points"]})
        rows = answer.content.decode("utf-8-sig").splitlines()
        assert rows == ["email,amount", f"a@example.org,{(before + 1_75) / 100:.2f}"]


def test_a_table_with_a_fault_moves_nothing_and_says_which_lines(counter: Desk) -> None:
    counter.rule(adjustments=AdjustmentRules(alone=100, may_owe=False))
    one = counter.add(email="a@example.org")["id"]
    lines = ["a@example.org,12.5", "a@example.org,101", "nobody@example.org,1", "a@example.org,0"]
    lines += ["a@example.org,-40", "a@example.org,-40", "a@example.org,1e3", "a@example.org,٣"]
    body = {
        "session": "june",
        "csv": "\n".join(["email,points", "a@example.org,10", *lines]),
        "nature": "correction",
    }
    told = counter.ask("POST", "/adjustments/table", body)
    assert [fault["line"] for fault in told["faults"]] == [3, 4, 5, 6, 9, 10]
    assert told["done"] is False
    assert counter.balance(one) == 50
    for csv in ("", "points\n5", "email,points,email\n", "email,colour\n", "\x00"):
        counter.refused("invalid", "POST", "/adjustments/table", body | {"csv": csv})
