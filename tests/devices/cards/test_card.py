"""What is made of a chip's answers; the chips are the virtual ones, without a reader between."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.cards import OK
from devices.cards.atr import storage_atr
from devices.cards.card import Identity, identify
from devices.cards.errors import CardError
from devices.cards.ndef import text_of, uri_message
from devices.cards.type2 import chip_name
from devices.cards.uid import medium_of, most_significant_first
from devices.readers import Medium, Trouble
from devices.simulate.chips import Chip, ChipLeft, Phone, StorageCard, TornChip
from devices.simulate.ntag424 import CopiedChip, SigningChip

NTAG215 = bytes.fromhex("0004040201001103")
UID = bytes.fromhex("04A1B2C3D4E5F6")


class Bench:
    """A channel to a virtual chip, as a reader would give it."""

    def __init__(self, chip: Chip) -> None:
        self._answer = chip.wake()

    def transmit(self, apdu: bytes) -> bytes:
        try:
            answer = self._answer(apdu)
        except ChipLeft as left:
            raise CardError(Trouble.TORN, "gone") from left
        assert answer is not None
        return answer


class Saying:
    """A channel that always gives the same answer."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def transmit(self, apdu: bytes) -> bytes:
        assert apdu
        return self._answer


def identified(chip: Chip) -> Identity:
    return identify(Bench(chip), chip.atr)


def test_a_card_is_known_by_its_uid() -> None:
    identity = identified(StorageCard(uid=UID))

    assert identity == Identity(uid=UID, medium=Medium.CARD, chip="MIFARE Ultralight")


def test_get_version_names_the_chip_where_the_atr_cannot() -> None:
    assert identified(StorageCard(uid=UID, version=NTAG215)).chip == "NTAG215"


def test_a_phone_names_nobody() -> None:
    assert identified(Phone()).medium is Medium.RANDOM


def test_a_phone_draws_a_new_uid_at_each_tap() -> None:
    phone = Phone()

    assert len({identified(phone).uid for _ in range(20)}) > 1


def test_a_card_that_leaves_before_its_uid_is_torn() -> None:
    with pytest.raises(CardError) as caught:
        identified(TornChip(card=StorageCard(uid=UID)))

    assert caught.value.trouble is Trouble.TORN


def test_a_card_that_leaves_after_its_uid_still_counts() -> None:
    identity = identified(TornChip(card=StorageCard(uid=UID, version=NTAG215), answers=1))

    assert identity == Identity(uid=UID, medium=Medium.CARD, chip="MIFARE Ultralight")


def test_an_iso_15693_uid_has_one_order_at_every_reader() -> None:
    atr = storage_atr(0x0B, 0x0014)
    printed = bytes.fromhex("E004010012345678")

    assert identified(StorageCard(uid=printed, atr=atr)).uid == printed
    assert identified(StorageCard(uid=printed[::-1], atr=atr)).uid == printed


@pytest.mark.parametrize(
    "answer", [b"\x6a\x81", b"\x63\x00", OK, b"\x01" * 5 + OK, b"\x01" * 11 + OK]
)
def test_a_chip_without_identifier_is_unsupported(answer: bytes) -> None:
    with pytest.raises(CardError) as caught:
        identify(Saying(answer), b"")

    assert caught.value.trouble is Trouble.UNSUPPORTED


@given(st.binary(min_size=2, max_size=64), st.binary(max_size=40))
def test_any_answer_identifies_or_is_a_card_error(answer: bytes, atr: bytes) -> None:
    with contextlib.suppress(CardError):
        assert len(identify(Saying(answer), atr).uid) in {4, 7, 8, 10}


@pytest.mark.parametrize(
    ("uid", "medium"),
    [
        ("08112233", Medium.RANDOM),
        ("18112233", Medium.CARD),
        ("08112233445566", Medium.CARD),
        ("04112233", Medium.CARD),
    ],
)
def test_only_four_byte_uids_starting_with_08_are_random(uid: str, medium: Medium) -> None:
    assert medium_of(bytes.fromhex(uid)) is medium


