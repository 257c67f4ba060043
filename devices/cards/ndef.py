"""The one text in an NDEF message (NFC Forum): the address or the words of its first record."""

from typing import Final

SHORT_RECORD: Final = 0x10
HAS_ID: Final = 0x08
CHUNKED: Final = 0x20
KIND_MASK: Final = 0x07
WELL_KNOWN: Final = 0x01

PREFIXES: Final = ("", "http://www.", "https://www.", "http://", "https://")
"""The first of the abbreviations of the URI record; the others are of no use to a shop."""
LANGUAGE_LENGTH_MASK: Final = 0x3F


def text_of(message: bytes) -> str:
    """The address or the words; empty for anything else, cut short included."""
    try:
        kind, payload = _first_record(message)
        if kind == b"U":
            return PREFIXES[payload[0]] + payload[1:].decode()
        if kind == b"T":
            return payload[1 + (payload[0] & LANGUAGE_LENGTH_MASK) :].decode()
    except (IndexError, UnicodeDecodeError):
        return ""
    return ""


def uri_message(address: str) -> bytes:
    """A message of that one address, 250 bytes at most."""
    prefix = max((p for p in PREFIXES if address.startswith(p)), key=len)
    payload = bytes([PREFIXES.index(prefix)]) + address.removeprefix(prefix).encode()
    return bytes([0xC0 | SHORT_RECORD | WELL_KNOWN, 1, len(payload)]) + b"U" + payload


def _first_record(message: bytes) -> tuple[bytes, bytes]:
    """Its type and what it holds. Raises IndexError when it is cut short."""
    head, kind_length = message[0], message[1]
    if head & KIND_MASK != WELL_KNOWN or head & CHUNKED:
        return b"", b""
    at = 3 if head & SHORT_RECORD else 6
    length = int.from_bytes(message[2:at], "big")
    id_length = 0
    if head & HAS_ID:
        id_length, at = message[at], at + 1
    kind = message[at : at + kind_length]
    at += kind_length + id_length
    payload = message[at : at + length]
    if len(payload) < length:
        raise IndexError
    return kind, payload
