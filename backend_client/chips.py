"""What a chip that signs its own text proves: its number, and a count that rises at each reading.

NTAG 424 DNA writes into the address it holds, at each reading, its identifier and counter under one
key, and a code over both under another (SUN, NXP AN12196). The kiosk and the backend check it
alike. Every chip has keys of its own, made of the company's card secret and its identifier
(AN10922): who opens one chip has not opened another.

The text can be copied as any text can. What cannot be had is a text with a higher count, so whoever
checks keeps the highest count of each chip: see `is_fresh`.
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from backend_client.schemas.cards import ChipProof

KEY_LENGTH: Final = 16
UID_LENGTH: Final = 7
NO_IV: Final = bytes(16)

PICC_TAG: Final = 0xC7
"""Identifier and counter are both there, and the identifier has 7 bytes."""

_PROOF = re.compile(r"[?&]e=([0-9A-Fa-f]{32})&c=([0-9A-Fa-f]{16})$")
_MAC_PREFIX: Final = bytes.fromhex("3CC300010080")
"""Of the vector from which the session key of the code is made (AN12196, SV2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reading of a chip proved."""

    uid: bytes
    counter: int
    """How often the chip had been read, this time included."""
    proof: ChipProof
    """What it said, for whoever checks it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipKeys:
    """What is written into a chip: nobody can read them out again."""

    application: bytes
    """Key 0, with which the chip is set up, and set up anew."""
    hiding: bytes
    """Key 1, the company's: it hides identifier and counter. It is the same in every chip, for who
    reads one does not know yet which it is."""
    signing: bytes
    """Key 2, the chip's own: it signs."""


def keys_of(card_secret: bytes, uid: bytes) -> ChipKeys:
    """The keys of the chip with that identifier (7 bytes)."""
    root = _derived(card_secret, b"chip-root")
    return ChipKeys(
        application=diversified(root, uid + b"loyalty-app"),
        hiding=_derived(card_secret, b"chip-hiding"),
        signing=diversified(root, uid + b"loyalty-sun"),
    )


def diversified(key: bytes, by: bytes) -> bytes:
    """A key of one's own for whoever is called `by`, 16 to 30 bytes (AN10922, AES-128)."""
    # Shorter ones are padded in another way there than a CMAC does.
    assert KEY_LENGTH <= len(by) < 2 * KEY_LENGTH - 1, "AN10922 as a plain CMAC takes 16 to 30"
    return _cmac(key, b"\x01" + by)


def proof_in(text: str) -> ChipProof | None:
    """What the text of a chip claims, without a look whether it is true; None for other texts."""
    found = _PROOF.search(text)
    return None if found is None else ChipProof(picc=found[1].upper(), mac=found[2].upper())


def read(card_secret: bytes, proof: ChipProof) -> Reading | None:
    """What the chip said, if it is a chip of this company; else None."""
    hiding = _derived(card_secret, b"chip-hiding")
    hidden = _decrypted(hiding, bytes.fromhex(proof.picc))
    uid, counter = hidden[1:8], hidden[8:11]
    due = code_over(keys_of(card_secret, uid).signing, uid, counter)
    # Compared whatever the first byte says: a wrong guess must take as long as a near one.
    signed = hmac.compare_digest(due, bytes.fromhex(proof.mac))
    if not signed or hidden[0] != PICC_TAG:
        return None
    return Reading(uid=uid, counter=int.from_bytes(counter, "little"), proof=proof)


def code_over(signing: bytes, uid: bytes, counter: bytes, text: bytes = b"") -> bytes:
    """The 8 bytes of the chip's code; `counter` as on the chip, least significant byte first.

    `text` is what it signs of its address besides.
    """
    session = _cmac(signing, _MAC_PREFIX + uid + counter)
    return _cmac(session, text)[1::2]


def is_fresh(reading: Reading, highest: int | None) -> bool:
    """Whether the text is new: a copy of an old one has a count that was seen."""
    return highest is None or reading.counter > highest


def _derived(secret: bytes, what: bytes) -> bytes:
    return hmac.new(secret, what, sha256).digest()[:KEY_LENGTH]


def _cmac(key: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key))
    mac.update(message)
    return mac.finalize()


def _decrypted(key: bytes, block: bytes) -> bytes:
    reader = Cipher(algorithms.AES(key), modes.CBC(NO_IV)).decryptor()
    return reader.update(block) + reader.finalize()
