"""One card, from the first tap to the gift, as the backend lives it."""

import pytest

from backend_client.schemas.changes import AccountChanged, CardChanged
from backend_client.schemas.tills import MemberQuery, VoucherRedemption
from loyalty.document import read_program
from loyalty.errors import NotEnoughPoints, VoucherRedeemed
from loyalty.vouchers import VoucherState
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import PROGRAM, Connected, new_id

CARD = bytes.fromhex("04a1b2c3d4e5f6")


def test_a_person_joins_buys_takes_a_gift_and_redeems_it_once(line: Connected) -> None:
    kiosk, journal = Kiosk(claimed=line.claimed, program=read_program(PROGRAM)), Journal()
    joined = kiosk.enrolled(uid=CARD, email="camille@example.org")
    answer = line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    assert [result.flags for result in answer.results] == [(), ()]

    found = line.till.find_member(MemberQuery(card_uid=CARD.hex()))
    assert (found.first_name, found.balance) == ("Camille", 50)
    sale = line.till.record_sale(sale_of(found.id, 13740))
    assert (sale.earned, sale.balance_before, sale.balance) == (137, 50, 187)

    with pytest.raises(NotEnoughPoints) as short:
        line.terminal.hold(kiosk.request(found.id), 0.8)
    assert short.value.missing == 13

    line.till.record_sale(sale_of(found.id, 2000))
    held = line.terminal.hold(kiosk.request(found.id), 0.8)
    assert held.account.account().balance(now()) == 7
    line.terminal.push(journal.write(kiosk.asked(held), kiosk.issued(held.voucher.redemption)))
    assert line.till.voucher(held.voucher.code).voucher.state is VoucherState.ISSUED

    taken = line.till.redeem(held.voucher.code, VoucherRedemption(id=new_id(), at=now()))
    assert (taken.article, taken.reward["en"]) == ("CAFE", "A free coffee")
    with pytest.raises(VoucherRedeemed) as twice:
        line.till.redeem(held.voucher.code, VoucherRedemption(id=new_id(), at=now()))
    assert twice.value.place == "Maison Lise"
    assert twice.value.at == taken.voucher.redeemed_at

    page = line.terminal.changes("")
    cards = [change for change in page.changes if isinstance(change, CardChanged)]
    accounts = [change for change in page.changes if isinstance(change, AccountChanged)]
    assert [card.card for card in cards] == [kiosk.card(CARD)]
    assert accounts[0].entries == line.till.account(found.id).entries
    assert line.terminal.member(found.id).contact == "c•••@•••.org"
