"""NFC Forum type 2 tags: the exact chip by GET_VERSION, which all but the oldest answer."""

from typing import Final

from devices.cards import OK, Channel

GET_VERSION: Final = bytes.fromhex("FF00000003D44260")
"""GET_VERSION (60) wrapped for the PN532 inside readers like the ACR122U; others refuse it."""

ANSWERED: Final = bytes.fromhex("D54300")
"""The PN532 got an answer; any other third byte is its error (01: the tag stayed silent)."""

VERSION_LENGTH: Final = 8
NXP: Final = 0x04


def get_version(channel: Channel) -> bytes:
    """The 8 version bytes, or none when the reader or the tag does not know the command."""
    answer = channel.transmit(GET_VERSION)
    if answer[-2:] != OK or not answer.startswith(ANSWERED):
        return b""
    return answer[len(ANSWERED) : -2]


def chip_name(version: bytes) -> str:
    """The chip's name, empty when unknown."""
    if len(version) != VERSION_LENGTH or version[1] != NXP:
        return ""
    # The fourth byte is the input capacitance (17 or 50 pF): the same chip to us.
    _, _, product, _, major, minor, storage, _ = version
    return CHIPS.get((product, major, minor, storage), "")


CHIPS: Final = {
    (0x03, 1, 0, 0x0B): "MIFARE Ultralight EV1 (48 bytes)",
    (0x03, 1, 0, 0x0E): "MIFARE Ultralight EV1 (128 bytes)",
    (0x03, 4, 0, 0x0F): "MIFARE Ultralight AES",
    (0x04, 1, 0, 0x0B): "NTAG210",
    (0x04, 1, 0, 0x0E): "NTAG212",
    (0x04, 1, 0, 0x0F): "NTAG213",
    (0x04, 1, 0, 0x11): "NTAG215",
    (0x04, 1, 0, 0x13): "NTAG216",
    (0x04, 2, 2, 0x13): "NTAG I2C plus 1k",
}
"""(product type, major, minor, storage size) as in the data sheets of NXP."""
