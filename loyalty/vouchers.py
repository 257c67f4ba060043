"""Vouchers: the single-use right with a code, its alphabet, and its states.

reserved → issued → redeemed | voided | expired. `reserve` writes the one debit entry, `issue`
writes none, `void` writes its reversal. A reserved voucher that a till sees is accepted: the
paper exists, whatever the printer said.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from loyalty.errors import CodeMistyped, VoucherExpired, VoucherRedeemed, VoucherVoided
from loyalty.ids import MemberId, Points, ProgramId, RedemptionId, RewardId, StoreId
from loyalty.sentences import say

VoucherCode = NewType("VoucherCode", str)
"""Twelve characters of the alphabet, without hyphens."""

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""29 characters, none of which is taken for another: no 0/O, 1/I/L, 5/S, U/V.

29 is a prime, so that the two check characters find every wrong letter and every swap.
"""

_FREE = 10
"""Characters drawn at random: 29¹⁰ codes, so that guessing finds none."""
_LENGTH = _FREE + 2
_LOOKS_LIKE = str.maketrans({"S": "5"})
_SEPARATORS = str.maketrans("", "", "- \t\u00a0\u202f\u2010\u2011\u2013")
QR_PREFIX = "LKV1:"
"""What a voucher's QR code begins with: the version of its payload."""


def mint(draw: int) -> VoucherCode:
    """The code that `draw`, a random number of at least 64 bits, stands for."""
    letters = []
    for _ in range(_FREE):
        draw, letter = divmod(draw, len(ALPHABET))
        letters.append(letter)
    return VoucherCode("".join(ALPHABET[n] for n in [*letters, *_check(letters)]))


def parse(text: str) -> VoucherCode:
    """The code that was typed or scanned, whatever its case, spaces and hyphens.

    Raises CodeMistyped when a character is missing, wrong or swapped with its neighbour.
    """
    typed = text.strip().translate(_SEPARATORS)
    if not typed.isascii():  # the capital of ß is two letters, and ſ has an S
        raise CodeMistyped(say("code.length"))
    typed = typed.upper().removeprefix(QR_PREFIX).translate(_LOOKS_LIKE)
    if len(typed) != _LENGTH or any(letter not in ALPHABET for letter in typed):
        raise CodeMistyped(say("code.length"))
    letters = [ALPHABET.index(letter) for letter in typed]
    if letters[_FREE:] != _check(letters[:_FREE]):
        raise CodeMistyped(say("code.letter"))
    return VoucherCode(typed)


def readable(code: VoucherCode) -> str:
    """The code as it is printed and read aloud: three groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, _LENGTH, 4))


def payload(code: VoucherCode) -> str:
    """What the QR code holds."""
    return QR_PREFIX + code


def _check(letters: list[int]) -> list[int]:
    """Two weighted sums modulo 29, with weights that differ at each place."""
    prime = len(ALPHABET)
    first = sum(letters) % prime
    second = sum(place * letter for place, letter in enumerate(letters, start=1)) % prime
    return [first, second]


class VoucherState(StrEnum):
    """Where a voucher stands."""

    RESERVED = "reserved"
    ISSUED = "issued"
    REDEEMED = "redeemed"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """The right to one gift, once."""

    code: VoucherCode
    redemption: RedemptionId
    member: MemberId
    program: ProgramId
    reward: RewardId
    state: VoucherState
    deadline: datetime
    """The first instant at which it is too late."""
    points: Points = 0
    """How many points were put in, where that was chosen; 0 where the reward says its price."""
    money: int = 0
    """What it takes off a ticket for them, in minor units of the program's currency."""
    redeemed_at: datetime | None = None
    redeemed_in: StoreId | None = None
    redeemed_place: str = ""
    """The name of that store, for whoever asks why it is refused."""


def issue(voucher: Voucher) -> Voucher:
    """The voucher once the paper is out. A voucher that is further on stays where it is."""
    if voucher.state is VoucherState.RESERVED:
        return replace(voucher, state=VoucherState.ISSUED)
    return voucher


def void(voucher: Voucher) -> Voucher:
    """The voucher cancelled. Raises VoucherRedeemed when the gift was already handed out."""
    if voucher.state is VoucherState.REDEEMED:
        raise _redeemed(voucher)
    return replace(voucher, state=VoucherState.VOIDED)


def redeem(voucher: Voucher, *, now: datetime, store: StoreId, place: str) -> Voucher:
    """The voucher taken at a till. Raises the VoucherRefused leaf that says why not."""
    if voucher.state is VoucherState.REDEEMED:
        raise _redeemed(voucher)
    if voucher.state is VoucherState.VOIDED:
        raise VoucherVoided(say("voucher.voided"))
    if now >= voucher.deadline:
        raise VoucherExpired(voucher.deadline)
    return replace(
        voucher,
        state=VoucherState.REDEEMED,
        redeemed_at=now,
        redeemed_in=store,
        redeemed_place=place,
    )


def _redeemed(voucher: Voucher) -> VoucherRedeemed:
    assert voucher.redeemed_at is not None
    return VoucherRedeemed(at=voucher.redeemed_at, place=voucher.redeemed_place)
