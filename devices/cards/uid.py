"""The identifier a chip gives unasked for a key. It can be cloned: it names, it proves nothing."""

from typing import Final

from devices.cards import OK, Channel
from devices.cards.errors import CardError
from devices.readers import Medium, Trouble

GET_UID: Final = bytes.fromhex("FFCA000000")
"""Pseudo-APDU of PC/SC part 3: the reader itself answers it."""

UID_LENGTHS: Final = (4, 7, 8, 10)
"""ISO/IEC 14443-3 type A single, double, triple size; 8 for ISO/IEC 15693 and FeliCa."""

RANDOM_UID_LENGTH: Final = 4
RANDOM_UID_FIRST_BYTE: Final = 0x08

ISO_15693_FIRST_BYTE: Final = 0xE0


def read_uid(channel: Channel) -> bytes:
    """The chip's identifier as the reader reports it. Raises CardError(UNSUPPORTED) without one."""
    answer = channel.transmit(GET_UID)
    uid, status = answer[:-2], answer[-2:]
    if status != OK:
        raise CardError(Trouble.UNSUPPORTED, f"no identifier: status {status.hex()}")
    if len(uid) not in UID_LENGTHS:
        raise CardError(Trouble.UNSUPPORTED, f"no identifier: {len(uid)} bytes")
    return uid


def medium_of(uid: bytes) -> Medium:
    """RANDOM for identifiers that change at each tap, else CARD.

    4-byte UIDs starting with 08 are drawn at random on each activation (ISO/IEC 14443-3, NXP
    AN10927), so they name nobody. Reading twice proves nothing: the UID stays while the
    field is on.
    """
    if len(uid) == RANDOM_UID_LENGTH and uid[0] == RANDOM_UID_FIRST_BYTE:
        return Medium.RANDOM
    return Medium.CARD


def most_significant_first(uid: bytes) -> bytes:
    """An ISO/IEC 15693 UID in the order of its print.

    These start with E0 (ISO/IEC 15693-3), but go over the air last byte first and some readers hand
    them on so: the same card must not become two at two readers.
    """
    if uid[0] != ISO_15693_FIRST_BYTE and uid[-1] == ISO_15693_FIRST_BYTE:
        return uid[::-1]
    return uid
