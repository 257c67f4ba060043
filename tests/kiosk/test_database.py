"""The database file: damaged, too new, another shop's, or of an older terminal."""

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend_client.schemas.ledger import AccountSnapshot
from backend_client.signing import journal_body
from kiosk.db import Database, NewerDatabase, StorageTrouble, Transaction
from kiosk.db.transaction import KnownMember
from kiosk.services.belong import OtherCompany, belong
from kiosk.services.enrol import Application, enrol
from kiosk.sync import apply
from loyalty.chain import GENESIS, link
from loyalty.document import read_program
from loyalty.ids import EntryId, MemberId, RedemptionId, RewardId, StoreId
from loyalty.ledger import Account, Entry, EntryKind, Lot
from loyalty.redemption import reservation_entry
from loyalty.vouchers import Voucher, VoucherState, mint
from tests.kiosk.test_sync import NOW, PERSON, STORE, page
from tests.support.server import PROGRAM

OURS = {"card_secret": "aa" * 16, "terminal": "t1", "program": "maison-lise"}


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerDatabase, match="99"):
        Database(path)


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    path.write_bytes(b"not a database at all" * 200)
    with pytest.raises(StorageTrouble, match="not a database"):
        Database(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_file_damaged_while_it_is_open_is_storage_trouble(tmp_path: Path) -> None:
    path = tmp_path / "kiosk.db"
    Database(path).close()
    database = Database(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    try:
        with pytest.raises(StorageTrouble):
            database.run_now(enrol_somebody)
    finally:
        database.close()


def enrol_somebody(tx: Transaction) -> None:
    tx.save_program(PROGRAM)
    enrol(tx, "c" * 64, PERSON, member=MemberId("m1"), salt="ab" * 16, now=NOW)


def test_a_folder_that_cannot_be_made_is_storage_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageTrouble):
        Database(tmp_path / "file" / "kiosk.db")


def test_the_text_of_an_error_names_nobody() -> None:
    database = Database(None)
    try:
        database.run_now(lambda tx: tx._connection.exec_driver_sql("DROP TABLE members"))
        person = KnownMember(id=MemberId("m1"), first_name="Inès", contact="i•••", language="fr")
        with pytest.raises(StorageTrouble) as caught:
            database.run_now(lambda tx: tx.save_member(person, now=NOW))
        assert "Inès" not in f"{caught.value} {caught.value.__cause__}"
    finally:
        database.close()


def test_records_of_one_company_never_go_to_another() -> None:
    database = Database(None)
    try:
        database.run_now(belong, **OURS)
        database.run_now(belong, **OURS)
        database.run_now(enrol_somebody)
        with pytest.raises(OtherCompany, match="1 facts it has not sent"):
            database.run_now(belong, **OURS | {"card_secret": "bb" * 16})
    finally:
        database.close()


def test_a_new_terminal_begins_a_journal_with_what_is_not_sent() -> None:
    database = Database(None)
    try:
        database.run_now(belong, **OURS)
        database.run_now(enrol_somebody)
        (first,) = database.run_now(Transaction.to_send, 9)
        database.run_now(Transaction.sent, first.event.id)
        someone = Application(first_name="Jean", email="j@example.org", news=False, language="fr")
        database.run_now(enrol, "d" * 64, someone, member=MemberId("m2"), salt="ab" * 16, now=NOW)
        (second,) = database.run_now(Transaction.to_send, 9)
        assert second.sequence == 2
        assert second.chain == link(bytes.fromhex(first.chain), journal_body(second.event)).hex()
        database.run_now(belong, **OURS | {"terminal": "t2"})
        (again,) = database.run_now(Transaction.to_send, 9)
        assert (again.sequence, again.event) == (1, second.event)
        assert again.chain == link(GENESIS, journal_body(again.event)).hex()
    finally:
        database.close()


def test_the_terminals_own_program_is_the_one_in_force() -> None:
    database = Database(None)
    other = PROGRAM.replace('"maison-lise"', '"other"').replace('"version": 1', '"version": 7')
    try:
        database.run_now(belong, **OURS)
        for document in (PROGRAM, other):
            database.run_now(Transaction.save_program, document)
        program = database.run_now(Transaction.program)
        assert program is not None
        assert program.id == "maison-lise"
    finally:
        database.close()


def test_a_tap_within_a_day_writes_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path / "kiosk.db")
    person = KnownMember(id=MemberId("m1"), first_name="Inès", contact="i", language="fr")
    try:
        database.run_now(Transaction.seen, person, now=NOW)
        size = (tmp_path / "kiosk.db-wal").stat().st_size
        database.run_now(Transaction.seen, person, now=NOW + timedelta(hours=9))
        assert (tmp_path / "kiosk.db-wal").stat().st_size == size
        database.run_now(Transaction.seen, person, now=NOW + timedelta(days=80))
        limit = NOW + timedelta(days=79)
        assert database.run_now(Transaction.forget_members_unseen_since, limit) == 0
        assert (
            database.run_now(Transaction.forget_members_unseen_since, NOW + timedelta(days=81)) == 1
        )
    finally:
        database.close()


