"""The welcome mail: to who joins with an address, and to who was there at their next purchase."""

from datetime import date, datetime, timedelta

from backend.config import Config
from backend.db import Transaction, feed, journals, members, outbox, settings, shops
from backend.db.members import Member
from backend.mail import Mail, MailKind
from backend.services import clock
from backend.services.keeping.working import Work
from backend.services.kiosks import welcome as bonus
from backend.services.mailing.outbox import queue
from backend.services.people import links
from backend.services.people.members import balance_of
from backend_client.schemas.kiosks import NewLink
from loyalty.entries import EntryKind
from loyalty.ids import MemberId, ProgramId, derived_entry
from loyalty.program import Occasion, Program

AT_ONCE = 200
_CURSOR = "welcome-cursor"


def is_due(tx: Transaction) -> bool:
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
    entries = [posted.entry for posted in journals.journal(tx, member, program_id)]
    given = sum(entry.points for entry in entries if entry.kind is EntryKind.WELCOME)
    bought = any(
        entry.kind is EntryKind.EARN and entry.occurred_at >= active_since for entry in entries
    )
    waits = bool(program.rules(Occasion.ENROLMENT)) and not given
    if not bought and (waits or person.enrolled_at < active_since):
        return False
    key = f"welcome:{member}:{program_id}"
    if outbox.is_written(tx, key):
        return False
    given = given or _bonus(tx, person, program)
    return queue(tx, _welcome_mail(tx, key, person, program_id, given, config))


def _bonus(tx: Transaction, person: Member, program: Program) -> int:
    """The points for joining, for who is greeted late and never had them (LSX-33); 0 for none."""
    stores = [store for store in shops.stores(tx) if store.program == program.id]
    place = next((store for store in stores if store.id == person.store), stores[0])
    posted = bonus.give(tx, person, program, place)
    return posted.entry.points if posted else 0


def _welcome_mail(
    tx: Transaction, key: str, person: Member, program: ProgramId, given: int, config: Config
) -> Mail:
    link, until = _way_in(tx, person, program, config)
    return Mail(
        kind=MailKind.WELCOME,
        key=key,
        member=person.id,
        values={
            "points": given,
            "balance": balance_of(tx, person.id, program),
            "link": link,
            "until": until,
        },
        useless_after=tx.now + timedelta(days=30),
    )


def _way_in(
    tx: Transaction, person: Member, program: ProgramId, config: Config
) -> tuple[str, date]:
    """A link that signs the reader in, and its last whole day where the shop is.

    Empty while nobody said our address.
    """
    store = next((each for each in shops.stores(tx) if each.program == program), None)
    if store is None or not config.public_url:
        return "", tx.now.date()
    wanted = NewLink(
        id=derived_entry("welcome-mail", person.id, program, store.id), member=person.id
    )
    link = links.hand_out(tx, wanted, "account", store, config.public_url)
    return link.url, clock.last_moment(link.expires_at, store.zone).date()


def _mail_since(tx: Transaction, program: Program) -> datetime:
    """From when the program has sent welcome mails without a break."""
    since = program.valid_from
    for version in range(program.version - 1, 0, -1):
        earlier = shops.program(tx, program.id, version)
        if earlier is None or not earlier.welcome_mail.active:
            break
        since = earlier.valid_from
    return since
