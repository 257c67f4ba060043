"""Who gets which mail when: welcomes, reminders, notices of deadlines (F18, OCT-15 to OCT-18).

All that asks for a visit is one flow to the member, however many rules there are: below one cap,
outside of one set of quiet hours, and only to who agreed to news.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.db import Transaction, accounts, deadlines, households, members, outbox, shops
from backend.mail import KINDS, Mail, MailKind
from backend.services import clock
from backend.services.keeping.working import Work
from backend.services.mailing.outbox import queue
from backend.services.shop.settings import message_settings
from loyalty import reminders
from loyalty.ids import MemberId, ProgramId
from loyalty.ledger import Account
from loyalty.program import MessageChannel, Program, ReminderRules, Role
from loyalty.reminders import Reachable, Reminder

AT_ONCE = 200
_NUDGES = tuple(kind.value for kind in MailKind if KINDS[kind].nudges)
_MONTH_MAX = timedelta(days=31)

_Place = tuple[datetime, MemberId, ProgramId]


def remind(work: Work) -> int:
    """How many reminders were queued."""
    with work.database.read(work.tenant) as tx:
        months = [
            program.reminders.within_months
            for program in _programs(tx)
            if program.reminders.active and MessageChannel.MAIL in program.reminders.channels
        ]
    if not months:
        return 0
    return _for_each_dying(work, max(months) * _MONTH_MAX + timedelta(days=1), _remind)


def announce_deadlines(work: Work) -> int:
    """How many notices were queued."""
    with work.database.read(work.tenant) as tx:
        days = message_settings(tx).deadline_days
    if not days:
        return 0
    return _for_each_dying(work, timedelta(days=max(days) + 1), _announce)


def _for_each_dying(
    work: Work, ahead: timedelta, each: Callable[[Transaction, MemberId, ProgramId], int]
) -> int:
    """Do something with every account whose first deadline is so near; how many mails that made."""

    def some(tx: Transaction, after: _Place | None) -> tuple[_Place | None, int]:
        found = deadlines.dying(tx, since=tx.now, before=tx.now + ahead, after=after, limit=AT_ONCE)
        done = sum(each(tx, member, program) for _, member, program in found)
        return (found[-1] if len(found) == AT_ONCE else None), done

    return work.page_by_page(some)


def _readers(tx: Transaction, holder: MemberId) -> tuple[MemberId, ...]:
    """Who is written to of an account: its member; of a household's, whoever may spend from it."""
    person = members.member(tx, holder)
    if person is None or not person.wallet:
        return (holder,)
    found = households.household_of(tx, holder)
    terms = found.household.members.items() if found else ()
    return tuple(member for member, each in terms if each.role is Role.SPENDS)


def _remind(tx: Transaction, holder: MemberId, program_id: ProgramId) -> int:
    program = shops.program(tx, program_id)
    found = _account(tx, holder, program_id)
    if program is None or found is None:
        return 0
    rules, zone = program.reminders, _zone(tx, program_id)
    return sum(
        _queue_reminder(tx, member, program_id, reminder, zone)
        for member in _readers(tx, holder)
        for reminder in reminders.due(
            found, rules, _reachable(tx, member, rules), now=tx.now, zone=zone
        )
        if reminder.channel is MessageChannel.MAIL
    )


def _queue_reminder(
    tx: Transaction, member: MemberId, program: ProgramId, reminder: Reminder, zone: ZoneInfo
) -> bool:
    today = tx.now.astimezone(zone).date()
    return queue(
        tx,
        Mail(
            kind=MailKind.REMINDER,
            key=f"reminder:{member}:{program}:{today}",
            member=member,
            values={
                "points": reminder.points,
                "deadline": clock.last_moment(reminder.deadline, zone).date(),
                "balance": reminder.balance,
            },
            not_before=reminder.send_at,
            useless_after=reminder.deadline,
        ),
    )


def _announce(tx: Transaction, holder: MemberId, program_id: ProgramId) -> int:
    program, account = shops.program(tx, program_id), _account(tx, holder, program_id)
    if program is None or account is None:
        return 0
    return sum(_announced(tx, member, program, account) for member in _readers(tx, holder))


def _announced(tx: Transaction, member: MemberId, program: Program, account: Account) -> bool:
    first, program_id = account.next_deadline(tx.now), program.id
    if first is None or first.deadline is None:
        return False
    zone, rules = _zone(tx, program_id), program.reminders
    day, today = clock.last_moment(first.deadline, zone).date(), tx.now.astimezone(zone).date()
    near = [days for days in message_settings(tx).deadline_days if (day - today).days <= days]
    reachable = _reachable(tx, member, rules)
    if not near or account.balance(tx.now) <= 0 or not _below_cap(reachable, rules, tx.now):
        return False
    quiet = rules.quiet
    return queue(
        tx,
        Mail(
            kind=MailKind.DEADLINE,
            key=f"deadline:{member}:{program_id}:{first.deadline:%Y%m%dT%H%M}:{min(near)}",
            member=member,
            values={
                "points": first.left,
                "deadline": day,
                "balance": account.balance(tx.now),
            },
            not_before=quiet.hold(tx.now, zone) if quiet else None,
            useless_after=first.deadline,
        ),
    )


def _below_cap(member: Reachable, rules: ReminderRules, now: datetime) -> bool:
    since = now - timedelta(days=rules.days)
    lately = sum(1 for at in member.mailed_at if at > since)
    return member.has_mail and member.agrees and (rules.most is None or lately < rules.most)


def _reachable(tx: Transaction, member: MemberId, rules: ReminderRules) -> Reachable:
    person = members.member(tx, member)
    if person is None or person.email is None or person.enrolled_at is None:
        return Reachable(has_mail=False, agrees=False)
    reminded = outbox.mailed_at(tx, member, [MailKind.REMINDER.value])
    since = tx.now - timedelta(days=rules.days)
    return Reachable(
        has_mail=True,
        agrees=outbox.agrees(tx, member, "news"),
        reminded_at=reminded[-1] if reminded else None,
        mailed_at=outbox.mailed_at(tx, member, _NUDGES, since),
    )


# --- what all need ----------------------------------------------------------------------------


def _programs(tx: Transaction) -> list[Program]:
    ids = dict.fromkeys(store.program for store in shops.stores(tx))
    return [program for each in ids if (program := shops.program(tx, each)) is not None]


def _account(tx: Transaction, member: MemberId, program: ProgramId) -> Account | None:
    row = accounts.account(tx, member, program)
    return row.snapshot.account() if row else None


def _zone(tx: Transaction, program: ProgramId) -> ZoneInfo:
    """The clock of the program's first store."""
    stores = shops.stores(tx)
    return next((store.zone for store in stores if store.program == program), stores[0].zone)
