"""Programs by API: drafted with their errors, published with a date, told to the past, or off."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select

from backend.config import Config
from backend.db import audit, batches, tables
from backend.db.audit import Wanted
from backend.jobs import JOBS, run_due
from backend.rights import Role
from backend.services.people.members import balance_of
from backend_client.schemas.changes import CampaignChanged, ProgramChanged, ProgramWithdrawn
from backend_client.schemas.events import ConsentBody
from backend_client.schemas.sales import LineBody, ReturnBody, ReturnLine, SaleAct
from loyalty.ids import MemberId, ProgramId
from tests.support.clock import ClockAhead
from tests.support.counter import ticket
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.merchant import Merchant
from tests.support.server import PROGRAM, Company, Connected, company, new_id
from tests.support.staff import at_work


@pytest.fixture
def clock() -> ClockAhead:
    return ClockAhead()


@pytest.fixture
def shop(url: str, clock: ClockAhead) -> Iterator[Company]:
    with company(url, clock=clock) as made:
        yield made


@pytest.fixture
def owner(shop: Company, session: requests.Session) -> Merchant:
    return Merchant(person=at_work(shop), session=session)


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    return joined.member


def written(**other: Any) -> dict[str, Any]:
    """The shop's program with something else in it."""
    document: dict[str, Any] = json.loads(PROGRAM)
    return {**document, **other}


DOUBLE = [{"id": "purchase", "when": "sale", "give": {"amount": 100, "points": 2}}]
SPRING = {"id": "spring", "name": {"fr": "Le printemps"}, "give": {"times": "2"}}


def path(line: Connected, rest: str = "") -> str:
    return f"/v1/programs/{line.claimed.program}{rest}"


def drafts(owner: Merchant, line: Connected, **other: Any) -> dict[str, Any]:
    return owner.puts(path(line, "/draft"), document=written(**other))


def publishes(owner: Merchant, line: Connected, version: int, **other: Any) -> dict[str, Any]:
    return owner.posts(path(line, "/publication"), version=version, **other)


def test_a_draft_says_which_field_is_wrong_and_what_to_write(
    owner: Merchant, line: Connected
) -> None:
    found = drafts(owner, line, earning=[{"id": "x", "when": "sale", "give": {"points": "many"}}])
    (error,) = found["errors"]
    assert (error["field"], "whole number" in error["message"]) == ("earning.0.give.points", True)
    assert owner.refused("POST", path(line, "/publication"), {"version": 2}) == (
        422,
        "program-refused",
    )
    assert drafts(owner, line, earning=DOUBLE)["errors"] == []
    assert owner.gets(path(line, "/versions"))["versions"][0]["version"] == 1


def test_a_draft_is_thrown_away_and_what_is_in_force_stays(
    owner: Merchant, line: Connected
) -> None:
    drafts(owner, line, earning=DOUBLE)
    stale = {"If-Match": '"something else"'}
    assert owner.refused("DELETE", path(line, "/draft"), headers=stale) == (412, "changed-since")
    assert owner.gets(path(line, "/draft"))["version"] == 2
    for _ in range(2):
        assert owner.asks("DELETE", path(line, "/draft")).status_code == 204
    assert owner.refused("GET", path(line, "/draft")) == (404, "not-found")
    (program,) = owner.gets("/v1/programs")["programs"]
    assert (program["version"], program["draft"]) == (1, False)
    noted = [each["action"] for each in owner.gets("/v1/audit")["lines"]]
    assert noted.count("program.discard") == 1


