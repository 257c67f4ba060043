"""Forgetting who stays away: silent for three years, told, and erased a month later (F13).

The CNIL accepts three years without activity, and found four too many (SAN-2020-008). Activity is
a purchase, a gift, a card that is shown, an answer, a visit to one's own account; opening a mail is
none, and is not even known here.
"""

from calendar import monthrange
from datetime import datetime, timedelta

from backend.db import Transaction, accounts, deadlines, shops
from backend.mail import Mail, MailKind
from backend.services.keeping.working import Work
from backend.services.mailing.outbox import queue
from backend.services.people.privacy import erase
from backend.services.shop.settings import message_settings
from backend.services.team import audit
from loyalty.ids import MemberId

AT_ONCE = 100


def retain(work: Work) -> int:
    """How many members were told or erased."""
    work.database.run(work.tenant, _welcome_back)
    return _tell(work) + _erase(work)


def _tell(work: Work) -> int:
    def some(tx: Transaction, after: MemberId | None) -> tuple[MemberId | None, int]:
        months = message_settings(tx).retention_months
        found = deadlines.silent_since(
            tx, _months_before(tx.now, months), after=after, limit=AT_ONCE
        )
        done = sum(_notice(tx, member) for member in found)
        return (found[-1] if len(found) == AT_ONCE else None), done

    return work.page_by_page(some)


def _notice(tx: Transaction, member: MemberId) -> bool:
    settings = message_settings(tx)
    erase_at = tx.now + timedelta(days=settings.retention_notice_days)
    if not deadlines.notice(tx, member, erase_at=erase_at):
        return False
    stores = shops.stores(tx)
    row = accounts.account(tx, member, stores[0].program)
    queue(
        tx,
        Mail(
            kind=MailKind.RETENTION,
            key=f"retention:{member}:{erase_at:%Y%m%d}",
            member=member,
            values={
                "erased_on": erase_at.astimezone(stores[0].zone).date(),
                "balance": max(row.snapshot.account().balance(tx.now), 0) if row else 0,
            },
            useless_after=erase_at,
        ),
    )
    return True


def _welcome_back(tx: Transaction) -> None:
    """Whoever was heard of since they were told stays."""
    back = [
        member
        for member, told_at in deadlines.all_noticed(tx)
        if not deadlines.is_silent(tx, member, told_at)
    ]
    deadlines.forget_notices(tx, back)


def _erase(work: Work) -> int:
    total = 0
    while done := work.database.run(work.tenant, _erase_some):
        total += done
        work.go_on()
    if total:
        # Or the old rows would stay in the database's own log for a while.
        work.database.fold_log()
    return total


def _erase_some(tx: Transaction) -> int:
    due = deadlines.noticed(tx, AT_ONCE)
    for member in due:
        erase(tx, member, actor=audit.SYSTEM)
    deadlines.forget_notices(tx, due)
    return len(due)


def _months_before(now: datetime, months: int) -> datetime:
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
