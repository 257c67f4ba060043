"""What is written into a blank NTAG 424 DNA, so that it becomes a card of this shop (F5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backend_client.chips import UID_LENGTH, ChipKeys, keys_of
from devices.cards.ndef import uri_message

HIDING_KEY: Final = 1
SIGNING_KEY: Final = 2
NOBODY: Final = 0xF
ADDRESS_MAX: Final = 150
"""Letters: the file has 256 bytes, and some belong to the chip's own word."""

HIDDEN: Final = "0" * 32
CODE: Final = "0" * 16
"""Where the chip writes, at each reading."""


class ChipRefused(Exception):
    """Such a chip cannot be made; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """All that an encoder needs for one chip."""

    uid: bytes
    keys: ChipKeys
    file: bytes
    """What is written into the NDEF file (number 2), its length first."""
    settings: bytes
    """The data of ChangeFileSettings for that file (NXP AN12196)."""


def encoding(card_secret: bytes, uid: str, address: str) -> Encoding:
    """What makes the chip of that number (hex) sign `address`. Raises ChipRefused."""
    try:
        number = bytes.fromhex(uid)
    except ValueError:
        number = b""
    if len(number) != UID_LENGTH:
        raise ChipRefused(f"{uid!r} is no number of such a chip: it has 14 hexadecimal digits")
    if not address.startswith(("https://", "http://")) or len(address) > ADDRESS_MAX:
        raise ChipRefused(f"{address!r}: give a web address of at most {ADDRESS_MAX} letters")
    if "?" in address or "#" in address or not address.isascii():
        raise ChipRefused(f"{address!r}: the chip adds its own word, so no ?, # or accents")
    message = uri_message(f"{address}?e={HIDDEN}&c={CODE}")
    file = len(message).to_bytes(2, "big") + message
    return Encoding(
        uid=number,
        keys=keys_of(card_secret, number),
        file=file,
        settings=file_settings(
            file.index(HIDDEN.encode()),
            len(file) - len(CODE),
            hiding=HIDING_KEY,
            signing=SIGNING_KEY,
        ),
    )


def file_settings(
    hidden_at: int, code_at: int, *, hiding: int, signing: int, counter: int = NOBODY
) -> bytes:
    """Everybody reads the file, key 0 writes it, and number, count and code are mirrored into it.

    `counter` is the key with which the bare count may be read.
    """
    mirrored, free, key_0, number_and_count_as_text = 0x40, 0xE, 0x0, 0xC1
    rights = bytes([key_0 << 4 | key_0, free << 4 | key_0])
    mirror = (hiding << 12 | signing << 8 | NOBODY << 4 | counter).to_bytes(2, "little")
    places = b"".join(at.to_bytes(3, "little") for at in (hidden_at, code_at, code_at))
    return bytes([mirrored]) + rights + bytes([number_and_count_as_text]) + mirror + places


def told(of: Encoding) -> Iterator[str]:
    """The same in lines, for the person at the encoder."""
    yield f"chip          {of.uid.hex().upper()}"
    yield f"file 2        {of.file.hex().upper()}"
    yield f"settings of 2 {of.settings.hex().upper()}"
    yield f"key 1         {of.keys.hiding.hex().upper()}"
    yield f"key 2         {of.keys.signing.hex().upper()}"
    yield f"key 0         {of.keys.application.hex().upper()}   (last: it locks the chip)"
