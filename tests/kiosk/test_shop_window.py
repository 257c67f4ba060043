"""What the merchant puts into the window: counted gifts, pictures, campaigns, hours, a pause."""

import asyncio
import io
from collections.abc import Callable
from datetime import UTC, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.db import access
from backend.services.programs.campaigns import put_message
from backend.services.shop.gifts import put_gift
from backend.services.shop.pictures import put_picture
from backend_client.errors import BackendUnavailable
from backend_client.schemas.catalogue import GiftBody
from backend_client.schemas.changes import CampaignChanged
from backend_client.schemas.programs import CampaignMessageBody
from kiosk import chores, night, screens
from kiosk.config import Night, Storage
from kiosk.db import Transaction
from kiosk.pictures import fetch_missing, kept
from kiosk.screens import HomeChoice
from loyalty.ids import TerminalId
from tests.kiosk.counter import Counter
from tests.kiosk.test_flows import home, join, walk
from tests.kiosk.test_last_piece import stock
from tests.support.glass import Glass

pytestmark = pytest.mark.thorough


def test_only_so_many_left_is_shown_and_none_left_is_no_choice(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        stock(place.backend, 2)
        await join(place)
        await place.sell(200_00)
        shown = await home(place, 250)
        shown = await place.glass.until(
            lambda s: isinstance(s, screens.Home) and s.gifts[0].left == 2
        )
        assert {gift.id: gift.left for gift in shown.gifts}["tote"] is None
        place.glass.touch(None)
        await place.leave()

    walk(journey, tmp_path)


def test_the_deadline_opens_the_gifts_that_these_points_buy(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await join(place)
        await place.sell(200_00)
        shown = await home(place, 250)
        assert len(shown.gifts) > 1
        place.glass.script((screens.ChooseGift, None), (screens.Home, None))
        place.glass.touch(HomeChoice.EXPIRING)
        await place.glass.until(lambda _: not place.glass.left)
        await place.leave()
        (choice,) = [s for s in place.glass.shown if isinstance(s, screens.ChooseGift)]
        assert [gift.id for gift in choice.gifts] == ["coffee"]

    walk(journey, tmp_path)


def picture() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (160, 120), "orange").save(drawn, "PNG")
    return drawn.getvalue()


def test_a_gifts_picture_is_fetched_once_by_its_hash_and_kept(tmp_path: Path) -> None:
    content = picture()
    name = sha256(content).hexdigest()

    async def journey(place: Counter) -> None:
        database, tenant = place.backend.database, place.backend.shop.tenant
        database.run(tenant, put_picture, name, "image/png", content)
        body = GiftBody(name={"fr": "Tasse"}, points=100, picture=name)
        database.run(tenant, put_gift, "mug", body)
        folder = Storage(folder=place.kiosk.folder).pictures
        async with asyncio.timeout(10):
            while name not in kept(folder):
                await asyncio.sleep(0.01)
        assert kept(folder)[name].read_bytes() == content

    walk(journey, tmp_path)


class Wall:
    """A backend that hands out pictures, some of them wrong."""

    def __init__(self, **files: bytes | None) -> None:
        self.files = files
        self.asked: list[str] = []

    def picture(self, wanted: str) -> bytes:
        self.asked.append(wanted)
        content = self.files[wanted]
        if content is None:
            raise BackendUnavailable("no network")
        return content


def test_what_is_not_the_picture_of_its_hash_is_left_out(tmp_path: Path) -> None:
    good = picture()
    name, other = sha256(good).hexdigest(), "b" * 64
    wall: Any = Wall(**{name: good, other: good, "c": None})
    assert asyncio.run(fetch_missing(tmp_path, (name, other, "c"), wall)) == 1
    assert set(kept(tmp_path)) == {name}
    assert asyncio.run(fetch_missing(tmp_path, (name,), wall)) == 0
    assert wall.asked.count(name) == 1
    asyncio.run(fetch_missing(tmp_path, (), wall))
    assert kept(tmp_path) == {}


def test_the_invitation_says_what_the_merchant_says_of_a_running_campaign(tmp_path: Path) -> None:
    async def journey(place: Counter) -> None:
        await place.publish(campaigns=[{"id": "tea", "name": {"fr": "x2"}, "give": {"times": "2"}}])
        program = await place.kiosk.db.run(Transaction.program)
        assert program is not None
        said = CampaignChanged(program=program.id, campaign="tea", message={"fr": "Thé × 2"})
        await place.kiosk.db.run(Transaction.save_campaign_message, said)
        await place.restart_invitation()
        shown = await place.glass.until(
            lambda s: isinstance(s, screens.Attract) and bool(s.messages)
        )
        assert shown.messages == (screens.Announcement(words={"fr": "Thé × 2"}),)

    walk(journey, tmp_path)


def test_a_campaigns_picture_comes_to_the_kiosk_and_the_invitation_is_shown_anew(
    tmp_path: Path,
) -> None:
    content = picture()
    name = sha256(content).hexdigest()

    async def journey(place: Counter) -> None:
        await place.publish(campaigns=[{"id": "tea", "name": {"fr": "x2"}, "give": {"times": "2"}}])
        program = await place.kiosk.db.run(Transaction.program)
        assert program is not None
        database, tenant = place.backend.database, place.backend.shop.tenant
        database.run(tenant, put_picture, name, "image/png", content)
        said = CampaignMessageBody(message={"fr": "Thé × 2"}, picture=name)
        database.run(tenant, put_message, program.id, "tea", said)
        folder = Storage(folder=place.kiosk.folder).pictures
        said_with = (screens.Announcement(words={"fr": "Thé × 2"}, picture=name),)

        def times() -> int:
            return sum(getattr(s, "messages", ()) == said_with for s in place.glass.shown)

        # Once when the words came, and again when the picture had come.
        await place.glass.until(lambda _: times() > 1)
        assert name in kept(folder)

    walk(journey, tmp_path)


def test_a_kiosk_that_the_office_pauses_says_so_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "HEARTBEAT_EVERY_S", 0.05)

    async def journey(place: Counter) -> None:
        def pause(*, paused: bool) -> None:
            with place.backend.database.write(place.backend.shop.tenant) as tx:
                terminal = TerminalId(place.kiosk.credentials.terminal)
                access.pause_terminal(tx, terminal, paused=paused)

        pause(paused=True)
        shown = await place.glass.until_type(screens.OutOfService)
        assert shown.reason is screens.OutOfOrder.PAUSED
        pause(paused=False)
        await place.glass.until_type(screens.Attract)

    walk(journey, tmp_path)


