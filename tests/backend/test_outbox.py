"""Mail is queued with what caused it, once, and only where there is somebody to write to."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from backend.db import Transaction, outbox, privacy
from backend.mail import KINDS, Mail, MailKind, Value
from backend.services.mailing.outbox import queue, read, written
from loyalty.ids import MemberId
from tests.support.facts import Journal, Kiosk
from tests.support.server import Company, Connected

VALUES: dict[str, Value] = {"points": 50, "balance": 50, "link": "", "until": ""}


@pytest.fixture
def camille(line: Connected, kiosk: Kiosk, journal: Journal) -> MemberId:
    joined = kiosk.enrolled(email="camille@shop.test")
    line.terminal.push(journal.write(joined))
    return MemberId(joined.member)


def welcome(member: MemberId) -> Mail:
    return Mail(kind=MailKind.WELCOME, key=f"welcome:{member}", member=member, values=VALUES)


def waiting(tx: Transaction) -> list[str]:
    return [mail.key for mail in outbox.due_mail(tx, 100)]


def test_a_mail_is_queued_once_however_often_it_is_asked_for(
    shop: Company, camille: MemberId
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        asked = [queue(tx, welcome(camille)) for _ in range(3)]
        assert waiting(tx) == [f"welcome:{camille}"]
    assert asked == [True, False, False]


def test_without_an_address_there_is_no_mail_and_no_error(
    shop: Company, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined))
    with shop.database.write(shop.shop.tenant) as tx:
        assert not queue(tx, welcome(MemberId(joined.member)))
        assert not queue(tx, Mail(kind=MailKind.TEST, key="test"))
        assert waiting(tx) == []


def test_what_asks_for_a_visit_goes_to_who_agreed_to_news(shop: Company, camille: MemberId) -> None:
    values: dict[str, Value] = {"points": 5, "balance": 9, "deadline": date(2027, 1, 1)}
    nudge = Mail(kind=MailKind.DEADLINE, key="deadline", member=camille, values=values)
    with shop.database.write(shop.shop.tenant) as tx:
        assert not queue(tx, nudge)


def test_a_mail_is_not_queued_when_its_cause_is_rolled_back(
    shop: Company, camille: MemberId
) -> None:
    class OnPurpose(Exception):
        pass

    def cause(tx: Transaction) -> None:
        queue(tx, welcome(camille))
        raise OnPurpose

    with pytest.raises(OnPurpose):
        shop.database.run(shop.shop.tenant, cause)
    with shop.database.read(shop.shop.tenant) as tx:
        assert waiting(tx) == []


def test_nothing_of_the_person_is_in_a_queued_mail_and_erasing_leaves_none(
    shop: Company, camille: MemberId
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        queue(tx, welcome(camille))
        (mail,) = outbox.due_mail(tx, 1)
        assert "camille@" not in repr(mail)
        privacy.forget(tx, camille)
        assert outbox.mail(tx, mail.id) is None


@pytest.mark.parametrize("kind", MailKind)
def test_the_values_of_every_kind_are_read_as_they_were_written(kind: MailKind) -> None:
    assert read(written(dict(KINDS[kind].values))) == KINDS[kind].values


def test_a_value_is_a_day_and_never_a_moment() -> None:
    with pytest.raises(TypeError):
        written({"deadline": datetime(2027, 1, 1, tzinfo=UTC)})


def test_the_database_itself_keeps_a_key_to_one_mail(shop: Company, camille: MemberId) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        queue(tx, welcome(camille))
    with (
        pytest.raises(IntegrityError),
        shop.database.write(shop.shop.tenant) as tx,
    ):
        tx.connection.exec_driver_sql(
            "INSERT INTO outbox SELECT tenant, 'other', key, kind, member, address, language,"
            " content, state, attempts, next_try_at, useless_after, leased_until, queued_at,"
            " sent_at, answer FROM outbox"
        )
