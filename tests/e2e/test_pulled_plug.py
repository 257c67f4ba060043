"""A voucher breaks off halfway and then the plug is pulled, with real bytes on a real socket."""

from pathlib import Path

import pytest

from demo.shop import Shop
from demo.story import join, leave, wait_until
from devices.simulate.pcscd import unavailable
from loyalty.vouchers import VoucherState

pytestmark = [pytest.mark.e2e, pytest.mark.ui, pytest.mark.pcsc, pytest.mark.timeout(240)]


def test_a_kiosk_killed_over_a_torn_voucher_finds_the_same_voucher_again(tmp_path: Path) -> None:
    reason = unavailable()
    if reason:
        pytest.skip(reason)
    with Shop(tmp_path / "run") as shop:
        shop.start_puppet()
        wait_until("ready", lambda: shop.hand.look()["data"].get("welcome_points") == 50)
        join(shop, "unknown", "Inès", "ines@example.org")
        leave(shop)
        member = wait_until("the member is known", lambda: shop.find_member("unknown"))
        shop.sell(member.id, 157_00)

        shop.bench.act("drop", "30000")  # about the middle of the picture
        shop.bench.tap("unknown")
        wait_until("207 points", lambda: shop.hand.look()["data"].get("balance") == 207)
        shop.hand.touch("gift:coffee")
        shop.hand.see("ConfirmGift")
        shop.hand.touch("print")
        trouble = shop.hand.see("PrinterTrouble", within_s=40)
        assert trouble["state"] == "PrinterState.UNKNOWN"
        shop.pull_the_plug()

        shop.bench.lift()
        shop.start_puppet()
        wait_until("ready again", lambda: shop.hand.look()["data"].get("welcome_points") == 50)
        shop.bench.tap("unknown")
        home = shop.hand.see("Home")
        assert (home["balance"], home["vouchers"]) == (7, 1)
        shop.hand.touch("vouchers")
        mine = shop.hand.see("MyVouchers")
        (line,) = mine["vouchers"]
        assert line["sure"] is False
        before = shop.bench.state().pieces
        shop.hand.touch(f"print:{line['code']}")
        shop.hand.see("TakeVoucher", within_s=20)
        shop.bench.wait_for_pieces(before + 1)

        scanned = shop.read_qr(shop.bench.picture(shop.bench.state().pieces))
        code = shop.till.voucher(scanned).voucher.code
        assert code == line["code"]
        account = shop.till.account(member.id)
        assert account.balance == 7
        wait_until("issued", lambda: state_of(shop, code) is VoucherState.ISSUED)
        shop.redeem(code)


def state_of(shop: Shop, code: str) -> VoucherState:
    return shop.till.voucher(code).voucher.state
