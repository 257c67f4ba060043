"""Staff at the kiosk: the PIN, a member's gift and cards, vouchers to decide on, the machine."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from backend.db import audit
from backend.db.audit import Wanted
from backend.rights import Role
from backend.services.team.staff import set_pin
from devices.printers import PrintOutcome
from kiosk import screens
from kiosk.db import Transaction
from kiosk.screens import (
    AttractChoice,
    CardDeed,
    Delivery,
    DeviceDeed,
    FindFault,
    MemberDeed,
    StaffChoice,
    Tell,
    UnsureAct,
    UnsureDeed,
)
from loyalty.vouchers import VoucherState
from tests.kiosk.counter import CARD, OTHER_CARD, Counter, backend, counter
from tests.kiosk.test_flows import SHORT, home, join, take, walk
from tests.support.glass import WalksAway
from tests.support.staff import AtWork, at_work

pytestmark = pytest.mark.thorough

Journey = Callable[[Counter], Awaitable[None]]

PIN = "482915"
UNLOCK = ((screens.Attract, AttractChoice.STAFF), (screens.StaffPin, PIN))
"""Hold the corner, type the PIN."""


def hire(place: Counter, role: Role = Role.MANAGER, member: str | None = None) -> AtWork:
    """Somebody of the staff with a PIN."""
    somebody = at_work(place.backend, role, member)
    with place.backend.database.write(place.backend.shop.tenant) as tx:
        set_pin(tx, somebody.person.id, PIN, actor="system")
    return somebody


async def hired(place: Counter, role: Role = Role.MANAGER, member: str | None = None) -> AtWork:
    """The same, and the kiosk has heard of them."""
    somebody = hire(place, role, member)
    async with asyncio.timeout(5):
        while not await place.kiosk.db.run(Transaction.staff):
            await asyncio.sleep(0.01)
    return somebody


async def work(place: Counter, *steps: tuple[type[screens.Screen[object]], object]) -> None:
    """Unlock the kiosk, do all that, and finish; back when the invitation shows again."""
    glass = place.glass
    glass.script(*UNLOCK, *steps, (screens.StaffHome, None))
    await place.restart_invitation()
    await glass.until(lambda _: len(glass.left) == 0, within_s=10)
    await glass.until_type(screens.Attract)


def shown(place: Counter, kind: type[screens.Screen[object]]) -> list[screens.Screen[object]]:
    return [screen for screen in place.glass.shown if isinstance(screen, kind)]


def deeds(place: Counter) -> set[tuple[str, str]]:
    """Who did what, as the back office's audit log has it."""
    with place.backend.database.read(place.backend.shop.tenant) as tx:
        return {(line.actor, line.action) for line in audit.lines(tx, Wanted(), 200)}


def test_a_manager_unlocks_the_kiosk_and_the_office_hears_of_it(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        manager = await hired(place)
        await work(place)
        (menu,) = shown(place, screens.StaffHome)
        assert isinstance(menu, screens.StaffHome)
        assert menu.initial == "A"
        assert StaffChoice.MEMBER in menu.offered
        await place.all_sent()
        assert {(f"staff:{manager.person.id}", f"kiosk.{deed}") for deed in ("open", "close")} <= (
            deeds(place)
        )
        assert place.glass.forgotten

    walk(journey, tmp_path)


def test_wrong_pins_shut_the_pad_and_a_restart_does_not_open_it(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path) as place:
                await hired(place)
                place.glass.script((screens.Attract, AttractChoice.STAFF))
                place.glass.script(*[(screens.StaffPin, "111111")] * 3)
                # The right one now is not even looked at.
                place.glass.script((screens.StaffPin, PIN), (screens.StaffPin, None))
                await place.restart_invitation()
                await place.glass.until(lambda _: not place.glass.left)
                await place.glass.until_type(screens.Attract)
                pads = [s for s in place.glass.shown if isinstance(s, screens.StaffPin)]
                assert [pad.wait_s > 0 for pad in pads] == [False, False, False, True, True]
                assert [pad.wrong for pad in pads[:4]] == [False, True, True, True]
                assert not shown(place, screens.StaffHome)
                await place.all_sent()
                terminal = place.kiosk.credentials.terminal
                assert (f"terminal:{terminal}", "kiosk.locked_out") in deeds(place)
                credentials = place.kiosk.credentials
            async with counter(shop, session, tmp_path, credentials=credentials) as again:
                again.glass.script((screens.Attract, AttractChoice.STAFF))
                await again.restart_invitation()
                pad = await again.glass.until_type(screens.StaffPin)
                assert pad.wait_s > 0
                again.glass.touch(None)
                await again.glass.until_type(screens.Attract)

    asyncio.run(run())


def test_without_a_pin_of_anybody_there_is_no_pad(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.Attract, AttractChoice.STAFF), (screens.Told, None))
        await place.restart_invitation()
        told = await place.glass.until_type(screens.Told)
        assert told.what is Tell.NO_PIN

    walk(journey, tmp_path)