@pytest.mark.parametrize(
    ("local", "dark"),
    [("19:59", False), ("20:00", True), ("03:00", True), ("07:59", True), ("08:00", False)],
)
def test_night_goes_over_midnight(local: str, dark: bool) -> None:
    at, hours = time.fromisoformat(local), Night(dim_from=time(20), dim_until=time(8))
    assert night.is_night(hours, at) is dark
    assert not night.is_night(Night(), at)


def test_the_glass_is_dimmed_at_night_while_nobody_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "LOOK_EVERY_S", 0.01)
    (tmp_path / "max_brightness").write_text("200")
    (tmp_path / "brightness").write_text("200")
    hours = Night(dim_from=time(20), dim_until=time(8), dim_percent=25, backlight=tmp_path)

    async def run() -> None:
        glass = Glass()
        glass.tell(screens.Attract(welcome_points=0))
        now = replace_clock(glass)
        watching = asyncio.create_task(
            night.watch(
                hours, glass, local=lambda: datetime(2026, 11, 22, 23, tzinfo=UTC), clock=now
            )
        )
        async with asyncio.timeout(5):
            while glass.bright != 25:
                await asyncio.sleep(0.01)
            assert (tmp_path / "brightness").read_text() == "50"
            glass.tell(screens.Join(welcome_points=0))
            while glass.bright != 100:
                await asyncio.sleep(0.01)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert (tmp_path / "brightness").read_text() == "200"

    asyncio.run(run())


def replace_clock(glass: Glass) -> Callable[[], float]:
    """A clock by which nobody has touched the glass for a while."""
    return lambda: glass.touched_at + 2 * night.LEFT_ALONE_S
