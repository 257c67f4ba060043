"""Messages: what staff and members are told, by which way, and how often."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from enum import StrEnum

from loyalty.ids import Points
from loyalty.program.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What staff is told when an account is far enough, by points, by visits, or by both."""

    id: str
    message: Words
    points: Points | None = None
    visits: int | None = None
    both: bool = False
    """Whether points and visits must both be reached; one is enough otherwise."""
    each: bool = False
    """Whether it is said again at each multiple: 10, 20, 30 visits (GLO-08)."""
    on_receipt: bool = False
    """Whether the receipt says it too (GLO-09)."""


class MessageChannel(StrEnum):
    """Where the member reads it."""

    MAIL = "mail"
    KIOSK = "kiosk"
    RECEIPT = "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When no mail goes out, on the member's local clock; it may go over midnight."""

    start: time
    end: time
    """The first moment at which mail goes out again."""

    def hold(self, at: datetime, zone: tzinfo) -> datetime:
        """That time, or the end of the quiet hours in which it lies."""
        local = at.astimezone(zone)
        clock = local.time().replace(tzinfo=None)
        over_midnight = self.end <= self.start
        quiet = (
            clock >= self.start or clock < self.end
            if over_midnight
            else self.start <= clock < self.end
        )
        if not quiet:
            return at
        next_day = over_midnight and clock >= self.start
        day = local.date() + timedelta(days=int(next_day))
        return datetime.combine(day, self.end, tzinfo=zone).astimezone(at.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRules:
    """When the program reminds of points that will be lost."""

    active: bool = False
    """It must be switched on (OCT-18)."""
    from_points: Points = 0
    """The threshold from which points are usable: below it, nobody is reminded."""
    within_months: int = 1
    """How near the first deadline must be."""
    every_months: int = 1
    """How many months lie between two mails, however often the threshold is reached again."""
    channels: frozenset[MessageChannel] = frozenset({MessageChannel.MAIL})
    most: int | None = None
    """The most mails of any kind that a member gets in `days`; None for any number."""
    days: int = 30
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeMail:
    """The message that details the welcome points, to who gave an e-mail (CLI-12, LSX-32)."""

    active: bool = False
    subject: Words = field(default_factory=dict)
    """The merchant's own; empty for ours."""
    body: Words = field(default_factory=dict)
    """The merchant's own, with ``{first_name}``, ``{points}`` and ``{shop}`` in it; or empty."""
