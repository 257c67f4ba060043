"""The ladder of trust (F5): a number, a number and a code, a chip that proves its key."""

from typing import Any

import pytest

from backend.db import alerts
from backend_client.errors import BackendRefused
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.events import VoucherReserved
from backend_client.schemas.kiosks import CodeRequest, SpendingCodeRequest
from backend_client.schemas.uses import UseBody
from devices.simulate.ntag424 import SigningChip
from loyalty.errors import AssuranceLimit
from loyalty.program import Assurance
from loyalty.program import AssuranceLimit as Limit
from tests.support.chips import chip_of, said
from tests.support.desk import Clock, Desk, mailed
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Company, Connected, connected, new_id

UID = bytes.fromhex("04a1b2c3d4e5f6")
EMAIL = "camille@shop.example"
COFFEE = 200
LIMITS = {
    Assurance.UID: Limit(at_once=50, per_day=50),
    Assurance.UID_AND_CODE: Limit(at_once=COFFEE),
}
"""A mere number does not buy a coffee."""


@pytest.fixture
def chip(kiosk: Kiosk) -> SigningChip:
    return chip_of(kiosk.claimed.card_secret, UID)


@pytest.fixture
def member(counter: Desk, line: Connected) -> dict[str, Any]:
    """Somebody with 3000 points and a card that is known to be a chip."""
    counter.rule(assurance=LIMITS)
    found = counter.add(card_uid=UID.hex(), email=EMAIL)
    counter.ask("PATCH", f"/cards/{found['cards'][0]['card']}", {"assurance": "chip"})
    line.till.record_sale(sale_of(found["id"], 3000_00))
    return found


def hold(line: Connected, kiosk: Kiosk, member: dict[str, Any], **shown: object) -> int:
    """The points that a kiosk was granted."""
    wanted = kiosk.request(member["id"]).model_copy(update={"card": kiosk.card(UID)} | shown)
    return -line.terminal.hold(wanted, 5).entry.points


def test_a_copied_number_spends_no_more_than_a_number_may(
    line: Connected, kiosk: Kiosk, member: dict[str, Any], chip: SigningChip
) -> None:
    """A UID clone of a chip card, and the chip itself."""
    with pytest.raises(AssuranceLimit) as refused:
        hold(line, kiosk, member)
    assert refused.value.allowed == 50
    assert hold(line, kiosk, member, proof=said(chip)) == COFFEE


def test_a_reading_is_good_for_one_visit_where_it_was_shown_and_a_copy_is_told_to_staff(
    shop: Company,
    line: Connected,
    kiosk: Kiosk,
    member: dict[str, Any],
    chip: SigningChip,
) -> None:
    first = said(chip)
    hold(line, kiosk, member, proof=first)
    hold(line, kiosk, member, proof=first)
    hold(line, kiosk, member, proof=said(chip))
    for proof in (first, first):
        with pytest.raises(AssuranceLimit):
            hold(line, kiosk, member, proof=proof)
    with shop.database.read(shop.shop.tenant) as tx:
        told = alerts.alerts(tx, is_open=True, after=None, limit=9)
    assert [(each.flag, each.about) for each in told] == [("card-copied", member["id"])]


def test_a_reading_is_old_after_a_quarter_of_an_hour_and_at_another_kiosk(
    shop: Company,
    line: Connected,
    kiosk: Kiosk,
    member: dict[str, Any],
    chip: SigningChip,
    at: Clock,
) -> None:
    proof = said(chip)
    hold(line, kiosk, member, proof=proof)
    with connected(shop, session=line.session) as other, pytest.raises(AssuranceLimit):
        hold(other, kiosk, member, proof=proof)
    at.later(minutes=16)
    with pytest.raises(AssuranceLimit):
        hold(line, kiosk, member, proof=proof)


def test_a_chip_that_is_not_the_companys_or_not_that_card_proves_nothing(
    line: Connected, kiosk: Kiosk, member: dict[str, Any]
) -> None:
    foreign = chip_of(bytes(32).hex(), UID)
    another = chip_of(kiosk.claimed.card_secret, UID[::-1])
    for each in (foreign, another):
        with pytest.raises(AssuranceLimit):
            hold(line, kiosk, member, proof=said(each))


