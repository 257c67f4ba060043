"""The whole shop: real processes, real PC/SC, real bytes on the printer, real HTTP, real pixels."""

from pathlib import Path

import pytest

from demo.album import Album
from demo.shop import Shop
from demo.story import tell
from devices.simulate.pcscd import unavailable

pytestmark = [pytest.mark.e2e, pytest.mark.ui, pytest.mark.pcsc, pytest.mark.timeout(240)]


def test_one_card_tap_from_the_invitation_to_the_redeemed_voucher(tmp_path: Path) -> None:
    reason = unavailable()
    if reason:
        pytest.skip(reason)
    with Shop(tmp_path / "run") as shop:
        shop.start_puppet()
        album = Album(tmp_path)
        tell(shop, album)
        complaints = shop.bench.state().complaints
    assert complaints == ()
    index = album.close()
    pictures = sorted(path.name for path in tmp_path.glob("*.png"))
    assert "voucher.png" in pictures
    assert all(f'src="{name}"' in index.read_text() for name in pictures if name != "voucher.png")
    assert_no_personal_data_in(tmp_path / "run" / "logs")


def assert_no_personal_data_in(logs: Path) -> None:
    """No first name, address, card identifier or token in any log."""
    for log in logs.glob("*.log"):
        if log.name == "simulator.log":
            continue  # it announces its virtual chips; there are no people in it
        text = log.read_text(errors="replace").lower()
        for secret in ("inès", "ines.moreau", "jean@", "04b2e61b6b2090", "lkt_", "lks_"):
            assert secret not in text, f"{secret} in {log.name}"
