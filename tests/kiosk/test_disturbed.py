"""What comes between: another card, a phone, silence, a new program, a restart."""

import asyncio
import gc
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from devices.printers import PrintOutcome
from devices.readers import Medium
from kiosk import screens
from kiosk.config import Session
from kiosk.context import SessionOver
from kiosk.db import StorageTrouble, Transaction
from kiosk.db.transaction import KnownMember
from kiosk.flows.session import serve
from kiosk.screens import AfterClaim, Consents, Delivery, HomeChoice, OpenVoucher, Way, WayOut
from kiosk.services.enrol import Application, enrol
from kiosk.services.identify import Visit
from loyalty import vouchers
from loyalty.ids import MemberId
from loyalty.vouchers import VoucherState
from tests.kiosk.counter import CARD, OTHER_CARD, Counter, backend, counter
from tests.kiosk.test_flows import JOINING, ON_PAPER, SHORT, home, join, rich, take, walk
from tests.support.glass import WalksAway
from tests.support.server import PROGRAM

pytestmark = pytest.mark.thorough

CALM = Session.model_construct(idle_timeout_s=1, warning_s=30)
"""Silence is noticed at once, and its countdown is long."""


# --- cards and phones -------------------------------------------------------------------------


def test_another_card_does_not_take_the_keyboard_from_somebody_typing(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(*JOINING[:2])
        place.tap()
        await place.glass.until_type(screens.TypeFirstName)
        place.tap(OTHER_CARD)
        await asyncio.sleep(0.05)
        assert isinstance(place.glass.showing, screens.TypeFirstName)

    walk(journey, tmp_path)


def test_a_card_that_was_turned_away_and_still_lies_there_is_served_next(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script((screens.Join, Way.EMAIL))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.TypeEmail)
        place.tap(CARD)
        place.glass.script((screens.Join, None))
        place.glass.touch(None)
        await place.glass.until_type(screens.Home)

    walk(journey, tmp_path)


def test_a_card_that_came_and_went_while_somebody_typed_is_not_served(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script((screens.Join, Way.EMAIL))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.TypeEmail)
        place.tap(CARD)
        place.reader.remove()
        await asyncio.sleep(0.05)
        place.glass.script((screens.Join, None))
        place.glass.touch(None)
        await place.glass.until_type(screens.Attract)

    walk(journey, tmp_path, timing=CALM)


def test_a_phone_beside_the_reader_does_not_end_a_visit(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await home(place, 50)
        place.reader.present(bytes.fromhex("08aabbcc"), medium=Medium.RANDOM)
        await asyncio.sleep(0.05)
        assert isinstance(place.glass.showing, screens.Home)

    walk(journey, tmp_path)


def test_the_card_again_is_a_sign_of_life(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.tap()
        await place.glass.until_type(screens.StillThere)
        place.reader.remove()
        place.tap()
        await place.glass.until_type(screens.Home, within_s=5)

    walk(journey, tmp_path, timing=CALM)


def test_another_card_need_not_wait_for_the_countdown(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.tap()
        await place.glass.until_type(screens.StillThere)
        place.glass.script((screens.Join, None))
        place.tap(OTHER_CARD)
        await place.glass.until_type(screens.Join, within_s=5)

    walk(journey, tmp_path, timing=CALM)


def test_a_card_during_printing_waits_until_the_paper_is_out(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.PAPER))
        printing = place.printer.print

        def with_a_tap(job: bytes, process_id: bytes) -> object:
            place.tap(OTHER_CARD)
            return printing(job, process_id)

        place.printer.print = with_a_tap  # type: ignore[method-assign,assignment]  # somebody is in a hurry
        place.tap()
        await place.glass.until_type(screens.Join)
        assert len(place.printer.printed) == 1
        await place.all_sent()
        (voucher,) = await place.vouchers()
        assert voucher.voucher.state is VoucherState.ISSUED

    walk(journey, tmp_path)


def test_more_time_can_be_had_ten_times_and_an_answer_begins_anew(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path, served=False, timing=SHORT) as place:
                place.kiosk.session.extensions = 10
                with pytest.raises(SessionOver):
                    await place.kiosk.ask(screens.Sorry(), fresh=False)
                place.glass.script((screens.Sorry, None))
                await place.kiosk.ask(screens.Sorry())
                assert place.kiosk.session.extensions == 0

    asyncio.run(run())


# --- what is learnt meanwhile -----------------------------------------------------------------


def test_a_gift_that_a_sale_has_just_brought_into_reach_can_be_taken(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await home(place, 50)
        place.glass.script((screens.Home, take))
        await place.sell(157_00)
        shown = await place.glass.until_type(screens.ConfirmGift)
        assert (shown.balance, shown.remaining) == (207, 7)

    walk(journey, tmp_path)


def test_news_that_came_before_the_wait_is_not_missed(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path, served=False) as place:
                heard = place.kiosk.learnt
                place.kiosk.tell_news()
                await asyncio.wait_for(place.kiosk.news(heard), 1)

    asyncio.run(run())


def test_a_price_that_changed_since_it_was_confirmed_takes_nothing(tmp_path: Path) -> None:
    dearer = [{"id": "coffee", "name": {"fr": "Un café"}, "cost": 207, "article": "CAFE"}]

    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script((screens.Home, take))
        place.tap()
        await place.glass.until_type(screens.ConfirmGift)
        await place.publish(rewards=dearer)
        place.glass.touch(Delivery.PAPER)
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.UNAVAILABLE
        place.glass.touch(None)
        shown = await place.glass.until_type(screens.Home)
        assert (shown.balance, shown.gifts[0].cost) == (207, 207)
        assert place.printer.printed == []

    walk(journey, tmp_path)


def test_a_voucher_outlives_its_gift_in_the_program(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.SCREEN))
        place.tap()
        await place.glass.until_type(screens.VoucherOnScreen)
        await place.all_sent()
        await place.publish(rewards=[])
        place.glass.script(
            (screens.Home, HomeChoice.VOUCHERS),
            (
                screens.MyVouchers,
                lambda s: OpenVoucher(voucher=s.vouchers[0], delivery=Delivery.PAPER),
            ),
            (screens.TakeVoucher, None),
            (screens.MyVouchers, None),
            (screens.Home, HomeChoice.HISTORY),
            (screens.History, None),
            (screens.Home, None),
        )
        place.glass.touch(None)
        mine = await place.glass.until_type(screens.MyVouchers)
        assert mine.vouchers[0].gift_name == "Un café offert"
        told = await place.glass.until_type(screens.History)
        assert told.lines[0].gift_name == "Un café offert"
        await place.leave()
        assert "Un café offert" in place.printer.printed[-1].lines()

    walk(journey, tmp_path)


def test_a_voucher_redeemed_while_its_list_is_shown_is_not_printed(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)

        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.VoucherOnScreen, None),
            (screens.Home, HomeChoice.VOUCHERS),
        )
        place.tap()
        mine = await place.glass.until_type(screens.MyVouchers)
        line = mine.vouchers[0]
        held = (await place.vouchers())[0].voucher

        def forget(tx: Transaction) -> None:
            tx.save_voucher(vouchers.void(held), sure=True)

        await place.kiosk.db.run(forget)
        place.glass.script((screens.MyVouchers, None))
        place.glass.touch(OpenVoucher(voucher=line, delivery=Delivery.PAPER))
        await place.glass.until_type(screens.Home)
        assert place.printer.printed == []

    walk(journey, tmp_path)


# --- joining ----------------------------------------------------------------------------------


def test_a_program_without_welcome_points_lets_people_join(tmp_path: Path) -> None:
    without = PROGRAM.replace(
        '"when": "enrolment", "give": {"points": 50}', '"when": "sale", "give": {"points": 1}'
    )
    assert without != PROGRAM

    async def run() -> None:
        with backend(without) as (shop, session):
            async with counter(shop, session, tmp_path, welcome=0) as place:
                place.glass.script(*JOINING[:-1])
                place.tap()
                shown = await place.glass.until_type(screens.Home)
                assert shown.balance == 0

    asyncio.run(run())


def test_back_from_the_consents_keeps_the_address(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(
            *JOINING[:3],
            (screens.AskConsent, None),
            (screens.TypeFirstName, None),
            (screens.TypeEmail, lambda screen: screen.draft),
            (screens.TypeFirstName, lambda screen: screen.draft),
            (screens.AskConsent, Consents(program=True)),
        )
        place.tap()
        await place.glass.until_type(screens.ClaimWelcome)
        assert [s.draft for s in place.glass.shown if isinstance(s, screens.TypeEmail)] == [
            "",
            "ines@example.org",
        ]

    walk(journey, tmp_path)


def test_a_card_that_was_taken_meanwhile_opens_its_own_account(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.glass.script(*JOINING[:3])
        place.tap()
        await place.glass.until_type(screens.AskConsent)
        with_another = Application(
            first_name="Jean", email="jean@example.org", news=False, language="fr"
        )
        await place.kiosk.db.run(
            enrol,
            place.key(),
            with_another,
            member=MemberId("m1"),
            salt="ab" * 16,
            now=place.kiosk.now(),
        )
        place.glass.touch(Consents(program=True))
        shown = await place.glass.until_type(screens.ClaimWelcome)
        assert shown.first_name == "Jean"
        assert await place.kiosk.db.run(lambda tx: tx.queue_length()) <= 1

    walk(journey, tmp_path)


def test_a_slip_that_does_not_come_out_says_so(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        place.printer.answer_next(PrintOutcome.UNKNOWN)
        place.glass.script(
            *JOINING,
            (screens.Welcomed, AfterClaim.SLIP),
            (screens.Welcomed, lambda screen: AfterClaim.HOME if screen.slip_failed else None),
        )
        place.tap()
        await place.glass.until_type(screens.Home)
        asked = [s for s in place.glass.shown if isinstance(s, screens.Welcomed)]
        assert [s.slip_failed for s in asked] == [False, True]

    walk(journey, tmp_path)


@pytest.mark.parametrize(
    ("person", "chosen", "shown"), [("de", "fr", "fr"), ("en", "fr", "en"), ("fr", "en", "en")]
)
def test_the_language_is_the_one_chosen_or_the_members_if_the_shop_has_it(
    tmp_path: Path, person: str, chosen: str, shown: str
) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        member = (await place.kiosk.db.run(Transaction.card, place.key())).member  # type: ignore[union-attr]  # it was joined
        await place.kiosk.db.run(
            Transaction.save_member,
            KnownMember(id=member, first_name="Inès", contact="i", language=person),
            now=place.kiosk.now(),
        )
        place.glass.language = chosen
        await home(place, 50)
        assert place.glass.language == shown

    walk(journey, tmp_path)


# --- no, broken off, restarted ----------------------------------------------------------------


def test_a_revoked_kiosk_gives_nothing_away(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.glass.script((screens.Home, take))
        place.tap()
        await place.glass.until_type(screens.ConfirmGift)
        place.revoke()
        place.glass.touch(Delivery.SCREEN)
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.UNAVAILABLE
        assert await place.vouchers() == ()

    walk(journey, tmp_path)


def test_a_stop_during_the_second_try_does_not_void_the_paper_of_it(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path) as place:
                await rich(place)
                credentials = place.kiosk.credentials
            async with counter(
                shop, session, tmp_path, credentials=credentials, served=False
            ) as again:
                again.glass.script((screens.Home, take), (screens.ConfirmGift, Delivery.PAPER))
                again.printer.answer_next(PrintOutcome.NOT_PRINTED)
                async with asyncio.timeout(20):
                    await stopped_in_the_second_try(again)

    asyncio.run(run())


async def stopped_in_the_second_try(place: Counter) -> None:
    serving = asyncio.create_task(serve(place.kiosk))
    while not place.kiosk.health.can_print:
        await asyncio.sleep(0.01)
    place.tap()
    await place.glass.until_type(screens.PrinterTrouble)
    printing, loop = place.printer.print, asyncio.get_running_loop()

    def stopped(job: bytes, process_id: bytes) -> object:
        loop.call_soon_threadsafe(serving.cancel)
        return printing(job, process_id)

    place.printer.print = stopped  # type: ignore[method-assign,assignment]  # the service is stopped now
    place.glass.touch(WayOut.RETRY)
    await asyncio.gather(serving, return_exceptions=True)
    await place.kiosk.finish(5)
    (held,) = await place.vouchers()
    assert (held.voucher.state, held.sure) == (VoucherState.ISSUED, True)
    assert len(place.printer.printed) == 1


def test_a_hold_that_cannot_be_written_down_is_given_back(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        broken = Broken(place, "held")
        place.glass.script(
            (screens.Home, take),
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.GiftRefused, None),
            (screens.Home, None),
        )
        place.tap()
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.STORAGE
        await place.leave()
        assert broken.hits == 1
        await place.all_sent()
        assert await place.balance_at_till() == 207

    walk(journey, tmp_path)


def test_points_that_cannot_go_back_now_go_back_later(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        place.printer.answer_next(PrintOutcome.NOT_PRINTED)
        broken = Broken(place, "give_back")
        place.glass.script(
            *ON_PAPER,
            (screens.PrinterTrouble, WayOut.GIVE_BACK),
            (screens.Home, None),
        )
        place.tap()
        await place.glass.until_type(screens.PrinterTrouble)
        await place.leave()
        assert broken.hits == 1
        assert await place.known_balance(207)

    walk(journey, tmp_path)


class Broken:
    """The disk fails once, at the transaction of one service."""

    def __init__(self, place: Counter, service: str) -> None:
        self.hits = 0
        self._run, self._service = place.kiosk.db.run, service
        place.kiosk.db.run = self.run  # type: ignore[method-assign,assignment]  # between flow and disk

    async def run(self, service: Any, *args: Any, **kwargs: Any) -> Any:
        if service.__name__ == self._service and not self.hits:
            self.hits += 1
            raise StorageTrouble("database or disk is full")
        return await self._run(service, *args, **kwargs)


def test_an_invitation_that_cannot_be_read_says_so_and_comes_back(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        Broken(place, "program_in_force")
        place.glass.script((screens.OutOfService, None))
        await place.restart_invitation()
        shown = await place.glass.until_type(screens.OutOfService)
        assert shown.reason is screens.OutOfOrder.STORAGE
        await place.glass.until_type(screens.Attract)

    walk(journey, tmp_path)


# --- nothing stays behind ---------------------------------------------------------------------


def test_logs_hold_nothing_personal_and_nothing_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets: list[str] = []

    async def journey(place: Counter) -> None:
        await rich(place)
        Broken(place, "printed")
        place.glass.script(
            *ON_PAPER,
            (screens.OutOfService, None),
            (screens.Home, lambda _: 1 / 0),
            (screens.Sorry, None),
        )
        for _ in range(2):
            forgotten = place.glass.forgotten
            place.tap()
            async with asyncio.timeout(10):
                while place.glass.forgotten == forgotten:
                    await asyncio.sleep(0.01)
            place.reader.remove()
        ours = place.kiosk.credentials
        secrets.extend([ours.token, ours.card_secret, place.key()])

    walk(journey, tmp_path)
    text = caplog.text.lower()
    for secret in ("inès", "in\\xe8s", "ines@example", CARD.hex(), repr(CARD).lower(), *secrets):
        assert secret.lower() not in text


def test_nothing_of_a_person_stays_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What other tests left to be collected, and its complaints, are theirs.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    theirs = {id(each): each for each in people_in_memory()}

    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.shown.clear()
        left = [each for each in people_in_memory() if id(each) not in theirs]
        assert left == []
        assert place.kiosk.session.card is None

    walk(journey, tmp_path)


def people_in_memory() -> list[object]:
    """Every object that holds something of a person."""
    gc.collect()
    kinds = Application | Visit | KnownMember
    return [each for each in gc.get_objects() if isinstance(each, kinds)]


def test_the_glass_of_somebody_who_left_is_wiped(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        place.glass.script((screens.Home, WalksAway()), (screens.StillThere, None))
        before = place.glass.forgotten
        place.tap()
        await place.glass.until_type(screens.StillThere)
        await place.leave()
        assert place.glass.forgotten == before + 1

    walk(journey, tmp_path, timing=SHORT)
