"""What stores have of a gift, and which pieces are kept for whom."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, and_, func, insert, select, update

from backend.db import feed, tables
from backend.db.transaction import Transaction
from backend_client.schemas.catalogue import MovementKind, StockBody


class HoldState(StrEnum):
    """What became of a piece that was kept."""

    CHOOSING = "choosing"
    """Somebody looks at it; let go by itself after a while."""
    PROMISED = "promised"
    """A voucher was made for it."""
    HANDED = "handed"
    RELEASED = "released"


KEPT = (HoldState.CHOOSING, HoldState.PROMISED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One piece, for one redemption."""

    id: str
    gift: str
    store: str
    state: HoldState
    counted: bool
    """Whether it was taken off the stock."""
    until: datetime | None
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Pieces that came, went, or were counted."""

    id: str
    gift: str
    store: str
    kind: MovementKind
    pieces: int
    free: int
    """What was free afterwards."""
    comment: str
    actor: str


def stock(tx: Transaction, gift: str, stores: list[str] | None = None) -> tuple[StockBody, ...]:
    """What the stores have of a gift, by store; those that never had any are left out."""
    table, holds = tables.gift_stock, tables.gift_holds
    query = select(table).where(table.c.tenant == tx.tenant, table.c.gift == gift)
    if stores is not None:
        query = query.where(table.c.store.in_(stores))
    kept = {
        (row.store, row.state): row.pieces
        for row in tx.rows(
            select(holds.c.store, holds.c.state, func.count().label("pieces"))
            .where(
                holds.c.tenant == tx.tenant,
                holds.c.gift == gift,
                holds.c.counted == 1,
                holds.c.state.in_([state.value for state in KEPT]),
            )
            .group_by(holds.c.store, holds.c.state)
        )
    }
    return tuple(
        StockBody(
            gift=gift,
            store=row.store,
            free=row.free,
            promised=kept.get((row.store, HoldState.PROMISED.value), 0),
            choosing=kept.get((row.store, HoldState.CHOOSING.value), 0),
        )
        for row in tx.rows(query.order_by(table.c.store))
    )


def free(tx: Transaction, gifts: list[str], store: str) -> dict[str, int]:
    """How many pieces of those gifts are free in a store; none where it never had any."""
    table = tables.gift_stock
    found = tx.rows(
        select(table.c.gift, table.c.free).where(
            table.c.tenant == tx.tenant, table.c.store == store, table.c.gift.in_(gifts)
        )
    )
    return dict.fromkeys(gifts, 0) | {row.gift: int(row.free) for row in found}


def set_free(tx: Transaction, gift: str, store: str, pieces: int) -> None:
    """So many pieces are free now."""
    fresh = tx.insert_or_update(tables.gift_stock).values(
        tenant=tx.tenant, gift=gift, store=store, free=pieces
    )
    tx.run(
        fresh.on_conflict_do_update(
            index_elements=["tenant", "gift", "store"], set_={"free": pieces}
        )
    )
    _tell(tx, gift, store)


def take(tx: Transaction, gift: str, store: str) -> bool:
    """One free piece fewer; False when there is none."""
    table = tables.gift_stock
    taken = tx.run(
        update(table)
        .where(
            table.c.tenant == tx.tenant,
            table.c.gift == gift,
            table.c.store == store,
            table.c.free > 0,
        )
        .values(free=table.c.free - 1)
    )
    if taken.rowcount:
        _tell(tx, gift, store)
    return taken.rowcount == 1


def put_back(tx: Transaction, gift: str, store: str) -> None:
    """One free piece more."""
    table = tables.gift_stock
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.gift == gift, table.c.store == store)
        .values(free=table.c.free + 1)
    )
    _tell(tx, gift, store)


def add_hold(tx: Transaction, hold: Hold) -> None:
    """Write down that a piece is kept."""
    tx.run(
        insert(tables.gift_holds).values(
            tenant=tx.tenant,
            id=hold.id,
            gift=hold.gift,
            store=hold.store,
            state=hold.state.value,
            counted=int(hold.counted),
            until=hold.until,
            actor=hold.actor,
            at=tx.now,
        )
    )


def save_hold(tx: Transaction, hold: Hold) -> None:
    """The hold as it stands now."""
    table = tables.gift_holds
    tx.run(
        update(table)
        .where(table.c.tenant == tx.tenant, table.c.id == hold.id)
        .values(
            gift=hold.gift,
            store=hold.store,
            state=hold.state.value,
            counted=int(hold.counted),
            until=hold.until,
        )
    )


def hold(tx: Transaction, wanted: str) -> Hold | None:
    """The piece kept for that redemption."""
    table = tables.gift_holds
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    return None if row is None else _hold(row)


def overdue(tx: Transaction, limit: int, gift: str | None = None) -> tuple[Hold, ...]:
    """Pieces kept for somebody who was choosing and has not taken them in time."""
    table = tables.gift_holds
    query = select(table).where(
        table.c.tenant == tx.tenant,
        table.c.state == HoldState.CHOOSING.value,
        table.c.until <= tx.now,
    )
    if gift is not None:
        query = query.where(table.c.gift == gift)
    return tuple(_hold(row) for row in tx.rows(query.order_by(table.c.until).limit(limit)))


def unclaimed(tx: Transaction, limit: int) -> tuple[Hold, ...]:
    """Pieces promised to vouchers that nobody fetched in time, longest overdue first."""
    table, voucher = tables.gift_holds, tables.vouchers
    same = and_(voucher.c.tenant == table.c.tenant, voucher.c.redemption == table.c.id)
    found = tx.rows(
        select(table)
        .join(voucher, same)
        .where(
            table.c.tenant == tx.tenant,
            table.c.state == HoldState.PROMISED.value,
            voucher.c.deadline <= tx.now,
        )
        .order_by(voucher.c.deadline, table.c.id)
        .limit(limit)
    )
    return tuple(_hold(row) for row in found)


def add_movement(tx: Transaction, movement: Movement) -> None:
    """Write down that pieces came, went or were counted."""
    tx.run(
        insert(tables.stock_movements).values(
            tenant=tx.tenant,
            id=movement.id,
            gift=movement.gift,
            store=movement.store,
            kind=movement.kind.value,
            pieces=movement.pieces,
            free=movement.free,
            comment=movement.comment,
            actor=movement.actor,
            at=tx.now,
        )
    )


def movement(tx: Transaction, wanted: str) -> Movement | None:
    """The movement of that id."""
    table = tables.stock_movements
    row = tx.first(select(table).where(table.c.tenant == tx.tenant, table.c.id == wanted))
    if row is None:
        return None
    return Movement(
        id=row.id,
        gift=row.gift,
        store=row.store,
        kind=MovementKind(row.kind),
        pieces=row.pieces,
        free=row.free,
        comment=row.comment,
        actor=row.actor,
    )


def key(gift: str, store: str) -> str:
    """What the feed calls the stock of a gift in a store."""
    return f"{gift}/{store}"


def _tell(tx: Transaction, gift: str, store: str) -> None:
    feed.tell(tx, "stock", key(gift, store))


def _hold(row: Row[tuple[object, ...]]) -> Hold:
    return Hold(
        id=row.id,
        gift=row.gift,
        store=row.store,
        state=HoldState(row.state),
        counted=bool(row.counted),
        until=row.until,
        actor=row.actor,
    )
