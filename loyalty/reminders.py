"""Reminders: who is due a message, of what, and when. Sending is somebody else's."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from loyalty.ids import Points
from loyalty.ledger import Account
from loyalty.program import MessageChannel, ReminderRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachable:
    """What is known of how the member may be reached."""

    has_mail: bool
    agrees: bool
    """Consent to such messages, as it stands now; False for who was erased."""
    reminded_at: datetime | None = None
    """When the last of these reminders was mailed; None for never."""
    mailed_at: Sequence[datetime] = ()
    """When mails of any kind were sent to the member, for the cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A message that is due: "42 points expire on 12/03"."""

    channel: MessageChannel
    points: Points
    """How many are lost first."""
    deadline: datetime
    balance: Points
    send_at: datetime
    """Now, or when the quiet hours end."""


def due(
    account: Account, rules: ReminderRules, member: Reachable, *, now: datetime, zone: tzinfo
) -> tuple[Reminder, ...]:
    """The reminders due now, one for each channel: points are usable, and near their end.

    On the kiosk and the receipt the member is there and asked for nothing: they are shown whenever
    it is true. Mail goes to who agreed and has an address, at its interval and below its cap.
    """
    balance = account.balance(now)
    first = account.next_deadline(now)
    if not rules.active or balance < rules.from_points or first is None or balance <= 0:
        return ()
    assert first.deadline is not None
    if first.deadline > _months_after(now, rules.within_months, zone):
        return ()
    return tuple(
        Reminder(
            channel=channel,
            points=first.left,
            deadline=first.deadline,
            balance=balance,
            send_at=_send_at(channel, rules, now, zone),
        )
        for channel in MessageChannel
        if channel in rules.channels
        and (channel is not MessageChannel.MAIL or _may_mail(rules, member, now, zone))
    )


def _may_mail(rules: ReminderRules, member: Reachable, now: datetime, zone: tzinfo) -> bool:
    if not (member.has_mail and member.agrees):
        return False
    last = member.reminded_at
    if last is not None and now < _months_after(last, rules.every_months, zone):
        return False
    since = now - timedelta(days=rules.days)
    lately = sum(1 for at in member.mailed_at if since < at <= now)
    return rules.most is None or lately < rules.most


def _send_at(
    channel: MessageChannel, rules: ReminderRules, now: datetime, zone: tzinfo
) -> datetime:
    if channel is MessageChannel.MAIL and rules.quiet is not None:
        return rules.quiet.hold(now, zone)
    return now


def _months_after(at: datetime, months: int, zone: tzinfo) -> datetime:
    """The beginning of the local day, so many months later.

    A job that runs at another hour, or a change to summer time, moves no reminder by a day.
    """
    local = at.astimezone(zone).date()
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    start = datetime.combine(
        local.replace(year=year, month=month + 1, day=day), time(), tzinfo=zone
    )
    return start.astimezone(at.tzinfo)
