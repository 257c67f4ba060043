"""From power-on to the invitation, and back again when the machine is claimed anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from backend_client.rest.terminal import TerminalClient, claim
from backend_client.schemas.terminals import ClaimRequest
from devices.printers.simulated import SimulatedPrinter
from devices.readers.simulated import connect
from kiosk import bootstrap, screens
from kiosk.bootstrap import Parts, story
from kiosk.config import Backend, Config, ConfigError, Credentials, Storage, save_credentials
from kiosk.db import Database, StorageTrouble
from kiosk.screens import OutOfOrder
from kiosk.services.belong import OtherCompany, belong
from tests.kiosk.counter import Cable, backend, counter
from tests.support.glass import Glass
from tests.support.server import NOWHERE, Company

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CLAIM_CHECK_S", 0.02)
    monkeypatch.setattr(bootstrap, "STORAGE_CHECK_S", 0.02)


def config(folder: Path) -> Config:
    return Config(backend=Backend(url=NOWHERE), storage=Storage(folder=folder))


def claimed(shop: Company, session: requests.Session) -> Credentials:
    answer = claim(NOWHERE, ClaimRequest(code=shop.claim_code()), session=session)
    return Credentials(
        terminal=answer.terminal,
        name=answer.name,
        token=answer.token,
        card_secret=answer.card_secret,
        store=answer.store.id,
        program=answer.program,
    )


class Wired:
    """Opens the kiosk's parts on a backend in this process; the disk fails at first if told so."""

    def __init__(self, session: requests.Session, *, failures: int = 0) -> None:
        self.cables: list[Cable] = []
        self._session, self._failures = session, failures

    def __call__(self, config: Config, credentials: Credentials) -> Parts:
        if self._failures:
            self._failures -= 1
            raise StorageTrouble("database or disk is full")
        self.cables.append(Cable(self._session))
        return Parts(
            database=Database(config.storage.folder / "kiosk.db"),
            client=TerminalClient(NOWHERE, credentials.token, session=self.cables[-1]),
            reader=connect(""),
            printer=SimulatedPrinter(config.storage.folder / "paper"),
        )


@asynccontextmanager
async def told(folder: Path, wired: Wired) -> AsyncIterator[Glass]:
    """The story under way on a glass."""
    glass = Glass()
    telling = asyncio.create_task(story(config(folder), glass, wired))
    try:
        async with asyncio.timeout(20):
            yield glass
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        for cable in wired.cables:
            cable.pulled = True
            while cable.under_way:
                await asyncio.sleep(0.01)


async def open_for(glass: Glass) -> None:
    await glass.until(lambda screen: getattr(screen, "welcome_points", 0) == 50)


def test_a_kiosk_that_is_claimed_opens_without_a_restart(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with told(tmp_path, Wired(session)) as glass:
                shown = await glass.until_type(screens.OutOfService)
                assert shown.reason is OutOfOrder.NOT_CLAIMED
                save_credentials(tmp_path, claimed(shop, session))
                await open_for(glass)

    asyncio.run(run())


def test_a_kiosk_that_was_shut_out_and_claimed_anew_goes_on(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            first = claimed(shop, session)
            save_credentials(tmp_path, first)
            async with told(tmp_path, Wired(session)) as glass:
                await open_for(glass)
                with shop.database.write(shop.shop.tenant) as tx:
                    from backend.services.team.access import revoke

                    assert revoke(tx, first.terminal)
                shown = await glass.until_type(screens.OutOfService)
                assert shown.reason is OutOfOrder.REVOKED
                save_credentials(tmp_path, claimed(shop, session))
                await open_for(glass)

    asyncio.run(run())


def test_a_disk_that_is_full_at_power_on_is_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            save_credentials(tmp_path, claimed(shop, session))
            async with told(tmp_path, Wired(session, failures=2)) as glass:
                await open_for(glass)
            reasons = [s.reason for s in glass.shown if isinstance(s, screens.OutOfService)]
            assert OutOfOrder.STORAGE in reasons

    asyncio.run(run())


def test_credentials_that_cannot_be_read_end_the_story_with_their_reason(tmp_path: Path) -> None:
    (tmp_path / "terminal.json").write_text('{"token": "lkt_secret"}')
    with pytest.raises(ConfigError, match="claim the kiosk again") as caught:
        asyncio.run(story(config(tmp_path), Glass()))
    assert "lkt_secret" not in f"{caught.value}{caught.value.__cause__}"


def test_another_companys_records_end_the_story(tmp_path: Path) -> None:
    database = Database(tmp_path / "kiosk.db")
    database.run_now(belong, card_secret="aa", terminal="t0", program="p")
    database.close()
    with backend() as (shop, session):
        save_credentials(tmp_path, claimed(shop, session))
        with pytest.raises(OtherCompany):
            asyncio.run(story(config(tmp_path), Glass(), Wired(session)))


def test_a_clock_that_starts_in_1970_goes_on_from_the_last_contact(tmp_path: Path) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            async with counter(shop, session, tmp_path) as place:
                kiosk = place.kiosk
                contact = kiosk.sync.contact_at
                assert contact is not None
                kiosk.wall = lambda: datetime(1970, 1, 1, tzinfo=UTC)
                assert kiosk.now() >= contact
                trusted = [kiosk.clock_trusted]
                kiosk.wall = lambda: contact + timedelta(days=1)
                assert kiosk.now() == contact + timedelta(days=1)
                trusted.append(kiosk.clock_trusted)
                kiosk.wall = lambda: contact - timedelta(minutes=30)
                trusted.append(kiosk.clock_trusted)
                assert trusted == [False, True, True]

    asyncio.run(run())


def test_the_appliances_own_parts_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = Config.model_validate(
        {
            "backend": {"url": "http://127.0.0.1:9"},
            "reader": {"target": "simulated:"},
            "printer": {"target": f"simulated:{tmp_path}"},
            "storage": {"folder": tmp_path},
        }
    )
    ours = Credentials(terminal="t", name="n", token="x", card_secret="aa", store="s", program="p")
    parts = Parts.from_config(settings, ours)
    assert parts.printer is not None
    parts.client.close()
    parts.database.close()


def test_a_companion_that_fails_does_not_end_the_story_and_the_story_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    def without_a_window(options: object, together: object) -> int:
        del options
        with pytest.raises(ConfigError):
            asyncio.run(together(Glass()))  # type: ignore[operator]  # the story of `run`
        return 0

    async def beside(display: object) -> None:
        del display
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("companion")

    monkeypatch.setattr("kiosk.ui.app.run", without_a_window)
    (tmp_path / "terminal.json").write_text("{}")
    assert bootstrap.run(config(tmp_path), attach=beside) == 0
    assert ended == ["companion"]