def test_a_published_draft_is_in_force_for_the_next_sale_and_kiosks_hear_of_it(
    owner: Merchant, line: Connected, member: str
) -> None:
    assert line.till.record_sale(sale_of(member, 1000)).earned == 10
    drafts(owner, line, earning=DOUBLE)
    published = publishes(owner, line, 2)
    assert publishes(owner, line, 2) == published
    assert published["in_force"]
    assert line.till.record_sale(sale_of(member, 1000)).earned == 20
    documents = [
        json.loads(each.document)["version"]
        for each in line.terminal.changes("").changes
        if isinstance(each, ProgramChanged)
    ]
    assert documents == [2]
    assert owner.refused("POST", path(line, "/publication"), {"version": 9}) == (
        412,
        "changed-since",
    )
    assert owner.refused("GET", path(line, "/draft")) == (404, "not-found")
    drafts(owner, line, earning=[])
    assert owner.refused("POST", path(line, "/publication"), {"version": 2}) == (409, "id-reused")


def test_a_version_with_a_date_waits_for_it_and_kiosks_have_it_before(
    owner: Merchant, line: Connected, member: str, clock: ClockAhead
) -> None:
    drafts(owner, line, earning=DOUBLE)
    start = now() + timedelta(hours=2)
    publishes(owner, line, 2, valid_from=start.isoformat())
    (program,) = owner.gets("/v1/programs")["programs"]
    assert (program["version"], [each["version"] for each in program["coming"]]) == (1, [2])
    told = [each for each in line.terminal.changes("").changes if isinstance(each, ProgramChanged)]
    assert sorted(json.loads(each.document)["version"] for each in told) == [1, 2]
    assert line.till.record_sale(sale_of(member, 1000)).earned == 10
    clock.ahead += timedelta(hours=3)
    assert line.till.record_sale(sale_of(member, 1000)).earned == 20


def test_a_version_to_come_is_taken_back_and_one_in_force_never(
    owner: Merchant, line: Connected
) -> None:
    drafts(owner, line, earning=DOUBLE)
    publishes(owner, line, 2, valid_from=(now() + timedelta(days=2)).isoformat())
    drafts(owner, line)
    early = {"version": 3, "valid_from": (now() + timedelta(days=1)).isoformat()}
    assert owner.refused("POST", path(line, "/publication"), early) == (422, "invalid")
    past = {"version": 3, "valid_from": "2026-01-01T00:00:00Z"}
    assert owner.refused("POST", path(line, "/publication"), past) == (422, "invalid")
    for _ in range(2):
        assert owner.asks("DELETE", path(line, "/versions/2")).status_code == 204
    heard = line.terminal.changes("").changes
    assert [each.version for each in heard if isinstance(each, ProgramWithdrawn)] == [2]
    assert owner.refused("DELETE", path(line, "/versions/1")) == (409, "in-use")


def test_what_changes_is_said_field_by_field(owner: Merchant, line: Connected) -> None:
    drafts(owner, line, point_value="0.05")
    (found,) = owner.gets(path(line, "/versions/1/differences"))["differences"]
    assert (found["field"], found["was"], found["now"]) == ("point_value", None, "0.05")
    publishes(owner, line, 2)
    assert owner.gets(path(line, "/versions/1/differences?to=2"))["differences"] == [found]
    assert owner.gets(path(line, "/versions/2"))["document"]["point_value"] == "0.05"


def test_versions_come_page_by_page(owner: Merchant, line: Connected) -> None:
    for version in (2, 3):
        drafts(owner, line, point_value=f"0.0{version}")
        publishes(owner, line, version)
    first = owner.gets(path(line, "/versions?limit=2"))
    rest = owner.gets(path(line, f"/versions?limit=2&cursor={first['next']}"))
    assert [each["version"] for each in first["versions"] + rest["versions"]] == [3, 2, 1]


def test_the_past_told_to_its_own_rules_gives_what_the_books_have_and_to_others_something_else(
    owner: Merchant, line: Connected, member: str
) -> None:
    before = now() - timedelta(hours=1)
    for total in (1000, 2550, 99):
        line.till.record_sale(sale_of(member, total))
    span = {"since": before.isoformat()}
    same = owner.posts(path(line, "/replay"), **span, document=written())
    assert (same["total"]["earned"], same["total"]["difference"]) == (35, 0)
    assert same["total"]["compared"] == 3
    drafts(owner, line, earning=DOUBLE)
    double = owner.posts(path(line, "/replay"), **span)
    assert (double["total"]["earned"], double["total"]["difference"]) == (72, 37)
    assert list(double["stores"]) == [line.claimed.store.id]
    assert line.till.account(member).balance == 50 + 35, "nothing is written"


