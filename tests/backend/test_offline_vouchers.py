"""Vouchers at a till without the network: checked by their seal, told later, taken once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend_client.schemas.events import EventStatus
from backend_client.schemas.tills import TakenOffline, TakenOfflineBody, VoucherRedemption
from backend_client.seals import PREFIX, Seal, opened, qr_text, sealed, voucher_key
from loyalty.errors import CodeMistyped, RewardUnavailable, VoucherExpired, VoucherRedeemed
from loyalty.ids import StoreId
from loyalty.vouchers import payload
from tests.support.facts import Journal, Kiosk, now
from tests.support.server import Connected, connected, new_id

KEY = b"k" * 32
SEAL = Seal(
    code="ABC",
    reward="coffee",
    article="CAFÉ",
    deadline=datetime(2026, 6, 1, tzinfo=UTC),
    stores=("angers",),
    holder="x",
)
BEFORE = SEAL.deadline - timedelta(seconds=1)


def test_a_seal_says_what_it_was_given_until_its_deadline_in_its_stores() -> None:
    text = sealed(KEY, SEAL)
    assert opened(KEY, text, now=BEFORE, store="angers") == SEAL
    with pytest.raises(VoucherExpired):
        opened(KEY, text, now=SEAL.deadline, store="angers")
    with pytest.raises(RewardUnavailable):
        opened(KEY, text, now=BEFORE, store="bordeaux")


def test_one_changed_letter_is_refused_wherever_it_is() -> None:
    text = sealed(KEY, SEAL)
    for place in range(len(PREFIX), len(text)):
        for letter in "AZaz09-_":
            if letter != text[place]:
                changed = text[:place] + letter + text[place + 1 :]
                with pytest.raises(CodeMistyped):
                    opened(KEY, changed, now=BEFORE, store="angers")
    for other in ("", "LKV2:", "LKV2:é", text[:-1], text + "A"):
        with pytest.raises(CodeMistyped):
            opened(KEY, other, now=BEFORE, store="angers")
    with pytest.raises(CodeMistyped):
        opened(b"another company's key", text, now=BEFORE, store="angers")


@pytest.fixture
def voucher(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    gift = kiosk.reserved(joined.member)
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member), gift))
    return gift.voucher.code


def test_what_a_kiosk_prints_is_what_a_till_checks_without_the_network_and_takes_with_it(
    line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    """F4: the kiosk seals by itself what the backend would say of the voucher."""
    joined = kiosk.enrolled()
    gift = kiosk.reserved(joined.member)
    issued = kiosk.issued(gift.voucher.redemption)
    welcome = kiosk.welcomed(joined.member)
    line.terminal.push(journal.write(joined, welcome, gift, issued))
    voucher = gift.voucher.voucher()
    secret = bytes.fromhex(line.claimed.card_secret)
    text = qr_text(voucher_key(secret), voucher, kiosk.program.reward(voucher.reward))
    assert text == line.till.voucher(voucher.code).sealed
    key = bytes.fromhex(line.till.voucher_key().key)
    assert opened(key, text, now=now(), store=line.claimed.store.id).code == voucher.code
    assert line.till.voucher(text).voucher.code == voucher.code, "scanned at a till with network"
    changed = text[:-1] + ("A" if text[-1] != "A" else "B")
    with pytest.raises(CodeMistyped):
        line.till.voucher(changed)
    line.till.redeem(text, VoucherRedemption(id=new_id(), at=now()))
    with pytest.raises(VoucherRedeemed):
        line.till.redeem(voucher.code, VoucherRedemption(id=new_id(), at=now()))


def test_a_voucher_that_is_good_in_dozens_of_stores_has_a_code_that_paper_can_carry(
    kiosk: Kiosk,
) -> None:
    reward = kiosk.program.rewards[0]
    shops = frozenset(StoreId(f"store-number-{number}") for number in range(40))
    wide = replace(reward, usable=replace(reward.usable, stores=shops))
    voucher = kiosk.reserved(new_id()).voucher.voucher()
    assert qr_text(KEY, voucher, wide) == payload(voucher.code)
    assert qr_text(KEY, voucher, reward).startswith(PREFIX)


def taken(code: str) -> TakenOffline:
    return TakenOffline(id=new_id(), at=now(), code=code)


def test_a_voucher_taken_at_two_tills_without_the_network_is_flagged_when_the_second_tells(
    line: Connected, voucher: str
) -> None:
    key = bytes.fromhex(line.till.voucher_key().key)
    text = line.till.voucher(voucher).sealed
    seal = opened(key, text, now=now(), store=line.claimed.store.id)
    assert (seal.code, seal.reward, seal.article) == (voucher, "coffee", "CAFE")
    first, second = taken(seal.code), taken(seal.code)
    with connected(line.company, line.url, line.session) as other:
        accepted = line.till.tell_taken(TakenOfflineBody(taken=(first,))).results
        flagged = other.till.tell_taken(TakenOfflineBody(taken=(second, second))).results
    assert [each.status for each in accepted] == [EventStatus.ACCEPTED]
    assert {(each.status, each.flag) for each in flagged} == {
        (EventStatus.FLAGGED, "voucher-twice")
    }
    again = line.till.tell_taken(TakenOfflineBody(taken=(first, taken("nothing"))))
    assert [(each.status, each.flag) for each in again.results] == [
        (EventStatus.KNOWN, None),
        (EventStatus.FLAGGED, "voucher-unknown"),
    ]