@given(st.binary(min_size=8, max_size=8))
def test_putting_a_uid_in_order_is_done_once(uid: bytes) -> None:
    ordered = most_significant_first(uid)

    assert most_significant_first(ordered) == ordered


@pytest.mark.parametrize(
    ("version", "chip"),
    [
        ("0004040201000F03", "NTAG213"),
        ("0004040201001103", "NTAG215"),
        ("0004040201001303", "NTAG216"),
        ("0004040101000B03", "NTAG210"),
        ("0004040101000E03", "NTAG212"),
        ("0004040502021303", "NTAG I2C plus 1k"),
        ("0004030101000B03", "MIFARE Ultralight EV1 (48 bytes)"),
        ("0004030101000E03", "MIFARE Ultralight EV1 (128 bytes)"),
        ("0004030104000F03", "MIFARE Ultralight AES"),
        ("0004030204000F03", "MIFARE Ultralight AES"),
        ("0005040201001103", ""),
        ("", ""),
    ],
)
def test_version_bytes_name_the_chip(version: str, chip: str) -> None:
    assert chip_name(bytes.fromhex(version)) == chip


@given(st.binary(max_size=16))
def test_any_version_bytes_give_a_name_or_none(version: bytes) -> None:
    assert isinstance(chip_name(version), str)


# --- chips that hold a text -------------------------------------------------------------------


def example() -> SigningChip:
    """The chip of NXP AN12196, page 12, before its 61st reading; all its keys are zero."""
    return SigningChip(
        uid=bytes.fromhex("04DE5F1EACC040"),
        hiding=bytes(16),
        signing=bytes(16),
        counter=60,
        address="https://ntag.nxp.com/424",
        pad=bytes.fromhex("DA5CF60941"),
    )


def test_a_signing_chip_says_what_the_application_note_prints() -> None:
    chip = example()
    said = "https://ntag.nxp.com/424?e=EF963FF7828658A599F3041510671E88&c=94EED9EE65337086"

    assert identified(chip) == Identity(
        uid=chip.uid, medium=Medium.CARD, chip="MIFARE DESFire", text=said
    )
    assert identified(chip).text != said


def test_a_signing_chip_may_hide_its_number_and_still_says_its_text() -> None:
    chip = example()
    chip.hides_uid = True

    assert identified(chip).medium is Medium.RANDOM
    assert identified(chip).text.startswith("https://ntag.nxp.com/424?e=")


@pytest.mark.parametrize("answers", range(1, 5))
def test_a_signing_chip_that_leaves_before_its_text_is_read_is_to_come_again(answers: int) -> None:
    with pytest.raises(CardError) as caught:
        identified(TornChip(card=example(), answers=answers))

    assert caught.value.trouble is Trouble.TORN


def test_a_long_text_is_read_in_parts() -> None:
    long = "https://shop.example/" + "a" * 220

    assert identified(CopiedChip(uid=UID, text=long)).text == long


def test_a_card_that_is_only_announced_alike_holds_no_text() -> None:
    plain = StorageCard(uid=UID, atr=example().atr)

    assert identified(plain) == Identity(uid=UID, medium=Medium.CARD, chip="MIFARE DESFire")


@pytest.mark.parametrize("text", ["https://www.shop.example/a", "http://shop.example", "tel:1"])
def test_an_address_is_written_and_read_alike(text: str) -> None:
    assert text_of(uri_message(text)) == text


@given(st.binary(max_size=80))
def test_any_message_gives_a_text(message: bytes) -> None:
    assert isinstance(text_of(message), str)
    assert text_of(bytes.fromhex("D101") + bytes([len(message) + 1]) + b"T\x00" + message) in (
        message.decode(errors="replace"),
        "",
    )