def test_what_came_back_is_told_to_the_past_too_by_pieces_by_price_and_whole(
    owner: Merchant, line: Connected, member: str
) -> None:
    """Piece by piece and by a part of a price: of all of them the books have the same."""
    before = now() - timedelta(hours=1)
    tea = LineBody(id="tea", quantity=3, unit_price=4_50)
    mug = LineBody(id="mug", unit_price=11_50)
    some, gone, again = (ticket(member, tea, mug) for _ in range(3))
    for sale in (some, gone, again):
        line.till.record_sale(sale)

    def back(*lines: ReturnLine) -> ReturnBody:
        return ReturnBody(id=new_id(), at=now(), lines=lines)

    assert line.till.return_goods(some.id, back(ReturnLine(line="tea", quantity=1))).points == -4
    part = back(ReturnLine(line="tea", amount=2_25), ReturnLine(line="mug", amount=5_75))
    assert line.till.return_goods(some.id, part).points == -3 - 5
    line.till.void_sale(gone.id, SaleAct(id=new_id(), at=now()))
    for undo in (line.till.void_sale, line.till.restore_sale, line.till.void_sale):
        undo(again.id, SaleAct(id=new_id(), at=now()))
    same = owner.posts(path(line, "/replay"), since=before.isoformat(), document=written())
    assert (same["total"]["earned"], same["total"]["taken_back"]) == (75, 4 + 8 + 25 + 25)
    assert (same["total"]["compared"], same["total"]["changed"]) == (7, 0)
    assert line.till.account(member).balance == 50 + 25 - 12


def test_rules_that_look_at_people_find_them_in_the_past_as_well(
    owner: Merchant, line: Connected
) -> None:
    """A campaign for a town, one for the first purchase, and one for who has come far."""
    before = now() - timedelta(hours=1)
    operations = [
        {
            "id": "angers",
            "name": {"fr": "Opération"},
            "only": {"towns": ["Angers"]},
            "give": {"times": "2"},
        },
        {"id": "first", "name": {"fr": "Opération"}, "first_purchase": True, "give": {"points": 7}},
        {
            "id": "gold",
            "name": {"fr": "Opération"},
            "only": {"tiers": ["gold"]},
            "give": {"points": 100},
        },
    ]
    levels = [{"id": "gold", "start": 40}]
    rules = written(campaigns=operations, tiers={"levels": levels})
    drafts(owner, line, campaigns=operations, tiers={"levels": levels})
    publishes(owner, line, 2)
    member = owner.posts("/v1/members", id=new_id(), first_name="Zoé", town="Angers")["id"]
    void = sale_of(member, 1000)
    assert line.till.record_sale(void).earned == 20 + 7
    line.till.void_sale(void.id, SaleAct(id=new_id(), at=now()))
    assert [line.till.record_sale(sale_of(member, 1000)).earned for _ in range(3)] == [27, 20, 120]
    found = owner.posts(path(line, "/replay"), since=before.isoformat(), document=rules)
    assert (found["total"]["earned"], found["total"]["compared"]) == (27 + 27 + 20 + 120, 5)
    assert (found["total"]["changed"], found["total"]["difference"]) == (0, 0)


def test_a_trial_counts_from_the_balance_and_says_what_is_missing_as_the_till_does(
    owner: Merchant, line: Connected
) -> None:
    passed = {"id": "more", "name": {"fr": "Plus"}, "cost": 60, "article": "PLUS"}
    passed["usable"] = {"reached": "more_than"}
    draft = written(caps={"balance": 100}, rewards=[passed])
    asked = {"document": draft, "total": 50_00, "lines": []}
    found = owner.posts(path(line, "/trial"), **asked, balance=80)
    assert (found["earned"], found["balance_before"], found["balance_after"]) == (20, 80, 100)
    found = owner.posts(path(line, "/trial"), **asked, balance=10)
    assert (found["balance_after"], found["rewards"][0]["missing"]) == (60, 1)
    found = owner.posts(path(line, "/trial"), **asked, balance=-10)
    assert (found["balance_before"], found["rewards"][0]["missing"]) == (-10, 21)


