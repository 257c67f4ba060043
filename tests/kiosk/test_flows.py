"""Journeys, as scripts: what a person does, and what must then be true on both sides."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backend_client.seals import code_of
from devices.printers import Paper, PrintOutcome, Qr, Ticket
from devices.readers import Medium, Trouble
from devices.readers.simulated import SimulatedReader
from kiosk import screens
from kiosk.config import Session
from kiosk.screens import (
    AfterClaim,
    Consents,
    Delivery,
    HomeChoice,
    OpenVoucher,
    TakeGift,
    Way,
    WayOut,
)
from loyalty.vouchers import VoucherState
from tests.kiosk.counter import CARD, OTHER_CARD, Counter, backend, counter
from tests.support.glass import WalksAway

pytestmark = pytest.mark.thorough

Journey = Callable[[Counter], Awaitable[None]]

SHORT = Session.model_construct(idle_timeout_s=1, warning_s=1)
PAPER = Delivery.PAPER
JOINING = (
    (screens.Join, Way.EMAIL),
    (screens.TypeEmail, "ines@example.org"),
    (screens.TypeFirstName, "Inès"),
    (screens.AskConsent, Consents(program=True)),
    (screens.ClaimWelcome, True),
)


def walk(journey: Journey, folder: Path, timing: Session | None = None) -> None:
    """Run one journey at a counter of its own."""

    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, folder, timing=timing) as place:
                async with asyncio.timeout(60):
                    await journey(place)
                assert place.glass.left == []

    asyncio.run(run())


async def join(place: Counter, uid: bytes = CARD) -> None:
    place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
    place.tap(uid)
    await place.glass.until_type(screens.Home)
    await place.leave()
    await place.all_sent()


async def home(place: Counter, balance: int) -> screens.Home:
    place.tap()
    shown: screens.Home = await place.glass.until(
        lambda screen: isinstance(screen, screens.Home) and screen.balance == balance
    )
    return shown


def take(screen: screens.Home) -> TakeGift:
    return TakeGift(gift=next(gift for gift in screen.gifts if gift.id == "coffee"))


ON_PAPER: tuple[tuple[type[screens.Screen[Any]], Any], ...] = (
    (screens.Home, take),
    (screens.ConfirmGift, PAPER),
)
"""The first gift, printed."""


def test_a_stranger_joins_and_claims_fifty_points(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(*JOINING, (screens.Welcomed, AfterClaim.SLIP))
        place.glass.script((screens.Welcomed, None), (screens.Home, None))
        place.tap()
        shown = await place.glass.until_type(screens.Home)
        assert (shown.first_name, shown.balance) == ("Inès", 50)
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 50
        (slip,) = place.printer.printed
        assert "Points de bienvenue : +50" in slip.lines()
        assert place.glass.forgotten

    walk(journey, tmp_path)


def test_nothing_is_printed_without_a_request(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        assert place.printer.printed == []

    walk(journey, tmp_path)


def test_back_loses_nothing_and_a_mistake_is_said_kindly(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(
            (screens.Join, Way.EMAIL),
            (screens.TypeEmail, "ines at example"),
            (screens.TypeEmail, "ines@example.org"),
            (screens.TypeFirstName, None),
            (screens.TypeEmail, None),
            (screens.Join, Way.EMAIL),
            (screens.TypeEmail, lambda screen: screen.draft),
            (screens.TypeFirstName, "  "),
            (screens.TypeFirstName, "Inès\x1b@"),
            (screens.TypeFirstName, "Inès 🎁"),
            (screens.TypeFirstName, "Inès"),
            (screens.AskConsent, None),
            (screens.TypeFirstName, lambda screen: screen.draft),
            (screens.AskConsent, Consents(news=True)),
            (screens.AskConsent, lambda screen: Consents(program=True, news=screen.draft.news)),
            (screens.ClaimWelcome, True),
            (screens.Welcomed, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.Home)
        await place.leave()
        mistakes = [s.mistake for s in place.glass.shown if isinstance(s, screens.TypeFirstName)]
        unreadable = screens.Mistake.UNREADABLE
        assert mistakes[1:5] == [None, screens.Mistake.EMPTY, unreadable, unreadable]
        assert any(s.missing for s in place.glass.shown if isinstance(s, screens.AskConsent))

    walk(journey, tmp_path)


def test_a_sale_shows_while_the_customer_stands_there(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await home(place, 50)
        await place.sell(137_40)
        shown = await place.glass.until(
            lambda screen: isinstance(screen, screens.Home) and screen.balance == 187
        )
        assert shown.goal is not None
        assert (shown.goal.id, shown.goal.missing) == ("coffee", 13)

    walk(journey, tmp_path)


async def rich(place: Counter) -> str:
    """Inès with 207 points, and the kiosk knows; her id."""
    await join(place)
    member = await place.sell(157_00)
    await place.known_balance(207)
    return member


def test_a_gift_is_printed_and_issued_and_leaves_seven_points(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script(
            *ON_PAPER,
            (screens.TakeVoucher, None),
            (screens.Home, None),
        )
        place.tap()
        took = await place.glass.until_type(screens.TakeVoucher)
        assert took.balance == 7
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 7
        (paper,) = place.printer.printed
        assert "Nouveau solde : 7" in paper.lines()
        assert took.ticket == paper.lines(), "all that is on the paper can be said"
        (voucher,) = await place.vouchers()
        assert (voucher.voucher.state, voucher.sure) == (VoucherState.ISSUED, True)
        assert await place.state_at_till(voucher) is VoucherState.ISSUED

    walk(journey, tmp_path)


def test_walking_away_from_the_confirmation_costs_nothing(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script((screens.Home, take), (screens.ConfirmGift, None), (screens.Home, None))
        place.tap()
        await place.glass.until_type(screens.ConfirmGift)
        await place.leave()
        assert await place.balance_at_till() == 207
        assert await place.vouchers() == ()

    walk(journey, tmp_path)


def test_points_come_back_when_nothing_was_printed(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.NOT_PRINTED)
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WayOut.GIVE_BACK),
            (screens.Home, None),
        )
        place.tap()
        trouble = await place.glass.until_type(screens.PrinterTrouble)
        assert trouble.state is screens.PrinterState.NOT_PRINTED
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 207
        assert await place.known_balance(207)

    walk(journey, tmp_path)


def test_whoever_walks_away_from_an_empty_printer_keeps_the_points(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.paper = Paper.OUT
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WalksAway()),
            (screens.StillThere, None),
        )
        place.tap()
        trouble = await place.glass.until_type(screens.PrinterTrouble)
        assert trouble.cause is screens.PrinterCause.PAPER
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 207

    walk(journey, tmp_path, timing=SHORT)


def test_the_screen_is_a_way_out_of_a_broken_printer(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.NOT_PRINTED)
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WayOut.SCREEN),
            (screens.VoucherOnScreen, None),
            (screens.Home, None),
        )
        place.tap()
        shown = await place.glass.until_type(screens.VoucherOnScreen)
        await place.leave()
        await place.all_sent()
        (voucher,) = await place.vouchers()
        assert code_of(place.kiosk.voucher_key, shown.payload) == voucher.voucher.code
        assert await place.state_at_till(voucher) is VoucherState.ISSUED
        assert await place.balance_at_till() == 7

    walk(journey, tmp_path)


def test_an_unknown_print_holds_the_points_and_reprints_the_same_code(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.UNKNOWN, paper_comes_out=True)
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WayOut.RETRY),
            (screens.TakeVoucher, None),
            (screens.Home, None),
        )
        place.tap()
        trouble = await place.glass.until_type(screens.PrinterTrouble)
        assert trouble.state is screens.PrinterState.UNKNOWN
        await place.glass.until_type(screens.TakeVoucher)
        await place.leave()
        first, second = place.printer.printed
        assert "DUPLICATA" not in first.lines()
        assert "DUPLICATA" in second.lines()
        assert codes(first) == codes(second)
        assert len(await place.vouchers()) == 1

    walk(journey, tmp_path)


def codes(ticket: Ticket) -> list[str]:
    return [block.payload for block in ticket.blocks if isinstance(block, Qr)]


def test_an_unknown_print_left_for_later_waits_among_my_vouchers(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.UNKNOWN)
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, None),
            (screens.Home, HomeChoice.VOUCHERS),
            (screens.MyVouchers, lambda s: OpenVoucher(voucher=s.vouchers[0], delivery=PAPER)),
            (screens.TakeVoucher, None),
            (screens.MyVouchers, None),
            (screens.Home, None),
        )
        place.tap()
        mine = await place.glass.until_type(screens.MyVouchers)
        assert not mine.vouchers[0].sure
        await place.leave()
        await place.all_sent()
        assert "DUPLICATA" in place.printer.printed[-1].lines()
        assert await place.balance_at_till() == 7

    walk(journey, tmp_path)


def test_everything_goes_on_without_the_network_and_arrives_later(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.cable.pulled = True
        place.glass.script(
            *ON_PAPER,
            (screens.TakeVoucher, None),
            (screens.Home, None),
        )
        place.tap()
        took = await place.glass.until_type(screens.TakeVoucher)
        assert took.balance == 7
        await place.leave()
        place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.Welcomed)
        await place.leave()
        place.cable.pulled = False
        await place.all_sent()
        assert await place.balance_at_till() == 7
        assert await place.balance_at_till(OTHER_CARD) in (0, 50)
        await place.same_entries()

    walk(journey, tmp_path)


def test_a_lost_answer_holds_the_points_once(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.cable.answers_lost = 1
        place.glass.script(
            *ON_PAPER,
            (screens.TakeVoucher, None),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.TakeVoucher)
        await place.leave()
        await place.all_sent()
        assert await place.balance_at_till() == 7
        await place.same_entries()

    walk(journey, tmp_path)


def test_points_spent_at_another_kiosk_meanwhile_refuse_the_gift(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        member = await rich(place)

        def meanwhile(_: screens.ConfirmGift) -> Delivery:
            place.spend_elsewhere(member)
            return Delivery.PAPER

        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, meanwhile),
            (screens.GiftRefused, None),
            (screens.Home, None),
        )
        place.tap()
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.NOT_ENOUGH
        await place.leave()
        assert place.printer.printed == []

    walk(journey, tmp_path)


def test_silence_warns_then_forgets(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script(
            (screens.Home, WalksAway()),
            (screens.StillThere, True),
            (screens.Home, WalksAway()),
            (screens.StillThere, None),
        )
        forgotten = place.glass.forgotten
        place.tap()
        await place.glass.until_type(screens.StillThere)
        await place.leave()
        assert place.glass.forgotten == forgotten + 1

    walk(journey, tmp_path, timing=SHORT)


def test_another_card_takes_over(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.tap()
        await place.glass.until_type(screens.Home)
        place.reader.remove()
        place.glass.script((screens.Join, None))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.Join)

    walk(journey, tmp_path)


@pytest.mark.parametrize(
    ("present", "notice"),
    [
        (lambda reader: reader.present(CARD, medium=Medium.RANDOM), screens.CardNotice.RANDOM),
        (lambda reader: reader.trouble(Trouble.MUTE), screens.CardNotice.MUTE),
        (lambda reader: reader.trouble(Trouble.TORN), screens.CardNotice.MUTE),
    ],
)
def test_a_card_that_names_nobody_says_what_to_do(
    tmp_path: Path, present: Callable[[SimulatedReader], None], notice: screens.CardNotice
) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.CardProblem, None))
        present(place.reader)
        shown = await place.glass.until_type(screens.CardProblem)
        assert shown.notice is notice
        await place.leave()

    walk(journey, tmp_path)


def test_a_blocked_card_opens_nothing(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await place.block(CARD)
        place.glass.script((screens.CardProblem, None))
        place.tap()
        shown = await place.glass.until_type(screens.CardProblem)
        assert shown.notice is screens.CardNotice.BLOCKED

    walk(journey, tmp_path)


def test_modes_are_switched_before_the_tap_and_end_with_the_visit(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        large, calm = screens.Mode.LARGE, screens.Mode.CALM
        place.glass.script(
            (screens.Attract, screens.AttractChoice.EASE),
            (screens.EaseOfUse, large),
            (screens.EaseOfUse, calm),
            (screens.EaseOfUse, lambda screen: calm if calm in screen.on else None),
            (screens.EaseOfUse, None),
        )
        await place.restart_invitation()
        while place.glass.left:
            await asyncio.sleep(0)
        assert place.glass.modes == {large}
        place.glass.script(*JOINING, (screens.Welcomed, None), (screens.Home, None))
        place.tap()
        await place.glass.until_type(screens.Home)
        await place.leave()
        assert place.glass.modes == frozenset()

    walk(journey, tmp_path)


def test_a_tap_on_the_modes_screen_begins_the_visit_with_them(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(
            (screens.Attract, screens.AttractChoice.EASE),
            (screens.EaseOfUse, screens.Mode.CONTRAST),
            (screens.EaseOfUse, WalksAway()),
        )
        await place.restart_invitation()
        await place.glass.until(
            lambda screen: isinstance(screen, screens.EaseOfUse) and bool(screen.on)
        )
        place.glass.script((screens.Join, None))
        place.tap()
        await place.glass.until_type(screens.Join)
        assert screens.Mode.CONTRAST in place.glass.modes_at[screens.Join]

    walk(journey, tmp_path)


def test_a_mode_or_a_language_left_on_the_invitation_is_undone(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.glass.until_type(screens.Attract)
        before = place.glass.forgotten
        place.glass.modes = frozenset({screens.Mode.LARGE})
        place.glass.language = "en"
        place.glass.script((screens.Attract, screens.AttractChoice.NO_CARD))
        place.kiosk.health.changed.set()
        async with asyncio.timeout(10):
            while place.glass.modes or place.glass.language != "fr":
                await asyncio.sleep(0.02)
        assert place.glass.forgotten > before

    walk(journey, tmp_path, SHORT)


def test_no_card_shows_the_box_and_a_tap_goes_on(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script((screens.Attract, screens.AttractChoice.NO_CARD))
        await place.restart_invitation()
        shown = await place.glass.until(
            lambda screen: isinstance(screen, screens.TakeACard) and bool(screen.url)
        )
        assert "/join/" in shown.url  # who wants no card at all joins on their phone
        place.glass.script((screens.Join, None))
        place.tap()
        await place.glass.until_type(screens.Join)

    walk(journey, tmp_path)


def test_without_the_network_the_box_is_shown_and_said_once(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.unplugged()
        place.glass.script((screens.Attract, screens.AttractChoice.NO_CARD))
        await place.restart_invitation()
        await place.glass.until_type(screens.TakeACard)
        place.glass.script((screens.Join, None))
        place.tap()
        await place.glass.until_type(screens.Join)
        boxes = [each for each in place.glass.shown if isinstance(each, screens.TakeACard)]
        assert boxes == [screens.TakeACard()]

    walk(journey, tmp_path)


def test_history_says_why(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script(
            (screens.Home, HomeChoice.HISTORY),
            (screens.History, lambda shown: shown.lines[0]),
            (screens.Why, None),
            (screens.History, None),
            (screens.Home, None),
        )
        place.tap()
        why = await place.glass.until_type(screens.Why)
        earned = why.line
        counted, rate, makes = earned.because
        assert (counted.message, counted.amount) == ("count.ttc", 157_00)
        assert (rate.message, rate.points, rate.per, rate.of_money) == ("rate", 1, 100, True)
        assert (makes.message, makes.points) == ("points", 157)
        assert (earned.movement, earned.points) == (screens.Movement.EARN, 157)
        assert (earned.spent, earned.currency, earned.rule) == (157_00, "EUR", "1 € = 1 point")
        await place.leave()

    walk(journey, tmp_path)


def test_a_revoked_token_says_so_and_loses_nothing(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.revoke()
        place.kiosk.sync.wake()
        shown = await place.glass.until_type(screens.OutOfService, within_s=10)
        assert shown.reason is screens.OutOfOrder.REVOKED

    walk(journey, tmp_path)


def test_a_disk_that_cannot_be_written_takes_nothing_and_says_so(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        await place.fill_the_disk()
        place.glass.script(
            *ON_PAPER,
            (screens.GiftRefused, WalksAway()),
        )
        place.tap()
        shown = await place.glass.until_type(screens.GiftRefused)
        assert shown.reason is screens.RefusalReason.STORAGE
        assert place.printer.printed == []
        assert await place.balance_at_till() == 207

    walk(journey, tmp_path)


def test_a_fault_in_a_story_ends_at_the_invitation(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script((screens.Home, lambda _: 1 / 0), (screens.Sorry, None))
        place.tap()
        await place.glass.until_type(screens.Sorry)
        await place.leave()

    walk(journey, tmp_path)
