"""A new machine: the installer types where the backend is and the code, and the shop is open."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backend.services.team.access import revoke
from backend_client.rest.terminal import TerminalClient, claim
from devices.printers.simulated import SimulatedPrinter
from devices.readers.simulated import connect
from kiosk import bootstrap, screens
from kiosk.bootstrap import Parts, story
from kiosk.config import Backend, Config, Credentials, Storage, load_credentials, save_credentials
from kiosk.db import Database
from kiosk.flows import attract
from kiosk.flows.set_up import set_up, whole_address
from kiosk.screens import AttractChoice, OutOfOrder, SetUpFault, Tell
from loyalty.vouchers import mint, readable
from tests.kiosk.counter import backend
from tests.kiosk.test_bootstrap import Wired, claimed, open_for, told
from tests.support.glass import Glass
from tests.support.server import NOWHERE, company, serving

pytestmark = pytest.mark.thorough

GOOD = readable(mint(7))
"""Well formed; no shop knows it."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "CLAIM_CHECK_S", 0.05)
    monkeypatch.setattr("kiosk.flows.set_up.TOLD_S", 0.2)
    monkeypatch.setattr(attract, "BEGINS_AGAIN_S", 5.0)


def parts_of(config: Config, credentials: Credentials) -> Parts:
    """The appliance's own, with a reader and a printer that are simulated."""
    return Parts(
        database=Database(config.storage.folder / "kiosk.db"),
        client=TerminalClient(credentials.address(config), credentials.token),
        reader=connect(""),
        printer=SimulatedPrinter(config.storage.folder / "paper"),
    )


def is_open(screen: Any) -> bool:
    return getattr(screen, "welcome_points", 0) == 50


def has_fault(screen: Any) -> bool:
    return getattr(screen, "fault", None) is not None


def test_a_new_kiosk_is_set_up_on_the_glass_and_opens(tmp_path: Path) -> None:
    async def run(url: str, code: str) -> Glass:
        glass = Glass().script(
            (screens.OutOfService, AttractChoice.SET_UP),
            (screens.TypeAddress, url.removeprefix("http://")),
            (screens.TypeClaimCode, code.replace("-", "")),
        )
        config = Config(backend=Backend(), storage=Storage(folder=tmp_path))
        telling = asyncio.create_task(story(config, glass, parts_of))
        try:
            await glass.until(is_open, 20)
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        return glass

    with (
        company(f"sqlite:///{tmp_path / 'backend.db'}") as shop,
        serving(shop.app, tmp_path / "announce.json") as url,
    ):
        glass = asyncio.run(run(url, shop.claim_code()))
        kept = load_credentials(tmp_path)
    assert kept is not None
    assert kept.backend == url
    told = next(screen for screen in glass.shown if isinstance(screen, screens.Told))
    assert told == screens.Told(what=Tell.CLAIMED, contact="Kiosk · Maison Lise")


def test_what_is_wrong_is_said_and_what_was_typed_stays(tmp_path: Path) -> None:
    async def run(url: str, code: str) -> Glass:
        glass = Glass().script(
            (screens.TypeAddress, "no address"),
            (screens.TypeAddress, "127.0.0.1:9"),
            (screens.TypeClaimCode, GOOD),
            (screens.TypeAddress, url),
            (screens.TypeClaimCode, "2345-6789-ABCX"),
            (screens.TypeClaimCode, GOOD),
            (screens.TypeClaimCode, None),
            (screens.TypeAddress, url),
            (screens.TypeClaimCode, code),
        )
        assert await set_up(glass, tmp_path, "")
        return glass

    with (
        company(f"sqlite:///{tmp_path / 'backend.db'}") as shop,
        serving(shop.app, tmp_path / "announce.json") as url,
    ):
        glass = asyncio.run(run(url, shop.claim_code()))
    asked = [
        (screen.draft, screen.fault)
        for screen in glass.shown
        if isinstance(screen, screens.TypeAddress | screens.TypeClaimCode)
    ]
    assert asked == [
        ("", None),
        ("no address", SetUpFault.NO_ADDRESS),
        ("", None),
        ("http://127.0.0.1:9", SetUpFault.SILENT),
        ("", None),
        ("2345-6789-ABCX", SetUpFault.MISTYPED),
        (GOOD, SetUpFault.USED_UP),
        (url, None),
        ("", None),
    ]


