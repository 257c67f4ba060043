"""The card family that a reader announces in its ATR (PC/SC part 3, supplemental document).

Storage cards carry the RID of the PC/SC workgroup, a standard and a card name; chips with a
processor (ISO/IEC 14443-4) carry their own historical bytes. Names were compared with the list that
comes with pcsc-tools (smartcard_list.txt).
"""

from dataclasses import dataclass
from enum import Enum, auto
from functools import reduce
from operator import xor
from typing import Final

STORAGE_MARK: Final = bytes.fromhex("804F0CA000000306")
"""Historical bytes of a storage card: application identifier presence, length, RID of PC/SC."""

CONVENTION: Final = b"\x3b"
"""TS of ISO/IEC 7816-3, the order of bits on a contact; contactless readers fill it in."""

HISTORICAL_MAX: Final = 0x0F

CONTACTLESS_START: Final = bytes.fromhex("8001")
"""TD1, TD2 of every contactless ATR; the byte before them counts the historical bytes."""


class Standard(Enum):
    """What the chip speaks over the air."""

    ISO_14443_A = auto()
    ISO_14443_B = auto()
    ISO_14443_4 = auto()
    ISO_15693 = auto()
    FELICA = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What the ATR tells; `chip` is empty when it names none."""

    standard: Standard
    chip: str = ""
    may_be_type2: bool = False
    """Ultralight and NTAG 21x share one ATR on most readers: only GET_VERSION tells them apart."""
    may_hold_text: bool = False
    """NTAG 424 DNA announces itself as DESFire does; only the first holds a text for everybody."""


def family_of(atr: bytes) -> Family:
    """The family announced by `atr`; any bytes are accepted, the check byte is not looked at."""
    historical = _historical_bytes(atr)
    if historical is None:
        return Family(standard=Standard.UNKNOWN)
    if historical.startswith(STORAGE_MARK) and len(historical) >= len(STORAGE_MARK) + 3:
        standard, *name = historical[len(STORAGE_MARK) :][:3]
        return _storage_card(standard, int.from_bytes(name, "big"))
    return Family(
        standard=Standard.ISO_14443_4,
        chip=PROCESSOR_CARDS.get(historical, ""),
        may_hold_text=historical == DESFIRE,
    )


def storage_atr(standard: int, name: int) -> bytes:
    """The ATR of a storage card, with its check byte."""
    historical = STORAGE_MARK + bytes([standard]) + name.to_bytes(2, "big") + bytes(4)
    return contactless_atr(historical)


def contactless_atr(historical: bytes) -> bytes:
    """An ATR with these historical bytes (15 at most), with its check byte."""
    assert len(historical) <= HISTORICAL_MAX, "an ATR counts its historical bytes in 4 bits"
    body = bytes([0x80 | len(historical)]) + CONTACTLESS_START + historical
    return CONVENTION + body + bytes([reduce(xor, body)])


def _historical_bytes(atr: bytes) -> bytes | None:
    start, after = atr[:4], atr[4:]
    if start[:1] != CONVENTION or start[2:] != CONTACTLESS_START:
        return None
    return after[: start[1] & HISTORICAL_MAX]


def _storage_card(standard: int, name: int) -> Family:
    chip = STORAGE_CARDS.get(name, "")
    return Family(
        standard=STANDARDS.get(standard, Standard.UNKNOWN),
        chip=chip,
        may_be_type2=name in MAY_BE_TYPE2,
    )


STANDARDS: Final = {
    0x01: Standard.ISO_14443_A,
    0x02: Standard.ISO_14443_A,
    0x03: Standard.ISO_14443_A,
    0x05: Standard.ISO_14443_B,
    0x06: Standard.ISO_14443_B,
    0x07: Standard.ISO_14443_B,
    0x09: Standard.ISO_15693,
    0x0A: Standard.ISO_15693,
    0x0B: Standard.ISO_15693,
    0x0C: Standard.ISO_15693,
    0x10: Standard.FELICA,  # "3-wire bus, contact" in the document, FeliCa on readers in the shops
    0x11: Standard.FELICA,
}

ULTRALIGHT: Final = 0x0003
MAY_BE_TYPE2: Final = (ULTRALIGHT, 0x003A, 0x003D, 0x00FF)

STORAGE_CARDS: Final = {
    0x0001: "MIFARE Classic 1K",
    0x0002: "MIFARE Classic 4K",
    ULTRALIGHT: "MIFARE Ultralight",
    0x0012: "Tag-it",
    0x0013: "LRI512",
    0x0014: "ICODE SLI",
    0x0016: "ICODE 1",
    0x0021: "LRI64",
    0x0022: "ICODE UID",
    0x0023: "ICODE EPC",
    0x0026: "MIFARE Mini",
    0x0027: "my-d move",
    0x0028: "my-d NFC",
    0x002F: "Jewel",
    0x0030: "Topaz",
    0x0035: "ICODE SL2",
    0x0036: "MIFARE Plus SL1 2K",
    0x0037: "MIFARE Plus SL1 4K",
    0x0038: "MIFARE Plus SL2 2K",
    0x0039: "MIFARE Plus SL2 4K",
    0x003A: "MIFARE Ultralight C",
    0x003B: "FeliCa",
    0x003C: "MLX90129",
    0x003D: "MIFARE Ultralight EV1",
    # Names that ACS readers use beyond the document; FFxx carries the SAK.
    0xF004: "Topaz",
    0xF011: "FeliCa 212K",
    0xF012: "FeliCa 424K",
    0xFF20: "MIFARE DESFire",
    0xFF88: "SLE 66R35",
} | dict.fromkeys(range(0x0017, 0x0021), "PicoPass")

DESFIRE: Final = b"\x80"
PROCESSOR_CARDS: Final = {
    DESFIRE: "MIFARE DESFire",  # EV1 to EV3; NTAG 424 DNA announces the same
    b"": "",  # no historical bytes: phones and passports
}
