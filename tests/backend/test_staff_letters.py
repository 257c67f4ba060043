"""Links for the staff leave by mail: to who works here, where links lead back to this server."""

import re

import pytest

from backend.config import Config
from backend.db import outbox
from backend.services.mailing.outbox import read
from backend.services.team import letters
from backend.services.team import staff as people
from tests.support.server import Company
from tests.support.staff import at_work

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
CONFIG = Config(public_url="https://fidelite.example")


def mails(shop: Company) -> list[tuple[str, str | None, dict[str, object]]]:
    with shop.database.read(shop.shop.tenant) as tx:
        found = outbox.page_of_mail(tx, state=None, before=None, limit=10)
    return [(mail.kind, mail.address, dict(read(mail.content))) for mail in found]


@SQLITE
def test_who_forgot_their_password_gets_a_link_that_works(shop: Company) -> None:
    person, tenant = at_work(shop).person, shop.shop.tenant
    sent = shop.database.run(tenant, letters.send_reset, person.email.upper(), "fr", CONFIG)
    assert sent
    ((kind, address, values),) = mails(shop)
    assert (kind, address) == ("reset", person.email)
    found = re.fullmatch(r"https://fidelite\.example/password#(.+)", str(values["link"]))
    assert found
    opened = people.choose_password(shop.database, found[1], "correct horse battery")
    assert opened.session.staff == person.id


@SQLITE
def test_nobody_else_gets_a_mail(shop: Company) -> None:
    tenant = shop.shop.tenant
    assert not shop.database.run(tenant, letters.send_reset, "stranger@shop.example", "fr", CONFIG)
    assert mails(shop) == []


@SQLITE
def test_an_invitation_leaves_with_its_link_and_its_last_day(shop: Company) -> None:
    person, tenant = at_work(shop).person, shop.shop.tenant
    link = shop.database.run(tenant, people.invite, person.id, actor="system")
    assert shop.database.run(tenant, letters.send_invitation, person, link, "en", CONFIG)
    ((kind, address, values),) = mails(shop)
    assert (kind, address) == ("staff-invitation", person.email)
    assert values["link"] == f"https://fidelite.example/password#{link}"


def test_without_an_address_of_its_own_a_server_sends_no_secret() -> None:
    assert not letters.can_write(Config())
    assert not letters.can_write(CONFIG)
