"""Gifts, their pictures and their stock."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Response

from backend.api.callers import Caller, Data, OfTheCompany, TerminalCaller, allowed
from backend.api.catalogue import READING, WRITING
from backend.api.etags import WhatWasSeen, tagged
from backend.api.pages import Asked, page
from backend.api.problems import documented
from backend.db import Transaction, gifts, shops
from backend.errors import Refused
from backend.rights import Right
from backend.services.selling.counter import cancel, take_gift
from backend.services.shop.gifts import gift_of, put_gift
from backend.services.shop.pictures import picture_of, put_picture
from backend.services.shop.stock import keep, let_go, move, stock_of
from backend_client.schemas.base import API, Id
from backend_client.schemas.catalogue import (
    GiftBody,
    GiftFound,
    GiftsPage,
    GiftTaking,
    Hash,
    HoldAnswer,
    HoldRequest,
    MovementBody,
    PictureFound,
    StockBody,
    StockFound,
)
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.redemptions import RedemptionAnswer
from backend_client.schemas.staff import Done
from loyalty.ids import StoreId

FOR_EVER = "private, max-age=31536000, immutable"
"""What is named by its content never changes under that name."""

_Editor = Annotated[Caller, Depends(allowed(Right.CATALOGUE))]
_Giver = Annotated[Caller, Depends(allowed(Right.GIFTS))]
_Id = Annotated[Id, Path()]
_Hash = Annotated[Hash, Path()]

routes = APIRouter(prefix=API, tags=["gifts"])


@routes.get("/gifts", responses=documented(*READING))
def gift_list(database: Data, caller: _Giver, paging: Asked) -> GiftsPage:
    """The gifts, by id; not those that only a program's document names."""
    place = paging.after(str)
    with database.read(caller.tenant) as tx:
        found = gifts.gifts_after(tx, place[0] if place else None, paging.limit + 1)
    told, following = page(found, paging, lambda gift: (gift.id,))
    return GiftsPage(gifts=told, next=following)


@routes.get("/gifts/{gift}", responses=documented(*READING, ProblemName.NOT_FOUND))
def gift(database: Data, caller: _Giver, response: Response, gift: _Id) -> GiftFound:
    """One gift."""
    with database.read(caller.tenant) as tx:
        found = gift_of(tx, gift)
    tagged(response, found)
    return found


@routes.put("/gifts/{gift}", responses=documented(*WRITING))
def gift_put(
    database: Data,
    caller: _Editor,
    response: Response,
    gift: _Id,
    body: GiftBody,
    seen: WhatWasSeen,
) -> GiftFound:
    """Add a gift or change it; kiosks hear of it. Put again, it is the same.

    With the id of a reward of a program's document, it changes what the document says of it.
    """
    found = database.run(caller.tenant, put_gift, gift, body, seen)
    tagged(response, found)
    return found


@routes.get("/gifts/{gift}/stock", responses=documented(*READING, ProblemName.NOT_FOUND))
def stock(database: Data, caller: _Giver, gift: _Id) -> StockFound:
    """What each store has of a gift; stores that never had any are left out."""
    with database.read(caller.tenant) as tx:
        return stock_of(tx, gift)


@routes.post(
    "/gifts/{gift}/stock/{store}",
    responses=documented(
        *WRITING[:-1], ProblemName.NOT_FOUND, ProblemName.ID_REUSED, ProblemName.IN_USE
    ),
)
def movement(
    database: Data, caller: _Editor, gift: _Id, store: _Id, body: MovementBody
) -> StockBody:
    """Pieces came, went or were counted; sent again under the same id, they did so once."""
    return database.run(caller.tenant, move, gift, store, body, actor=caller.actor)


@routes.post(
    "/gifts/{gift}/redemptions",
    responses=documented(
        *WRITING[:-1],
        ProblemName.NOT_FOUND,
        ProblemName.NOT_ENOUGH_POINTS,
        ProblemName.REWARD_UNAVAILABLE,
        ProblemName.SOLD_OUT,
        ProblemName.MEMBER_LIMIT,
        ProblemName.ID_REUSED,
    ),
)
def taking(database: Data, caller: _Giver, gift: _Id, body: GiftTaking) -> RedemptionAnswer:
    """Give a member a gift at the counter, for points; sent again, it was given once."""
    return database.run(caller.tenant, _take, caller, gift, body)


def _take(tx: Transaction, caller: Caller, gift: str, body: GiftTaking) -> RedemptionAnswer:
    store = caller.store
    if store is None and body.store is not None:
        store = shops.store(tx, StoreId(body.store))
    if store is None or body.store not in (None, store.id):
        raise Refused(ProblemName.NOT_FOUND, "store: say in which of your stores")
    return take_gift(tx, store, gift, body, actor=caller.actor)


@routes.post(
    "/redemptions/{redemption}/cancellation",
    responses=documented(*READING, ProblemName.NOT_FOUND, ProblemName.VOUCHER_REDEEMED),
)
def cancellation(database: Data, caller: _Editor, redemption: _Id) -> RedemptionAnswer:
    """Take a promise back that cannot be kept: the voucher is void, the points are returned."""
    return database.run(caller.tenant, cancel, redemption)


@routes.post(
    "/gifts/{gift}/holds",
    tags=["terminals"],
    responses=documented(
        *WRITING[:-1], ProblemName.NOT_FOUND, ProblemName.ID_REUSED, ProblemName.SOLD_OUT
    ),
)
def hold(database: Data, terminal: TerminalCaller, gift: _Id, body: HoldRequest) -> HoldAnswer:
    """Keep one piece for a moment while somebody chooses; asked again, it is kept on."""
    return database.run(
        terminal.tenant, keep, gift, terminal.store.id, body.id, actor=f"terminal:{terminal.id}"
    )


@routes.delete(
    "/holds/{hold}",
    tags=["terminals"],
    responses=documented(*READING, ProblemName.NOT_FOUND),
)
def hold_delete(database: Data, terminal: TerminalCaller, hold: _Id) -> Done:
    """Let the piece go; what is not kept is let go."""
    database.run(terminal.tenant, let_go, hold, actor=f"terminal:{terminal.id}")
    return Done()


@routes.put("/pictures/{picture}", responses=documented(*WRITING[:-1]))
def picture_put(
    database: Data,
    caller: _Editor,
    picture: _Hash,
    body: Annotated[bytes, Body(media_type="image/png", description="PNG, JPEG or WebP, 1 MiB.")],
    content_type: Annotated[str, Header(max_length=100)] = "",
) -> PictureFound:
    """Keep a picture under the SHA-256 of its file; put again, it is the same."""
    kind = content_type.partition(";")[0].strip().lower()
    return database.run(caller.tenant, put_picture, picture, kind, body)


@routes.get(
    "/pictures/{picture}",
    response_class=Response,
    responses={
        200: {
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("image/png", "image/jpeg", "image/webp")
            },
            "description": "The picture. It never changes: keep it for ever.",
        },
        304: {"description": "You have it already (If-None-Match)."},
        **documented(*READING, ProblemName.NOT_FOUND),
    },
)
def picture(
    database: Data,
    tenant: OfTheCompany,
    picture: _Hash,
    if_none_match: Annotated[str, Header(max_length=400)] = "",
) -> Response:
    """A picture by the hash that a gift says."""
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{picture}"'}
    with database.read(tenant) as tx:
        found = picture_of(tx, picture)
    if picture in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(
        found.body,
        media_type=found.media_type,
        headers={**headers, "X-Content-Type-Options": "nosniff"},
    )