def test_identifying_writes_nothing(tmp_path: Path) -> None:
    from kiosk.services.identify import UnknownCard, identify

    database = Database(tmp_path / "kiosk.db")
    try:
        database.run_now(apply, page(), now=NOW)
        database.run_now(lambda tx: tx.save_program(PROGRAM))
        database.run_now(lambda tx: tx.remember("store", STORE.model_dump_json()))
        database.run_now(enrol_somebody)
        size = (tmp_path / "kiosk.db-wal").stat().st_size
        for card in ("c" * 64, "e" * 64):
            found = asyncio.run(database.run(identify, card, now=datetime.now(UTC)))
            assert isinstance(found, UnknownCard) is (card == "e" * 64)
        assert (tmp_path / "kiosk.db-wal").stat().st_size == size
    finally:
        database.close()


def test_only_what_is_settled_counted_and_long_over_is_let_go(tmp_path: Path) -> None:
    """A year's vouchers and entries go; what is held, not counted or not sent stays."""
    database = Database(tmp_path / "kiosk.db")
    later = NOW + timedelta(days=500)
    try:
        program = read_program(PROGRAM)
        database.run_now(a_year_at_the_counter)
        before = database.run_now(Transaction.account, MemberId("m1"), program)
        assert database.run_now(Transaction.forget_settled, later) == 0, "facts wait to be sent"
        for item in database.run_now(Transaction.to_send, 99):
            database.run_now(Transaction.sent, item.event.id)
        assert database.run_now(Transaction.forget_settled, NOW - timedelta(days=1)) == 0
        # The issued voucher and its entry, and the welcome; the held one and the new one stay.
        assert database.run_now(Transaction.forget_settled, later) == 3
        assert database.run_now(Transaction.forget_settled, later) == 0
        assert database.run_now(Transaction.account, MemberId("m1"), program) == before
        assert database.run_now(Transaction.voucher, RedemptionId("issued")) is None
        assert database.run_now(Transaction.voucher, RedemptionId("held")) is not None
        kept = [entry.fact for entry in database.run_now(Transaction.history, MemberId("m1"))]
        assert sorted(kept) == ["held", "uncounted"]
    finally:
        database.close()


def a_year_at_the_counter(tx: Transaction) -> None:
    enrol_somebody(tx)
    for position, fact in enumerate(("welcome", "issued", "held", "uncounted"), start=1):
        entry = Entry(
            id=reservation_entry(RedemptionId(fact)),
            member=MemberId("m1"),
            program=read_program(PROGRAM).id,
            kind=EntryKind.EARN if fact in ("welcome", "uncounted") else EntryKind.REDEEM,
            points=50 if fact in ("welcome", "uncounted") else -10,
            occurred_at=NOW,
            fact=fact,
            store=StoreId("s1"),
        )
        tx.write(entry, position)
        if fact in ("issued", "held"):
            voucher = Voucher(
                code=mint(position),
                redemption=RedemptionId(fact),
                member=MemberId("m1"),
                program=entry.program,
                reward=RewardId("coffee"),
                state=VoucherState.ISSUED if fact == "issued" else VoucherState.RESERVED,
                deadline=NOW + timedelta(days=90),
            )
            tx.save_voucher(voucher, sure=True)
            tx.new_job(voucher.redemption, now=NOW)
    lot = Lot(entry=EntryId("x"), left=30, deadline=None)
    tx.save_snapshot(
        AccountSnapshot.of(
            MemberId("m1"), read_program(PROGRAM).id, 3, Account(lots=(lot,)), welcomed=True
        )
    )
