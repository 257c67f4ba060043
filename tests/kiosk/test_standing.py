"""Where somebody stands: their tier, their other purses, and gifts that would be refused."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.services.people import households
from backend_client.schemas.desk import HouseholdJoin, NewHousehold
from backend_client.schemas.ledger import AccountSnapshot
from kiosk import screens
from kiosk.db import Transaction
from kiosk.screens import Bar, Delivery, Measured, MemberDeed, StaffChoice, TakeGift
from loyalty.accounts import holding
from loyalty.ids import MemberId, ProgramId, StoreId
from tests.kiosk.counter import Counter
from tests.kiosk.test_amounts import walk, with_rewards
from tests.kiosk.test_flows import rich
from tests.kiosk.test_staff_mode import hired, work

pytestmark = pytest.mark.thorough

LEVELS = [
    {"id": "silver", "start": 1, "name": {"fr": "Argent"}},
    {"id": "gold", "start": 5, "name": {"fr": "Or"}},
]
VIP = {
    "id": "vip",
    "name": {"fr": "Soirée privée"},
    "cost": 10,
    "article": "VIP",
    "usable": {"tiers": ["gold"]},
}
ONCE = {
    "id": "pin",
    "name": {"fr": "Un pin’s"},
    "cost": 5,
    "article": "PIN",
    "usable": {"per_member": 1, "per": "year"},
}
FREE = {"id": "sticker", "name": {"fr": "Un autocollant"}, "cost": 5, "article": "STICKER"}
PROGRAM = with_rewards(VIP, ONCE, FREE, tiers={"levels": LEVELS, "metric": "visits"})


RULES = {name: json.loads(PROGRAM)[name] for name in ("rewards", "tiers")}


def bars(home: screens.Home) -> dict[str, screens.Barred | None]:
    return {gift.id: gift.barred for gift in home.gifts}


async def told(place: Counter) -> screens.Home:
    """Home, once the backend has said where they stand."""
    place.tap()
    shown: screens.Home = await place.glass.until(
        lambda screen: isinstance(screen, screens.Home) and screen.rank is not None
    )
    return shown


def test_a_gift_that_would_be_refused_says_so_before_it_is_touched(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        home = await told(place)
        assert home.rank == screens.Rank(
            name="Argent", counts=Measured.VISITS, next_name="Or", missing=4
        )
        assert bars(home)["vip"] == screens.Barred(why=Bar.TIER, tiers="Or")
        assert (bars(home)["pin"], bars(home)["coffee"]) == (None, None)
        assert home.gifts[-1].id == "vip"
        pin = next(gift for gift in home.gifts if gift.id == "pin")
        place.glass.script((screens.ConfirmGift, Delivery.SCREEN), (screens.VoucherOnScreen, None))
        place.glass.touch(screens.TakeGift(gift=pin))
        again = await place.glass.until(
            lambda screen: isinstance(screen, screens.Home) and bars(screen)["pin"] is not None
        )
        barred = bars(again)["pin"]
        assert barred is not None
        assert barred.why is Bar.TIMES
        assert barred.again is not None
        year = datetime.now(UTC).year + 1
        assert (barred.again.year, barred.again.month, barred.again.day) == (year, 1, 1)
        place.glass.touch(None)
        await place.leave()

    walk(journey, tmp_path, PROGRAM)


def test_one_gift_too_many_for_a_day_is_refused_in_words(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        member = await rich(place)
        await place.publish(guard={"rewards_per_day": 1}, **RULES)
        home = await told(place)
        assert set(bars(home).values()) == {bars(home)["vip"], None}
        cheap = next(gift for gift in home.gifts if gift.id == "sticker")
        await asyncio.to_thread(place.spend_elsewhere, member)
        place.glass.script((screens.ConfirmGift, Delivery.PAPER), (screens.GiftRefused, None))
        place.glass.touch(screens.TakeGift(gift=cheap))
        refused = await place.glass.until_type(screens.GiftRefused)
        assert refused.reason is screens.RefusalReason.OFTEN
        await place.glass.until(lambda screen: isinstance(screen, screens.Home))
        place.glass.touch(None)
        await place.leave()
        barred = bars(await told(place))
        assert {each and each.why for each in barred.values()} == {Bar.TODAY}
        place.glass.touch(None)
        await place.leave()

    walk(journey, tmp_path, PROGRAM)


def test_a_purse_in_another_program_is_shown_as_that_one_counts(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        member = MemberId(await rich(place))
        other = with_rewards(id="tea", name={"fr": "Salon de thé"}, unit="visits")
        snapshot = AccountSnapshot.of(member, ProgramId("tea"), 1, holding(4))

        def elsewhere(tx: Transaction) -> None:
            tx.save_snapshot(snapshot)

        await place.kiosk.db.run(elsewhere)
        home = await told(place)
        assert home.purses == ()  # nobody knows yet what it counts
        place.glass.touch(None)
        await place.leave()
        await place.kiosk.db.run(lambda tx: tx.save_program(other))
        home = await told(place)
        (purse,) = home.purses
        assert (purse.program, purse.balance, purse.unit) == ("Salon de thé", 4, "visits")
        place.glass.touch(None)
        await place.leave()

    walk(journey, tmp_path, PROGRAM)


FAMILY = with_rewards(FREE, households={"active": True})


def move_in(place: Counter, *members: str) -> None:
    """The back office puts these members into one household."""
    shop = place.backend
    body = NewHousehold(id="family")
    shop.database.run(shop.shop.tenant, households.create, body, ProgramId(shop.shop.program))
    store = StoreId(shop.shop.store)
    for number, member in enumerate(members):
        joining = HouseholdJoin(id=f"step-{number}", member=member)
        shop.database.run(shop.shop.tenant, households.join, "family", joining, store)


def test_a_household_member_is_greeted_by_name_and_has_the_voucher_by_mail(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        member = await rich(place)
        await place.all_sent()
        await asyncio.to_thread(move_in, place, member)
        async with asyncio.timeout(5):
            while await place.kiosk.db.run(lambda tx: tx.purse_of(MemberId(member))) == member:
                await asyncio.sleep(0.01)
        before = len(place.glass.shown)
        place.tap()
        home = await place.glass.until(lambda s: isinstance(s, screens.Home) and s.cards == 1)
        assert (home.first_name, home.balance) == ("Inès", 207)
        seen = place.glass.shown[before:]
        assert not any(isinstance(s, screens.ClaimWelcome) for s in seen)  # the purse is nobody
        assert {s.first_name for s in seen if isinstance(s, screens.Home)} == {"Inès"}
        place.glass.script(
            (screens.ConfirmGift, Delivery.SCREEN),
            (screens.VoucherOnScreen, True),
            (screens.Told, None),
            (screens.Home, None),
        )
        place.glass.touch(TakeGift(gift=next(g for g in home.gifts if g.id == "sticker")))
        told = await place.glass.until_type(screens.Told)
        assert told.contact == "i•••@•••.org"
        await place.leave()

    walk(journey, tmp_path, FAMILY)


def test_staff_sees_what_a_member_without_their_card_cannot_have(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await rich(place)
        await hired(place)
        await work(
            place,
            (screens.StaffHome, StaffChoice.MEMBER),
            (screens.FindMember, "Inès"),
            (screens.StaffMember, MemberDeed.GIFT),
            (screens.ChooseGift, None),
            (screens.StaffMember, None),
        )
        (choice,) = [s for s in place.glass.shown if isinstance(s, screens.ChooseGift)]
        barred = {gift.id: gift.barred for gift in choice.gifts}
        assert barred["vip"] == screens.Barred(why=Bar.TIER, tiers="Or")
        assert barred["sticker"] is None

    walk(journey, tmp_path, PROGRAM)
