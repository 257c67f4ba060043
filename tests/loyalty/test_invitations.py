"""Invitations on receipts: to whom, and for how long."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.invitations import is_good, is_invited
from loyalty.program import InvitationRules, Validity
from loyalty.reminders import Reachable

PARIS = ZoneInfo("Europe/Paris")
ON = InvitationRules(active=True)
FOR_STRANGERS = InvitationRules(active=True, without_mail=False)
SILENT = Reachable(has_mail=False, agrees=False)
UNWILLING = Reachable(has_mail=True, agrees=False)
WRITTEN_TO = Reachable(has_mail=True, agrees=True)


@pytest.mark.parametrize(
    ("rules", "member", "invited"),
    [
        (ON, None, True),
        (ON, SILENT, True),
        (ON, UNWILLING, True),
        (ON, WRITTEN_TO, False),
        (FOR_STRANGERS, None, True),
        (FOR_STRANGERS, SILENT, False),
        (FOR_STRANGERS, UNWILLING, False),
        (InvitationRules(), None, False),
        (InvitationRules(), SILENT, False),
    ],
)
def test_who_is_invited(rules: InvitationRules, member: Reachable | None, *, invited: bool) -> None:
    """LSX-25, LSX-28, LSX-29."""
    assert is_invited(rules, member) is invited


def test_a_link_is_good_as_long_as_the_program_says() -> None:
    handed_out = datetime(2026, 3, 2, 18, tzinfo=UTC)
    rules = InvitationRules(valid=Validity(days=1))
    good = [
        is_good(handed_out, now=datetime(2026, 3, day, hour, tzinfo=UTC), zone=PARIS, rules=rules)
        for day, hour in ((2, 17), (2, 18), (3, 22), (3, 23))
    ]
    assert good == [False, True, True, False]
