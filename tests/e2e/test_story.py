"""The whole shop: real processes, real PC/SC, real bytes on the printer, real HTTP, real pixels."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from backend.services.keeping import demo
from demo.album import Album
from demo.office import EMAIL, Doors, open_office
from demo.shop import Shop
from demo.story import tell
from devices.simulate.pcscd import unavailable

pytestmark = [pytest.mark.e2e, pytest.mark.ui, pytest.mark.pcsc, pytest.mark.timeout(240)]


def test_one_card_tap_from_the_invitation_to_the_redeemed_voucher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = unavailable()
    if reason:
        pytest.skip(reason)
    with Shop(tmp_path / "run") as shop:
        shop.start_puppet()
        album = Album(tmp_path)
        tell(shop, album)
        complaints = shop.bench.state().complaints
        monkeypatch.setattr(demo, "MEMBERS", 4)
        assert_every_address_opens(open_office(shop))
    assert complaints == ()
    index = album.close()
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert "voucher.png" in pictures
    assert all(f'src="{name}"' in index.read_text() for name in pictures if name != "voucher.png")
    assert_no_personal_data_in(tmp_path / "run" / "logs")


def assert_every_address_opens(doors: Doors) -> None:
    """What the demo prints for a browser lets its owner in, and shows a shop that is lived in."""
    with requests.Session() as owner:
        owner.headers["Accept-Language"] = "en"
        entry = {"email": EMAIL, "password": doors.password}
        assert owner.post(f"{doors.url}/v1/session", json=entry, timeout=10).ok
        for page, holds in (("office", "Lise"), ("till", "Loyalty till"), ("shop/demo", "Café")):
            assert f"{doors.url}/{page}" in str(doors)
            answer = owner.get(f"{doors.url}/{page}", timeout=10)
            assert (answer.status_code, urlsplit(answer.url).path) == (200, f"/{page}")
            assert holds in answer.text
    assert requests.get(doors.account, timeout=10).ok


def assert_no_personal_data_in(logs: Path) -> None:
    """No first name, address, card identifier or token in any log."""
    for log in logs.glob("*.log"):
        if log.name == "simulator.log":
            continue  # it announces its virtual chips; there are no people in it
        text = log.read_text(errors="replace").lower()
        for secret in ("inès", "ines.moreau", "jean@", "04b2e61b6b2090", "lkt_", "lks_"):
            assert secret not in text, f"{secret} in {log.name}"
