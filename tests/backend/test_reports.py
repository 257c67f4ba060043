"""Reports: their totals are the ledger's, and what is booked is balanced."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.db import tables
from backend.db.accounts import every_account
from backend.rights import Role
from backend.services.points.worth import in_money, rate_bp
from backend_client.schemas.reports import AccountCodes
from backend_client.schemas.sales import LineBody, SaleAct
from backend_client.schemas.uses import UseAnswer, UseBody
from loyalty.document import read_program
from loyalty.entries import EntryKind
from loyalty.ids import MemberId, StoreId
from loyalty.sales import LineKind
from tests.support.books import Books
from tests.support.counter import counter, document, join, ticket
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import PROGRAM, Company, Connected, company, in_process, new_id
from tests.support.staff import AtWork, at_work

VALUED = json.dumps(json.loads(PROGRAM) | {"point_value": "0.02"})
EARN, REDEEM, EXPIRY = EntryKind.EARN, EntryKind.REDEEM, EntryKind.EXPIRY


@pytest.fixture
def shop(url: str) -> Iterator[Company]:
    with company(url, program=VALUED) as made:
        yield made


@pytest.fixture
def books(shop: Company) -> Books:
    return Books(shop)


@pytest.fixture
def manager(shop: Company) -> AtWork:
    return at_work(shop, Role.MANAGER)


def period(**other: str) -> str:
    now = datetime.now(UTC)
    asked = {
        "since": f"{now - timedelta(days=60):%Y-%m-%dT%H:%M:%SZ}",
        "until": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    } | other
    return "&".join(f"{name}={value}" for name, value in asked.items())


def report(manager: AtWork, session: requests.Session, name: str, **asked: str) -> Any:
    answer = manager.asks(session, "GET", f"/v1/reports/{name}?{period(**asked)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def table(manager: AtWork, session: requests.Session, name: str, **asked: str) -> list[list[str]]:
    answer = manager.asks(session, "GET", f"/v1/reports/{name}.csv?{period(**asked)}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def some_business(books: Books) -> tuple[StoreId, StoreId]:
    """130 points at Angers and 40 at Bordeaux of one person, who spends 150 there (OCT-41)."""
    angers, bordeaux = books.store("Angers"), books.store("Bordeaux")
    bertrand = books.member()
    books.book(bertrand, EARN, 130, angers)
    books.book(bertrand, EARN, 40, bordeaux)
    books.book(bertrand, REDEEM, -150, bordeaux)
    other = books.member()
    lot = books.book(other, EARN, 100, angers)
    books.book(other, EXPIRY, -60, angers, about=lot)
    gone = books.book(other, EARN, 30, bordeaux)
    books.book(other, EntryKind.REVERSAL, -30, bordeaux, about=gone)
    return angers, bordeaux


def test_the_totals_of_the_activity_are_the_ledgers_sums(
    shop: Company, session: requests.Session, books: Books, manager: AtWork
) -> None:
    some_business(books)
    (told,) = report(manager, session, "activity")["programs"]
    with shop.database.read(shop.shop.tenant) as tx:
        (in_all,) = tx.rows(select(func.sum(tables.entries.c.points)))[0]
        balance = sum(row.snapshot.account().balance(tx.now) for row in every_account(tx))
    assert told["net"] == in_all == balance == 60
    assert sum(line["points"] for line in told["lines"]) == told["net"]
    assert (told["earned"], told["spent"], told["expired"]) == (300, 150, 60)
    assert told["clawed_back"] == 30
    assert told["active_members"] == 2
    assert told["redemption_rate_bp"] == 5000
    assert told["breakage_bp"] == round(10_000 * 60 / 210)


def test_what_is_undone_and_done_again_is_told_as_what_it_is_about(
    session: requests.Session, books: Books, manager: AtWork
) -> None:
    """A sale or a gift that stands again, and a merge that was taken back."""
    angers, undo = books.store("Angers"), EntryKind.REVERSAL
    who, absorbed = books.member(), books.member()
    sale = books.book(who, EARN, 100, angers)
    books.book(who, undo, 100, angers, about=books.book(who, undo, -100, angers, about=sale))
    gift = books.book(who, REDEEM, -40, angers)
    books.book(who, undo, -40, angers, about=books.book(who, undo, 40, angers, about=gift))
    books.book(absorbed, EARN, 60, angers)
    gone = books.book(absorbed, EntryKind.TRANSFER, -60, angers)
    books.book(absorbed, undo, 60, angers, about=gone)
    (told,) = report(manager, session, "activity")["programs"]
    assert (told["earned"], told["spent"], told["clawed_back"]) == (160, 40, 0)
    assert told["net"] == 160 - 40
    assert sum(line["points"] for line in told["lines"]) == told["net"]
    booked: Counter[str] = Counter()
    for line in report(manager, session, "accounting")["lines"]:
        if line["account"] != AccountCodes().liability:
            booked[line["what"]] += line["debit"] - line["credit"]
    assert booked["granted"] + booked["clawed back"] == 160 * 2, "in cents, at two a point"
    assert booked["redeemed"] + booked["given back"] == -40 * 2
    assert booked["transferred"] == 0


def test_a_report_is_of_one_store_or_one_time_where_that_is_asked(
    session: requests.Session, books: Books, manager: AtWork
) -> None:
    angers, _ = some_business(books)
    (told,) = report(manager, session, "activity", store=angers)["programs"]
    assert (told["earned"], told["expired"], told["spent"]) == (230, 60, 0)
    since = f"{books.start + timedelta(minutes=3):%Y-%m-%dT%H:%M:%S.%fZ}"
    (later,) = report(manager, session, "activity", since=since)["programs"]
    assert (later["earned"], later["spent"]) == (130, 150)
    booked = report(manager, session, "activity", by="booked", since=period()[6:26])
    assert booked["programs"][0]["net"] == 60


def test_the_liability_is_open_lots_times_value_less_breakage(
    session: requests.Session, books: Books, manager: AtWork
) -> None:
    angers, bordeaux = some_business(books)
    (told,) = report(manager, session, "liability", breakage_bp="2500")["programs"]
    # 20 points are left of one person, 40 of the other, at 2 cents each.
    assert (told["points"], told["value"], told["liability"]) == (60, 120, 90)
    by_store = {each["store"]: each["points"] for each in told["stores"]}
    assert sum(by_store.values()) == 60
    assert by_store.keys() <= {angers, bordeaux}
    (seen,) = report(manager, session, "liability")["programs"]
    assert seen["breakage_bp"] == round(10_000 * 60 / 210)


def test_points_that_ran_out_are_no_liability_though_nobody_has_booked_it(
    line: Connected, manager: AtWork, kiosk: Kiosk
) -> None:
    assert line.session is not None
    joined = kiosk.enrolled()
    line.terminal.push(Journal().write(joined, kiosk.welcomed(joined.member)))
    (told,) = report(manager, line.session, "liability")["programs"]
    assert told["points"] == 50
    with line.company.database.write(line.company.shop.tenant) as tx:
        tx.connection.exec_driver_sql("UPDATE open_points SET deadline = 1")
    (late,) = report(manager, line.session, "liability")["programs"]
    assert late["points"] == 0


def test_every_gift_stands_alone_with_program_and_reason(
    line: Connected, manager: AtWork, kiosk: Kiosk, journal: Journal
) -> None:
    assert line.session is not None
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 100_000))
    kept, lost = kiosk.reserved(joined.member), kiosk.reserved(joined.member)
    issued = kiosk.issued(kept.voucher.redemption)
    line.terminal.push(journal.write(kept, issued, lost, kiosk.voided(lost)))
    told = report(manager, line.session, "gifts")
    by_state = {each["state"]: each for each in told["lines"]}
    assert by_state["issued"]["reason"] == by_state["voided"]["reason"] == "reward:coffee"
    assert by_state["issued"]["article"] == "CAFE"
    assert (told["gifts"], told["points"], told["cost"]) == (1, 200, 400)
    (program,) = report(manager, line.session, "activity")["programs"]
    assert program["spent"] == told["points"]
    names, *rows = table(manager, line.session, "gifts")
    assert len(rows) == len(told["lines"])
    assert names[:3] == ["program", "store", "reason"]


def test_what_points_took_off_tickets_is_in_the_gifts_to_the_cent(url: str) -> None:
    """GLO-14: the report's total is the sum of the loyalty lines on tickets."""
    with counter(document(), url) as (line, member):
        assert line.session is not None
        manager = at_work(line.company, Role.MANAGER)
        uses = [
            UseBody(id=new_id(), member=member, reward="five", at=datetime.now(UTC)),
            UseBody(id=new_id(), member=member, reward="coffee", at=datetime.now(UTC)),
        ]
        sale = sale_of(member, 300_00)
        line.till.record_sale(sale)
        taken = [line.till.use(each) for each in uses]
        line.till.void_use(taken[1].id)
        told = report(manager, line.session, "gifts")
        lines = {each["reason"]: each for each in told["lines"]}
        assert (lines["reward:five"]["money"], lines["reward:five"]["article"]) == (500, "REMISE-5")
        assert lines["reward:coffee"]["state"] == "voided"
        on_tickets = -taken[0].line.unit_price
        _every_discount_stands_alone(line, manager, member, taken[0])
        assert (told["gifts"], told["points"], told["money"]) == (1, 300, on_tickets)
        assert told["cost"] == on_tickets


