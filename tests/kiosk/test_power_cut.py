"""The plug is pulled at every step of taking a gift: points intact, or one voucher. Never both.

Each committed transaction is on the disk, and nothing after the cut happens any more; then the
kiosk starts again on the same disk, with the same backend.
"""

import asyncio
import contextlib
import itertools
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend_client.schemas.tills import VoucherRedemption
from backend_client.seals import code_of
from devices.printers import PrintOutcome
from devices.simulate.printer import VirtualPrinter
from kiosk import screens
from kiosk.db.transaction import HeldVoucher
from kiosk.screens import Delivery, WayOut
from loyalty.errors import VoucherRedeemed
from loyalty.vouchers import VoucherState
from tests.kiosk.counter import CARD, Counter, backend, counter
from tests.kiosk.test_amounts import WITH_PAY, pay
from tests.kiosk.test_flows import rich, take
from tests.support.paper import qr_codes

pytestmark = pytest.mark.thorough

STEPS = ("ask", "held", "print_job", "printed", "issue")


class PowerCut(BaseException):
    """Not an Exception: no handler of ours runs when there is no power."""


class Plug:
    """Pulled before or after the transaction of one service; from then on nothing is written."""

    def __init__(self, place: Counter, service: str, *, before: bool) -> None:
        self.pulled = asyncio.Event()
        self._run = place.kiosk.db.run
        self._service, self._before = service, before
        place.kiosk.db.run = self.run  # type: ignore[method-assign,assignment]  # the plug sits in the wall

    async def run(self, service: Any, *args: Any, **kwargs: Any) -> Any:
        hit = service.__name__ == self._service
        if self.pulled.is_set() or (hit and self._before):
            self.pulled.set()
            raise PowerCut
        result = await self._run(service, *args, **kwargs)
        if hit:
            self.pulled.set()
            raise PowerCut
        return result


CASES = [
    pytest.param(
        *(service, before, outcome, offline, False),
        # Without the network the gate cuts where the hold is made; the rest by `make test-long`.
        # Where a number of points is written down, `AMOUNTS` cut in its place.
        marks=(pytest.mark.slow,) if service == "held" or (offline and service != "ask") else (),
    )
    for service in STEPS
    for before in (True, False)
    for outcome in (PrintOutcome.PRINTED, PrintOutcome.NOT_PRINTED, PrintOutcome.UNKNOWN)
    for offline in (False, True)
    # The outcome matters from the print job on; offline holds have a service of their own.
    if (service in ("printed", "print_job") or outcome is PrintOutcome.PRINTED)
    and (service != "issue" or outcome is PrintOutcome.PRINTED)
    and not (offline and service == "held")
]

AMOUNTS = [
    pytest.param(
        *(service, before, PrintOutcome.PRINTED, offline, True),
        # The gate cuts where the number of points is written down; the rest by `make test-long`.
        marks=(pytest.mark.slow,) if service not in ("held", "hold_offline") else (),
    )
    for service, offline in (*((step, False) for step in STEPS), ("hold_offline", True))
    for before in (True, False)
    if before or service != "hold_offline"
]


@pytest.mark.parametrize(("service", "before", "outcome", "offline", "amount"), CASES + AMOUNTS)
def test_a_power_cut_leaves_the_points_or_one_voucher(
    tmp_path: Path,
    service: str,
    before: bool,
    outcome: PrintOutcome,
    offline: bool,
    amount: bool,
) -> None:
    async def run() -> None:
        with backend(WITH_PAY) as (shop, session):
            async with counter(shop, session, tmp_path, served=True) as place:
                await rich(place)
                place.glass.script(*(pay(200) if amount else [(screens.Home, take)]))
                await cut(place, service, before=before, outcome=outcome, offline=offline)
                credentials = place.kiosk.credentials
            async with counter(shop, session, tmp_path, credentials=credentials) as again:
                await again.all_sent()
                await check(again, expected(service, outcome, before=before))

    asyncio.run(run())


AT_BYTES = (1, 4_000, 12_000, 30_000)
"""Of a voucher's 59 kB: in its first line, its head, before and in its QR code."""


