"""A voucher by e-mail: offered where it can be sent, told where it went."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from backend.db import tables
from devices.printers import PrintOutcome
from kiosk import screens
from kiosk.screens import Delivery, HomeChoice, OpenVoucher, Tell, Told, WayOut
from tests.kiosk.counter import Counter
from tests.kiosk.test_flows import ON_PAPER, rich, take, walk

pytestmark = pytest.mark.thorough


def showing(place: Counter) -> list[screens.VoucherOnScreen]:
    """Every voucher that was on the glass."""
    return [each for each in place.glass.shown if isinstance(each, screens.VoucherOnScreen)]


def test_a_voucher_that_did_not_print_goes_by_mail_while_there_is_a_network(
    tmp_path: Path,
) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.NOT_PRINTED)
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WayOut.SCREEN),
            (screens.VoucherOnScreen, True),
            (Told, None),
            (screens.Home, None),
        )
        place.tap()
        told = await place.glass.until_type(Told)
        assert (told.what, told.contact) == (Tell.MAILED, "i•••@•••.org")
        await place.leave()
        (voucher,) = await place.vouchers()
        with place.backend.database.read(place.backend.shop.tenant) as tx:
            (mail,) = tx.rows(select(tables.outbox).where(tables.outbox.c.kind == "voucher"))
        assert mail.key == f"voucher:{voucher.voucher.redemption}"
        await place.all_sent()
        await place.unplugged()
        place.glass.script(
            (screens.Home, HomeChoice.VOUCHERS),
            (
                screens.MyVouchers,
                lambda s: OpenVoucher(voucher=s.vouchers[0], delivery=Delivery.SCREEN),
            ),
            (screens.VoucherOnScreen, None),
            (screens.MyVouchers, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.MyVouchers)
        await place.leave()
        assert [each.by_mail for each in showing(place)] == [True, False]

    walk(journey, tmp_path)


@pytest.mark.parametrize(
    ("fault", "why"),
    [("record", Tell.NO_EMAIL), ("cable", Tell.OFFLINE)],
    ids=["no address on the record", "no network"],
)
def test_whoever_cannot_be_written_to_is_told_why_and_still_has_the_code(
    tmp_path: Path, fault: str, why: Tell
) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        await place.all_sent()

        def broken(_: object) -> bool:
            if fault == "cable":
                place.cable.pulled = True
            else:
                with place.backend.database.write(place.backend.shop.tenant) as tx:
                    tx.run(update(tables.members).values(email=None, contact_key=None))
            return True

        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.VoucherOnScreen, broken),
            (Told, None),
            (screens.VoucherOnScreen, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(Told)
        await place.leave()
        assert [each.what for each in place.glass.shown if isinstance(each, Told)] == [why]
        first, again = showing(place)
        assert first.payload == again.payload

    walk(journey, tmp_path)
