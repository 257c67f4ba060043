"""What a chip is, by its answer to reset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.cards.atr import Family, Standard, contactless_atr, family_of, storage_atr

# Whole ATRs as readers send them; from smartcard_list.txt of pcsc-tools.
GOLDEN = {
    "3B8F8001804F0CA000000306030001000000006A": (Standard.ISO_14443_A, "MIFARE Classic 1K"),
    "3B8F8001804F0CA0000003060300020000000069": (Standard.ISO_14443_A, "MIFARE Classic 4K"),
    "3B8F8001804F0CA0000003060300030000000068": (Standard.ISO_14443_A, "MIFARE Ultralight"),
    "3B8F8001804F0CA00000030603003A0000000051": (Standard.ISO_14443_A, "MIFARE Ultralight C"),
    "3B8F8001804F0CA00000030611003B0000000042": (Standard.FELICA, "FeliCa"),
    "3B8F8001804F0CA0000003060B00140000000077": (Standard.ISO_15693, "ICODE SLI"),
    "3B8F8001804F0CA00000030603F004000000009F": (Standard.ISO_14443_A, "Topaz"),
    "3B8180018080": (Standard.ISO_14443_4, "MIFARE DESFire"),
    "3B80800101": (Standard.ISO_14443_4, ""),
}


@pytest.mark.parametrize("atr", GOLDEN)
def test_known_atrs_name_their_family(atr: str) -> None:
    family = family_of(bytes.fromhex(atr))

    assert (family.standard, family.chip) == GOLDEN[atr]


@pytest.mark.parametrize("atr", [atr for atr in GOLDEN if len(atr) == 40])
def test_storage_atrs_are_built_with_their_check_byte(atr: str) -> None:
    golden = bytes.fromhex(atr)

    assert storage_atr(golden[12], int.from_bytes(golden[13:15], "big")) == golden


def test_a_phone_has_no_historical_bytes() -> None:
    assert contactless_atr(b"") == bytes.fromhex("3B80800101")


@given(st.binary(max_size=40))
def test_any_atr_gives_a_family(atr: bytes) -> None:
    assert isinstance(family_of(atr), Family)


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.integers(0, 20))
def test_a_cut_atr_gives_a_family(standard: int, name: int, length: int) -> None:
    assert isinstance(family_of(storage_atr(standard, name)[:length]), Family)


@given(st.integers(0, 255), st.integers(0, 0xFFFF))
def test_only_type_a_ultralights_are_asked_for_their_version(standard: int, name: int) -> None:
    family = family_of(storage_atr(standard, name))

    assert not family.may_be_type2 or family.chip in {
        "",
        "MIFARE Ultralight",
        "MIFARE Ultralight C",
        "MIFARE Ultralight EV1",
    }
