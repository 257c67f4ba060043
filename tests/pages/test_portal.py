"""The customer's own pages on a phone: joining, signing in, account, data."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from queue import Queue
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from playwright.sync_api import Browser, expect

from backend.api.own import COOKIE
from backend.config import Config
from backend.db import members, shops
from backend.services.mailing import posting, stopping
from backend.services.people import links, own_sessions
from backend.services.points import adjustments
from backend.services.points.adjustments import Hand
from backend_client.schemas.desk import NewAdjustment
from backend_client.schemas.kiosks import NewLink
from backend_client.schemas.tills import MemberQuery
from kiosk import screens
from kiosk.screens import Way
from loyalty.document import read_program
from loyalty.ids import MemberId
from tests.kiosk.counter import counter
from tests.pages.visit import DESK, PHONE, Visit
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.members import join
from tests.support.paper import qr_codes
from tests.support.post import PostOffice, post_office
from tests.support.server import PROGRAM, Company, Connected, connected, in_process, new_id

GREETED_WITHIN_S = 2.0
PAGES = ("", "/card", "/history", "/vouchers", "/data")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as made:
        yield made


@pytest.fixture
def phone(chromium: Browser, shop: Company, address: str) -> Iterator[Visit]:
    """A browser on a phone, in French, with nobody signed in."""
    with Visit.begin(chromium, shop, address, PHONE) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Greeted:
    """What the kiosk says to whoever has joined on their phone, and when."""

    at: float
    home: screens.Home


def stand_at_the_kiosk(shop: Company, folder: Path, link: Queue[str]) -> Greeted:
    """Tap an unknown card, ask to go on by phone, and wait before the code until one is greeted.

    The kiosk's own flow, on the server that the phone reaches too.
    """

    async def stand(session: requests.Session) -> Greeted:
        async with counter(shop, session, folder) as place:
            place.glass.script((screens.Join, Way.HANDOFF))
            place.tap()
            shown = await place.glass.until_type(screens.HandOff)
            link.put(urlsplit(shown.url).path)
            home = await place.glass.until(_by_name, within_s=60)
            return Greeted(monotonic(), home)

    with in_process(shop.app) as session:
        return asyncio.run(stand(session))


def _by_name(shown: screens.Screen[Any]) -> bool:
    return isinstance(shown, screens.Home) and bool(shown.first_name)


def test_a_phone_finishes_what_the_kiosk_began_and_the_kiosk_greets_within_two_seconds(
    phone: Visit, tmp_path: Path
) -> None:
    link: Queue[str] = Queue()
    with ThreadPoolExecutor(1) as elsewhere:
        greeting = elsewhere.submit(stand_at_the_kiosk, phone.shop, tmp_path, link)
        path = link.get(timeout=30)
        page = phone.open(path)
        phone.check()
        page.get_by_role("textbox", name="E-mail").fill("no address")
        page.get_by_label("Prénom").fill("Inès")
        page.locator("form").first.evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="S’inscrire").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.get_by_label("Prénom").input_value() == "Inès", "nothing typed is lost"
        page.get_by_role("textbox", name="E-mail").fill("ines@example.org")
        assert not greeting.done()
        sent = monotonic()
        page.get_by_role("button", name="S’inscrire").click()
        page.get_by_role("heading", name="Bonjour Inès").wait_for()
        greeted = greeting.result(60)
    assert greeted.at - sent < GREETED_WITHIN_S
    assert (greeted.home.first_name, greeted.home.balance) == ("Inès", 50)
    expect(page.locator(".purse .sum")).to_have_text("50 points")
    lot = page.get_by_role("table").get_by_role("row").nth(1)
    expect(lot).to_contain_text("50 points")
    expect(lot).to_contain_text(re.compile(r"20\d\d"))
    again = phone.open(path)
    expect(again.get_by_text("Quelqu’un s’est inscrit par ce lien")).to_be_visible()


def digits_mailed(visit: Visit, office: PostOffice) -> str:
    """The code of the mail that waits."""
    config = Config(mail=office.server)
    assert posting.send_due(visit.shop.database, visit.shop.shop.tenant, config)
    body = office.postman.taken[-1].get_body(("plain",))
    assert body is not None
    (digits,) = re.findall(r"\b\d{3}\s?\d{3}\b", body.get_content())
    return "".join(digits.split())


def test_a_code_from_the_mail_opens_the_account_and_a_wrong_one_does_not(
    phone: Visit, office: PostOffice
) -> None:
    with phone.shop.database.write(phone.shop.shop.tenant) as tx:
        join(tx, email="camille@example.org")
    page = phone.open("/account/data")
    assert page.url.endswith("/account/sign-in?back=%2Faccount%2Fdata")
    page.get_by_label("E-mail ou téléphone").fill("camille@example.org")
    page.get_by_role("button", name="Envoyez-moi un code").click()
    page.get_by_label("Six chiffres").wait_for()
    phone.check()
    digits = digits_mailed(phone, office)
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    page.get_by_label("Six chiffres").fill(wrong)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Six chiffres").fill(digits)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.get_by_role("heading", name="Mes données").wait_for()
    assert page.url.endswith("/account/data"), "where they wanted to go"


def test_who_is_no_member_is_told_nothing_of_it(phone: Visit) -> None:
    page = phone.open("/account/sign-in")
    page.get_by_label("E-mail ou téléphone").fill("nobody@example.org")
    page.get_by_role("button", name="Envoyez-moi un code").click()
    expect(page.get_by_label("Six chiffres")).to_be_visible()


def test_every_page_of_an_account_fits_a_phone_and_a_desk(
    chromium: Browser, shop: Company, address: str
) -> None:
    with (
        connected(shop, address) as line,
        Visit.begin(chromium, shop, address, DESK) as visit,
    ):
        with shop.database.write(shop.shop.tenant) as tx:
            member = join(tx)
        line.till.record_sale(sale_of(member, 400_00))
        kiosk = Kiosk(claimed=line.claimed, program=read_program(PROGRAM))
        held = line.terminal.hold(kiosk.request(member), 5)
        line.terminal.push(Journal().write(kiosk.issued(held.voucher.redemption)))
        visit.as_member(member)
        with shop.database.write(shop.shop.tenant) as tx:
            (store,) = shops.stores(tx)
            gift = NewAdjustment(id="by-hand", member=member, points=40, nature="Geste commercial")
            hand = Hand(actor="staff:lise", member=None, may_choose_date=False)
            adjustments.ask(tx, gift, hand, store)
        for path in PAGES:
            visit.check_both(f"/account{path}")
        story = visit.open("/account/history").locator(".story").inner_text()
        assert f"Par l’équipe du magasin {store.name}" in story, "who changed it (P-22)"
        assert "lise" not in story, "of the people of the shop, no name"
        page = visit.open("/account/vouchers")
        (scanned,) = qr_codes(Image.open(BytesIO(page.locator("article.voucher img").screenshot())))
        assert line.till.voucher(scanned).voucher.code == held.voucher.code
        shown = page.locator("article.voucher .code").inner_text()
        assert shown.replace("-", "") == held.voucher.code.replace("-", "")
        assert_is_a_card(visit, line, member)


def assert_is_a_card(visit: Visit, line: Connected, member: str) -> None:
    """The phone shows a code that the till takes for a card; another one in its place."""
    page = visit.open("/account/card")
    page.get_by_role("button", name="Montrer ma carte sur ce téléphone").click()
    found = []
    for _ in range(2):
        picture = page.locator("article.voucher img")
        (scanned,) = qr_codes(Image.open(BytesIO(picture.screenshot())))
        assert line.till.find_member(MemberQuery(card_uid=scanned)).id == member
        found.append(scanned)
        visit.check_both("/account/card")
        page.get_by_text("Quelqu’un d’autre en a une photo").click()
        with page.expect_navigation():
            page.get_by_role("button", name="Faire un autre code").click()
    assert len(set(found)) == len(found), "another picture, another number"


def test_a_link_to_the_account_opens_it_once(phone: Visit) -> None:
    with phone.shop.database.write(phone.shop.shop.tenant) as tx:
        member = join(tx)
    link = _link(phone, member, "account")
    page = phone.open(link)
    phone.check()
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.get_by_role("heading", name="Bonjour Camille").wait_for()
    phone.page.context.clear_cookies()
    page = phone.open(link)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    expect(page.get_by_role("alert")).to_be_visible()


def _link(visit: Visit, member: MemberId, purpose: str) -> str:
    with visit.shop.database.write(visit.shop.shop.tenant) as tx:
        (store,) = shops.stores(tx)
        made = links.hand_out(tx, NewLink(id=new_id(), member=member), purpose, store, visit.url)
    return urlsplit(str(made.url)).path


def test_a_member_changes_agrees_takes_a_copy_and_is_forgotten(
    phone: Visit, office: PostOffice
) -> None:
    with phone.shop.database.write(phone.shop.shop.tenant) as tx:
        member = join(tx, email="camille@example.org")
    phone.as_member(member)
    page = phone.open("/account/data")
    page.get_by_role("link", name="La changer").click()
    expect(page.get_by_text("camille@example.org")).to_be_visible()
    phone.check()
    page.get_by_label("Nouvelle adresse e-mail").fill("dominique@example.org")
    page.get_by_role("button", name="Envoyez-moi le code").click()
    digits = digits_mailed(phone, office)
    assert office.postman.taken[-1]["To"] == "dominique@example.org"
    page.get_by_label("Six chiffres").fill("000000" if digits != "000000" else "000001")
    page.get_by_role("button", name="C’est mon adresse").click()
    expect(page.get_by_role("alert")).to_be_visible()
    phone.check()
    page.get_by_label("Six chiffres").fill(digits)
    page.get_by_role("button", name="C’est mon adresse").click()
    expect(page.get_by_role("status")).to_have_text("Votre nouvelle adresse est enregistrée")
    expect(page.get_by_text("dominique@example.org")).to_be_visible()
    page = phone.open("/account/data")
    page.get_by_label("Prénom").fill("Dominique")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_role("status")).to_have_text("Enregistré")
    page.get_by_label("M’écrire par e-mail").set_checked(
        not page.get_by_label("M’écrire par e-mail").is_checked()
    )
    page.get_by_role("button", name="Enregistrer").nth(1).click()
    expect(page.get_by_role("status")).to_have_text("Enregistré")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Télécharger mes données").click()
    assert kept.value.suggested_filename == "my-data.zip"
    # The page behind the code that a kiosk shows to who asks for their data.
    page = phone.open(_link(phone, member, "data"))
    expect(page.get_by_text("dominique@example.org")).to_be_visible()
    phone.check()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Télécharger").click()
    assert taken.value.suggested_filename == "my-data.zip"
    page = phone.open("/account/data")
    page.get_by_role("button", name="Effacer mes données").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Je suis sûr").check()
    page.get_by_role("button", name="Effacer mes données").click()
    expect(page.get_by_role("status")).to_have_text("Vos données sont effacées")
    with phone.shop.database.read(phone.shop.shop.tenant) as tx:
        left = members.member(tx, member)
    assert left is None or left.erased_at is not None


def test_a_form_of_another_site_changes_nothing_of_an_account(phone: Visit) -> None:
    with phone.shop.database.write(phone.shop.shop.tenant) as tx:
        member = join(tx)
        person = members.member(tx, member)
        assert person is not None
        token = own_sessions.open_session(tx, person, "cookie").token.text
    refused = requests.post(
        f"{phone.url}/account/data/erase",
        cookies={COOKIE: token},
        data={"id": new_id(), "sure": "true", "csrf": "x"},
        timeout=10,
    )
    assert refused.status_code == 403
    with phone.shop.database.read(phone.shop.shop.tenant) as tx:
        left = members.member(tx, member)
    assert left is not None
    assert left.erased_at is None


def test_reminders_are_stopped_by_the_link_of_a_mail_with_one_button(phone: Visit) -> None:
    with phone.shop.database.write(phone.shop.shop.tenant) as tx:
        member = join(tx)
        config = Config(public_url=phone.url)
        token = stopping.link(tx, member, config).rpartition("/")[2]
    page = phone.open(f"/unsubscribe/{token}")
    phone.check()
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("status")).to_contain_text("C’est fait")
