"""People at work get their links by mail: an invitation, and another password for who forgot it."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from backend.config import Config
from backend.db import tables
from backend.services.mailing import posting
from tests.support.desk import Clock
from tests.support.post import PostOffice, post_office
from tests.support.server import NOWHERE, Company, new_id
from tests.support.staff import AtWork, at_work

ADDRESS = "https://fidelite.shop.example"
PASSWORD = "correct horse battery"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def config(shop: Company, office: PostOffice) -> Config:
    made = Config(mail=office.server, public_url=ADDRESS)
    shop.app.state.config = made
    return made


def arrives(shop: Company, office: PostOffice, config: Config) -> str:
    """The link of the one mail that leaves now."""
    before = len(office.postman.taken)
    assert posting.send_due(shop.database, shop.shop.tenant, config) == 1
    (mail,) = office.postman.taken[before:]
    text = mail.get_body(("plain",))
    assert text is not None
    (link,) = (str(word) for word in text.get_content().split() if word.startswith(ADDRESS))
    assert urlsplit(link).path == "/password"
    return urlsplit(link).fragment


def chooses(session: requests.Session, link: str) -> requests.Response:
    body = {"link": link, "password": PASSWORD}
    return session.post(f"{NOWHERE}/v1/password", json=body, timeout=30)


def forgets(session: requests.Session, email: str, language: str = "fr") -> requests.Response:
    return session.post(
        f"{NOWHERE}/v1/password/forgotten",
        json={"email": email},
        headers={"Accept-Language": language},
        timeout=30,
    )


def waiting(shop: Company) -> int:
    with shop.database.across() as connection:
        return len(connection.execute(select(tables.outbox.c.id)).all())


def hired(owner: AtWork, session: requests.Session) -> tuple[str, str]:
    wanted, address = new_id(), f"{new_id()}@shop.example"
    body = {"id": wanted, "name": "Alix", "email": address, "role": "cashier"}
    assert owner.asks(session, "POST", "/v1/staff", body).status_code == 200
    return wanted, address


def test_an_invitation_arrives_by_mail_and_lets_its_reader_in(
    shop: Company, session: requests.Session, office: PostOffice, config: Config
) -> None:
    owner = at_work(shop)
    wanted, address = hired(owner, session)
    answer = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()
    assert answer["mailed"] is True
    link = arrives(shop, office, config)
    assert link == answer["link"]
    assert office.postman.readers == [address]
    assert office.postman.taken[0]["Subject"].startswith("Your access to the loyalty program")
    assert chooses(session, link).json()["staff"]["id"] == wanted
    with shop.database.across() as connection:
        kept = [row.content for row in connection.execute(select(tables.outbox.c.content))]
    assert kept == ["{}"], "once it has left, the secret is nowhere"


def test_without_a_mail_server_the_owner_hands_the_link_over(
    shop: Company, session: requests.Session
) -> None:
    owner = at_work(shop)
    wanted, _ = hired(owner, session)
    answer = owner.asks(session, "POST", f"/v1/staff/{wanted}/invitation").json()
    assert (answer["mailed"], waiting(shop)) == (False, 0)
    assert chooses(session, answer["link"]).status_code == 200


def test_who_forgot_their_password_gets_a_link_and_nobody_is_told_who_works_here(
    shop: Company, session: requests.Session, office: PostOffice, config: Config, at: Clock
) -> None:
    person = at_work(shop).person
    known, unknown = forgets(session, person.email.upper()), forgets(session, "x@shop.example")
    assert known.json() == unknown.json() == {"done": True}
    assert waiting(shop) == 1
    link = arrives(shop, office, config)
    assert "nouveau mot de passe" in office.postman.taken[0]["Subject"]
    assert chooses(session, link).json()["staff"]["id"] == person.id
    assert chooses(session, link).status_code == 403, "once"
    forgets(session, person.email)
    late = arrives(shop, office, config)
    at.later(minutes=61)
    assert chooses(session, late).status_code == 403


def test_three_links_an_hour_are_mailed_to_one_address_and_the_answer_stays_the_same(
    shop: Company, session: requests.Session, config: Config, at: Clock
) -> None:
    assert config.mail is not None
    email = at_work(shop).person.email
    answers = {forgets(session, email).text for _ in range(5)}
    assert (answers, waiting(shop)) == ({'{"done":true}'}, 3)
    at.later(minutes=61)
    forgets(session, email)
    assert waiting(shop) == 4
