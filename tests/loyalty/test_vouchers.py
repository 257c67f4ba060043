"""Voucher codes survive eyes, fingers and scanners; a voucher gives its gift once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty import vouchers
from loyalty.errors import CodeMistyped, VoucherExpired, VoucherRedeemed, VoucherVoided
from loyalty.ids import MemberId, ProgramId, RedemptionId, RewardId, StoreId
from loyalty.vouchers import (
    ALPHABET,
    QR_PREFIX,
    Voucher,
    VoucherState,
    issue,
    mint,
    parse,
    payload,
    readable,
    redeem,
    void,
)

draws = st.integers(min_value=0, max_value=2**80)
places = st.integers(0, 11)


def test_no_character_of_a_code_is_taken_for_another() -> None:
    assert len(set(ALPHABET)) == 29
    assert not set(ALPHABET) & set("01ILOSU")


@given(draws)
def test_a_code_is_read_back_as_it_was_minted(draw: int) -> None:
    code = mint(draw)
    assert parse(code) == parse(readable(code)) == parse(payload(code)) == code
    assert [len(group) for group in readable(code).split("-")] == [4, 4, 4]


@given(draws, st.lists(st.tuples(places, st.sampled_from([" ", "-", "\u00a0", "\u202f", "–"]))))
def test_a_code_may_be_typed_in_small_letters_with_any_gaps(
    draw: int, gaps: list[tuple[int, str]]
) -> None:
    typed = mint(draw).lower()
    for place, gap in gaps:
        typed = typed[:place] + gap + typed[place:]
    assert parse(f"  {typed}\r\n") == mint(draw)


@given(draws)
def test_an_s_is_read_as_a_five(draw: int) -> None:
    code = mint(draw)
    assert parse(code.replace("5", "S")) == parse(code.replace("5", "s")) == code


@given(draws)
def test_a_scanner_may_send_the_prefix_in_any_case(draw: int) -> None:
    assert parse(payload(mint(draw)).lower()) == mint(draw)


@given(draws)
def test_every_wrong_letter_is_found(draw: int) -> None:
    code = mint(draw)
    for place in range(12):
        for letter in set(ALPHABET) - {code[place]}:
            refused(code[:place] + letter + code[place + 1 :])


@given(draws)
def test_every_swap_of_two_letters_is_found(draw: int) -> None:
    code = mint(draw)
    for place in range(12):
        for other in range(place):
            letters = list(code)
            letters[place], letters[other] = letters[other], letters[place]
            if code[place] != code[other]:
                refused("".join(letters))


@given(draws, places)
def test_a_missing_or_doubled_letter_is_found(draw: int, place: int) -> None:
    code = mint(draw)
    refused(code[:place] + code[place + 1 :])
    refused(code[:place] + code[place] + code[place:])


@pytest.mark.parametrize(
    ("letter", "looks_like"),
    [
        ("ß", "55"),  # its capital is SS
        ("ſ", "5"),  # its capital is S
        ("ﬀ", "FF"),  # its capital is FF
        ("Ａ", "A"),  # wide letters
        ("А", "A"),  # Cyrillic
        ("\u212a", "K"),  # the Kelvin sign, whose small letter is k
        ("٢", "2"),  # Arabic digits
        ("２", "2"),
        ("²", "2"),
    ],
)
def test_letters_and_digits_that_only_look_right_are_refused(letter: str, looks_like: str) -> None:
    code = next(mint(n) for n in range(10**6) if looks_like in mint(n))
    assert parse(code) == code
    refused(code.replace(looks_like, letter, 1))


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", QR_PREFIX, "İIıi" * 3, "\x1b[2J", "\ud800" * 12, "0" * 12, "A" * 10**6],
)
def test_hostile_text_is_only_mistyped(text: str) -> None:
    refused(text)


@given(st.text() | st.text(alphabet=ALPHABET + "ßıİS-: \u200b", min_size=10, max_size=14))
def test_any_text_is_a_code_or_mistyped(text: str) -> None:
    try:
        code = parse(text)
    except CodeMistyped:
        return
    assert len(code) == 12
    assert set(code) <= set(ALPHABET)


def refused(text: str) -> None:
    with pytest.raises(CodeMistyped):
        parse(text)


# --- the voucher's states ---------------------------------------------------------------------

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LYON = StoreId("lyon")


def voucher(state: VoucherState) -> Voucher:
    reserved = Voucher(
        code=mint(1),
        redemption=RedemptionId("r"),
        member=MemberId("zoe"),
        program=ProgramId("shop"),
        reward=RewardId("coffee"),
        state=VoucherState.RESERVED,
        deadline=NOW + timedelta(days=1),
    )
    match state:
        case VoucherState.RESERVED:
            return reserved
        case VoucherState.ISSUED:
            return issue(reserved)
        case VoucherState.REDEEMED:
            return taken(reserved)
        case VoucherState.VOIDED:
            return void(reserved)


def taken(given: Voucher, *, now: datetime = NOW) -> Voucher:
    return redeem(given, now=now, store=LYON, place="Lyon, rue Mercière")


@pytest.mark.parametrize("state", VoucherState)
def test_issuing_moves_only_a_reserved_voucher(state: VoucherState) -> None:
    expected = VoucherState.ISSUED if state is VoucherState.RESERVED else state
    assert issue(voucher(state)).state is expected


@pytest.mark.parametrize("state", [VoucherState.RESERVED, VoucherState.ISSUED])
def test_a_till_takes_what_was_issued_and_what_is_only_reserved(state: VoucherState) -> None:
    done = taken(voucher(state))
    assert (done.state, done.redeemed_at, done.redeemed_in) == (VoucherState.REDEEMED, NOW, LYON)


def test_a_second_taking_is_refused_with_time_and_place_of_the_first() -> None:
    with pytest.raises(VoucherRedeemed) as refusal:
        taken(voucher(VoucherState.REDEEMED), now=NOW + timedelta(days=9))
    assert (refusal.value.at, refusal.value.place) == (NOW, "Lyon, rue Mercière")


def test_a_cancelled_voucher_is_not_taken() -> None:
    with pytest.raises(VoucherVoided):
        taken(voucher(VoucherState.VOIDED))


def test_a_voucher_is_good_until_its_deadline_and_not_at_it() -> None:
    issued = voucher(VoucherState.ISSUED)
    assert taken(issued, now=issued.deadline - timedelta(microseconds=1))
    with pytest.raises(VoucherExpired) as refusal:
        taken(issued, now=issued.deadline)
    assert refusal.value.expired_at == issued.deadline


@pytest.mark.parametrize("state", sorted(set(VoucherState) - {VoucherState.REDEEMED}))
def test_any_voucher_not_yet_taken_can_be_cancelled(state: VoucherState) -> None:
    assert void(voucher(state)).state is VoucherState.VOIDED


def test_a_voucher_that_was_taken_is_not_cancelled() -> None:
    with pytest.raises(VoucherRedeemed):
        void(voucher(VoucherState.REDEEMED))


def test_a_code_takes_at_least_48_bits_to_guess() -> None:
    assert len(ALPHABET) ** vouchers._FREE > 2**48
