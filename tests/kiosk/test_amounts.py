"""Points that are worth money: as many as one chooses, held, printed, taken at the till (P-16)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend.db import facts
from backend_client.schemas.tills import VoucherRedemption
from backend_client.seals import opened
from devices.printers import Qr, Ticket
from kiosk import screens
from kiosk.screens import Bound, Delivery, MemberDeed, StaffChoice, TakeGift
from tests.kiosk.counter import Counter, backend, counter
from tests.kiosk.test_flows import rich
from tests.kiosk.test_staff_mode import UNLOCK, hired
from tests.support.server import PROGRAM

pytestmark = pytest.mark.thorough

PAY = {
    "id": "pay",
    "name": {"fr": "Payer avec mes points", "en": "Pay with points"},
    "cost": 50,
    "takes": "chosen",
    "article": "POINTS",
    "gives": {"per_point": "0.10"},
}


def with_rewards(*rewards: dict[str, Any], **other: Any) -> str:
    """The shop's program, with those rewards besides."""
    program = json.loads(PROGRAM)
    return json.dumps(program | {"rewards": [*program["rewards"], *rewards]} | other)


WITH_PAY = with_rewards(PAY)


def pay(points: int) -> list[tuple[type[screens.Screen[Any]], Any]]:
    """At home, the reward is touched and so many points put in."""

    def touched(screen: screens.Home) -> TakeGift:
        return TakeGift(gift=next(gift for gift in screen.gifts if gift.id == "pay"))

    return [(screens.Home, touched), (screens.ChooseAmount, points)]


def walk(journey: Callable[[Counter], Awaitable[None]], folder: Path, program: str) -> None:
    """Run one journey at a counter with that program."""

    async def run() -> None:
        with backend(program) as (shop, session):
            async with counter(shop, session, folder) as place:
                async with asyncio.timeout(20):
                    await journey(place)
                assert place.glass.left == []

    asyncio.run(run())


def shown(place: Counter, kind: type[screens.Screen[Any]]) -> Any:
    """The latest screen of that kind."""
    return [screen for screen in place.glass.shown if isinstance(screen, kind)][-1]


def flags(place: Counter) -> set[str]:
    with place.backend.database.read(place.backend.shop.tenant) as tx:
        return {alert.flag for alert in facts.open_alerts(tx)}


async def takes(place: Counter, points: int, delivery: Delivery = Delivery.PAPER) -> None:
    """So many points are put in, and the voucher is taken."""
    end = screens.TakeVoucher if delivery is Delivery.PAPER else screens.VoucherOnScreen
    place.glass.script(*pay(points), (screens.ConfirmGift, delivery), (end, None))
    place.glass.script((screens.Home, None))
    place.tap()
    await place.glass.until(lambda _: place.glass.left == [])
    await place.leave()


async def at_the_till(place: Counter, money: int) -> None:
    """The till hears what the voucher takes off, and takes it once."""
    (held,) = await place.vouchers()
    answer = await asyncio.to_thread(place.till.voucher, held.voucher.code)
    assert (answer.money, answer.article) == (money, "POINTS")
    taking = VoucherRedemption(id=str(uuid4()), at=datetime.now(UTC))
    await asyncio.to_thread(place.till.redeem, held.voucher.code, taking)


