"""The merchant writes the mails, tries them, and sees what left."""

import pytest
import requests

from backend.config import Config
from backend.db import outbox
from backend.mail import KINDS, MailKind
from backend.rights import Role
from backend.services.mailing import stopping
from tests.support.members import join
from tests.support.server import Company
from tests.support.staff import AtWork, at_work

WELCOME = "/v1/messages/kinds/welcome/fr"


@pytest.fixture
def owner(shop: Company) -> AtWork:
    return at_work(shop)


def test_the_merchant_sees_the_mail_before_anybody_else(
    owner: AtWork, session: requests.Session
) -> None:
    words = {"subject": "Coucou {{ first_name }}", "body": "Voici {{ points }} points.\n\nLise"}
    shown = owner.asks(session, "POST", f"{WELCOME}/preview", words).json()
    assert shown["subject"] == "Coucou Camille"
    assert "Voici 50 points." in shown["text"]
    assert "<p" in shown["html"]
    before = owner.asks(session, "GET", f"{WELCOME}/preview").json()
    assert before["subject"].startswith("Bienvenue chez Maison Lise"), "a preview changes nothing"
    kept = owner.asks(session, "PUT", WELCOME, words).json()
    assert (kept["own"], kept["subject"]) == (True, words["subject"])
    assert owner.asks(session, "GET", f"{WELCOME}/preview").json() == shown
    assert not owner.asks(session, "DELETE", WELCOME).json()["own"]
    assert owner.asks(session, "GET", f"{WELCOME}/preview").json() == before


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("{{ point }}", "there is no point; there is balance"),
        ("{{ first_name", "unexpected end"),
        ("{% for a in points %}{% endfor %}", "for is not for mails"),
        ("{{ range(10 ** 9) }}", "is not for mails"),
        ("{{ 'a' * 10000000000 }}", "mul is not for mails"),
        ("{{ first_name.__class__ }}", "getattr is not for mails"),
        ("{% include 'x' %}", "include is not for mails"),
        ("{{ first_name | pprint }}", "there is no filter pprint"),
        ("  ", "say something"),
        ("{{ points | plural('a') }}", "plural"),
    ],
)
def test_words_that_cannot_be_used_are_refused_with_the_reason(
    owner: AtWork, session: requests.Session, body: str, names: str
) -> None:
    answer = owner.asks(session, "PUT", WELCOME, {"subject": "Hello", "body": body})
    assert answer.status_code == 422
    assert names in answer.json()["detail"]
    kinds = owner.asks(session, "GET", "/v1/messages/kinds").json()["kinds"]
    assert not any(kind["own"] for kind in kinds)


def test_every_kind_has_words_in_both_languages_and_says_what_they_may_name(
    owner: AtWork, session: requests.Session
) -> None:
    kinds = owner.asks(session, "GET", "/v1/messages/kinds").json()["kinds"]
    assert {(kind["kind"], kind["language"]) for kind in kinds} == {
        (kind.value, language) for kind in MailKind for language in ("fr", "en")
    }
    for kind in kinds:
        assert set(KINDS[MailKind(kind["kind"])].values) <= set(kind["values"])
        shown = owner.asks(
            session, "GET", f"/v1/messages/kinds/{kind['kind']}/{kind['language']}/preview"
        )
        assert "{" not in shown.json()["text"]


def test_a_trial_waits_in_the_outbox_where_its_address_is_not_shown(
    owner: AtWork, session: requests.Session
) -> None:
    sent = owner.asks(session, "POST", "/v1/messages/trials", {"address": "Lise@shop.test"})
    shown = owner.asks(session, "GET", "/v1/messages/outbox").json()
    assert [mail["id"] for mail in shown["mails"]] == [sent.json()["id"]]
    assert (shown["counts"], shown["server"]) == ({"waiting": 1}, None)
    assert "lise@" not in str(shown)
    bad = owner.asks(session, "POST", "/v1/messages/trials", {"address": "nobody"})
    assert bad.status_code == 422


def test_the_outbox_is_read_a_page_at_a_time(owner: AtWork, session: requests.Session) -> None:
    made = [
        owner.asks(session, "POST", "/v1/messages/trials", {"address": "a@shop.test"}).json()["id"]
        for _ in range(5)
    ]
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = owner.asks(session, "GET", f"/v1/messages/outbox?limit=2&cursor={cursor}").json()
        found += [mail["id"] for mail in page["mails"]]
        cursor = page["next"]
    assert found == made[::-1]


def test_settings_are_kept_and_only_an_owner_changes_them(
    shop: Company, owner: AtWork, session: requests.Session
) -> None:
    usual = owner.asks(session, "GET", "/v1/messages/settings").json()
    assert usual["retention_months"] == 36
    wanted = usual | {"sender_name": "Chez Lise", "deadline_days": [30, 7]}
    assert owner.asks(session, "PUT", "/v1/messages/settings", wanted).json() == wanted
    assert owner.asks(session, "GET", "/v1/messages/settings").json() == wanted
    for role in (Role.CASHIER, Role.MANAGER):
        other = at_work(shop, role)
        assert other.asks(session, "PUT", "/v1/messages/settings", usual).status_code == 403
        assert other.asks(session, "GET", "/v1/messages/outbox").status_code == 403


def test_a_link_that_we_did_not_make_stops_nothing(session: requests.Session) -> None:
    for token in ("x", "a.b", "a.b.c", f"nobody.b.{'0' * 32}"):
        for method in ("GET", "POST"):
            answer = session.request(method, f"http://backend.test/v1/unsubscribe/{token}")
            assert answer.status_code == 404


def test_one_click_in_the_mail_program_or_a_button_on_our_page_stops_reminders(
    shop: Company, session: requests.Session
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        who = join(tx, news=True)
        link = stopping.one_click(tx, who, Config(public_url="http://backend.test"))
    page = session.get(link)
    assert page.headers["Content-Type"].startswith("text/html")
    with shop.database.read(shop.shop.tenant) as tx:
        assert outbox.agrees(tx, who, "news"), "opening the page changes nothing"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    done = session.post(link, data="List-Unsubscribe=One-Click", headers=form)
    assert done.status_code == 200
    with shop.database.read(shop.shop.tenant) as tx:
        assert not outbox.agrees(tx, who, "news")


def test_a_problem_names_the_request_that_the_log_knows(
    owner: AtWork, session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        answer = owner.asks(session, "GET", "/v1/messages/kinds/nothing/fr/preview")
    number = answer.headers["X-Request-Id"]
    assert answer.json()["instance"] == f"urn:loyalty:request:{number}"