def test_a_server_that_is_no_backend_is_told_from_one_that_is(tmp_path: Path) -> None:
    async def run(url: str) -> Any:
        glass = Glass().script(
            (screens.TypeAddress, f"{url}/elsewhere"), (screens.TypeClaimCode, GOOD)
        )
        going = asyncio.create_task(set_up(glass, tmp_path, ""))
        shown = await glass.until(has_fault)
        going.cancel()
        return shown

    with (
        company(f"sqlite:///{tmp_path / 'backend.db'}") as shop,
        serving(shop.app, tmp_path / "announce.json") as url,
    ):
        shown = asyncio.run(run(url))
    assert shown.fault is SetUpFault.STRANGER
    assert isinstance(shown, screens.TypeAddress)


def test_a_disk_that_cannot_be_written_leaves_the_code_good(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("a file in the way")

    async def run(url: str, code: str) -> Any:
        glass = Glass().script((screens.TypeAddress, url), (screens.TypeClaimCode, code))
        going = asyncio.create_task(set_up(glass, folder, ""))
        shown = await glass.until(has_fault)
        folder.unlink()
        glass.touch(code)
        assert await going
        return shown

    with (
        company(f"sqlite:///{tmp_path / 'backend.db'}") as shop,
        serving(shop.app, tmp_path / "announce.json") as url,
    ):
        shown = asyncio.run(run(url, shop.claim_code()))
    assert shown.fault is SetUpFault.DISK
    assert load_credentials(folder) is not None


def test_whoever_walks_away_leaves_nothing_on_the_glass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.flows.set_up.PATIENCE_S", 0.1)
    glass = Glass().script((screens.TypeAddress, "127.0.0.1:9"))
    assert not asyncio.run(set_up(glass, tmp_path, ""))
    assert glass.forgotten == 1


def test_a_terminal_takes_its_own_shops_codes_and_no_others(tmp_path: Path) -> None:
    async def run(url: str, *codes: str) -> Glass:
        typed = [(screens.TypeClaimCode, code) for code in codes]
        glass = Glass().script((screens.TypeAddress, url), *typed)
        assert await set_up(glass, tmp_path, "")
        return glass

    with (
        company(f"sqlite:///{tmp_path / 'backend.db'}") as shop,
        serving(shop.app, tmp_path / "announce.json") as url,
    ):
        asyncio.run(run(url, shop.claim_code()))
        first = load_credentials(tmp_path)
        assert first is not None
        other = shop.add_shop().claim_code()
        glass = asyncio.run(run(url, other, shop.claim_code()))
        second = load_credentials(tmp_path)
    faults = [s.fault for s in glass.shown if isinstance(s, screens.TypeClaimCode)]
    assert faults == [None, SetUpFault.OTHER_SHOP]
    assert second is not None
    assert second.card_secret == first.card_secret
    assert second.token != first.token


def test_a_kiosk_that_was_shut_out_takes_its_new_code_on_the_glass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        with backend() as (shop, session):
            monkeypatch.setattr("kiosk.claiming.claim", partial(claim, session=session))
            save_credentials(tmp_path, claimed(shop, session))
            async with told(tmp_path, Wired(session)) as glass:
                await open_for(glass)
                first = load_credentials(tmp_path)
                assert first is not None
                with shop.database.write(shop.shop.tenant) as tx:
                    assert revoke(tx, first.terminal)
                shut = await glass.until_type(screens.OutOfService)
                assert shut.reason is OutOfOrder.REVOKED
                glass.script(
                    (screens.TypeAddress, NOWHERE), (screens.TypeClaimCode, shop.claim_code())
                )
                glass.touch(AttractChoice.SET_UP)
                await open_for(glass)
                assert load_credentials(tmp_path) != first

    asyncio.run(run())


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("loyalty.example.com", "https://loyalty.example.com"),
        (" https://loyalty.example.com/ ", "https://loyalty.example.com"),
        ("http://loyalty.example.com", "http://loyalty.example.com"),
        ("192.168.1.20:8000", "http://192.168.1.20:8000"),
        ("[fd00::7]:8000", "http://[fd00::7]:8000"),
        ("till.local:8000", "http://till.local:8000"),
        ("local.example", "https://local.example"),
        ("9.9.9.9", "https://9.9.9.9"),
        ("localhost:8000", "http://localhost:8000"),
        ("loyalty.example.com/angers", "https://loyalty.example.com/angers"),
        ("https://loyalty.example.com/office/kiosks?new", "https://loyalty.example.com"),
        ("", ""),
        ("https://", ""),
        ("ftp://loyalty.example.com", ""),
        ("name@example.com", ""),
        ("two words", ""),
        ("loyalty.example.com:port", ""),
        ("loyalty.example.com:99999", ""),
        ("[fd00::7", ""),
    ],
)
def test_an_address_is_completed_or_refused(typed: str, whole: str) -> None:
    assert whole_address(typed) == whole
