"""Chips that prove their key, as a company sets them up."""

from backend_client import chips
from backend_client.schemas.cards import ChipProof
from devices.simulate.ntag424 import SigningChip


def chip_of(card_secret: str, uid: bytes) -> SigningChip:
    """A chip of the company whose secret it is (hex)."""
    keys = chips.keys_of(bytes.fromhex(card_secret), uid)
    return SigningChip(uid=uid, hiding=keys.hiding, signing=keys.signing)


def said(chip: SigningChip) -> ChipProof:
    """What it says at one more reading."""
    proof = chips.proof_in(chip.sign())
    assert proof is not None
    return proof