def test_a_card_written_down_as_a_number_stays_one_whatever_it_says(
    line: Connected, kiosk: Kiosk, member: dict[str, Any], counter: Desk, chip: SigningChip
) -> None:
    """The lower of what the card is known as and what was shown."""
    counter.ask("PATCH", f"/cards/{kiosk.card(UID)}", {"assurance": "uid"})
    with pytest.raises(AssuranceLimit):
        hold(line, kiosk, member, proof=said(chip))


def test_a_code_sent_to_the_member_raises_what_a_number_may_spend(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any], at: Clock
) -> None:
    asked = line.terminal.spending_code(SpendingCodeRequest(id=new_id(), card=kiosk.card(UID)))
    assert asked.contact.startswith("c")
    assert "camille" not in asked.contact
    with pytest.raises(BackendRefused, match="code"):
        hold(line, kiosk, member, passed=asked.id)  # sent, and not typed
    line.terminal.check_spending_code(asked.id, mailed(shop, asked.id))
    assert hold(line, kiosk, member, passed=asked.id) == COFFEE
    at.later(minutes=11)
    with pytest.raises(BackendRefused, match="code"):
        hold(line, kiosk, member, passed=asked.id)


def test_a_code_for_a_lost_card_spends_nothing(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any]
) -> None:
    lost = line.terminal.ask_code(CodeRequest(id=new_id(), email=EMAIL))
    line.terminal.check_code(lost.id, mailed(shop, lost.id))
    with pytest.raises(BackendRefused, match="code"):
        hold(line, kiosk, member, passed=lost.id)


def test_another_members_code_spends_nothing_of_mine(
    shop: Company, line: Connected, kiosk: Kiosk, member: dict[str, Any], counter: Desk
) -> None:
    thief = UID[::-1]
    counter.add(card_uid=thief.hex(), email="thief@shop.example")
    asked = line.terminal.spending_code(SpendingCodeRequest(id=new_id(), card=kiosk.card(thief)))
    line.terminal.check_spending_code(asked.id, mailed(shop, asked.id))
    with pytest.raises(BackendRefused, match="code"):
        hold(line, kiosk, member, passed=asked.id)


def test_without_an_address_no_code_is_sent(line: Connected, kiosk: Kiosk, counter: Desk) -> None:
    counter.add(card_uid=UID.hex())
    asked = line.terminal.spending_code(SpendingCodeRequest(id=new_id(), card=kiosk.card(UID)))
    assert asked.contact == ""


def test_the_limits_hold_at_the_till_too(
    line: Connected, kiosk: Kiosk, member: dict[str, Any], chip: SigningChip
) -> None:
    def use(**shown: Any) -> UseBody:
        card = kiosk.card(UID)
        return UseBody(
            id=new_id(), member=member["id"], reward="coffee", at=now(), card=card, **shown
        )

    with pytest.raises(AssuranceLimit):
        line.till.use(use())
    assert line.till.use(use(proof=said(chip))).points == COFFEE


def test_who_joins_with_a_chip_has_a_card_whose_number_alone_is_worth_little(
    counter: Desk, line: Connected, kiosk: Kiosk, chip: SigningChip, journal: Journal
) -> None:
    joined = kiosk.enrolled(uid=UID).model_copy(update={"proof": said(chip)})
    plain = kiosk.enrolled(uid=UID[::-1])
    line.terminal.push(journal.write(joined, plain))
    levels = [counter.ask("GET", f"/cards/{each.card}")["assurance"] for each in (joined, plain)]
    assert levels == ["chip", "uid"]


def test_a_kiosk_that_gave_too_much_while_cut_off_is_told_to_staff(
    line: Connected, kiosk: Kiosk, member: dict[str, Any], chip: SigningChip, journal: Journal
) -> None:
    def reserved(proof: ChipProof | None) -> VoucherReserved:
        shown = {"card": kiosk.card(UID), "proof": proof}
        return kiosk.reserved(member["id"]).model_copy(update=shown)

    proof = said(chip)
    facts = journal.write(reserved(proof), reserved(proof), reserved(None))
    answers = line.terminal.push(facts).results
    assert [each.flags for each in answers] == [(), (), ("assurance",)]
    with pytest.raises(AssuranceLimit):
        hold(line, kiosk, member, proof=None)
