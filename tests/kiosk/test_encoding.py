"""Making chips: what is written into a blank one, and that a chip made so is one of the shop's."""

import pytest

from backend_client import chips
from devices.cards.ndef import text_of
from devices.simulate.ntag424 import SigningChip
from kiosk.encoding import ChipRefused, Encoding, encoding, file_settings, told
from tests.support.chips import said

SECRET = bytes(range(32))
UID = "04DE5F1EACC040"


def made(address: str = "https://shop.example/me") -> Encoding:
    return encoding(SECRET, UID, address)


def test_the_settings_are_those_of_the_application_note() -> None:
    """AN12196, ChangeFileSettings of its personalization example."""
    settings = file_settings(0x20, 0x43, hiding=2, signing=1, counter=1)
    assert settings.hex().upper() == "4000E0C1F121200000430000430000"


def test_the_offsets_point_at_what_the_chip_writes_over() -> None:
    file = made().file
    hidden, before, code = (
        int.from_bytes(made().settings[at : at + 3], "little") for at in (6, 9, 12)
    )
    assert before == code
    assert file[hidden - 3 : hidden + 32] == b"?e=" + b"0" * 32
    assert file[code - 3 :] == b"&c=" + b"0" * 16
    assert int.from_bytes(file[:2], "big") == len(file) - 2
    assert text_of(file[2:]).startswith("https://shop.example/me?e=0000")


def test_a_chip_with_those_keys_is_one_of_the_shops() -> None:
    keys = made().keys
    chip = SigningChip(uid=bytes.fromhex(UID), hiding=keys.hiding, signing=keys.signing)
    reading = chips.read(SECRET, said(chip))
    assert reading is not None
    assert (reading.uid.hex().upper(), reading.counter) == (UID, 1)


@pytest.mark.parametrize(
    ("uid", "address"),
    [
        ("04DE5F1E", "https://shop.example"),
        ("no number", "https://shop.example"),
        (UID, "shop.example"),
        (UID, "https://shop.example/?a=b"),
        (UID, "https://shop.example/é"),
        (UID, "https://shop.example/" + "a" * 150),
    ],
)
def test_what_cannot_be_made_is_said(uid: str, address: str) -> None:
    with pytest.raises(ChipRefused):
        encoding(SECRET, uid, address)


def test_the_key_that_locks_the_chip_is_told_last() -> None:
    lines = list(told(made()))
    assert [line.split()[0] for line in lines] == ["chip", "file", "settings", "key", "key", "key"]
    assert lines[-1].startswith("key 0")
