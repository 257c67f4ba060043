"""A voucher by e-mail: to its owner's own address, one time, while a till would take it (F3)."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from backend.config import Config
from backend.db import tables
from backend.services.mailing import posting
from backend_client.errors import BackendRefused
from backend_client.schemas.tills import VoucherRedemption
from loyalty.errors import VoucherExpired, VoucherRedeemed, VoucherVoided
from loyalty.vouchers import VoucherState, readable
from tests.support.desk import Clock, Desk
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.paper import qr_codes
from tests.support.post import post_office
from tests.support.server import Company, Connected, new_id

UID = bytes.fromhex("04a1b2c3d4e5f6")


@pytest.fixture
def member(counter: Desk, line: Connected) -> dict[str, Any]:
    """Somebody with an address, a card, and points for two gifts."""
    found = counter.add(card_uid=UID.hex(), email="camille@shop.example")
    line.till.record_sale(sale_of(found["id"], 400_00))
    return found


def waiting(shop: Company) -> list[tuple[str, str, dict[str, Any]]]:
    """The vouchers that wait to be mailed: their key, whom they go to, what they say."""
    table = tables.outbox
    with shop.database.read(shop.shop.tenant) as tx:
        rows = tx.rows(select(table).where(table.c.kind == "voucher"))
    return [(row.key, row.member, json.loads(row.content)) for row in rows]


def test_a_voucher_goes_to_its_owners_address_once(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any]
) -> None:
    held = line.terminal.hold(kiosk.request(member["id"]), 5).voucher
    for _ in range(2):
        sent = line.terminal.mail_voucher(held.redemption, kiosk.card(UID))
        assert sent.contact == "c•••@•••.example"
    ((key, whom, said),) = waiting(shop)
    assert (key, whom) == (f"voucher:{held.redemption}", member["id"])
    assert said["code"] == readable(held.voucher().code)
    assert said["gift"]
    assert said["until"]["day"] <= held.deadline.date().isoformat()


def test_the_mail_holds_a_picture_of_its_code_that_a_till_takes(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any]
) -> None:
    held = line.terminal.hold(kiosk.request(member["id"]), 5).voucher
    line.terminal.mail_voucher(held.redemption, kiosk.card(UID))
    with post_office() as office:
        assert posting.send_due(shop.database, shop.shop.tenant, Config(mail=office.server)) == 1
    (taken,) = office.postman.taken
    page = taken.get_body(("html",))
    assert page is not None
    (picture,) = [part for part in taken.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content_disposition() == "inline"
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page.get_content()
    code = readable(held.voucher().code)
    assert f": {code}" in page.get_content().replace("\N{NO-BREAK SPACE}", " "), "in its alt text"
    for part in (page, taken.get_body(("plain",))):
        assert part is not None
        assert code in part.get_content()
    (scanned,) = qr_codes(Image.open(io.BytesIO(picture.get_content())))
    answer = line.till.redeem(scanned, VoucherRedemption(id=new_id(), at=now()))
    assert answer.voucher.state is VoucherState.REDEEMED


def test_another_members_card_and_a_missing_address_send_nothing(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any], counter: Desk
) -> None:
    held = line.terminal.hold(kiosk.request(member["id"]), 5).voucher
    other = UID[::-1]
    counter.add(card_uid=other.hex(), email="robin@shop.example")
    with pytest.raises(BackendRefused, match="no such voucher"):
        line.terminal.mail_voucher(held.redemption, kiosk.card(other))
    with pytest.raises(BackendRefused, match="no such voucher"):
        line.terminal.mail_voucher(new_id(), kiosk.card(UID))
    silent = other[:-1] + b"\x01"
    nobody = counter.add(card_uid=silent.hex())["id"]
    line.till.record_sale(sale_of(nobody, 400_00))
    mine = line.terminal.hold(kiosk.request(nobody), 5).voucher
    with pytest.raises(BackendRefused, match="No e-mail address"):
        line.terminal.mail_voucher(mine.redemption, kiosk.card(silent))
    assert waiting(shop) == []


def test_what_a_till_would_refuse_is_not_sent(
    shop: Company,
    line: Connected,
    kiosk: Kiosk,
    journal: Journal,
    member: dict[str, Any],
) -> None:
    taken = line.terminal.hold(kiosk.request(member["id"]), 5)
    line.till.redeem(taken.voucher.code, VoucherRedemption(id=new_id(), at=now()))
    back = line.terminal.hold(kiosk.request(member["id"]), 5)
    reserved = kiosk.asked(back)
    line.terminal.push(journal.write(reserved, kiosk.voided(reserved)))
    line.till.record_sale(sale_of(member["id"], 400_00))
    late = line.terminal.hold(kiosk.request(member["id"]), 5)
    Clock(shop.database).later(days=4000)
    for held, why in ((taken, VoucherRedeemed), (back, VoucherVoided), (late, VoucherExpired)):
        with pytest.raises(why):
            line.terminal.mail_voucher(held.voucher.redemption, kiosk.card(UID))
    assert waiting(shop) == []
