"""Every refusal is in the tree at the top of errors.py, and says what happened."""

import re
from datetime import UTC, datetime

import loyalty.earning  # its one refusal joins the tree
from loyalty import errors
from loyalty.errors import LoyaltyError, ProgramRefused, VoucherExpired, VoucherRedeemed
from loyalty.sentences import say

AT = datetime(2026, 3, 1, tzinfo=UTC)


def refusals(parent: type[Exception] = LoyaltyError) -> set[str]:
    names = {parent.__name__}
    for child in parent.__subclasses__():
        names |= refusals(child)
    return names


def test_the_tree_that_is_drawn_is_the_tree_there_is() -> None:
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"^(?:[│ ]*[├└]── )?([A-Z]\w+)", errors.__doc__, flags=re.MULTILINE))
    drawn.discard("Every")
    assert drawn == refusals()
    assert loyalty.earning.CurrencyMismatch.__name__ in drawn


def test_a_refusal_in_a_log_names_the_facts_and_no_person() -> None:
    assert str(VoucherExpired(AT)) == "expired on 2026-03-01T00:00:00+00:00"
    assert str(VoucherRedeemed(at=AT, place="Lyon")).endswith("at Lyon")
    assert str(ProgramRefused("rewards.0.cost", say("number.any"))) == (
        "rewards.0.cost: write a number, such as 0.05"
    )


def test_a_refusal_says_why_or_nothing() -> None:
    assert errors.NotEnoughPoints(3).said == "3 points missing"
    assert LoyaltyError().said == ""
