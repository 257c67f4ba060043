"""Taking a gift: ask, hold, then settle by what the printer says.

Nothing is promised before it is held. `ask` writes the intention down before the backend hears of
it, so that a plug pulled at any moment leaves either nothing, or a hold that `recover` gives back,
or a voucher with its code.
"""

from datetime import UTC, datetime

from backend_client.schemas.events import (
    RedemptionAbandoned,
    VoucherIssued,
    VoucherReserved,
    VoucherVoided,
)
from backend_client.schemas.ledger import EntryBody, VoucherBody
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from kiosk.db import Transaction
from kiosk.services.trust import NOTHING, Shown, check_trust
from loyalty import paper, redemption, vouchers
from loyalty.errors import OfflineLimit, RewardUnavailable
from loyalty.ids import MemberId, Points, RedemptionId, RewardId, StoreId, derived_entry
from loyalty.ledger import Entry
from loyalty.paper import Consequence, JobState
from loyalty.program import Program, Reward, Takes
from loyalty.redemption import OfflineUse, Reservation, reservation_entry
from loyalty.rewards import amount
from loyalty.terms import Gives
from loyalty.vouchers import Voucher, VoucherCode, VoucherState

NEVER = datetime.min.replace(tzinfo=UTC)


def ask(
    tx: Transaction,
    member: MemberId,
    reward: Reward,
    *,
    wanted: RedemptionId,
    code: VoucherCode,
    now: datetime,
    shown: Shown = NOTHING,
    points: Points | None = None,
) -> RedemptionRequest:
    """What the backend is to be asked, remembered before it is.

    `points`: how many were chosen, of a reward that gives money for each.
    `shown`: what may be spent is the card's own and its household's, and goes by what it proved.

    Raises RewardUnavailable when it is not on offer any more at the price that was confirmed.
    """
    program = tx.program()
    assert program is not None
    offered = program.reward(reward.id)
    if offered is None or _price(offered) != _price(reward):
        raise RewardUnavailable(reward.id)
    request = RedemptionRequest(
        id=wanted,
        member=member,
        program=program.id,
        reward=reward.id,
        code=code,
        at=now,
        card=shown.card,
        proof=shown.proof,
        passed=shown.code,
        points=points,
    )
    tx.open_request(request)
    return request


def _price(reward: Reward) -> tuple[Points, Takes, Gives | None]:
    return reward.cost, reward.takes, reward.gives


def held(tx: Transaction, answer: RedemptionAnswer, *, now: datetime) -> Voucher:
    """The backend said yes: entry, voucher and outbox event, in one transaction."""
    entry, voucher = answer.entry.entry(), answer.voucher.voucher()
    tx.save_snapshot(answer.account)
    _keep(tx, Reservation(entry=entry, voucher=voucher), asked=True, now=now)
    tx.number(entry.id, answer.position)
    return voucher


def hold_offline(
    tx: Transaction,
    wanted: RedemptionId,
    *,
    now: datetime,
    seal_key: bytes,
    clock_trusted: bool = True,
    shown: Shown = NOTHING,
) -> Voucher:
    """No answer from the backend: hold locally, under the same id, within the offline limits.

    Raises NotEnoughPoints, RewardUnavailable or OfflineLimit; also when the clock was set back,
    for then nobody can tell how old the balance is, and when the balance does not bear the
    backend's seal (F2). Raises AssuranceLimit or EarnOnlyCard for what the card may not (F5).
    """
    request, program = tx.request(wanted), tx.program()
    assert request is not None
    assert program is not None
    reward = program.reward(RewardId(request.reward))
    if reward is None:
        raise RewardUnavailable(request.reward)
    known = tx.entry(reservation_entry(wanted))
    if known is not None:
        return _held_meanwhile(tx, request, reward, program, known, now=now)
    member = MemberId(request.member)
    if not tx.is_genuine(member, program, seal_key):
        raise OfflineLimit("the balance does not bear the backend's seal")
    balance = tx.account(member, program).balance(request.at)
    cost = amount(reward, program.currency, balance, request.points).points
    check_trust(tx, member, cost, shown, now=now)
    use = _offline_use(tx, member, now=now, clock_trusted=clock_trusted)
    redemption.check_offline(cost, use, program.offline, now=now)
    reservation = _reservation(tx, request, reward, program)
    _keep(tx, reservation, asked=False, now=now, shown=shown)
    tx.remember(_day(tx, now), str(use.today + cost))
    return reservation.voucher


def _held_meanwhile(
    tx: Transaction,
    request: RedemptionRequest,
    reward: Reward,
    program: Program,
    known: Entry,
    *,
    now: datetime,
) -> Voucher:
    """The backend held the points, its answer was lost, and sync has brought the entry since."""
    voucher = redemption.reserved_voucher(
        reward,
        program,
        known,
        redemption=RedemptionId(request.id),
        code=VoucherCode(request.code),
        now=request.at,
        zone=tx.zone(),
    )
    _keep(tx, Reservation(entry=known, voucher=voucher), asked=True, now=now)
    return voucher


def _reservation(
    tx: Transaction, request: RedemptionRequest, reward: Reward, program: Program
) -> Reservation:
    """What was asked, held here. Raises NotEnoughPoints or RewardUnavailable."""
    member, store = MemberId(request.member), tx.store()
    assert store is not None
    return redemption.reserve(
        tx.account(member, program),
        reward,
        program,
        member,
        redemption=RedemptionId(request.id),
        code=VoucherCode(request.code),
        store=StoreId(store.id),
        now=request.at,
        zone=tx.zone(),
        chosen=request.points,
    )