@pytest.mark.parametrize("count", AT_BYTES)
def test_a_power_cut_at_that_byte_of_the_voucher_leaves_one_voucher(
    tmp_path: Path, count: int
) -> None:
    assert cut_while_printing(tmp_path, count)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_power_cut_at_any_piece_of_the_voucher_leaves_one_voucher(tmp_path: Path) -> None:
    cuts = itertools.takewhile(
        lambda count: cut_while_printing(tmp_path / str(count), count), itertools.count(1, 1_460)
    )
    assert sum(1 for _ in cuts) > 30


def cut_while_printing(folder: Path, count: int) -> bool:
    """Pull the plug when the printer has that many bytes; False when it never had so many."""

    async def run() -> bool:
        with (
            backend() as (shop, session),
            VirtualPrinter(folder / "roll") as virtual,
        ):
            async with counter(shop, session, folder, served=True, target=virtual.target) as place:
                await rich(place)
                plug = Plug(place, "nothing", before=True)
                loop = asyncio.get_running_loop()

                def pull() -> None:
                    loop.call_soon_threadsafe(plug.pulled.set)
                    virtual.cut_link()

                virtual.after_bytes(count, pull)
                place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.PAPER))
                place.tap()
                async with asyncio.timeout(20):
                    while not (plug.pulled.is_set() or virtual.pieces):
                        await asyncio.sleep(0.01)
                hit = plug.pulled.is_set()
                place.reader.remove()
                credentials = place.kiosk.credentials
            if hit:
                async with counter(shop, session, folder, credentials=credentials) as again:
                    await again.all_sent()
                    await check(again, "unsure")
                    (held,) = await again.vouchers()
                    codes = {code for cut in virtual.cuts for code in qr_codes(cut.path)}
                    key = again.kiosk.voucher_key
                    assert {code_of(key, code) for code in codes} <= {held.voucher.code}
                    await redeemed_once(again, held)
            return hit

    return asyncio.run(run())


async def redeemed_once(place: Counter, held: HeldVoucher) -> None:
    """The till takes the code, and does not take it again."""
    for wanted in (None, VoucherRedeemed):
        redemption = VoucherRedemption(id=str(uuid4()), at=datetime.now(UTC))
        with pytest.raises(wanted) if wanted else contextlib.nullcontext():
            await asyncio.to_thread(place.till.redeem, held.voucher.code, redemption)


async def cut(
    place: Counter, service: str, *, before: bool, outcome: PrintOutcome, offline: bool
) -> None:
    """Take what the script begins with until the plug is pulled."""
    place.cable.pulled = offline
    place.printer.answer_next(outcome, paper_comes_out=outcome is not PrintOutcome.NOT_PRINTED)
    delivery = Delivery.SCREEN if service == "issue" else Delivery.PAPER
    plug = Plug(place, service, before=before)
    place.glass.script((screens.ConfirmGift, delivery), (screens.PrinterTrouble, WayOut.GIVE_BACK))
    place.tap()
    async with asyncio.timeout(10):
        await plug.pulled.wait()
    place.reader.remove()


def expected(service: str, outcome: PrintOutcome, *, before: bool) -> str:
    """What is left: the points, a voucher the customer has, or one that nobody is sure of."""
    match service, before:
        case ("print_job", False) | ("printed", True):
            return "unsure"
        case ("printed", False):
            return {
                PrintOutcome.PRINTED: "voucher",
                PrintOutcome.NOT_PRINTED: "points",
                PrintOutcome.UNKNOWN: "unsure",
            }[outcome]
        case ("issue", False):
            return "voucher"
        case _:
            return "points"


async def check(place: Counter, left: str) -> None:
    """What is left is as it should be, both sides agree, and nothing was printed by itself."""
    balance = 207 if left == "points" else 7
    assert await place.known_balance(balance)
    async with asyncio.timeout(5):
        while await place.balance_at_till() != balance:
            await asyncio.sleep(0.01)
    waiting = await place.vouchers()
    assert [held.sure for held in waiting] == {"points": [], "voucher": [True]}.get(left, [False])
    for held in waiting:
        wanted = VoucherState.ISSUED if left == "voucher" else VoucherState.RESERVED
        assert await place.state_at_till(held) is wanted
    assert place.printer.printed == []
    await place.same_entries(CARD)
