"""The same id with the same content is one fact; with other content it is told."""

import pytest

from backend_client.errors import BackendRefused
from backend_client.rest.terminal import claim
from backend_client.schemas.terminals import ClaimRequest
from backend_client.schemas.tills import VoucherRedemption
from loyalty.errors import NotEnoughPoints, VoucherRedeemed
from loyalty.vouchers import VoucherState, mint
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Company, Connected, connected, new_id


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    """Somebody with 250 points."""
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    line.till.record_sale(sale_of(joined.member, 20000))
    return joined.member


def test_a_sale_sent_again_gets_the_same_answer_whatever_happened_since(
    line: Connected, member: str
) -> None:
    sale = sale_of(member, 1999)
    first = line.till.record_sale(sale)
    line.till.record_sale(sale_of(member, 5000))
    again = line.till.record_sale(sale)
    assert again == first.model_copy(update={"known": True})
    assert line.till.account(member).balance == 250 + 19 + 50


def test_another_sale_under_a_known_id_is_refused(line: Connected, member: str) -> None:
    sale = sale_of(member, 1999)
    line.till.record_sale(sale)
    with pytest.raises(BackendRefused, match="409"):
        line.till.record_sale(sale.model_copy(update={"total": 2000}))
    assert line.till.account(member).balance == 250 + 19


def test_a_sale_that_earns_nothing_is_recorded_all_the_same(line: Connected, member: str) -> None:
    sale = sale_of(member, 99)
    answer = line.till.record_sale(sale)
    assert (answer.entries, answer.earned, answer.deadline) == ((), 0, None)
    assert line.till.record_sale(sale).known


def test_a_hold_asked_again_holds_once(line: Connected, kiosk: Kiosk, member: str) -> None:
    request = kiosk.request(member)
    first = line.terminal.hold(request, 5)
    again = line.terminal.hold(request.model_copy(update={"at": now()}), 5)
    assert again == first
    assert line.till.account(member).balance == 50


def test_another_gift_under_a_known_redemption_is_refused(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    request = kiosk.request(member)
    line.terminal.hold(request, 5)
    for change in ({"reward": "tote"}, {"code": mint(99)}):
        with pytest.raises(BackendRefused) as refused:
            line.terminal.hold(request.model_copy(update=change), 5)
        assert refused.value.problem.type.endswith(":id-reused")


def test_a_hold_that_comes_after_the_fact_is_the_same_hold(
    line: Connected, kiosk: Kiosk, journal: Journal, member: str
) -> None:
    """The kiosk gave up waiting and held by itself; then its request arrives."""
    request = kiosk.request(member)
    told = kiosk.reserved(member, wanted=request.id)
    told = told.model_copy(
        update={"voucher": told.voucher.model_copy(update={"code": request.code})}
    )
    line.terminal.push(journal.write(told))
    answer = line.terminal.hold(request, 5)
    assert (answer.entry.id, answer.voucher.code) == (told.entry.id, request.code)
    assert line.till.account(member).balance == 50


def test_a_code_that_is_taken_is_refused_before_anything_is_held(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    first = kiosk.request(member)
    line.terminal.hold(first, 5)
    line.till.record_sale(sale_of(member, 50000))
    with pytest.raises(BackendRefused, match="code"):
        line.terminal.hold(kiosk.request(member).model_copy(update={"code": first.code}), 5)
    assert line.till.account(member).balance == 550


def test_a_refused_hold_leaves_no_trace(line: Connected, kiosk: Kiosk, member: str) -> None:
    request = kiosk.request(member, "tea")
    with pytest.raises(NotEnoughPoints) as short:
        line.terminal.hold(request, 5)
    assert short.value.missing == 350
    line.till.record_sale(sale_of(member, 35000))
    assert line.terminal.hold(request, 5).account.account().balance(now()) == 0


def test_a_redemption_sent_again_is_not_a_second_one(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    held = line.terminal.hold(kiosk.request(member), 5)
    taken = VoucherRedemption(id=new_id(), at=now())
    first = line.till.redeem(held.voucher.code, taken)
    assert line.till.redeem(held.voucher.code, taken) == first
    with pytest.raises(VoucherRedeemed):
        line.till.redeem(held.voucher.code, VoucherRedemption(id=new_id(), at=taken.at))
    assert first.voucher.state is VoucherState.REDEEMED


def test_another_voucher_under_a_known_redemption_is_refused(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    line.till.record_sale(sale_of(member, 50000))
    one, two = (line.terminal.hold(kiosk.request(member), 5).voucher.code for _ in range(2))
    taken = VoucherRedemption(id=new_id(), at=now())
    line.till.redeem(one, taken)
    with pytest.raises(BackendRefused, match="409"):
        line.till.redeem(two, taken)
    assert line.till.voucher(two).voucher.state is VoucherState.RESERVED


def test_a_claim_code_works_once(shop: Company, line: Connected) -> None:
    code = shop.claim_code()
    claimed = claim(line.url, ClaimRequest(code=code.lower()), session=line.session)
    assert claimed.store.name == "Maison Lise"
    with pytest.raises(BackendRefused, match="403"):
        claim(line.url, ClaimRequest(code=code), session=line.session)


def test_each_kiosk_has_a_journal_of_its_own(shop: Company, line: Connected, kiosk: Kiosk) -> None:
    with connected(shop, session=line.session) as other:
        for terminal in (line.terminal, other.terminal):
            answer = terminal.push(Journal().write(kiosk.enrolled()))
            assert answer.results[0].flags == ()
