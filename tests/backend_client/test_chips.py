"""Chips that sign: the official examples, and what a company makes of them."""

import pytest

from backend_client import chips
from backend_client.chips import Reading
from backend_client.schemas.cards import ChipProof
from devices.simulate.ntag424 import SigningChip
from tests.support.chips import chip_of, said

SECRET = bytes(range(32))
UID = bytes.fromhex("04DE5F1EACC040")


def chip(counter: int = 60, secret: bytes = SECRET) -> SigningChip:
    made = chip_of(secret.hex(), UID)
    made.counter = counter
    return made


def claimed(text: str) -> ChipProof:
    proof = chips.proof_in(text)
    assert proof is not None
    return proof


# --- official examples ------------------------------------------------------------------------


def test_a_key_is_diversified_as_in_an10922() -> None:
    """AN10922, 2.2.1."""
    key = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    by = bytes.fromhex("04782E21801D803042F5") + b"NXP Abu"
    assert chips.diversified(key, by).hex().upper() == "A8DD63A3B89D54B37CA802473FDA9175"


@pytest.mark.parametrize(
    ("uid", "counter", "text", "code"),
    [
        ("04DE5F1EACC040", "3D0000", "", "94EED9EE65337086"),  # AN12196, page 12
        (
            "04958CAA5C5E80",
            "080000",
            "CEE9A53E3E463EF1F459635736738962&cmac=",
            "ECC1E7F6C6C73BF6",  # page 18
        ),
    ],
)
def test_a_chip_signs_as_in_an12196(uid: str, counter: str, text: str, code: str) -> None:
    made = chips.code_over(bytes(16), bytes.fromhex(uid), bytes.fromhex(counter), text.encode())
    assert made.hex().upper() == code


def test_number_and_count_are_read_as_in_an12196(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page 12, whose keys are all zero."""
    zero = chips.ChipKeys(application=bytes(16), hiding=bytes(16), signing=bytes(16))
    monkeypatch.setattr(chips, "keys_of", lambda _secret, _uid: zero)
    monkeypatch.setattr(chips, "_derived", lambda _secret, _what: bytes(16))
    text = "https://ntag.nxp.com/424?e=EF963FF7828658A599F3041510671E88&c=94EED9EE65337086"
    proof = claimed(text)
    assert chips.read(SECRET, proof) == Reading(uid=UID, counter=61, proof=proof)


# --- a company's own --------------------------------------------------------------------------


def test_a_chip_of_the_company_is_read_and_each_reading_counts() -> None:
    made = chip()
    proofs = [said(made) for _ in range(2)]
    readings = [chips.read(SECRET, proof) for proof in proofs]
    assert readings == [
        Reading(uid=UID, counter=61, proof=proofs[0]),
        Reading(uid=UID, counter=62, proof=proofs[1]),
    ]


def test_another_companys_chip_proves_nothing() -> None:
    assert chips.read(SECRET, said(chip(secret=bytes(32)))) is None


def test_one_changed_bit_proves_nothing() -> None:
    proof = said(chip())
    for name in ("picc", "mac"):
        word: str = getattr(proof, name)
        for place in range(len(word)):
            other = f"{int(word[place], 16) ^ 1:X}"
            changed = proof.model_copy(update={name: word[:place] + other + word[place + 1 :]})
            assert chips.read(SECRET, changed) is None, (name, place)


def test_a_text_that_was_seen_is_not_fresh() -> None:
    reading = chips.read(SECRET, said(chip()))
    assert reading is not None
    assert [chips.is_fresh(reading, seen) for seen in (None, 60, 61, 62)] == [
        True,
        True,
        False,
        False,
    ]


def test_every_chip_has_keys_of_its_own_but_the_one_that_hides() -> None:
    one, other = (chips.keys_of(SECRET, bytes([4] * 6 + [n])) for n in (1, 2))
    assert one.hiding == other.hiding
    assert len({one.application, other.application, one.signing, other.signing, one.hiding}) == 5


def test_other_texts_claim_nothing() -> None:
    for text in ("", "https://shop.example", "https://shop.example/?e=12&c=34"):
        assert chips.proof_in(text) is None
