"""What this kiosk did on a day, for the summary that staff prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.db.days import Tally
from loyalty.ids import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySummary:
    """One day at one kiosk."""

    joined: int
    welcomed: int
    welcome_points: Points
    vouchers: int
    """Given out or held."""
    spent: Points
    voided: int
    returned: Points
    unsure: int
    """Vouchers that wait for a decision now."""
    openings: int
    """How often staff unlocked this kiosk."""
    lockouts: int


def day_summary(tallies: Mapping[str, Tally], *, unsure: int) -> DaySummary:
    """The day as it was counted."""
    nothing = Tally()
    welcomed = tallies.get("welcome_claimed", nothing)
    held = tallies.get("voucher_reserved", nothing)
    voided = tallies.get("voucher_voided", nothing)
    return DaySummary(
        joined=tallies.get("member_enrolled", nothing).times,
        welcomed=welcomed.times,
        welcome_points=welcomed.points,
        vouchers=held.times - voided.times,
        spent=held.points - voided.points,
        voided=voided.times,
        returned=voided.points,
        unsure=unsure,
        openings=tallies.get("open", nothing).times,
        lockouts=tallies.get("locked_out", nothing).times,
    )