def left_offline(
    tx: Transaction, member: MemberId, *, now: datetime, clock_trusted: bool = True
) -> Points:
    """The dearest gift that may be given to the member now without the network."""
    program = tx.program()
    assert program is not None
    use = _offline_use(tx, member, now=now, clock_trusted=clock_trusted)
    return redemption.most_offline(use, program.offline, now=now)


def _day(tx: Transaction, now: datetime) -> str:
    """Under which it is remembered what was held that day without the backend's word."""
    return f"offline:{now.astimezone(tx.zone()).date()}"


def _offline_use(
    tx: Transaction, member: MemberId, *, now: datetime, clock_trusted: bool
) -> OfflineUse:
    by_member, by_terminal = tx.spent_offline(member)
    contact = tx.recall("contact_at")
    known = contact is not None and clock_trusted
    return OfflineUse(
        by_member=by_member,
        by_terminal=by_terminal,
        snapshot_at=datetime.fromisoformat(contact) if contact and known else NEVER,
        # What was given back still counts: it is a day's bound on mischief, not on custom.
        today=int(tx.recall(_day(tx, now)) or 0),
    )


def _keep(
    tx: Transaction,
    reservation: Reservation,
    *,
    asked: bool,
    now: datetime,
    shown: Shown = NOTHING,
) -> None:
    tx.write(reservation.entry)
    tx.save_voucher(reservation.voucher, sure=True)
    tx.close_request(reservation.voucher.redemption)
    tx.publish(
        VoucherReserved(
            id=derived_entry("voucher-reserved", reservation.voucher.redemption),
            at=now,
            entry=EntryBody.of(reservation.entry),
            voucher=VoucherBody.of(reservation.voucher),
            asked=asked,
            card=shown.card,
            proof=shown.proof if shown.chip else None,
        )
    )


def refused(tx: Transaction, wanted: RedemptionId) -> None:
    """The backend said no: nothing was held anywhere."""
    tx.close_request(wanted)


def abandon(tx: Transaction, wanted: RedemptionId, *, now: datetime) -> None:
    """Nothing was promised, but the backend may have held the points: tell it to let go."""
    tx.close_request(wanted)
    tx.publish(
        RedemptionAbandoned(
            id=derived_entry("redemption-abandoned", wanted), at=now, redemption=wanted
        )
    )


def print_job(tx: Transaction, wanted: RedemptionId, *, now: datetime) -> int:
    """A job for the voucher's paper, written as being sent before the first byte goes out."""
    job = tx.new_job(wanted, now=now)
    tx.move_job(job, JobState.SENDING)
    return job


def printed(
    tx: Transaction, job: int, wanted: RedemptionId, state: JobState, *, now: datetime
) -> None:
    """The paper's outcome: printed issues the voucher; anything else waits for a decision."""
    tx.move_job(job, state)
    if paper.consequence(state) is Consequence.ISSUE:
        issue(tx, wanted, now=now)
    elif state is JobState.UNKNOWN:
        kept = tx.voucher(wanted)
        assert kept is not None
        tx.save_voucher(kept.voucher, sure=False)


def issue(tx: Transaction, wanted: RedemptionId, *, now: datetime) -> None:
    """The customer has the voucher, on paper or on the screen."""
    kept = tx.voucher(wanted)
    assert kept is not None
    if kept.voucher.state is not VoucherState.RESERVED:
        tx.save_voucher(kept.voucher, sure=True)
        return
    tx.save_voucher(vouchers.issue(kept.voucher), sure=True)
    tx.publish(VoucherIssued(id=derived_entry("voucher-issued", wanted), at=now, redemption=wanted))


def give_back(tx: Transaction, wanted: RedemptionId, *, now: datetime) -> None:
    """Nothing came out, for certain: the points return, once. Raises VoucherRedeemed."""
    kept, held_entry = tx.voucher(wanted), tx.entry(reservation_entry(wanted))
    assert kept is not None
    assert held_entry is not None
    if kept.voucher.state is VoucherState.VOIDED:
        return
    cancellation = redemption.void(kept.voucher, held_entry, now=now)
    tx.write(cancellation.entry)
    tx.save_voucher(cancellation.voucher, sure=True)
    tx.publish(
        VoucherVoided(
            id=derived_entry("voucher-voided", wanted),
            at=now,
            redemption=wanted,
            entry=EntryBody.of(cancellation.entry),
        )
    )


def recover(tx: Transaction, *, now: datetime) -> int:
    """After a power cut, take up what was left; returns how many things were settled.

    A request without an answer is abandoned. A job that was being sent is unknown: the points stay
    held and the member finds the same code again. A voucher whose paper was never begun goes back.
    """
    settled = 0
    for request in tx.requests():
        abandon(tx, RedemptionId(request.id), now=now)
        settled += 1
    for job in tx.jobs_under_way():
        printed(tx, job.id, job.redemption, paper.after_power_cut(job.state), now=now)
        settled += 1
    for wanted in tx.reserved_without_paper():
        give_back(tx, wanted, now=now)
        settled += 1
    return settled
