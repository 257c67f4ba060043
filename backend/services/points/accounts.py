"""A member's account as people read it: what there is, what was, and why."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from backend.db import Transaction, journals, members, sales, shops, uses, vouchers
from backend.db.journals import Posted
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.points import explanations
from backend.services.points.belonging import holder
from backend.services.points.ranks import rank
from backend.services.selling import tickets
from backend.words import Words
from backend_client.schemas.accounts import (
    AccountSummary,
    GoalBody,
    LotState,
    LotView,
    PendingBody,
    PointsMovement,
    TicketBody,
    TierBody,
)
from backend_client.schemas.problems import ProblemName
from loyalty.earning import UNTIL_RELEASED
from loyalty.ids import MemberId, Points
from loyalty.ledger import Account, Entry, EntryKind, Lot, replay
from loyalty.program import Program, in_language
from loyalty.quote import worth
from loyalty.rewards import completed, missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An account under the program of a store, in a language."""

    person: MemberId
    account: MemberId
    """In whose name the points are: the person's own, or the wallet of their household."""
    program: Program
    zone: tzinfo
    words: Words


def seen(tx: Transaction, wanted: str, store: Store | None, accepted: str) -> Seen:
    """The account that is asked for; of a caller without a store, where the first one counts.

    Raises Refused.
    """
    person = members.member(tx, MemberId(wanted))
    if person is None:
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    place = store or next(iter(shops.stores(tx)))
    program = shops.program(tx, place.program)
    assert program is not None, "a store has a program"
    return Seen(
        person=person.id,
        account=holder(tx, person.id, program.id),
        program=program,
        zone=place.zone,
        words=tickets.words_for(person.language, accepted),
    )


def summary(tx: Transaction, of: Seen) -> AccountSummary:
    """Balance, its worth, what waits, what is lost first, and how far every reward is."""
    journal = journals.journal(tx, of.account, of.program.id)
    account = replay(posted.entry for posted in journal)
    balance = account.balance(tx.now)
    goals = tuple(_goals(of, balance))
    ahead = next((goal for goal in goals if goal.missing), None)
    lots = _lots(tx, journal, account)
    return AccountSummary(
        member=of.person,
        program=of.program.id,
        unit=of.program.unit,
        currency=of.program.currency,
        balance=balance,
        worth=worth(of.program, balance),
        debt=account.debt,
        pending=tuple(_pending(tx, account)),
        expiring=tuple(
            sorted(
                (lot for lot in lots if lot.state is LotState.ACTIVE and lot.deadline),
                key=lambda lot: (lot.deadline or tx.now, lot.entry),
            )
        ),
        goals=goals,
        missing=ahead.missing if ahead else None,
        tier=tier_of(tx, of),
        text=_text(of, balance, ahead),
    )


def lots_of(
    tx: Transaction, of: Seen, *, state: LotState | None, after: int | None, limit: int | None
) -> list[tuple[int, LotView]]:
    """Credits with their places in the journal, newest first; of one state, or all (OCT-37, 39)."""
    journal = journals.journal(tx, of.account, of.program.id)
    found = _lots(tx, journal, replay(posted.entry for posted in journal))
    places = {str(posted.entry.id): posted.position for posted in journal}
    told = [
        (places[lot.entry], lot)
        for lot in found
        if state in (None, lot.state) and (after is None or places[lot.entry] < after)
    ]
    return sorted(told, key=lambda each: -each[0])[:limit]


def movements(
    tx: Transaction, of: Seen, *, kinds: frozenset[EntryKind], after: int | None, limit: int
) -> tuple[PointsMovement, ...]:
    """Movements of those kinds, newest first, with tickets and reasons (CLI-27, OCT-38, INV-29)."""
    found = journals.newest(tx, of.account, of.program.id, kinds=kinds, before=after, limit=limit)
    return tuple(_movements(tx, of, found))


