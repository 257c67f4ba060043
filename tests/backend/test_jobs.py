"""Work in the background is done once, by whoever comes first, on a clock that tests move."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from backend.config import Config
from backend.db import Database, accounts, journals, outbox, shops
from backend.db import jobs as kept
from backend.db.outbox import MailRow
from backend.jobs import JOBS
from backend.services.keeping import working
from backend.services.keeping.working import Job, LeaseLost, Ran, Work, run_job
from backend.services.mailing.outbox import read
from backend.services.people import households, merging, privacy
from backend.services.points.ledger import post
from backend.services.points.verify import faults
from backend_client.schemas.desk import HouseholdJoin, NewHousehold, NewMerge
from loyalty.document import read_program
from loyalty.entries import Entry, EntryKind
from loyalty.ids import EntryId, MemberId, StoreId
from loyalty.program import Role
from tests.support.account import Phone
from tests.support.clock import StandingClock
from tests.support.members import agree, give, join
from tests.support.server import PROGRAM, Company, company, in_process
from tests.support.staff import at_work

MAY = "2015-05-15T10:00+02:00"
OCTAVE = {"from_points": 200, "within_months": 2, "every_months": 3, "active": True}


def program(**said: Any) -> str:
    document = json.loads(PROGRAM) | {"valid_from": "2015-01-01T00:00:00+00:00"} | said
    return json.dumps(document)


@pytest.fixture
def time() -> StandingClock:
    clock = StandingClock()
    clock.at(MAY)
    return clock


@pytest.fixture
def shop(url: str, time: StandingClock, request: pytest.FixtureRequest) -> Iterator[Company]:
    wanted = getattr(request, "param", {})
    with company(url, clock=time, program=program(**wanted)) as made:
        yield made


def run(shop: Company, name: str, config: Config | None = None) -> Ran:
    job = next(job for job in JOBS if job.name == name)
    ran = run_job(shop.database, shop.shop.tenant, config or Config(), job, forced=True)
    assert ran is not None
    assert not ran.failed
    return ran


def joined(shop: Company, **said: Any) -> MemberId:
    with shop.database.write(shop.shop.tenant) as tx:
        return join(tx, **({"news": True} | said))


def earned(shop: Company, who: MemberId, points: int, until: str | None = None) -> EntryId:
    with shop.database.write(shop.shop.tenant) as tx:
        return give(tx, shop, who, points, until=until)


def spent(shop: Company, who: MemberId, points: int, store: str) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        entry = Entry(
            id=EntryId(str(uuid4())),
            member=who,
            program=shop.shop.program,
            kind=EntryKind.REDEEM,
            points=-points,
            occurred_at=tx.now,
            fact=str(uuid4()),
            store=StoreId(store),
        )
        post(tx, entry)


def journal(shop: Company, who: MemberId) -> list[Entry]:
    with shop.database.read(shop.shop.tenant) as tx:
        return [posted.entry for posted in journals.journal(tx, who, shop.shop.program)]


def mails(shop: Company) -> list[MailRow]:
    with shop.database.read(shop.shop.tenant) as tx:
        return list(outbox.page_of_mail(tx, state=None, before=None, limit=100))[::-1]


def words(shop: Company) -> list[tuple[str, dict[str, Any]]]:
    return [(mail.kind, dict(read(mail.content))) for mail in mails(shop)]


# --- expiry -----------------------------------------------------------------------------------


def test_points_are_gone_the_day_after_with_an_entry_in_the_history(
    shop: Company, time: StandingClock
) -> None:
    """CLI-09."""
    who = joined(shop)
    lot = earned(shop, who, 40, until="2015-06-01T00:00+02:00")
    kept_lot = earned(shop, who, 7)
    time.at("2015-05-31T23:59+02:00")
    assert run(shop, "expiry").done == 0
    time.at("2015-06-01T00:00+02:00")
    assert run(shop, "expiry").done == 1
    last = journal(shop, who)[-1]
    assert (last.kind, last.points, last.about) == (EntryKind.EXPIRY, -40, lot)
    with shop.database.read(shop.shop.tenant) as tx:
        row = accounts.account(tx, who, shop.shop.program)
        assert row is not None
        assert [each.entry for each in row.snapshot.lots if each.left] == [kept_lot]
        assert list(faults(tx)) == []


def test_a_lot_is_closed_once_however_often_and_late_the_job_runs(
    shop: Company, time: StandingClock
) -> None:
    who = joined(shop)
    for month in (6, 7, 8):
        earned(shop, who, month, until=f"2015-{month:02}-01T00:00+02:00")
    time.at("2016-01-01T00:00+01:00")
    assert [run(shop, "expiry").done for _ in range(3)] == [3, 0, 0]
    assert sum(entry.points for entry in journal(shop, who)) == 0


def test_points_that_come_back_to_a_closed_lot_do_not_keep_the_job_busy(
    shop: Company, time: StandingClock
) -> None:
    who = joined(shop)
    earned(shop, who, 100, until="2015-06-01T00:00+02:00")
    spent(shop, who, 30, shop.shop.store)
    debit = journal(shop, who)[-1]
    time.at("2015-06-02T00:00+02:00")
    assert run(shop, "expiry").done == 1
    with shop.database.write(shop.shop.tenant) as tx:
        back = replace(
            debit,
            id=EntryId(str(uuid4())),
            kind=EntryKind.REVERSAL,
            points=30,
            about=debit.id,
            occurred_at=tx.now,
        )
        post(tx, back)
    assert [run(shop, "expiry").done for _ in range(2)] == [0, 0]
    with shop.database.read(shop.shop.tenant) as tx:
        assert list(faults(tx)) == []


def test_many_accounts_are_closed_in_several_transactions(
    shop: Company, time: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.points.expiry.AT_ONCE", 3)
    for number in range(8):
        earned(shop, joined(shop, email=None), number + 1, until="2015-06-01T00:00+02:00")
    time.at("2015-07-01T00:00+02:00")
    assert run(shop, "expiry").done == 8


# --- reminders --------------------------------------------------------------------------------


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE}], indirect=True)
def test_reminded_in_may_the_next_mail_is_in_august_even_if_reached_again_in_july(
    shop: Company, time: StandingClock
) -> None:
    """OCT-15, OCT-16, OCT-17."""
    who = joined(shop)
    for until in ("2015-07-01T00:00+02:00", "2015-09-01T00:00+02:00", "2015-10-01T00:00+02:00"):
        earned(shop, who, 210, until=until)
    found: list[str] = []
    day = time.now
    while day.month < 10:
        time.now = day
        before = len(mails(shop))
        run(shop, "expiry")
        run(shop, "reminders")
        if time.now.month == 6 and time.now.day == 20:
            spent(shop, who, 430, shop.shop.store)
        if time.now.month == 7 and time.now.day == 20:
            earned(shop, who, 30, until="2015-09-01T00:00+02:00")
        found += [f"{day:%Y-%m}"] * (len(mails(shop)) - before)
        day += timedelta(days=5)
    assert found == ["2015-05", "2015-08"]


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE}], indirect=True)
def test_the_reminder_says_what_is_lost_and_when(shop: Company) -> None:
    who = joined(shop)
    earned(shop, who, 42, until="2015-06-11T00:00+02:00")
    earned(shop, who, 158)
    assert run(shop, "reminders").done == 1
    ((kind, values),) = words(shop)
    assert kind == "reminder"
    assert (values["points"], values["balance"]) == (42, 200)
    assert values["deadline"].isoformat() == "2015-06-10", "the last day, not the midnight after it"


@pytest.mark.parametrize(
    "shop",
    [
        {"reminders": OCTAVE | {"active": False}},
        {"reminders": OCTAVE | {"from_points": 201}},
        {"reminders": OCTAVE | {"within_months": 1}},
        {"reminders": OCTAVE | {"channels": ["kiosk"]}},
    ],
    indirect=True,
)
def test_nobody_is_reminded_where_the_program_does_not_want_it(shop: Company) -> None:
    """OCT-15, OCT-18."""
    earned(shop, joined(shop), 200, until="2015-07-01T00:00+02:00")
    assert run(shop, "reminders").done == 0
    assert mails(shop) == []


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE}], indirect=True)
def test_no_reminder_without_an_address_or_against_the_members_word(
    shop: Company, time: StandingClock
) -> None:
    """F18."""
    for who in (joined(shop, email=None), joined(shop, news=False), joined(shop)):
        earned(shop, who, 200, until="2015-07-01T00:00+02:00")
    time.after(minutes=1)
    with shop.database.write(shop.shop.tenant) as tx:
        agree(tx, who, news=False)
    assert run(shop, "reminders").done == 0


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE}], indirect=True)
def test_a_merged_record_is_reminded_where_its_points_are_and_by_itself_once_they_are_back(
    shop: Company,
) -> None:
    """F18: merge and un-merge."""
    old, kept = joined(shop, email="old@shop.test"), joined(shop)
    earned(shop, old, 200, until="2015-07-01T00:00+02:00")
    body = NewMerge(id="merge", kept=kept, absorbed=old)
    with shop.database.write(shop.shop.tenant) as tx:
        merging.merge(tx, body, shop.shop.store, actor="system")
    assert run(shop, "reminders").done == 1
    assert [mail.member for mail in mails(shop)] == [kept]
    with shop.database.write(shop.shop.tenant) as tx:
        merging.undo(tx, body.id, actor="system")
    assert run(shop, "reminders").done == 1
    assert {mail.member for mail in mails(shop)} == {kept, old}


HOME = {"households": {"active": True}, "reminders": OCTAVE}


@pytest.mark.parametrize("shop", [HOME], indirect=True)
def test_of_a_household_whoever_may_spend_is_reminded_and_an_erased_member_is_not(
    shop: Company,
) -> None:
    """F18: the points are in the wallet, which has no address."""
    parent, other, gone = joined(shop), joined(shop, email="b@shop.test"), joined(shop)
    child = joined(shop, email="child@shop.test")
    for who in (parent, gone):
        earned(shop, who, 200, until="2015-07-01T00:00+02:00")
    with shop.database.write(shop.shop.tenant) as tx:
        households.create(tx, NewHousehold(id="home"), shop.shop.program)
        for who in (parent, other, child):
            role = Role.EARNS_ONLY if who == child else Role.SPENDS
            step = HouseholdJoin(id=f"join-{who}"[:60], member=who, role=role)
            households.join(tx, "home", step, shop.shop.store)
        privacy.erase(tx, gone, actor="system")
    assert run(shop, "reminders").done == 2
    assert {mail.member for mail in mails(shop)} == {parent, other}
    assert {dict(read(mail.content))["balance"] for mail in mails(shop)} == {200}


QUIET = {"quiet": {"start": "20:00", "end": "09:00"}, "most": 1, "days": 30}


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE | QUIET}], indirect=True)
def test_a_mail_waits_for_the_end_of_the_quiet_hours(shop: Company, time: StandingClock) -> None:
    """F18."""
    earned(shop, joined(shop), 200, until="2015-07-01T00:00+02:00")
    time.at("2015-05-20T22:30+02:00")
    assert run(shop, "reminders").done == 1
    (mail,) = mails(shop)
    assert mail.next_try_at.isoformat() == "2015-05-21T07:00:00+00:00"


@pytest.mark.parametrize("shop", [{"reminders": OCTAVE | QUIET}], indirect=True)
def test_a_member_gets_no_more_than_the_cap_whatever_the_reason(
    shop: Company, time: StandingClock
) -> None:
    """F18: reminders and notices of deadlines count together."""
    who = joined(shop)
    earned(shop, who, 200, until="2015-06-01T00:00+02:00")
    _set(shop, deadline_days=[30, 7, 1])
    for _ in range(16):
        run(shop, "reminders")
        run(shop, "deadlines")
        time.after(days=1)
    assert len(mails(shop)) == 1


def _set(shop: Company, **said: Any) -> None:
    owner = at_work(shop)
    with in_process(shop.app) as session:
        path = "/v1/messages/settings"
        wanted = owner.asks(session, "GET", path).json() | said
        assert owner.asks(session, "PUT", path, wanted).status_code == 200


def test_deadlines_are_announced_once_for_each_day_that_was_chosen(
    shop: Company, time: StandingClock
) -> None:
    who = joined(shop)
    earned(shop, who, 30, until="2015-06-25T00:00+02:00")
    _set(shop, deadline_days=[30, 7])
    found = []
    for _ in range(45):
        before = len(mails(shop))
        run(shop, "expiry")
        run(shop, "deadlines")
        if len(mails(shop)) > before:
            found.append(f"{time.now:%m-%d}")
        time.after(days=1)
    assert found == ["05-25", "06-17"]


# --- welcome ----------------------------------------------------------------------------------

WELCOMES = {"welcome_mail": {"active": True}}


def welcomed(shop: Company, who: MemberId) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        entry = Entry(
            id=EntryId(str(uuid4())),
            member=who,
            program=shop.shop.program,
            kind=EntryKind.WELCOME,
            points=50,
            occurred_at=tx.now,
            fact=str(uuid4()),
            store=shop.shop.store,
        )
        post(tx, entry)


@pytest.mark.parametrize("shop", [WELCOMES], indirect=True)
def test_who_joins_with_an_address_is_written_to_once_with_the_points(shop: Company) -> None:
    """CLI-12, LSX-35, LSX-52."""
    who = joined(shop, news=False)
    welcomed(shop, who)
    assert run(shop, "welcome").done == 1
    earned(shop, who, 10)
    assert run(shop, "welcome").done == 0
    ((kind, said),) = words(shop)
    assert (kind, said["points"], said["balance"], said["link"]) == ("welcome", 50, 50, "")


@pytest.mark.parametrize("shop", [WELCOMES], indirect=True)
def test_who_gave_no_address_is_not_written_to(shop: Company) -> None:
    """CLI-13."""
    welcomed(shop, joined(shop, email=None))
    assert run(shop, "welcome").done == 0


def test_no_welcome_mail_unless_the_program_wants_it(shop: Company) -> None:
    """LSX-32."""
    welcomed(shop, joined(shop))
    assert run(shop, "welcome").done == 0


def test_who_was_there_before_is_written_to_at_the_next_purchase(
    shop: Company, time: StandingClock
) -> None:
    """LSX-34."""
    old, silent = joined(shop), joined(shop, email="other@shop.test")
    for who in (old, silent):
        welcomed(shop, who)
        earned(shop, who, 5)
    run(shop, "welcome")
    time.after(days=10)
    document = program(**WELCOMES, version=2, valid_from=time.now.isoformat())
    with shop.database.write(shop.shop.tenant) as tx:
        shops.add_program(tx, read_program(document), document)
    time.after(days=10)
    earned(shop, old, 5)
    assert run(shop, "welcome").done == 1
    earned(shop, old, 5)
    assert run(shop, "welcome").done == 0
    assert [mail.member for mail in mails(shop)] == [old]


@pytest.mark.parametrize("shop", [WELCOMES], indirect=True)
def test_the_welcome_mail_links_to_the_account_and_brings_the_bonus_that_was_never_had(
    shop: Company, time: StandingClock
) -> None:
    """LSX-32, LSX-33."""
    who = joined(shop)
    assert run(shop, "welcome").done == 0, "a kiosk may still tell of the bonus"
    earned(shop, who, 5)
    assert run(shop, "welcome", Config(public_url="https://shop.test")).done == 1
    ((_, said),) = words(shop)
    assert (said["points"], said["balance"]) == (50, 55)
    assert said["until"] == (time.now + timedelta(days=7)).date()
    with in_process(shop.app) as session:
        phone = Phone(shop=shop, session=session)
        place, _, secret = said["link"].rpartition("/")
        assert place == "https://shop.test/account"
        assert phone.signs_in(link=secret)["member"] == who
    earned(shop, who, 5)
    assert run(shop, "welcome").done == 0
    assert sum(entry.points for entry in journal(shop, who)) == 60


# --- clearing ---------------------------------------------------------------------------------


@pytest.fixture
def bertrand(shop: Company, time: StandingClock) -> tuple[MemberId, StoreId, StoreId]:
    """130 points from Angers, 40 from Bordeaux."""
    with shop.database.write(shop.shop.tenant) as tx:
        angers = shops.stores(tx)[0]
        bordeaux = replace(angers, id=StoreId("bordeaux"), name="Bordeaux")
        shops.add_store(tx, bordeaux)
        who = join(tx)
        give(tx, shop, who, 130, store=angers.id)
    time.after(days=1)
    with shop.database.write(shop.shop.tenant) as tx:
        give(tx, shop, who, 40, store=bordeaux.id)
    time.after(days=1)
    return who, angers.id, bordeaux.id


def test_angers_owes_for_its_points_that_were_spent_in_bordeaux(
    shop: Company, time: StandingClock, bertrand: tuple[MemberId, StoreId, StoreId]
) -> None:
    """F10, OCT-41: pool 170, 150 spent in Bordeaux."""
    who, angers, bordeaux = bertrand
    with shop.database.read(shop.shop.tenant) as tx:
        row = accounts.account(tx, who, shop.shop.program)
        assert row is not None
        assert row.snapshot.account().balance(tx.now) == 170
        lots = {lot.entry: lot.left for lot in row.snapshot.lots}
    assert sorted(lots.values()) == [40, 130]
    spent(shop, who, 150, bordeaux)
    with shop.database.read(shop.shop.tenant) as tx:
        row = accounts.account(tx, who, shop.shop.program)
        assert row is not None
        left = sum(lot.left for lot in row.snapshot.lots if lots[lot.entry] == 130)
    path = f"/v1/reports/clearing/{shop.shop.program}/2015-05"
    with in_process(shop.app) as session:
        time.at("2015-06-02T04:00+02:00")
        manager = at_work(shop)
        assert manager.asks(session, "GET", path).status_code == 404, "not closed yet"
        assert [run(shop, "clearing").done for _ in range(2)] == [1, 0]
        closed = manager.asks(session, "GET", path).json()
        assert [(line["debtor"], line["creditor"], line["points"]) for line in closed["lines"]] == [
            (angers, bordeaux, 130 - left)
        ]
        assert sum(net["points"] for net in closed["net"]) == 0
        spent(shop, who, 20, angers)
        run(shop, "clearing")
        assert manager.asks(session, "GET", path).json() == closed, "a closed month stays"


# --- running ----------------------------------------------------------------------------------


def job(run: Any, **said: Any) -> Job:
    return Job(name="trial", says="Tries.", every=timedelta(hours=1), run=run, **said)


def test_a_job_runs_when_it_is_due_and_not_before(shop: Company, time: StandingClock) -> None:
    ran = []

    def write_down(_: Work) -> int:
        ran.append(time.now)
        return 1

    trial = job(write_down)
    for _ in range(13):
        run_job(shop.database, shop.shop.tenant, Config(), trial)
        time.after(minutes=10)
    assert [at.minute + 60 * at.hour for at in ran] == [480, 540, 600]


def test_a_job_that_fails_shows_and_is_tried_again_soon(shop: Company, time: StandingClock) -> None:
    def fail(_: Work) -> int:
        raise ValueError("camille@shop.test is wrong")

    trial = job(fail)
    failed = run_job(shop.database, shop.shop.tenant, Config(), trial)
    assert failed == Ran(job="trial", done=0, failed=True)
    with shop.database.read(shop.shop.tenant) as tx:
        (last,) = kept.runs(tx, "trial", 10)
        row = kept.job(tx, "trial")
    assert (last.outcome, last.error) == ("failed", "ValueError")
    assert row is not None
    assert row.next_at == time.now + timedelta(minutes=5)


def test_of_several_processes_one_runs_a_job(kept_url: str) -> None:
    with company(kept_url) as shop:
        ran: list[int] = []

        def write_down(_: Work) -> int:
            ran.append(1)
            return 1

        trial = job(write_down)
        processes = [
            Database(kept_url, shop.database.keyring) for _ in range(4 if "post" in kept_url else 1)
        ]

        def tick(number: int) -> None:
            run_job(processes[number % len(processes)], shop.shop.tenant, Config(), trial)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(tick, range(16)))
        for process in processes:
            process.close()
    assert ran == [1]


def test_a_holder_that_died_is_followed_and_shown_as_lost(
    shop: Company, time: StandingClock
) -> None:
    class Died(BaseException):
        pass

    def die(_: Work) -> int:
        raise Died

    with pytest.raises(Died):
        run_job(shop.database, shop.shop.tenant, Config(), job(die))
    again = job(lambda _: 1)
    assert run_job(shop.database, shop.shop.tenant, Config(), again) is None
    time.after(seconds=working.LEASE.total_seconds())
    assert run_job(shop.database, shop.shop.tenant, Config(), again) is not None
    with shop.database.read(shop.shop.tenant) as tx:
        assert [run.outcome for run in kept.runs(tx, "trial", 10)] == ["done", "lost"]


def test_a_holder_that_was_only_slow_stops_when_another_took_over(
    shop: Company, time: StandingClock
) -> None:
    def slow(work: Work) -> int:
        time.after(seconds=working.LEASE.total_seconds())
        assert run_job(shop.database, shop.shop.tenant, Config(), job(lambda _: 1)) is not None
        with pytest.raises(LeaseLost):
            work.go_on()
        raise LeaseLost

    assert run_job(shop.database, shop.shop.tenant, Config(), job(slow)) is None


def test_jobs_are_seen_and_run_by_api(shop: Company, time: StandingClock) -> None:
    who = joined(shop)
    earned(shop, who, 5, until="2015-06-01T00:00+02:00")
    time.at("2015-07-01T00:00+02:00")
    owner = at_work(shop)
    with in_process(shop.app) as session:
        before = {each["name"]: each for each in _jobs(owner, session)}
        assert set(before) == {job.name for job in JOBS}
        assert before["expiry"]["runs"] == []
        ran = owner.asks(session, "POST", "/v1/jobs/expiry/run").json()
        assert [(each["outcome"], each["done"]) for each in ran["runs"]] == [("done", 1)]
        assert owner.asks(session, "POST", "/v1/jobs/nothing/run").status_code == 404


def _jobs(owner: Any, session: requests.Session) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = owner.asks(session, "GET", "/v1/jobs").json()["jobs"]
    return found
