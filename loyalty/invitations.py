"""Invitations to join: who gets one, and how long its link is good."""

from datetime import datetime, tzinfo

from loyalty.earning import deadline
from loyalty.program import InvitationRules
from loyalty.reminders import Reachable

SEVEN_DAYS = InvitationRules()
"""After the day on which it was handed out (LSX-26)."""


def is_invited(rules: InvitationRules, member: Reachable | None) -> bool:
    """Whether the receipt invites: a stranger, and a member who cannot be written to.

    None is a customer who is not a member (LSX-25); members are those without e-mail (LSX-28), or
    who want none (LSX-29).
    """
    if not rules.active:
        return False
    if member is None:
        return True
    return rules.without_mail and not (member.has_mail and member.agrees)


def is_good(
    handed_out: datetime,
    *,
    now: datetime,
    zone: tzinfo,
    rules: InvitationRules = SEVEN_DAYS,
) -> bool:
    """Whether the link still opens the form: on the seventh day yes, on the eighth no."""
    until = deadline(handed_out, rules.valid, zone)
    assert until is not None
    return handed_out <= now < until