def test_loyalty_switched_off_leaves_no_trace_and_loses_nothing(
    owner: Merchant, line: Connected, member: str
) -> None:
    line.till.record_sale(sale_of(member, 10000))
    assert owner.puts(path(line, "/switch"), on=False)["on"] is False
    silent = line.till.record_sale(sale_of(member, 1000))
    assert (silent.earned, silent.rule_in_words, silent.entries) == (0, {}, ())
    reward = json.loads(PROGRAM)["rewards"][0]["id"]
    body = {"id": new_id(), "member": member}
    answer = line.raw("POST", f"/v1/gifts/{reward}/redemptions", body, till=True)
    assert answer.json()["type"].endswith("reward-unavailable")
    told = [each for each in line.terminal.changes("").changes if isinstance(each, ProgramChanged)]
    assert [each.on for each in told] == [False]
    assert owner.puts(path(line, "/switch"), on=True)["on"] is True
    assert line.till.account(member).balance == 150


def test_old_customers_are_counted_first_and_enrolled_once_only_if_they_agreed(
    owner: Merchant, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    silent = kiosk.enrolled().model_copy(update={"consents": ()})
    line.terminal.push(journal.write(silent, *(kiosk.enrolled() for _ in range(3))))
    owner.puts("/v1/programs/second/draft", document=written(id="second"))
    owner.posts("/v1/programs/second/publication", version=1)
    preview = owner.gets("/v1/programs/second/enrolment-preview")
    assert (preview["members"], preview["left_out"]) == (3, 1)
    automatic = written(id="third", enrolment={"existing": "automatic"})
    owner.puts("/v1/programs/third/draft", document=automatic)
    owner.posts("/v1/programs/third/publication", version=1)
    asked = "/v1/programs/third/enrolment-preview"
    assert owner.gets(asked)["members"] == 4, "SW-12: the program says that all come in"
    assert owner.gets(f"{asked}?without_consent=false")["members"] == 3
    body = {"id": new_id()}
    first = owner.posts("/v1/programs/second/enrolment", **body)
    assert (first["members"], first["points"], first["done"]) == (3, 0, True)
    assert owner.posts("/v1/programs/third/enrolment", id=new_id())["members"] == 4
    assert owner.posts("/v1/programs/second/enrolment", **body) == first
    assert owner.gets("/v1/programs/second/enrolment-preview")["members"] == 0
    all_of_them = {"id": new_id(), "without_consent": True}
    assert owner.posts("/v1/programs/second/enrolment", **all_of_them)["members"] == 1


def test_publishing_takes_everybody_in_by_itself_but_who_said_no(
    shop: Company,
    owner: Merchant,
    line: Connected,
    kiosk: Kiosk,
    journal: Journal,
    clock: ClockAhead,
) -> None:
    """LSX-07, SW-12: nobody presses anything, and nobody is taken in before it is in force."""
    shop = line.company
    said_no = ConsentBody(purpose="program", given=False, text_version="1")
    silent = kiosk.enrolled().model_copy(update={"consents": ()})
    against = kiosk.enrolled().model_copy(update={"consents": (said_no,)})
    agreed = kiosk.enrolled()
    line.terminal.push(journal.write(silent, against, agreed))
    automatic = written(id="second", enrolment={"existing": "automatic"})

    def published(version: int, document: dict[str, Any], **when: str) -> None:
        owner.puts("/v1/programs/second/draft", document=document)
        owner.posts("/v1/programs/second/publication", version=version, **when)

    def accounts() -> set[str]:
        run_due(shop.database, Config(), jobs=[job for job in JOBS if job.name == "enrolment"])
        with shop.database.read(shop.shop.tenant) as tx:
            table = tables.accounts
            found = tx.rows(select(table.c.member).where(table.c.program == "second"))
            return {row.member for row in found}

    published(1, written(id="second"))
    assert accounts() == set(), "explicit: somebody has to press"
    soon = (now() + timedelta(hours=2)).isoformat()
    published(2, automatic, valid_from=soon)
    assert accounts() == set()
    assert owner.asks("DELETE", "/v1/programs/second/versions/2").ok
    published(2, automatic, valid_from=soon)
    clock.ahead += timedelta(hours=2, seconds=5)
    assert accounts() == {silent.member, agreed.member}
    later = kiosk.enrolled()
    line.terminal.push(journal.write(later))
    published(3, automatic)
    assert accounts() == {silent.member, agreed.member}, "begun once, not with each version"
    with shop.database.read(shop.shop.tenant) as tx:
        (work,) = batches.batches(tx, "second")
        noted, _ = audit.lines(tx, Wanted(action="program.enrolment"), 9)
    assert (work.members, work.done) == (2, True)
    assert noted.actor == f"staff:{owner.person.person.id}"


def test_past_invoices_make_the_opening_balance_once(
    shop: Company, owner: Merchant, line: Connected, member: str, clock: ClockAhead
) -> None:
    line.till.record_sale(sale_of(member, 12345))
    back = {
        "id": new_id(),
        "member": member,
        "total": 2000,
        "currency": "EUR",
        "closed_at": now().isoformat(),
    }
    assert line.raw("POST", "/v1/credit-notes", back, till=True).status_code == 200
    since = {"since": (now() - timedelta(days=90)).isoformat()}
    clock.ahead += timedelta(seconds=5)
    owner.puts("/v1/programs/second/draft", document=written(id="second"))
    owner.posts("/v1/programs/second/publication", version=1)
    store = owner.gets(f"/v1/stores/{line.claimed.store.id}")
    settings = {key: value for key, value in store.items() if key != "id"}
    owner.puts(f"/v1/stores/{store['id']}", **{**settings, "program": "second"})
    preview = owner.posts("/v1/programs/second/opening-preview", id=new_id(), **since)
    assert (preview["members"], preview["points"]) == (1, 123 - 20)
    body = {"id": new_id(), **since}
    first = owner.posts("/v1/programs/second/opening", **body)
    assert (first["members"], first["points"], first["done"]) == (1, 103, True)
    assert owner.posts("/v1/programs/second/opening", **body) == first
    assert owner.posts("/v1/programs/second/opening", id=new_id(), **since)["done"]
    with shop.database.read(shop.shop.tenant) as tx:
        assert balance_of(tx, MemberId(member), ProgramId("second")) == 103
    line.till.record_sale(sale_of(member, 1000))
    undated = {"id": new_id()}
    assert owner.refused("POST", "/v1/programs/second/opening", undated) == (422, "invalid")


def test_a_campaign_that_runs_has_its_message_for_the_idle_screen(
    owner: Merchant, line: Connected
) -> None:
    over = {**SPRING, "id": "over", "first_day": "2025-03-01", "last_day": "2025-03-02"}
    drafts(owner, line, campaigns=[SPRING, over])
    publishes(owner, line, 2)
    message = {"fr": "Points doublés !", "en": "Double points!"}
    owner.puts(path(line, "/campaigns/spring/message"), message=message)
    found = owner.gets(path(line, "/campaigns"))["campaigns"]
    assert [(each["id"], each["running"], each["message"]) for each in found] == [
        ("spring", True, message),
        ("over", False, None),
    ]
    (told,) = [e for e in line.terminal.changes("").changes if isinstance(e, CampaignChanged)]
    assert (told.campaign, told.message) == ("spring", message)
    assert owner.asks("DELETE", path(line, "/campaigns/spring/message")).status_code == 204
    (gone,) = [e for e in line.terminal.changes("").changes if isinstance(e, CampaignChanged)]
    assert gone.message == {}
    unknown = path(line, "/campaigns/autumn/message")
    assert owner.refused("PUT", unknown, {"message": message}) == (404, "not-found")


def test_every_preset_can_be_drafted_and_published_as_it_is(owner: Merchant) -> None:
    found = owner.gets("/v1/presets")["presets"]
    assert {"octave", "clictill", "globalpos", "lightspeed"} <= {each["id"] for each in found}
    for preset in found:
        place = f"/v1/programs/{preset['id']}"
        owner.puts(f"{place}/draft", document=preset["document"])
        version = owner.gets(f"{place}/draft")["version"]
        assert owner.posts(f"{place}/publication", version=version)["in_force"]


def test_a_manager_drafts_and_only_an_owner_publishes(
    shop: Company, owner: Merchant, line: Connected
) -> None:
    manager = Merchant(person=at_work(shop, Role.MANAGER), session=line.session)
    cashier = Merchant(person=at_work(shop, Role.CASHIER), session=line.session)
    drafts(manager, line, earning=DOUBLE)
    for somebody in (manager, cashier):
        refused = somebody.refused("POST", path(line, "/publication"), {"version": 2})
        assert refused == (403, "not-allowed")
        assert somebody.refused("PUT", path(line, "/switch"), {"on": False})[0] == 403
    assert cashier.refused("PUT", path(line, "/draft"), {"document": {}})[0] == 403
    assert publishes(owner, line, 2)["version"] == 2


def test_another_companys_programs_are_nobodys_here(
    shop: Company, owner: Merchant, line: Connected
) -> None:
    drafts(owner, line, earning=DOUBLE)
    owner.puts("/v1/programs/second/draft", document=written(id="second"))
    owner.posts("/v1/programs/second/publication", version=1)
    stranger = Merchant(person=at_work(shop.add_shop()), session=line.session)
    assert stranger.refused("GET", path(line, "/draft")) == (404, "not-found")
    for rest in ("/versions", "/versions/1", "/campaigns", "/enrolment-preview"):
        assert stranger.refused("GET", "/v1/programs/second" + rest) == (404, "not-found"), rest
    refused = stranger.refused("PUT", "/v1/programs/second/switch", {"on": False})
    assert refused == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("PUT", "/draft", {"document": []}),
        ("PUT", "/draft", {"document": {"name": "nul\u0000"}}),
        ("POST", "/publication", {"version": "2"}),
        ("POST", "/publication", {"version": 0}),
        ("POST", "/publication", {"version": 10**30}),
        ("POST", "/publication", {"version": 2, "valid_from": "tomorrow"}),
        ("POST", "/replay", {"since": "2026-01-01"}),
        ("POST", "/replay", {"since": "2026-01-01T00:00:00Z", "point_cost": "1e9"}),
        ("PUT", "/switch", {"on": "yes"}),
        ("POST", "/enrolment", {"id": "../x"}),
        ("POST", "/opening", {"id": "x", "since": 1e400}),
        ("PUT", "/campaigns/x/message", {"message": {}}),
    ],
)
def test_silly_words_about_programs_are_refused(
    owner: Merchant, line: Connected, method: str, rest: str, body: object
) -> None:
    assert owner.refused(method, path(line, rest), body)[0] == 422


def test_a_ticket_is_tried_on_the_draft_with_why(owner: Merchant, line: Connected) -> None:
    double = json.loads(PROGRAM)
    double["earning"][1]["give"]["points"] = 2
    found = owner.posts(path(line, "/trial"), document=double, total=1050, balance=180)
    assert (found["earned"], found["balance_after"]) == (21, 201)
    assert any("21" in said for said in found["why"])
    assert {each["reward"]: each["missing"] for each in found["rewards"]}["coffee"] == 0
    broken = double | {"currency": "EURO"}
    refused = owner.asks("POST", path(line, "/trial"), {"document": broken, "total": 100})
    assert refused.json()["errors"][0]["field"] == "currency"