def _movements(tx: Transaction, of: Seen, found: Sequence[Posted]) -> Iterator[PointsMovement]:
    facts = tuple({posted.entry.fact for posted in found})
    sold, acts = sales.sales(tx, facts), sales.acts(tx, facts)
    about = tuple({act.sale for act in acts.values() if act.sale is not None})
    sold |= sales.sales(tx, about)
    used = _used_for(tx, of, facts)
    for posted in found:
        entry = posted.entry
        act = acts.get(entry.fact)
        sale = sold.get((act.sale or "") if act else entry.fact)
        use = used.get(entry.fact)
        if sale is None and use is not None and use[1] is not None:
            sale = sales.sale(tx, use[1])
        yield PointsMovement(
            entry=entry.id,
            position=posted.position,
            kind=entry.kind,
            points=entry.points,
            at=entry.occurred_at,
            store=entry.store,
            deadline=entry.deadline,
            ticket=None
            if sale is None
            else TicketBody(
                sale=sale.id,
                total=sale.total,
                currency=sale.currency,
                channel=sale.channel,
                store=sale.store,
            ),
            used_for=use[0] if use else None,
            by=entry.by,
            actor=entry.adjustment.actor if entry.adjustment else None,
            why=explanations.why(entry, _version(tx, entry, of.program), of.words),
        )


def _version(tx: Transaction, entry: Entry, now: Program) -> Program:
    """The rules that the entry was computed by; those of today where it says none."""
    if entry.trace is None:
        return now
    return shops.program(tx, entry.program, entry.trace.program_version) or now


def _used_for(
    tx: Transaction, of: Seen, facts: tuple[str, ...]
) -> dict[str, tuple[str, str | None]]:
    """Of uses and vouchers among those facts: the reward's name, and the sale it was used on."""
    rewards = [(row.id, row.reward, row.sale) for row in uses.uses(tx, facts).values()]
    rewards += [
        (row.voucher.redemption, row.voucher.reward, None) for row in vouchers.vouchers(tx, facts)
    ]
    names = {reward.id: reward.name for reward in of.program.rewards}
    return {
        fact: (in_language(names.get(reward, {}), of.words.language) or reward, sale)
        for fact, reward, sale in rewards
    }


def _lots(tx: Transaction, journal: Iterable[Posted], account: Account) -> tuple[LotView, ...]:
    entries = {posted.entry.id: posted.entry for posted in journal}
    sold = {EntryKind.EARN}
    return tuple(
        LotView(
            entry=lot.entry,
            kind=entry.kind,
            points=entry.points,
            left=lot.left if lot.alive(tx.now) else 0,
            state=_state(tx, lot),
            earned_at=entry.occurred_at,
            deadline=lot.deadline,
            available_from=lot.available_from,
            sale=entry.fact if entry.kind in sold else None,
        )
        for lot in account.lots
        if (entry := entries.get(lot.entry)) is not None
    )


def _state(tx: Transaction, lot: Lot) -> LotState:
    if lot.left and lot.usable(tx.now):
        return LotState.ACTIVE
    if lot.left and lot.alive(tx.now):
        return LotState.PENDING
    return LotState.EXPIRED if lot.expired or lot.left else LotState.SPENT


def _pending(tx: Transaction, account: Account) -> Iterator[PendingBody]:
    waiting = [lot for lot in account.lots if lot.left and _state(tx, lot) is LotState.PENDING]
    for lot in sorted(waiting, key=lambda lot: lot.available_from or UNTIL_RELEASED):
        day = lot.available_from
        yield PendingBody(
            points=lot.left, available_from=None if day in (None, UNTIL_RELEASED) else day
        )


def _goals(of: Seen, balance: Points) -> Iterator[GoalBody]:
    found = [(missing(reward.terms, balance), reward.cost, reward) for reward in of.program.rewards]
    for short, cost, reward in sorted(found, key=lambda each: (each[0], each[1], each[2].id)):
        yield GoalBody(
            reward=reward.id,
            name=in_language(reward.name, of.words.language),
            cost=cost,
            missing=short,
            complete=completed(balance, cost)[0],
        )


def _text(of: Seen, balance: Points, ahead: GoalBody | None) -> str:
    told = tickets.amount(of.words, of.program, balance)
    if ahead is None:
        return of.words.t("Balance: {balance}", balance=told)
    short = tickets.amount(of.words, of.program, ahead.missing)
    return of.words.t(
        "Balance: {balance}. {missing} more for: {reward}",
        balance=told,
        missing=short,
        reward=ahead.name,
    )


def tier_of(tx: Transaction, of: Seen) -> TierBody | None:
    """Where the person stands; None where the program has no tiers."""
    found = rank(tx, of.person, of.program, at=tx.now, zone=of.zone)
    if found is None:
        return None
    return TierBody(
        tier=found.tier.id if found.tier else None,
        name=in_language(found.tier.name, of.words.language) if found.tier else "",
        counted=found.counted,
        next_tier=found.next_tier.id if found.next_tier else None,
        missing=found.missing,
        until=found.until,
        falls_to=found.falls_to.id if found.falls_to else None,
        to_keep=found.to_keep,
    )