def _every_discount_stands_alone(
    line: Connected, manager: AtWork, member: str, used: UseAnswer
) -> None:
    """GLO-13: by the till, on a line and on the whole; by points; and what a void undoes."""
    assert line.session is not None
    bread = LineBody(article="PAIN", quantity=3, unit_price=4_00, discount=2_00)
    five = LineBody(kind=LineKind.REWARD, article="REMISE-5", unit_price=-5_00)
    kept = ticket(member, bread, five, total=4_00, discount=1_00, uses=(used.id,))
    gone = ticket(member, bread, total=10_00)
    line.till.record_sale(kept)
    line.till.record_sale(gone)
    line.till.void_sale(gone.id, SaleAct(id=new_id(), at=now()))
    told = report(manager, line.session, "discounts")
    sums = [(each["kind"], each["discounts"], each["amount"]) for each in told["sums"]]
    assert sums == [("article", 1, 2_00), ("loyalty", 1, 5_00), ("ticket", 1, 1_00)]
    undone, *rest = told["lines"]
    assert (undone["sale"], undone["stands"], undone["of"]) == (gone.id, False, 12_00)
    assert [each["amount"] for each in rest] == [2_00, 1_00, 5_00]
    assert {each["sale"] for each in rest} == {kept.id}
    first = report(manager, line.session, "discounts", limit="1")
    assert [each["sale"] for each in first["lines"]] == [gone.id]
    following = report(manager, line.session, "discounts", limit="1", cursor=first["next"])
    assert (following["lines"], following["next"]) == (rest, None)
    names, *rows = table(manager, line.session, "discounts")
    assert (names[:4], len(rows)) == (["at", "ticket", "store", "till"], 4)
    assert rows[0][2:5] == ["Maison Lise", "Till", ""]


