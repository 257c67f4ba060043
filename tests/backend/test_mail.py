"""Mail reaches a real mail server once, whatever that server and the line to it do."""

import json
import logging
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from backend.config import Config
from backend.db import outbox
from backend.db.outbox import MailRow, MailState
from backend.jobs import Clock
from backend.logs import JsonLines
from backend.mail import KINDS, Mail, MailKind, Value
from backend.services.mailing import posting, stopping
from backend.services.mailing.outbox import queue
from loyalty.ids import MemberId
from tests.support.clock import StandingClock
from tests.support.members import agree, join
from tests.support.post import PostOffice, certificate, post_office
from tests.support.server import Company, company, until

WELCOME: dict[str, Value] = {"points": 50, "balance": 1250, "link": "", "until": date(2027, 3, 12)}


@pytest.fixture(scope="module")
def _office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def office(_office: PostOffice) -> PostOffice:
    for what in (_office.postman.taken, _office.postman.readers, _office.postman.on_data):
        what.clear()
    _office.postman.at_rcpt.clear()
    _office.postman.at_data.clear()
    return _office


@pytest.fixture
def time() -> StandingClock:
    return StandingClock()


@pytest.fixture
def shop(url: str, time: StandingClock) -> Iterator[Company]:
    with company(url, clock=time) as made:
        yield made


@pytest.fixture
def camille(shop: Company) -> MemberId:
    with shop.database.write(shop.shop.tenant) as tx:
        return join(tx)


def welcome(shop: Company, member: MemberId) -> str:
    mail = Mail(kind=MailKind.WELCOME, key=f"welcome:{member}", member=member, values=WELCOME)
    return queued(shop, mail)


def queued(shop: Company, mail: Mail) -> str:
    with shop.database.write(shop.shop.tenant) as tx:
        made = outbox.new_mail_id()
        assert queue(tx, mail, id_=made)
    return made


def send(shop: Company, office: PostOffice, public_url: str = "") -> int:
    config = Config(mail=office.server, public_url=public_url)
    return posting.send_due(shop.database, shop.shop.tenant, config)


def kept(shop: Company, mail: str) -> MailRow:
    with shop.database.read(shop.shop.tenant) as tx:
        found = outbox.mail(tx, mail)
    assert found is not None
    return found