def test_as_many_points_as_one_chooses_become_a_voucher_for_money(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        await takes(place, 125)
        chooser, confirm = shown(place, screens.ChooseAmount), shown(place, screens.ConfirmGift)
        assert (chooser.least, chooser.most, chooser.bound) == (1, 207, Bound.BALANCE)
        assert (chooser.step, chooser.shortcuts, chooser.draft) == (10, (100, 200), 200)
        assert (confirm.gift.cost, confirm.remaining, chooser.worth(125)) == (125, 82, 12_50)
        assert confirm.gift.name == "12,50\u00a0€ · Payer avec mes points"
        (ticket,) = place.printer.printed
        lines = {*ticket.lines()}
        assert {"12,50\u00a0€", "Payer avec mes points", "Points utilisés : 125"} <= lines
        sealed = _sealed(ticket)
        seal = opened(place.kiosk.voucher_key, sealed, now=datetime.now(UTC), store="any")
        assert (seal.reward, seal.money) == ("pay", 12_50)
        assert await place.known_balance(82)
        await place.same_entries()
        await at_the_till(place, 12_50)
        await place.all_sent()
        assert not flags(place)

    walk(journey, tmp_path, WITH_PAY)


def _sealed(ticket: Ticket) -> str:
    (code,) = [block.payload for block in ticket.blocks if isinstance(block, Qr)]
    return code


def test_without_the_network_no_more_can_be_put_in_than_the_program_lets_go(
    tmp_path: Path,
) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.cable.pulled = True
        place.kiosk.sync.wake()
        await place.glass.until(lambda screen: screens.Trouble.NETWORK in _troubles(screen))
        await takes(place, 125, Delivery.SCREEN)
        chooser = shown(place, screens.ChooseAmount)
        assert (chooser.most, chooser.bound) == (150, Bound.OFFLINE)
        assert shown(place, screens.VoucherOnScreen).gift_name.startswith("12,50\u00a0€")
        place.cable.pulled = False
        place.kiosk.sync.wake()
        await place.all_sent()
        assert await place.balance_at_till() == 82
        assert not flags(place)
        await at_the_till(place, 12_50)

    limits = {"per_card": 150, "per_terminal": 6000, "snapshot_age_h": 168}
    walk(journey, tmp_path, with_rewards(PAY, offline=limits))


def _troubles(screen: screens.Screen[Any]) -> tuple[screens.Trouble, ...]:
    return screen.troubles if isinstance(screen, screens.Attract) else ()


def test_an_answer_that_got_lost_holds_the_points_once(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script(*pay(125))
        place.tap()
        await place.glass.until_type(screens.ConfirmGift)
        place.cable.answers_lost = 1
        place.glass.script((screens.TakeVoucher, None), (screens.Home, None))
        place.glass.touch(Delivery.PAPER)
        await place.glass.until(lambda _: place.glass.left == [])
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 82
        assert not flags(place)
        await at_the_till(place, 12_50)

    walk(journey, tmp_path, WITH_PAY)


def test_what_takes_everything_asks_no_number(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        home = (screens.Home, pay(0)[0][1])
        place.glass.script(home, (screens.ConfirmGift, Delivery.PAPER), (screens.TakeVoucher, None))
        place.glass.script((screens.Home, None))
        place.tap()
        await place.glass.until(lambda _: place.glass.left == [])
        assert shown(place, screens.ConfirmGift).remaining == 0
        await at_the_till(place, 20_70)

    walk(journey, tmp_path, with_rewards(PAY | {"takes": "all"}))


def test_a_worth_that_changed_meanwhile_is_not_given(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script(*pay(125))
        place.tap()
        await place.glass.until_type(screens.ConfirmGift)
        dear = json.loads(with_rewards(PAY | {"gives": {"per_point": "0.05"}}))
        await place.publish(rewards=dear["rewards"])
        place.glass.script((screens.GiftRefused, None), (screens.Home, None))
        place.glass.touch(Delivery.PAPER)
        await place.glass.until(lambda _: place.glass.left == [])
        await place.all_sent()
        assert await place.balance_at_till() == 207

    walk(journey, tmp_path, WITH_PAY)


def test_staff_puts_points_in_for_a_member(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await hired(place)
        await rich(place)
        place.glass.script(*UNLOCK, (screens.StaffHome, StaffChoice.MEMBER))
        await place.restart_invitation()
        await place.glass.until_type(screens.FindMember)
        place.glass.script(
            (screens.StaffMember, MemberDeed.GIFT),
            (screens.ChooseGift, lambda screen: screen.gifts[0]),
            (screens.ChooseAmount, 100),
            (screens.ConfirmGift, Delivery.PAPER),
            (screens.TakeVoucher, None),
            (screens.StaffMember, None),
            (screens.StaffHome, None),
        )
        place.tap()
        await place.glass.until_type(screens.Attract)
        place.reader.remove()
        assert "10,00\u00a0€" in place.printer.printed[0].lines()
        await place.all_sent()
        assert await place.balance_at_till() == 107

    walk(journey, tmp_path, WITH_PAY)