def test_a_staff_card_leads_to_work_or_to_ones_own_points(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        member = await place.sell(10_00)
        await hired(place, member=member)
        place.glass.script((screens.WorkOrShop, True), (screens.StaffPin, PIN))
        place.glass.script((screens.StaffHome, None))
        place.tap()
        await place.glass.until(lambda _: not place.glass.left)
        await place.leave()
        place.glass.script((screens.WorkOrShop, False), (screens.Home, None))
        place.tap()
        await place.glass.until_type(screens.Home)
        await place.leave()

    walk(journey, tmp_path)


def test_staff_takes_a_gift_for_a_member_and_its_voucher_prints(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        manager = await hired(place)
        await join(place)
        await place.sell(200_00)
        await place.known_balance(250)
        glass = place.glass
        glass.script(*UNLOCK, (screens.StaffHome, StaffChoice.MEMBER))
        await place.restart_invitation()
        await glass.until_type(screens.FindMember)
        glass.script(
            (screens.StaffMember, MemberDeed.GIFT),
            (screens.ChooseGift, lambda screen: screen.gifts[0]),
            (screens.ConfirmGift, Delivery.PAPER),
            (screens.TakeVoucher, None),
            (screens.StaffMember, None),
            (screens.StaffHome, None),
        )
        place.tap()
        await glass.until_type(screens.Attract)
        place.reader.remove()
        (ticket,) = place.printer.printed
        assert "BON CADEAU" in ticket.lines()
        await place.all_sent()
        assert await place.balance_at_till() == 50
        assert (f"staff:{manager.person.id}", "kiosk.gift") in deeds(place)

    walk(journey, tmp_path)


def test_a_member_is_found_by_name_and_gets_another_card(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await hired(place, Role.CASHIER)
        await join(place)
        glass = place.glass
        glass.script(
            *UNLOCK,
            (screens.StaffHome, StaffChoice.MEMBER),
            (screens.FindMember, "zzz"),
            (screens.FindMember, "inès"),
            (screens.StaffMember, MemberDeed.CARDS),
            (screens.MemberCards, lambda screen: CardDeed(card=screen.cards[0])),
        )
        await place.restart_invitation()
        await glass.until_type(screens.TapNewCard)
        faults = [s.fault for s in shown(place, screens.FindMember)]  # type: ignore[attr-defined]  # by type
        assert faults == [None, FindFault.NOBODY]
        place.tap(CARD)
        await glass.until(lambda s: isinstance(s, screens.TapNewCard) and s.taken)
        glass.script(
            (screens.Told, None),
            (screens.MemberCards, None),
            (screens.StaffMember, None),
            (screens.StaffHome, None),
        )
        place.tap(OTHER_CARD)
        await glass.until_type(screens.Attract)
        place.reader.remove()
        (told,) = shown(place, screens.Told)
        assert told == screens.Told(what=Tell.DONE)
        place.tap(CARD)
        problem = await glass.until_type(screens.CardProblem)
        assert problem.notice is screens.CardNotice.BLOCKED
        glass.touch(None)
        await place.leave()
        glass.script((screens.Home, None))
        place.tap(OTHER_CARD)
        await glass.until_type(screens.Home)
        await place.leave()

    walk(journey, tmp_path)


def test_a_cashier_is_not_offered_points_by_hand_and_a_manager_gives_some(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await hired(place)
        await work(
            place,
            (screens.StaffHome, StaffChoice.MEMBER),
            (screens.FindMember, "inès"),
            (screens.StaffMember, MemberDeed.POINTS),
            (screens.TypePoints, 30),
            (screens.ChooseNature, lambda screen: screen.natures[0]),
            (screens.TypeComment, "geste"),
            (screens.Told, None),
            (screens.StaffMember, None),
        )
        assert shown(place, screens.Told) == [screens.Told(what=Tell.DONE)]
        assert await place.balance_at_till() == 80
        assert await place.known_balance(80)

    walk(journey, tmp_path)


def test_a_cashier_has_no_points_to_give(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await hired(place, Role.CASHIER)
        await work(
            place,
            (screens.StaffHome, StaffChoice.MEMBER),
            (screens.FindMember, "inès"),
            (screens.StaffMember, None),
        )
        (desk,) = shown(place, screens.StaffMember)
        assert isinstance(desk, screens.StaffMember)
        assert MemberDeed.POINTS not in desk.offered
        assert MemberDeed.GIFT in desk.offered

    walk(journey, tmp_path)


def test_without_the_network_a_name_finds_nobody_and_a_card_does(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await hired(place)
        place.cable.pulled = True
        glass = place.glass
        glass.script(*UNLOCK, (screens.StaffHome, StaffChoice.MEMBER), (screens.FindMember, "inès"))
        await place.restart_invitation()
        await glass.until(
            lambda s: isinstance(s, screens.FindMember) and s.fault is FindFault.OFFLINE
        )
        glass.script(
            (screens.StaffMember, MemberDeed.CARDS),
            (screens.Told, None),
            (screens.StaffMember, None),
            (screens.StaffHome, None),
        )
        place.tap()
        await glass.until_type(screens.Attract)
        place.reader.remove()
        assert shown(place, screens.Told) == [screens.Told(what=Tell.NEEDS_NETWORK)]

    walk(journey, tmp_path)


async def unsure_voucher(place: Counter) -> None:
    """A voucher whose paper nobody has seen."""
    await join(place)
    await place.sell(150_00)
    await home(place, 200)
    place.printer.answer_next(PrintOutcome.UNKNOWN)
    place.glass.script((screens.ConfirmGift, Delivery.PAPER), (screens.PrinterTrouble, None))
    place.glass.script((screens.Home, None))
    place.glass.touch(take(place.glass.showing))  # type: ignore[arg-type]  # it is home
    await place.glass.until(lambda s: isinstance(s, screens.Attract))
    place.reader.remove()


def test_staff_voids_a_voucher_that_never_came_out(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await unsure_voucher(place)
        (held,) = await place.vouchers()
        await hired(place)
        await work(
            place,
            (screens.StaffHome, StaffChoice.UNSURE),
            (
                screens.UnsureVouchers,
                lambda s: UnsureDeed(voucher=s.vouchers[0], act=UnsureAct.VOID),
            ),
            (screens.Told, None),
            (screens.UnsureVouchers, None),
        )
        await place.all_sent()
        assert await place.state_at_till(held) is VoucherState.VOIDED
        assert await place.balance_at_till() == 200

    walk(journey, tmp_path)


def test_staff_prints_an_unsure_voucher_again_with_the_same_code(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await unsure_voucher(place)
        (held,) = await place.vouchers()
        await hired(place)
        await work(
            place,
            (screens.StaffHome, StaffChoice.UNSURE),
            (
                screens.UnsureVouchers,
                lambda s: UnsureDeed(voucher=s.vouchers[0], act=UnsureAct.REPRINT),
            ),
            (screens.TakeVoucher, None),
            (screens.UnsureVouchers, None),
        )
        again = place.printer.printed[-1].lines()
        assert "DUPLICATA" in again
        await place.all_sent()
        assert await place.state_at_till(held) is VoucherState.ISSUED

    walk(journey, tmp_path)


def test_the_day_is_summed_up_on_paper(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await hired(place)
        await work(place, (screens.StaffHome, StaffChoice.SUMMARY), (screens.Told, None))
        lines = place.printer.printed[-1].lines()
        assert "Nouveaux membres : 1" in lines
        assert "Points de bienvenue : 50" in lines
        assert shown(place, screens.Told) == [screens.Told(what=Tell.PRINTED)]

    walk(journey, tmp_path)


def test_a_paused_kiosk_serves_nobody_until_staff_says_so(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await hired(place)
        glass = place.glass
        glass.script(*UNLOCK, (screens.StaffHome, StaffChoice.PAUSE), (screens.StaffHome, None))
        await place.restart_invitation()
        closed = await glass.until_type(screens.OutOfService)
        assert closed.reason is screens.OutOfOrder.PAUSED
        place.tap()
        await place.restart_invitation()
        assert isinstance(glass.showing, screens.OutOfService)
        place.reader.remove()
        glass.script(
            (screens.OutOfService, AttractChoice.STAFF),
            (screens.StaffPin, PIN),
            (screens.StaffHome, StaffChoice.RESUME),
            (screens.StaffHome, None),
        )
        await place.restart_invitation()
        await glass.until_type(screens.Attract)

    walk(journey, tmp_path)


def test_paused_gifts_are_refused_and_the_points_stay(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await place.sell(150_00)
        await place.known_balance(200)
        await hired(place)
        await work(place, (screens.StaffHome, StaffChoice.PAUSE_GIFTS))
        await home(place, 200)
        place.glass.script((screens.GiftRefused, None), (screens.Home, None))
        place.glass.touch(take(place.glass.showing))  # type: ignore[arg-type]  # it is home
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.PAUSED
        await place.leave()
        assert await place.balance_at_till() == 200

    walk(journey, tmp_path)


def test_the_device_panel_is_live_and_mends_the_reader(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await hired(place)
        glass = place.glass
        glass.script(*UNLOCK, (screens.StaffHome, StaffChoice.DEVICES))
        await place.restart_invitation()
        panel = await glass.until_type(screens.DevicePanel)
        assert (panel.reader, panel.printer, panel.online) == (True, True, True)
        place.reader.fail("unplugged")
        panel = await glass.until(lambda s: isinstance(s, screens.DevicePanel) and not s.reader)
        place.reader.recover()
        glass.script((screens.DevicePanel, DeviceDeed.READER))
        await glass.until(
            lambda s: isinstance(s, screens.DevicePanel) and s.done is DeviceDeed.READER
        )
        glass.script((screens.DevicePanel, DeviceDeed.TEST_PRINT), (screens.DevicePanel, None))
        glass.script((screens.StaffHome, None))
        glass.touch(DeviceDeed.SYNC)
        await glass.until_type(screens.Attract)
        assert "ESSAI D’IMPRESSION" in place.printer.printed[-1].lines()

    walk(journey, tmp_path)


def test_staff_that_walks_away_leaves_the_kiosk_locked(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await hired(place)
        place.glass.script(*UNLOCK, (screens.StaffHome, WalksAway()))
        await place.restart_invitation()
        await place.glass.until_type(screens.StaffHome)
        await place.glass.until_type(screens.Attract)
        await place.all_sent()
        assert any(action == "kiosk.close" for _, action in deeds(place))

    walk(journey, tmp_path, SHORT)