def test_the_welcome_mail_details_the_points_as_text_and_as_a_page(
    shop: Company, camille: MemberId, office: PostOffice
) -> None:
    mail = welcome(shop, camille)
    assert send(shop, office) == 1
    (taken,) = office.postman.taken
    assert office.postman.readers == ["camille@shop.test"]
    text, page = (taken.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    for part in (text, page):
        assert "Bonjour Camille" in part.get_content()
        assert "50 points de bienvenue" in part.get_content()
        assert "1\u202f250 points" in part.get_content()
    assert taken["Subject"] == "Bienvenue chez Maison Lise : 50 points offerts"
    assert taken["Message-ID"] == f"<{mail}@shop.example>"
    assert taken["From"] == "Maison Lise <fidelite@shop.example>"
    assert taken["List-Unsubscribe"] is None
    assert kept(shop, mail).state is MailState.SENT


def test_what_was_sent_is_not_sent_again(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    welcome(shop, camille)
    assert [send(shop, office), send(shop, office)] == [1, 0]
    time.after(days=30)
    assert send(shop, office) == 0
    assert len(office.postman.taken) == 1


def test_a_greylisted_mail_is_tried_again_later_and_arrives_once(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    mail = welcome(shop, camille)
    office.postman.at_rcpt.extend(["450 4.2.0 greylisted, come back", "451 4.7.1 not yet"])
    assert send(shop, office) == 0
    assert kept(shop, mail).answer == "450 at RCPT"
    assert send(shop, office) == 0, "not before its pause is over"
    assert len(office.postman.at_rcpt) == 1
    time.after(minutes=1)
    assert send(shop, office) == 0
    time.after(minutes=1)
    assert send(shop, office) == 0, "the second pause is longer"
    time.after(minutes=4)
    assert send(shop, office) == 1
    assert len(office.postman.taken) == 1
    assert kept(shop, mail).attempts == 3


@pytest.mark.parametrize("step", ["at_rcpt", "at_data"])
def test_a_refusal_for_good_is_shown_and_not_tried_again(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock, step: str
) -> None:
    mail = welcome(shop, camille)
    getattr(office.postman, step).append("550 5.1.1 camille@shop.test: no such mailbox")
    send(shop, office)
    time.after(days=1)
    assert send(shop, office) == 0
    failed = kept(shop, mail)
    assert failed.state is MailState.FAILED
    assert failed.answer.startswith("550 ")
    assert "camille" not in failed.answer


def test_one_reader_who_is_refused_does_not_hold_up_the_next(
    shop: Company, camille: MemberId, office: PostOffice
) -> None:
    welcome(shop, camille)
    with shop.database.write(shop.shop.tenant) as tx:
        other = join(tx, name="Lou", email="lou@shop.test")
    welcome(shop, other)
    office.postman.at_rcpt.append("550 no")
    assert send(shop, office) == 1
    assert len(office.postman.taken) == 1


def test_a_line_that_breaks_before_the_text_is_handed_over_is_tried_again(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    mail = welcome(shop, camille)
    office.postman.at_rcpt.append("hangup")
    assert send(shop, office) == 0
    assert kept(shop, mail).state is MailState.WAITING
    time.after(minutes=1)
    assert send(shop, office) == 1
    assert len(office.postman.taken) == 1


def test_a_line_that_breaks_after_it_is_never_sent_again_by_itself(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    mail = welcome(shop, camille)
    office.postman.at_data.append("hangup")
    send(shop, office)
    time.after(days=2)
    assert send(shop, office) == 0
    assert kept(shop, mail).state is MailState.UNKNOWN
    assert len(office.postman.taken) == 1, "it had arrived: a second would have been one too many"


def test_a_server_that_is_away_costs_no_mail(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    mail = welcome(shop, camille)
    with post_office() as closed:
        pass
    assert send(shop, closed) == 0
    assert kept(shop, mail).answer == "connection refused"
    time.after(hours=10)
    assert send(shop, office) == 1


def test_a_server_that_is_away_for_three_days_is_a_failure_that_shows(
    shop: Company, camille: MemberId, time: StandingClock
) -> None:
    mail = welcome(shop, camille)
    with post_office() as closed:
        pass
    for _ in range(80):
        send(shop, closed)
        time.after(hours=1)
    assert kept(shop, mail).state is MailState.FAILED
    assert kept(shop, mail).answer == "given up: connection refused"


class Died(BaseException):
    """The process ends here."""


def dies_at(monkeypatch: pytest.MonkeyPatch, step: str, shop: Company, office: PostOffice) -> None:
    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(posting, step, die)
        with pytest.raises(Died):
            send(shop, office)


def test_whoever_dies_before_handing_over_leaves_the_mail_to_the_next(
    shop: Company,
    camille: MemberId,
    office: PostOffice,
    time: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    welcome(shop, camille)
    dies_at(monkeypatch, "_handing_over", shop, office)
    assert send(shop, office) == 0, "the lease still holds"
    time.after(minutes=11)
    assert send(shop, office) == 1
    assert len(office.postman.taken) == 1


def test_whoever_dies_after_handing_over_does_not_make_a_second_mail(
    shop: Company,
    camille: MemberId,
    office: PostOffice,
    time: StandingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mail = welcome(shop, camille)
    dies_at(monkeypatch, "_ended", shop, office)
    assert len(office.postman.taken) == 1
    for _ in range(5):
        time.after(hours=1)
        assert send(shop, office) == 0
    assert kept(shop, mail).state is MailState.UNKNOWN


def test_a_code_that_has_ended_is_not_sent_and_one_that_was_is_forgotten(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    values: dict[str, Value] = {"code": "135 246", "minutes": 10}

    def code(key: str) -> str:
        mail = Mail(
            kind=MailKind.CODE,
            key=key,
            member=camille,
            values=values,
            useless_after=time.now + timedelta(minutes=10),
        )
        return queued(shop, mail)

    sent = code("one")
    assert send(shop, office) == 1
    late = code("two")
    time.after(minutes=10)
    assert send(shop, office) == 0
    assert kept(shop, late).state is MailState.DROPPED
    assert {kept(shop, mail).content for mail in (sent, late)} == {"{}"}
    (taken,) = office.postman.taken
    assert "135 246" in taken["Subject"]


def test_a_reminder_carries_a_way_out_that_works_with_one_click(
    shop: Company, camille: MemberId, office: PostOffice, time: StandingClock
) -> None:
    time.after(minutes=1)
    with shop.database.write(shop.shop.tenant) as tx:
        agree(tx, camille, news=True)
    day = date(2026, 9, 1)
    values: dict[str, Value] = {"points": 42, "balance": 230, "deadline": day}
    queued(shop, Mail(kind=MailKind.REMINDER, key="one", member=camille, values=values))
    second = Mail(kind=MailKind.REMINDER, key="two", member=camille, values=values)
    assert send(shop, office, "https://shop.example") == 1
    (taken,) = office.postman.taken
    link = taken["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://shop.example/v1/unsubscribe/")
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = taken.get_body(("plain",))
    assert text is not None
    assert "1 septembre 2026" in text.get_content()
    assert link.replace("/v1/", "/") in text.get_content(), "who reads it gets a page"
    late = queued(shop, second)
    time.after(minutes=1)
    stopping.stop(shop.database, link.rpartition("/")[2])
    assert send(shop, office) == 0
    assert kept(shop, late).state is MailState.DROPPED
    with shop.database.write(shop.shop.tenant) as tx:
        third = Mail(kind=MailKind.REMINDER, key="three", member=camille, values=values)
        assert not queue(tx, third)


def test_a_name_cannot_reach_the_page_or_the_headers(shop: Company, office: PostOffice) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        somebody = join(tx, name="<b>Lou</b>\r\nBcc: a@shop.test {{7*7}}")
    welcome(shop, somebody)
    send(shop, office)
    (taken,) = office.postman.taken
    page = taken.get_body(("html",))
    assert page is not None
    assert "&lt;b&gt;Lou&lt;/b&gt;" in page.get_content()
    assert "{{7*7}}" in page.get_content()
    assert taken["Bcc"] is None
    assert office.postman.readers == ["camille@shop.test"]


def test_every_kind_of_mail_is_written_in_every_language(shop: Company, office: PostOffice) -> None:
    cases = [(kind, language) for kind in MailKind for language in ("fr", "en", "pt")]
    for kind, language in cases:
        mail = Mail(
            kind=kind,
            key=f"{kind}-{language}",
            address="reader@shop.test",
            language=language,
            values=KINDS[kind].values,
        )
        queued(shop, mail)
    assert send(shop, office) == len(cases)
    for taken in office.postman.taken:
        text = taken.get_body(("plain",))
        assert text is not None
        assert "{" not in text.get_content()
        assert "\n\n\n" not in text.get_content()
        assert "Maison Lise" in text.get_content() + str(taken["Subject"])


def test_the_line_is_encrypted_and_logged_in_where_that_is_set_up(
    shop: Company, camille: MemberId, time: StandingClock, tmp_path: Path
) -> None:
    tls, authorities = certificate(tmp_path)
    password = tmp_path / "password"
    password.write_text("open sesame\n")
    mail = welcome(shop, camille)
    with post_office(tls=tls, login=("lise", password)) as stranger:
        assert send(shop, stranger) == 0
        assert "not trusted" in kept(shop, mail).answer
    with post_office(tls=tls, authorities=authorities, login=("lise", password)) as office:
        time.after(minutes=5)
        password.write_text("wrong\n")
        wrong = tmp_path / "wrong"
        wrong.write_text("guess\n")
        guess = office.server.model_copy(update={"password_file": wrong})
        password.write_text("open sesame\n")
        assert posting.send_due(shop.database, shop.shop.tenant, Config(mail=guess)) == 0
        assert kept(shop, mail).answer == "535 at login"
        time.after(minutes=15)
        assert send(shop, office) == 1


def test_two_processes_send_each_mail_once(kept_url: str, office: PostOffice) -> None:
    with company(kept_url) as shop:
        with shop.database.write(shop.shop.tenant) as tx:
            everybody = [join(tx, email=f"m{number}@shop.test") for number in range(30)]
        for one in everybody:
            welcome(shop, one)
        threads = [Thread(target=send, args=(shop, office)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(office.postman.readers) == sorted(f"m{n}@shop.test" for n in range(30))


def test_a_server_sends_what_is_queued_at_once(
    shop: Company, camille: MemberId, office: PostOffice
) -> None:
    arrived = Event()
    office.postman.on_data.append(arrived)
    clock = Clock(shop.database, Config(mail=office.server), tick_s=60)
    clock.start()
    try:
        mail = welcome(shop, camille)
        assert arrived.wait(10)
        until(lambda: kept(shop, mail).state is MailState.SENT)
    finally:
        clock.close()


def test_nothing_of_the_reader_is_in_the_log(
    shop: Company, camille: MemberId, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    welcome(shop, camille)
    with shop.database.write(shop.shop.tenant) as tx:
        lou = join(tx, name="Lou", email="lou@shop.test")
    welcome(shop, lou)
    office.postman.at_rcpt.append("550 camille@shop.test unknown")
    with caplog.at_level(logging.DEBUG):
        send(shop, office)
    ours = [record for record in caplog.records if not record.name.startswith("mail.log")]
    written = "\n".join(JsonLines().format(record) for record in ours)
    events = [json.loads(line) for line in written.splitlines()]
    assert [e["state"] for e in events if e["event"] == "mail"] == ["failed", "sent"]
    for secret in ("camille", "Camille", "lou@", "Lou"):
        assert secret not in written