def test_each_campaign_shows_what_it_gave_and_who_came_back_for_a_gift(url: str) -> None:
    """GLO-15, by campaign."""
    summer = {
        "id": "summer",
        "name": {"fr": "Été", "en": "Summer"},
        "give": {"times": "2"},
    }
    with counter(document(campaigns=[summer]), url) as (line, member):
        assert line.session is not None
        manager = at_work(line.company, Role.MANAGER)
        other = join(line, document(campaigns=[summer]))
        with line.company.database.write(line.company.shop.tenant) as tx:
            tx.run(tables.members.update().values(enrolled_at=tx.now - timedelta(days=100)))
        line.till.record_sale(sale_of(member, 100_00))
        line.till.use(UseBody(id=new_id(), member=member, reward="five", at=datetime.now(UTC)))
        (told,) = report(manager, line.session, "campaigns")["campaigns"]
        assert (told["campaign"], told["tickets"], told["members"]) == ("summer", 1, 1)
        assert (told["points"], told["cost"]) == (200, 2000)
        assert (told["redeemers"], told["redemption_bp"]) == (1, 10_000)
        assert (told["received"]["spent_each"], told["held_out"]["members"]) == (100_00, 1)
        names, row = table(manager, line.session, "campaigns")
        assert row[names.index("campaign")] == "summer"
        assert other != member


def test_debits_equal_credits_and_the_liability_account_is_the_open_points(
    session: requests.Session, books: Books, manager: AtWork
) -> None:
    some_business(books)
    told = report(manager, session, "accounting")
    assert told["debit"] == told["credit"] > 0
    liability = sum(
        line["credit"] - line["debit"] for line in told["lines"] if line["account"] == "2150"
    )
    assert liability == 60 * 2
    by_what = {line["what"] for line in told["lines"]}
    assert by_what == {"granted", "redeemed", "expired", "clawed back"}
    names, *rows = table(manager, session, "accounting")
    assert names[:6] == [
        "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount",
    ]  # fmt: skip
    assert sum(round(float(row[5]) * 100) for row in rows) == 0
    assert sum(round(float(row[5]) * 100) for row in rows if row[3] == "2150") == -120


def test_the_accounts_are_the_merchants_own(
    shop: Company, session: requests.Session, books: Books, manager: AtWork
) -> None:
    some_business(books)
    owner = at_work(shop)
    codes = owner.asks(session, "GET", "/v1/settings/accounting").json() | {"liability": "419100"}
    assert owner.asks(session, "PUT", "/v1/settings/accounting", codes).status_code == 200
    assert manager.asks(session, "PUT", "/v1/settings/accounting", codes).status_code == 403
    told = {line["account"] for line in report(manager, session, "accounting")["lines"]}
    assert "419100" in told
    assert "2150" not in told


def test_stores_owe_each_other_what_was_given_here_and_spent_there(
    session: requests.Session, books: Books, manager: AtWork
) -> None:
    angers, bordeaux = some_business(books)
    told = report(manager, session, "clearing", of=books.program)
    # 150 are spent at Bordeaux: first the 130 of Angers, then 20 of its own.
    assert told["lines"] == [{"debtor": angers, "creditor": bordeaux, "points": 130, "value": 260}]
    assert sum(each["points"] for each in told["net"]) == 0
    assert sum(each["value"] for each in told["net"]) == 0
    names, *rows = table(manager, session, "clearing", of=books.program)
    assert rows == [[angers, bordeaux, "130", "points", "2.60", "EUR"]]
    assert names[0] == "debtor"


