"""Many members at once: as a file with the columns asked, and by a letter to who agreed to it."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from backend.db import outbox
from backend.rights import Role
from tests.support.desk import Desk, desk
from tests.support.server import company, in_process, new_id
from tests.support.staff import at_work

NEWS = {"purpose": "news", "given": True, "text_version": "1"}


@pytest.fixture
def counter() -> Iterator[Desk]:
    with company() as shop, in_process(shop.app) as session:
        yield desk(shop, session)


def table(counter: Desk, **asked: Any) -> list[dict[str, str]]:
    answer = counter.raw("POST", "/members/table", asked)
    assert answer.status_code == 200, answer.text
    assert "members.csv" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_who_is_found_leaves_as_a_file_with_the_columns_asked(counter: Desk) -> None:
    counter.add(first_name="Anne", town="Angers")
    counter.add(first_name="Basile", town="=Nantes()")
    rows = table(counter, columns=["first_name", "town", "points"])
    assert rows == [
        {"first_name": "Anne", "town": "Angers", "points": "50"},
        {"first_name": "Basile", "town": "'=Nantes()", "points": "50"},
    ]
    assert [row["first_name"] for row in table(counter, only={"town": ["Angers"]})] == ["Anne"]


def test_a_file_holds_those_who_were_ticked_and_only_they_when_they_fit(counter: Desk) -> None:
    anne, basile = (counter.add(first_name=name)["id"] for name in ("Anne", "Basile"))
    counter.add(first_name="Chloé")
    assert [row["id"] for row in table(counter, members=[anne, basile])] == [anne, basile]
    assert [row["id"] for row in table(counter, members=[anne, basile], name="bas")] == [basile]


def test_every_member_is_in_the_file_however_many_are_read_at_once(
    counter: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.people.directory.AT_ONCE", 2)
    wanted = sorted(
        counter.add(first_name="Ada", last_name=str(number))["id"] for number in range(5)
    )
    assert sorted(row["id"] for row in table(counter)) == wanted


def test_a_cashier_takes_no_list_home(counter: Desk) -> None:
    cashier = desk(counter.shop, counter.session, at_work(counter.shop, Role.CASHIER))
    cashier.refused("not-allowed", "POST", "/members/table", {})
    letter = {"id": new_id(), "to": {}, "subject": "A", "text": "B"}
    cashier.refused("not-allowed", "POST", "/messages/news", letter)


def test_a_letter_goes_once_to_those_who_agreed_and_have_an_address(counter: Desk) -> None:
    willing = counter.add(first_name="Anne", email="anne@mail.example", consents=[NEWS])["id"]
    counter.add(first_name="Basile", email="basile@mail.example")
    counter.add(first_name="Chloé", consents=[NEWS])
    letter = {"id": new_id(), "to": {}, "subject": "Dimanche", "text": "Ouvert à 10 h."}
    counted = counter.ask("POST", "/messages/news", letter | {"dry_run": True})
    assert (counted["members"], counted["queued"], counted["unreachable"]) == (3, 1, 2)
    for _ in range(2):
        assert counter.ask("POST", "/messages/news", letter)["queued"] == 1
    with counter.shop.database.read(counter.shop.shop.tenant) as tx:
        mails = [
            mail
            for mail in outbox.page_of_mail(tx, state=None, before=None, limit=9)
            if mail.kind == "news"
        ]
    assert [mail.member for mail in mails] == [willing]
    assert "Ouvert" in mails[0].content


def test_a_letter_to_too_many_says_so_before_anything_is_sent(
    counter: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.mailing.news.MEMBERS_MAX", 1)
    for name in ("Anne", "Basile"):
        counter.add(first_name=name, email=f"{name}@mail.example", consents=[NEWS])
    letter = {"id": new_id(), "to": {}, "subject": "A", "text": "B"}
    counter.refused("invalid", "POST", "/messages/news", letter)
    with counter.shop.database.read(counter.shop.shop.tenant) as tx:
        found = outbox.page_of_mail(tx, state=None, before=None, limit=9)
    assert all(mail.kind != "news" for mail in found)


def test_staff_sees_the_vouchers_of_a_member(counter: Desk) -> None:
    member = counter.add(first_name="Anne")["id"]
    assert counter.ask("GET", f"/members/{member}/vouchers") == {"vouchers": []}
    counter.refused("not-found", "GET", f"/members/{new_id()}/vouchers")


def test_a_letter_that_was_a_mistake_is_stopped_but_for_what_has_left(counter: Desk) -> None:
    for name in ("Anne", "Basile", "Chloé"):
        counter.add(first_name=name, email=f"{name[0]}@mail.example", consents=[NEWS])
    letter = {"id": new_id(), "to": {}, "subject": "Faux", "text": "Une erreur."}
    other = letter | {"id": new_id(), "subject": "Juste"}
    for each in (letter, other):
        assert counter.ask("POST", "/messages/news", each)["queued"] == 3
    with counter.shop.database.write(counter.shop.shop.tenant) as tx:
        sent, *_ = outbox.page_of_mail(tx, state=None, before=None, limit=9)
        outbox.save_mail(tx, sent.id, state="sent", sent_at=tx.now)
    counter.refused("too-late", "POST", f"/messages/outbox/{sent.id}/stop")
    waiting = {each["subject"]: each for each in counter.ask("GET", "/messages/outbox")["letters"]}
    assert sum(each["waiting"] for each in waiting.values()) == 5
    wrong = waiting["Faux"]
    stop = f"/messages/news/{wrong['id']}/stop"
    assert counter.ask("POST", stop)["stopped"] == wrong["waiting"]
    assert counter.ask("POST", stop)["stopped"] == 0
    told = counter.ask("GET", "/messages/outbox")
    assert [each["subject"] for each in told["letters"]] == ["Juste"]
    one = next(each["id"] for each in told["mails"] if each["state"] == "waiting")
    assert counter.ask("POST", f"/messages/outbox/{one}/stop")["state"] == "dropped"
    counts = counter.ask("GET", "/messages/outbox")["counts"]
    assert counts["dropped"] == wrong["waiting"] + 1
    assert counter.ask("POST", "/messages/news", letter)["queued"] == 3
    assert counter.ask("GET", "/messages/outbox")["counts"] == counts, (
        "sent again, it stays stopped"
    )
    counter.refused("not-found", "POST", f"/messages/news/{new_id()}/stop")
