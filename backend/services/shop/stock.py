"""Pieces of gifts: what a store has, what is kept while somebody chooses, and what is promised.

Every piece that is spoken for is a hold under the id of its redemption. A hold takes one piece off
what is free, and gives it back once; the schema refuses fewer than none.
"""

from dataclasses import replace
from datetime import timedelta

from backend.db import Transaction, gifts, shops, stock
from backend.db.stock import Hold, HoldState, Movement
from backend.errors import Refused, phrase
from backend.services.keeping.working import Work
from backend.services.shop.gifts import gift_of
from backend_client.schemas.catalogue import (
    GiftFound,
    HoldAnswer,
    MovementBody,
    MovementKind,
    StockBody,
    StockFound,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import RedemptionId, RewardId, StoreId
from loyalty.vouchers import Voucher, VoucherState

_SWEPT_AT_ONCE = 500
"""A sweep of more would keep the tills waiting; the rest is let go by the next."""


def stock_of(tx: Transaction, gift: str) -> StockFound:
    """What every store that ever had the gift has of it. Raises Refused."""
    gift_of(tx, gift)
    return StockFound(stock=stock.stock(tx, gift))


def move(tx: Transaction, gift: str, store: str, body: MovementBody, *, actor: str) -> StockBody:
    """Pieces came, went, or were counted: what there is now. Raises Refused."""
    gift_of(tx, gift)
    if shops.store(tx, StoreId(store)) is None:
        raise Refused(ProblemName.NOT_FOUND, "no such store")
    known = stock.movement(tx, body.id)
    if known is not None:
        told = (known.gift, known.store, known.kind, known.pieces, known.comment)
        if told != (gift, store, body.kind, body.pieces, body.comment):
            raise Refused(ProblemName.ID_REUSED, "another movement was written under this id")
        return _of(tx, gift, store)
    release_overdue(tx, gift=gift)
    free = _after(_of(tx, gift, store), body)
    stock.set_free(tx, gift, store, free)
    stock.add_movement(
        tx,
        Movement(
            id=body.id,
            gift=gift,
            store=store,
            kind=body.kind,
            pieces=body.pieces,
            free=free,
            comment=body.comment,
            actor=actor,
        ),
    )
    return _of(tx, gift, store)


def _after(now: StockBody, body: MovementBody) -> int:
    match body.kind:
        case MovementKind.DELIVERY:
            return now.free + body.pieces
        case MovementKind.LOSS:
            free = now.free - body.pieces
        case MovementKind.COUNT:
            free = body.pieces - now.promised - now.choosing
    if free < 0:
        raise Refused(
            ProblemName.IN_USE,
            phrase(
                "{promised} pieces are promised: cancel {over} of those vouchers first,"
                " and their points go back",
                promised=now.promised + now.choosing,
                over=-free,
            ),
            free=now.free,
            promised=now.promised,
            choosing=now.choosing,
        )
    return free


def _of(tx: Transaction, gift: str, store: str) -> StockBody:
    found = stock.stock(tx, gift, [store])
    return found[0] if found else StockBody(gift=gift, store=store, free=0, promised=0, choosing=0)


# --- pieces that are kept ---------------------------------------------------------------------


def keep(tx: Transaction, gift: str, store: StoreId, wanted: str, *, actor: str) -> HoldAnswer:
    """One piece kept while somebody chooses; again under the same id, kept on. Raises Refused."""
    found = gift_of(tx, gift)
    known = stock.hold(tx, wanted)
    if known is not None and (known.gift, known.store, known.actor) != (gift, store, actor):
        raise Refused(ProblemName.ID_REUSED, "another piece was kept under this id")
    if known is not None and known.state in (HoldState.PROMISED, HoldState.HANDED):
        raise Refused(ProblemName.ID_REUSED, "the redemption of this id was asked for already")
    until = tx.now + timedelta(seconds=found.hold_s)
    if found.stocked:
        _take(
            tx,
            found,
            known,
            Hold(
                id=wanted,
                gift=gift,
                store=store,
                state=HoldState.CHOOSING,
                counted=True,
                until=until,
                actor=actor,
            ),
        )
    return HoldAnswer(id=wanted, until=until, free=stock.free(tx, [gift], store)[gift])


def let_go(tx: Transaction, wanted: str, *, actor: str) -> None:
    """Nobody chooses it any more; a piece that was never kept is free. Raises Refused."""
    known = stock.hold(tx, wanted)
    if known is None:
        return
    if known.actor != actor:
        raise Refused(ProblemName.NOT_FOUND, "no such hold")
    if known.state is HoldState.CHOOSING:
        _release(tx, known)


def promise(
    tx: Transaction, reward: RewardId, store: StoreId, wanted: RedemptionId, *, actor: str
) -> None:
    """One piece for the voucher that is being made. Raises Refused when none is left."""
    gift = gifts.gift(tx, reward)
    known = stock.hold(tx, wanted)
    if gift is None or not gift.stocked:
        return
    _take(tx, gift, known, _promised(gift, store, wanted, actor))


def promise_regardless(
    tx: Transaction, reward: RewardId, store: StoreId, wanted: RedemptionId, *, actor: str
) -> bool:
    """One piece for a voucher that was made without asking; False when there was none for it."""
    gift = gifts.gift(tx, reward)
    if gift is None or not gift.stocked:
        return True
    asked, known = _promised(gift, store, wanted, actor), stock.hold(tx, wanted)
    try:
        _take(tx, gift, known, asked)
    except Refused:
        short = replace(asked, counted=False)
        (stock.add_hold if known is None else stock.save_hold)(tx, short)
        return False
    return True


def follow(tx: Transaction, voucher: Voucher) -> None:
    """What became of the voucher, becomes of its piece."""
    if voucher.state is VoucherState.REDEEMED:
        hand_out(tx, voucher.redemption)
    known = stock.hold(tx, voucher.redemption)
    if voucher.state is VoucherState.VOIDED and known is not None and known.state in stock.KEPT:
        _release(tx, known)


def hand_out(tx: Transaction, wanted: RedemptionId) -> None:
    """The customer has the piece that was kept; nothing where none was."""
    known = stock.hold(tx, wanted)
    if known is not None and known.state in stock.KEPT:
        stock.save_hold(tx, replace(known, state=HoldState.HANDED, until=None))


def give_back(tx: Transaction, wanted: RedemptionId) -> None:
    """The piece is on the shelf again, kept or handed out as it was; once."""
    known = stock.hold(tx, wanted)
    if known is not None and known.state is not HoldState.RELEASED:
        _release(tx, known)


def shelve_unclaimed(tx: Transaction, limit: int) -> int:
    """How many pieces went back on the shelf, whose vouchers nobody brought by their deadline.

    What becomes of the points is another matter: the company says whether they go back.
    """
    found = stock.unclaimed(tx, limit)
    for hold in found:
        _release(tx, hold)
    return len(found)


def release_overdue(tx: Transaction, *, gift: str | None = None) -> int:
    """How many pieces were let go, whose choosers have walked away.

    The jobs call it, and whoever needs a piece.
    """
    found = stock.overdue(tx, _SWEPT_AT_ONCE, gift)
    for hold in found:
        _release(tx, hold)
    return len(found)


def _promised(gift: GiftFound, store: StoreId, wanted: RedemptionId, actor: str) -> Hold:
    return Hold(
        id=wanted,
        gift=gift.id,
        store=store,
        state=HoldState.PROMISED,
        counted=True,
        until=None,
        actor=actor,
    )


def _take(tx: Transaction, gift: GiftFound, known: Hold | None, asked: Hold) -> None:
    """Raises Refused when no piece is left."""
    if known is not None and known.state in stock.KEPT:
        if (known.gift, known.store) == (asked.gift, asked.store):
            stock.save_hold(tx, replace(asked, counted=known.counted))
            return
        _release(tx, known)
    if not _one_free(tx, gift, asked.store):
        raise Refused(ProblemName.SOLD_OUT, "none is left in this store")
    (stock.add_hold if known is None else stock.save_hold)(tx, asked)


def _one_free(tx: Transaction, gift: GiftFound, store: str) -> bool:
    if stock.take(tx, gift.id, store):
        return True
    return release_overdue(tx, gift=gift.id) > 0 and stock.take(tx, gift.id, store)


def _release(tx: Transaction, hold: Hold) -> None:
    if hold.counted:
        stock.put_back(tx, hold.gift, hold.store)
    stock.save_hold(tx, replace(hold, state=HoldState.RELEASED, until=None))


# --- for the jobs -------------------------------------------------------------------------------


def shelve(work: Work) -> int:
    """How many pieces went back on the shelf: nobody took them in time, or fetched them."""
    done = 0
    for back in (_overdue, _unclaimed):
        while found := work.database.run(work.tenant, back):
            done += found
            if found < _SWEPT_AT_ONCE:
                break
            work.go_on()
    return done


def _overdue(tx: Transaction) -> int:
    return release_overdue(tx)


def _unclaimed(tx: Transaction) -> int:
    return shelve_unclaimed(tx, _SWEPT_AT_ONCE)
