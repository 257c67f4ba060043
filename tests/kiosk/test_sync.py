"""Sync over a line that loses, doubles and breaks: each fact once, and it never falls silent."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from backend_client.errors import BackendUnavailable
from backend_client.rest.terminal import TerminalClient
from backend_client.schemas.changes import (
    AccountChanged,
    CardChanged,
    CardStatus,
    ChangesPage,
    MemberErased,
    ProgramChanged,
    StoreChanged,
    VoucherChanged,
)
from backend_client.schemas.events import EventsAnswer, JournalEvent
from backend_client.schemas.ledger import AccountSnapshot, LotBody, VoucherBody
from backend_client.schemas.terminals import StoreBody
from backend_client.seals import snapshot_key, with_seal
from kiosk import background, sync
from kiosk.db import Database, StorageTrouble, Transaction, tables
from kiosk.services import enrol, redeem
from kiosk.services.enrol import Application
from kiosk.services.identify import visit
from kiosk.sync import Sync, apply
from loyalty.errors import OfflineLimit
from loyalty.ids import MemberId, RedemptionId, RewardId
from loyalty.redemption import reservation_entry
from loyalty.vouchers import VoucherState, mint
from tests.kiosk.counter import backend, counter
from tests.support.server import NOWHERE, PROGRAM, connected

pytestmark = pytest.mark.thorough

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
STORE = StoreBody(id="s1", name="Maison Lise", time_zone="Europe/Paris")


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(None)
    made.run_now(apply, page(ProgramChanged(document=PROGRAM), StoreChanged(store=STORE)), now=NOW)
    yield made
    made.close()


def page(*changes: object, cursor: str = "c1") -> ChangesPage:
    return ChangesPage(changes=changes, cursor=cursor, more=False)  # type: ignore[arg-type]  # checked by pydantic


class Line(TerminalClient):
    """A client whose line loses questions, loses answers, and says things twice."""

    def __init__(self, inner: TerminalClient, seed: int) -> None:
        self._inner, self._dice = inner, random.Random(seed)  # noqa: S311 - not a secret

    def push(self, events: Sequence[JournalEvent]) -> EventsAnswer:
        if self._dice.random() < 0.3:
            raise BackendUnavailable("lost on the way there")
        answer = self._inner.push(events)
        if self._dice.random() < 0.3:
            self._inner.push(events[: self._dice.randint(1, len(events))])
        if self._dice.random() < 0.4:
            raise BackendUnavailable("lost on the way back")
        return answer

    def changes(self, cursor: str, wait_s: float = 0.0) -> ChangesPage:
        del wait_s
        if self._dice.random() < 0.3:
            raise BackendUnavailable("lost")
        return self._inner.changes("" if self._dice.random() < 0.2 else cursor, 0.0)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_line_does_each_fact_counts_once(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)  # noqa: S311 - not a secret

    async def run() -> None:
        with backend() as (shop, session), connected(shop, NOWHERE, session) as wired:
            database = Database(tmp_path / "kiosk.db")
            line = Line(wired.terminal, seed)
            syncing = Sync(database, line, online=lambda _: None, learnt=lambda: None)
            member = MemberId(str(uuid4()))
            while await tried(syncing.pull) or await database.run(Transaction.program) is None:
                pass
            steps: list[Callable[[], Awaitable[object]]] = [
                lambda: database.run(
                    enrol.enrol,
                    f"{seed:064x}",
                    PERSON,
                    member=member,
                    salt="ab" * 16,
                    now=datetime.now(UTC),
                ),
                *[
                    lambda: database.run(enrol.claim_welcome, member, now=datetime.now(UTC))
                    for _ in range(3)
                ],
            ]
            for step in steps:
                await step()
                for _ in range(dice.randint(0, 3)):
                    await tried(dice.choice((syncing.push, syncing.pull)))
            while await database.run(Transaction.queue_length):
                await tried(syncing.push)
            account = await asyncio.to_thread(wired.till.account, member)
            assert account.balance == 50
            assert len(account.entries) == 1
            for _ in range(20):
                await tried(syncing.pull)
            found = await database.run(visit, member, now=datetime.now(UTC))
            assert found.account.balance(datetime.now(UTC)) == 50
            database.close()

    asyncio.run(run())


PERSON = Application(first_name="Inès", email="ines@example.org", news=False, language="fr")


async def tried(step: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return bool(await step())
    except BackendUnavailable:
        return False


def test_a_fact_written_while_another_is_on_its_way_goes_out_at_once(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path, served=False) as place:
                while place.kiosk.sync.contact_at is None:
                    await asyncio.sleep(0.01)
                pushed = place.kiosk.client.push

                def meanwhile(events: Sequence[JournalEvent]) -> EventsAnswer:
                    answer = pushed(events)
                    if not done:
                        done.append(1)
                        claim = place.kiosk.db.run(
                            enrol.claim_welcome, member, now=datetime.now(UTC)
                        )
                        asyncio.run_coroutine_threadsafe(claim, loop).result(5)
                        loop.call_soon_threadsafe(place.kiosk.sync.wake)
                    return answer

                done: list[int] = []
                loop, member = asyncio.get_running_loop(), MemberId(str(uuid4()))
                place.kiosk.client.push = meanwhile  # type: ignore[method-assign]  # something happens meanwhile
                await place.kiosk.db.run(
                    enrol.enrol,
                    place.key(),
                    PERSON,
                    member=member,
                    salt="ab" * 16,
                    now=datetime.now(UTC),
                )
                place.kiosk.sync.wake()
                async with asyncio.timeout(3):
                    while not done:
                        await asyncio.sleep(0.01)
                    await place.all_sent()

    asyncio.run(run())


def test_a_fault_nobody_thought_of_does_not_silence_sync(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "BEGIN_AGAIN_S", 0.01)

    class Odd(TerminalClient):
        calls = 0

        def __init__(self) -> None:
            """No line."""

        def changes(self, cursor: str, wait_s: float = 0.0) -> ChangesPage:
            del cursor, wait_s
            self.calls += 1
            if self.calls < 3:
                raise ZeroDivisionError
            return page(cursor=f"c{self.calls}")

    async def run() -> None:
        heard = asyncio.Event()
        syncing = Sync(
            database, Odd(), online=lambda up: heard.set() if up else None, learnt=lambda: None
        )
        running = asyncio.create_task(syncing.run())
        await asyncio.wait_for(heard.wait(), 5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
    assert "pull failed, and begins again" in caplog.text


def test_storage_trouble_is_not_called_a_network_trouble(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "RETRY_FIRST_S", 0.01)
    told: list[bool] = []

    class Still(TerminalClient):
        def __init__(self) -> None:
            """No line."""

        def changes(self, cursor: str, wait_s: float = 0.0) -> ChangesPage:
            del cursor, wait_s
            return page()

    async def run() -> None:
        syncing = Sync(database, Still(), online=told.append, learnt=lambda: None)
        failing = asyncio.Event()

        async def full(*_: object, **__: object) -> None:
            failing.set()
            raise StorageTrouble("database or disk is full")

        database.run = full  # type: ignore[method-assign,assignment]  # the disk is full
        running = asyncio.create_task(syncing.run())
        await asyncio.wait_for(failing.wait(), 5)
        await asyncio.sleep(0.05)
        assert told == []
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())


# --- changes ------------------------------------------------------------------------------------


def test_a_program_that_is_too_new_is_kept_and_the_old_one_goes_on(database: Database) -> None:
    newer = '{"id": "maison-lise", "version": 2, "format": "loyalty-program/9"}'
    database.run_now(apply, page(ProgramChanged(document=newer)), now=NOW)
    program = database.run_now(Transaction.program)
    assert program is not None
    assert program.version == 1


def test_a_change_that_cannot_be_kept_does_not_keep_the_others_away(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    taken = voucher("r1")
    card = CardChanged(card="a" * 64, member="m1", status=CardStatus.ACTIVE)
    twin = taken.model_copy(update={"code": mint(2)})
    database.run_now(apply, page(VoucherChanged(voucher=taken)), now=NOW)
    further = twin.model_copy(update={"state": VoucherState.VOIDED})
    changes = (
        ProgramChanged(document="{}"),
        VoucherChanged(voucher=further),
        VoucherChanged(voucher=taken.model_copy(update={"code": "", "redemption": "r2"})),
        card,
    )
    database.run_now(apply, page(*changes, cursor="c2"), now=NOW)
    assert database.run_now(Transaction.card, "a" * 64) is not None
    assert database.run_now(Transaction.recall, "cursor") == "c2"
    assert caplog.text.count("a change was not kept") == 2


def voucher(redemption: str) -> VoucherBody:
    return VoucherBody(
        code=mint(1),
        redemption=redemption,
        member="m1",
        program="maison-lise",
        reward="coffee",
        state=VoucherState.ISSUED,
        deadline=NOW + timedelta(days=9),
    )


def test_a_zone_that_is_not_known_here_ends_days_in_utc(database: Database) -> None:
    away = STORE.model_copy(update={"time_zone": "Mars/Olympus"})
    database.run_now(apply, page(StoreChanged(store=away)), now=NOW)
    assert database.run_now(Transaction.zone) is UTC


def test_an_erased_member_loses_name_and_cards_and_the_journal_keeps_its_chain(
    database: Database,
) -> None:
    database.run_now(enrol.enrol, "b" * 64, PERSON, member=MemberId("m1"), salt="ab" * 16, now=NOW)
    before = database.run_now(Transaction.to_send, 9)
    database.run_now(apply, page(MemberErased(member="m1")), now=NOW)
    assert database.run_now(Transaction.member, MemberId("m1")) is None
    assert database.run_now(Transaction.card, "b" * 64) is None
    assert database.run_now(Transaction.to_send, 9) == before


def test_a_snapshot_never_steps_back(database: Database) -> None:
    for position, debt in ((2, 5), (1, 9)):
        snapshot = {"member": "m1", "program": "maison-lise", "position": position, "lots": ()}
        change = AccountChanged.model_validate(
            {"account": {**snapshot, "debt": debt}, "entries": ()}
        )
        database.run_now(apply, page(change), now=NOW)
    assert database.run_now(visit, MemberId("m1"), now=NOW).account.debt == 5


def test_a_contact_dated_in_the_future_is_corrected(database: Database) -> None:
    database.run_now(apply, page(), now=NOW + timedelta(days=400))
    database.run_now(apply, page(), now=NOW)
    assert database.run_now(sync.last_contact) == NOW


# --- without the backend's word -------------------------------------------------------------------


def held(database: Database, number: int, member: str = "m1") -> RedemptionId:
    wanted = RedemptionId(f"r{number}")
    program = database.run_now(Transaction.program)
    assert program is not None
    coffee = program.reward(RewardId("coffee"))
    assert coffee is not None
    database.run_now(
        redeem.ask, MemberId(member), coffee, wanted=wanted, code=mint(number), now=NOW
    )
    return wanted


def with_points(database: Database, points: int, member: str = "m1") -> None:
    account = AccountSnapshot(
        member=member,
        program="maison-lise",
        position=1,
        lots=(LotBody(entry="e1", left=points, deadline=None),),
        debt=0,
    )
    sealed = AccountChanged(account=with_seal(SEAL_KEY, account), entries=())
    database.run_now(apply, page(sealed), now=NOW)


SEAL_KEY = snapshot_key(b"the shop's card secret")
hold_offline = partial(redeem.hold_offline, seal_key=SEAL_KEY)


def test_only_points_held_without_the_backends_word_count_against_the_limit(
    database: Database,
) -> None:
    with_points(database, 5000)
    offline = held(database, 1)
    database.run_now(hold_offline, offline, now=NOW)
    assert database.run_now(Transaction.spent_offline, MemberId("m1")) == (200, 200)
    assert database.run_now(Transaction.spent_offline, MemberId("m2")) == (0, 200)
    database.run_now(redeem.give_back, offline, now=NOW)
    assert database.run_now(Transaction.spent_offline, MemberId("m1")) == (0, 0)


def test_giving_back_what_the_backend_held_allows_nobody_more_offline(database: Database) -> None:
    with_points(database, 5000)
    known, offline = held(database, 1), held(database, 2)
    database.run_now(hold_offline, known, now=NOW)
    database.run_now(lambda tx: tx.number(reservation_entry(known), 2))
    database.run_now(redeem.give_back, known, now=NOW)
    database.run_now(hold_offline, offline, now=NOW)
    assert database.run_now(Transaction.spent_offline, MemberId("m1")) == (200, 200)


@pytest.mark.parametrize(
    ("age", "trusted", "goes"),
    [
        (timedelta(hours=167), True, True),
        (timedelta(hours=169), True, False),
        (timedelta(hours=1), False, False),
    ],
)
def test_a_balance_that_is_old_or_of_unknown_age_is_not_spent(
    database: Database, age: timedelta, trusted: bool, goes: bool
) -> None:
    with_points(database, 5000)
    wanted = held(database, 1)

    def hold(tx: Transaction) -> None:
        hold_offline(tx, wanted, now=NOW + age, clock_trusted=trusted)

    if goes:
        database.run_now(hold)
    else:
        with pytest.raises(OfflineLimit):
            database.run_now(hold)


def test_a_balance_that_somebody_wrote_into_the_database_is_not_spent(database: Database) -> None:
    with_points(database, 100)

    def forge(tx: Transaction) -> None:
        account = tables.accounts
        (body,) = tx._connection.execute(select(account.c.snapshot)).one()
        richer = body.replace('"left":100', '"left":9900')
        assert richer != body
        tx._connection.execute(update(account).values(snapshot=richer))

    database.run_now(forge)
    with pytest.raises(OfflineLimit, match="seal"):
        database.run_now(hold_offline, held(database, 1), now=NOW)


def test_a_kiosk_gives_no_more_in_a_day_than_the_program_allows_even_after_contact(
    database: Database,
) -> None:
    with_points(database, 5000)
    document = json.loads(PROGRAM) | {"version": 2}
    document["offline"] |= {"per_day": 300}
    database.run_now(apply, page(ProgramChanged(document=json.dumps(document))), now=NOW)
    first, second, tomorrow = (held(database, number) for number in (1, 2, 3))
    database.run_now(hold_offline, first, now=NOW)
    # The backend heard of it: the limits until the next contact begin anew, the day's does not.
    database.run_now(lambda tx: tx.number(reservation_entry(first), 2))
    with pytest.raises(OfflineLimit, match="day"):
        database.run_now(hold_offline, second, now=NOW)
    database.run_now(hold_offline, tomorrow, now=NOW + timedelta(days=1))
