"""NFC Forum type 4 tags: the text that a chip with a processor holds for everybody.

An NTAG 424 DNA may be set up to write something new into it at each reading; what, and what it
proves, is for whoever holds the keys to say.
"""

from typing import Final

from devices.cards import OK, Channel
from devices.cards.ndef import text_of

SELECT_NDEF: Final = bytes.fromhex("00A4040007D276000085010100")
"""The application that holds the text."""
SELECT_FILE: Final = bytes.fromhex("00A4000C02E104")
"""The file, where NTAG 424 DNA has it and NFC Forum advises it."""
LENGTH_BYTES: Final = 2
TEXT_MAX: Final = 254
CHUNK: Final = 128
"""Bytes at a time: every reader hands on so many."""


def read_text(channel: Channel) -> str:
    """The text, empty for a chip that holds none. Raises CardError when it left meanwhile."""
    for select in (SELECT_NDEF, SELECT_FILE):
        if channel.transmit(select)[-2:] != OK:
            return ""
    length = int.from_bytes(_read(channel, 0, LENGTH_BYTES), "big")
    message = b""
    while len(message) < min(length, TEXT_MAX):
        part = _read(channel, LENGTH_BYTES + len(message), min(CHUNK, length - len(message)))
        if not part:
            return ""
        message += part
    return text_of(message)


def _read(channel: Channel, offset: int, length: int) -> bytes:
    """So many bytes of the file; none when it has no more, or does not let everybody read."""
    answer = channel.transmit(bytes.fromhex("00B0") + offset.to_bytes(2, "big") + bytes([length]))
    return answer[:-2] if answer[-2:] == OK else b""