def test_who_took_a_reward_is_set_beside_who_did_not(
    line: Connected, manager: AtWork, kiosk: Kiosk, journal: Journal
) -> None:
    assert line.session is not None
    people = [kiosk.enrolled() for _ in range(4)]
    for each in people:
        line.terminal.push(journal.write(each, kiosk.welcomed(each.member)))
    with line.company.database.write(line.company.shop.tenant) as tx:
        long_ago = tables.members.update().values(enrolled_at=tx.now - timedelta(days=100))
        tx.run(long_ago)
    for each, spent in zip(people, (30_000, 50_000, 10_000, 0), strict=True):
        if spent:
            line.till.record_sale(sale_of(each.member, spent))
    for each in people[:2]:
        line.terminal.hold(kiosk.request(each.member), 5)
    told = report(manager, line.session, "uplift")
    assert told["received"]["spent_each"] == 40_000
    assert (told["held_out"]["members"], told["held_out"]["spent_each"]) == (2, 5_000)
    assert told["uplift_bp"] == 70_000
    nobody = report(manager, line.session, "uplift", campaign="summer_1")
    assert nobody["received"]["members"] == 0
    assert nobody["uplift_bp"] is None


def test_who_came_back_is_counted_beside_who_had_been_there(
    line: Connected, manager: AtWork, kiosk: Kiosk, journal: Journal
) -> None:
    assert line.session is not None
    people = [kiosk.enrolled(email=f"m{place}@example.org") for place in range(3)]
    line.terminal.push(journal.write(*people, kiosk.enrolled()))
    tickets = [line.till.record_sale(sale_of(each.member, 10_00)).sale for each in people]
    line.till.void_sale(tickets[2], SaleAct(id=new_id(), at=now()))
    with line.company.database.write(line.company.shop.tenant) as tx:
        tx.run(tables.sales.update().values(closed_at=tx.now - timedelta(days=40)))
    line.till.record_sale(sale_of(people[0].member, 10_00))
    line.till.record_sale(sale_of(people[2].member, 10_00))
    since = f"{now() - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    told = report(manager, line.session, "retention", since=since)
    assert (told["before"], told["came_back"], told["retention_bp"]) == (2, 1, 50_00)
    assert (told["buyers"], told["members"], told["with_email"]) == (2, 4, 3)
    none = report(manager, line.session, "retention", since=since, store="elsewhere")
    assert (none["before"], none["retention_bp"]) == (0, None)


def test_a_program_without_a_value_is_left_out_of_the_money_by_name(url: str) -> None:
    with company(url) as shop, in_process(shop.app) as session:
        books, manager = Books(shop), at_work(shop, Role.MANAGER)
        some_business(books)
        assert report(manager, session, "accounting")["unvalued"] == [books.program]
        (told,) = report(manager, session, "liability")["programs"]
        assert (told["points"], told["value"], told["liability"]) == (60, None, None)


@pytest.mark.parametrize(
    "asked",
    [
        {"until": "2001-01-01T00:00:00Z"},
        {"since": "1971-01-01T00:00:00Z"},
        {"since": "yesterday"},
        {"program": "a b"},
        {"by": "magic"},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    session: requests.Session, manager: AtWork, asked: dict[str, str]
) -> None:
    answer = manager.asks(session, "GET", f"/v1/reports/activity?{period(**asked)}")
    assert answer.status_code == 422


def test_a_file_that_leaves_the_house_is_in_the_audit_log(
    shop: Company, session: requests.Session, manager: AtWork
) -> None:
    table(manager, session, "activity")
    owner = at_work(shop)
    lines = owner.asks(session, "GET", "/v1/audit?action=report.export").json()["lines"]
    assert [(each["actor"], each["about"]) for each in lines] == [
        (f"staff:{manager.person.id}", "activity")
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(-(10**9), 10**9), st.integers(0, 10_000))
def test_money_is_rounded_the_same_way_in_both_directions(points: int, share: int) -> None:
    program = read_program(VALUED)
    there = in_money(program, points, share_bp=share)
    assert there is not None
    assert there == -(in_money(program, -points, share_bp=share) or 0)
    assert abs(there * 10_000 - points * 2 * share) <= 5_000


def test_a_rate_of_nothing_is_none() -> None:
    assert (rate_bp(1, 0), rate_bp(0, 5), rate_bp(1, 3), rate_bp(2, 3)) == (None, 0, 3333, 6667)
    assert MemberId("m") == "m"
