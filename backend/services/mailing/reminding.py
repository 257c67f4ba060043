"""Who gets which mail when: welcomes, reminders, notices of deadlines (F18, OCT-15 to OCT-18).

All that asks for a visit is one flow to the member, however many rules there are: below one cap,
outside of one set of quiet hours, and only to who agreed to news.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backend.config import Config
from backend.db import Transaction, accounts, deadlines, feed, members, outbox, settings, shops
from backend.db.members import Member
from backend.mail import KINDS, Mail, MailKind
from backend.services.keeping.working import Work
from backend.services.kiosks import welcome
from backend.services.mailing.outbox import queue
from backend.services.people import links
from backend.services.shop.settings import message_settings
from backend_client.schemas import NewLink
from loyalty import reminders
from loyalty.entries import EntryKind
from loyalty.ids import MemberId, ProgramId, derived_entry
from loyalty.ledger import Account
from loyalty.program import MessageChannel, Occasion, Program, ReminderRules
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
    work: Work, ahead: timedelta, each: Callable[[Transaction, MemberId, ProgramId], bool]
) -> int:
    """Do something with every account whose first deadline is so near; how often it said yes."""

    def some(tx: Transaction, after: _Place | None) -> tuple[_Place | None, int]:
        found = deadlines.dying(tx, since=tx.now, before=tx.now + ahead, after=after, limit=AT_ONCE)
        done = sum(each(tx, member, program) for _, member, program in found)
        return (found[-1] if len(found) == AT_ONCE else None), done

    place, total = work.database.run(work.tenant, some, None)
    while place is not None:
        work.go_on()
        place, done = work.database.run(work.tenant, some, place)
        total += done
    return total


def _remind(tx: Transaction, member: MemberId, program_id: ProgramId) -> bool:
    program = shops.program(tx, program_id)
    found = _account(tx, member, program_id)
    if program is None or found is None:
        return False
    rules, zone = program.reminders, _zone(tx, program_id)
    for reminder in reminders.due(
        found, rules, _reachable(tx, member, rules), now=tx.now, zone=zone
    ):
        if reminder.channel is MessageChannel.MAIL:
            return _queue_reminder(tx, member, program_id, reminder, zone)
    return False


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
                "deadline": _last_day(reminder.deadline, zone),
                "balance": reminder.balance,
            },
            not_before=reminder.send_at,
            useless_after=reminder.deadline,
        ),
    )


def _announce(tx: Transaction, member: MemberId, program_id: ProgramId) -> bool:
    program, account = shops.program(tx, program_id), _account(tx, member, program_id)
    first = account.next_deadline(tx.now) if account else None
    if program is None or account is None or first is None or first.deadline is None:
        return False
    zone, rules = _zone(tx, program_id), program.reminders
    day, today = _last_day(first.deadline, zone), tx.now.astimezone(zone).date()
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


# --- welcome ----------------------------------------------------------------------------------

_CURSOR = "welcome-cursor"


def welcome_is_due(tx: Transaction) -> bool:
    """Whether an account moved since the last look."""
    return _seen(tx) != ":".join(map(str, feed.head(tx)))


def welcome(work: Work) -> int:
    """How many welcome mails were queued: each account that moved is looked at once."""
    total = 0
    while True:
        looked_at, done = work.database.run(work.tenant, _welcome_some, work.config)
        total += done
        if looked_at < AT_ONCE:
            return total
        work.go_on()


def _welcome_some(tx: Transaction, config: Config) -> tuple[int, int]:
    name, head = feed.head(tx)
    seen_name, _, seen = _seen(tx).partition(":")
    found = feed.after(tx, int(seen) if seen_name == name else 0, AT_ONCE)
    done = 0
    for change in found:
        if change.kind == "account":
            member, _, program = change.key.partition("/")
            done += _welcome(tx, MemberId(member), ProgramId(program), config)
    last = found[-1].sequence if len(found) == AT_ONCE else head
    settings.save_setting(tx, _CURSOR, f"{name}:{last}")
    return len(found), done


def _seen(tx: Transaction) -> str:
    return settings.setting(tx, _CURSOR) or ":0"


def _welcome(tx: Transaction, member: MemberId, program_id: ProgramId, config: Config) -> bool:
    """To who joins with an address, and to who was there at their next purchase (LSX-34, -35)."""
    program, person = shops.program(tx, program_id), members.member(tx, member)
    if program is None or person is None or person.email is None or person.enrolled_at is None:
        return False
    if not program.welcome_mail.active:
        return False
    active_since = _mail_since(tx, program)
    entries = [posted.entry for posted in accounts.journal(tx, member, program_id)]
    given = sum(entry.points for entry in entries if entry.kind is EntryKind.WELCOME)
    bought = any(
        entry.kind is EntryKind.EARN and entry.occurred_at >= active_since for entry in entries
    )
    waits = bool(program.rules(Occasion.ENROLMENT)) and not given
    if not bought and (waits or person.enrolled_at < active_since):
        return False
    if not given:
        given = _bonus(tx, person, program)
    return queue(tx, _welcome_mail(tx, person, program_id, given, config))


def _bonus(tx: Transaction, person: Member, program: Program) -> int:
    """The points for joining, for who is greeted late and never had them (LSX-33); 0 for none."""
    stores = [store for store in shops.stores(tx) if store.program == program.id]
    place = next((store for store in stores if store.id == person.store), stores[0])
    posted = welcome.give(tx, person, program, place)
    return posted.entry.points if posted else 0


def _welcome_mail(
    tx: Transaction, person: Member, program: ProgramId, given: int, config: Config
) -> Mail:
    account = _account(tx, person.id, program)
    return Mail(
        kind=MailKind.WELCOME,
        key=f"welcome:{person.id}:{program}",
        member=person.id,
        values={
            "points": given,
            "balance": account.balance(tx.now) if account else 0,
            "link": _way_in(tx, person, program, config),
        },
        useless_after=tx.now + timedelta(days=30),
    )


def _way_in(tx: Transaction, person: Member, program: ProgramId, config: Config) -> str:
    """A link that signs the reader in, for seven days; empty while nobody said our address."""
    store = next((each for each in shops.stores(tx) if each.program == program), None)
    if store is None or not config.public_url:
        return ""
    wanted = NewLink(
        id=derived_entry("welcome-mail", person.id, program, store.id), member=person.id
    )
    return links.hand_out(tx, wanted, "account", store, config.public_url).url


def _mail_since(tx: Transaction, program: Program) -> datetime:
    """From when the program has sent welcome mails without a break."""
    since = program.valid_from
    for version in range(program.version - 1, 0, -1):
        earlier = shops.program(tx, program.id, version)
        if earlier is None or not earlier.welcome_mail.active:
            break
        since = earlier.valid_from
    return since


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


def _last_day(deadline: datetime, zone: ZoneInfo) -> date:
    """The last day on which the points can be spent: a deadline is the midnight after it."""
    return (deadline - timedelta(microseconds=1)).astimezone(zone).date()
