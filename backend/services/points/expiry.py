"""Closing what has died: lots at their deadline, vouchers that nobody came for.

Points that are past their deadline cannot be spent even before this job has run: a balance counts
none of them. The job writes what happened into the account's history, once (CLI-09). Points that
were pending need no job: from their day on they count, by the entry itself.
"""

from backend.db import Transaction, deadlines, journals, members, shops, vouchers
from backend.db.vouchers import VoucherRow
from backend.mail import Mail, MailKind
from backend.services.keeping.working import Work
from backend.services.kiosks.redemptions import void_if_held
from backend.services.mailing.outbox import queue
from backend.services.points.ledger import locked_account, post
from backend.services.shop.settings import message_settings
from loyalty import expiry
from loyalty.ids import MemberId, ProgramId
from loyalty.program import in_language

AT_ONCE = 100
"""Accounts of one transaction: others may write between two of them."""


def expire(work: Work) -> int:
    """How many lots were closed."""
    closed = 0
    while True:
        looked_at, found = work.database.run(work.tenant, _expire_some)
        closed += found
        if looked_at < AT_ONCE:
            return closed
        work.go_on()


def _expire_some(tx: Transaction) -> tuple[int, int]:
    due = deadlines.dying(tx, before=tx.now, limit=AT_ONCE)
    return len(due), sum(_expire(tx, member, program) for _, member, program in due)


def _expire(tx: Transaction, member: MemberId, program: ProgramId) -> int:
    row = locked_account(tx, member, program)
    account = row.snapshot.account()
    dead = [lot for lot in account.lots if lot.left and not lot.alive(tx.now)]
    origins = journals.entries(tx, [lot.entry for lot in dead])
    entries = [
        entry
        for lot in dead
        for entry in expiry.due(
            account, member, program, origins[lot.entry].entry.store, now=tx.now
        )
        if entry.about == lot.entry
    ]
    known = journals.entries(tx, [entry.id for entry in entries])
    fresh = [entry for entry in entries if entry.id not in known]
    if fresh:
        post(tx, *fresh)
    # A lot that was closed, and got points back later from a gift that was given up, is closed:
    # it is not to be found again.
    alive = [lot.deadline for lot in account.lots if lot.left and lot.deadline]
    deadlines.set_next_deadline(
        tx, (member, program), min((at for at in alive if at > tx.now), default=None)
    )
    return len(fresh)


def return_unfetched(work: Work) -> int:
    """How many vouchers were given up, with their points back, where the company wants that."""
    with work.database.read(work.tenant) as tx:
        if not message_settings(tx).unclaimed_back:
            return 0
    done = 0
    while found := work.database.run(work.tenant, _return_some):
        done += found
        work.go_on()
    return done


def _return_some(tx: Transaction) -> int:
    due = deadlines.unfetched(tx, AT_ONCE)
    for redemption in due:
        held = vouchers.by_redemption(tx, redemption)
        assert held is not None
        _give_back(tx, held)
    return len(due)


def _give_back(tx: Transaction, held: VoucherRow) -> None:
    posted = void_if_held(tx, held, now=tx.now)
    voucher = held.voucher
    program = shops.program(tx, voucher.program, held.program_version)
    reward = program.reward(voucher.reward) if program else None
    row = locked_account(tx, voucher.member, voucher.program)
    person = members.member(tx, voucher.member)
    language = person.language if person else ""
    queue(
        tx,
        Mail(
            kind=MailKind.VOUCHER_RETURNED,
            key=f"returned:{voucher.redemption}",
            member=voucher.member,
            values={
                "points": posted.entry.points,
                "gift": in_language(reward.name, language) if reward else voucher.reward,
                "balance": row.snapshot.account().balance(tx.now),
            },
        ),
    )
