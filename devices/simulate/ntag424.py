"""A virtual NTAG 424 DNA: signs its address anew at each reading (SUN, NXP AN12196).

Written from the chip's side of the application note; whoever checks it is another program.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from devices.cards import OK
from devices.cards.atr import DESFIRE, contactless_atr
from devices.cards.ndef import uri_message
from devices.cards.type4 import SELECT_FILE, SELECT_NDEF
from devices.cards.uid import GET_UID, RANDOM_UID_FIRST_BYTE

SIGNED: Final = bytes.fromhex("C7")
SESSION: Final = bytes.fromhex("3CC300010080")
PAD_LENGTH: Final = 5
READ_BINARY: Final = bytes.fromhex("00B0")
NO_FILE: Final = bytes.fromhex("6A82")
UNKNOWN_COMMAND: Final = bytes.fromhex("6D00")


@dataclass(kw_only=True)
class SigningChip:
    """A chip of a company, set up: it keeps its count from one tap to the next."""

    uid: bytes
    hiding: bytes
    signing: bytes
    counter: int = 0
    """How often it has been read."""
    address: str = "https://shop.example/"
    hides_uid: bool = False
    """Whether it shows a reader a number drawn at random instead of its own."""
    pad: bytes = b""
    """What fills the hidden block up; drawn at random when empty."""

    @property
    def atr(self) -> bytes:
        return contactless_atr(DESFIRE)

    def sign(self) -> str:
        """Its address as one more reading gives it."""
        self.counter += 1
        about = self.uid + self.counter.to_bytes(3, "little")
        hidden = _encrypted(
            self.hiding, SIGNED + about + (self.pad or secrets.token_bytes(PAD_LENGTH))
        )
        code = _cmac(_cmac(self.signing, SESSION + about), b"")[1::2]
        return f"{self.address}?e={hidden.hex().upper()}&c={code.hex().upper()}"

    def wake(self) -> Callable[[bytes], bytes]:
        shown = self.uid
        if self.hides_uid:
            shown = bytes([RANDOM_UID_FIRST_BYTE]) + secrets.token_bytes(3)
        return _Field(self, shown).answer


@dataclass(frozen=True, kw_only=True)
class CopiedChip:
    """What a thief makes of a chip: its number and a text of it that was read once, and no key."""

    uid: bytes
    text: str

    @property
    def atr(self) -> bytes:
        return contactless_atr(DESFIRE)

    def sign(self) -> str:
        """The text that was copied, each time."""
        return self.text

    def wake(self) -> Callable[[bytes], bytes]:
        return _Field(self, self.uid).answer


class _Field:
    """The chip in the field, until it leaves."""

    def __init__(self, chip: SigningChip | CopiedChip, shown: bytes) -> None:
        self._chip = chip
        self._shown = shown
        self._file: bytes | None = None

    def answer(self, apdu: bytes) -> bytes:
        if apdu == GET_UID:
            return self._shown + OK
        if apdu in (SELECT_NDEF, SELECT_FILE):
            self._file = None  # the next reading counts
            return OK
        if apdu.startswith(READ_BINARY):
            return self._read(int.from_bytes(apdu[2:4], "big"), apdu[4])
        return UNKNOWN_COMMAND

    def _read(self, offset: int, length: int) -> bytes:
        if self._file is None:
            message = uri_message(self._chip.sign())
            self._file = len(message).to_bytes(2, "big") + message
        return self._file[offset : offset + length] + OK


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def _encrypted(key: bytes, block: bytes) -> bytes:
    writer = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return writer.update(block) + writer.finalize()
