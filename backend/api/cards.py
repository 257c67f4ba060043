"""Cards and their types: linked, blocked, replaced."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.deeds import doing
from backend.api.members import MembersCaller, program_of
from backend.api.problems import BODY, TOKEN, documented
from backend.db import Transaction, shops
from backend.db.shops import Store
from backend.rights import Right
from backend.services.people import card_sale, records
from backend.services.people import cards as desk
from backend_client.schemas import (
    API,
    CardBlock,
    CardBody,
    CardKey,
    CardLimits,
    CardLink,
    CardLinked,
    CardReplacement,
    CardTypeBody,
    CardTypesAnswer,
    CardTypeTerms,
    Id,
    ProblemName,
)
from loyalty.ids import MemberId

_CARD = (
    ProblemName.NOT_FOUND,
    ProblemName.CARD_TAKEN,
    ProblemName.CARD_BLOCKED,
    ProblemName.CARD_RANDOM,
)

_Adjuster = Annotated[Caller, Depends(allowed(Right.ADJUST))]
_Cataloguer = Annotated[Caller, Depends(allowed(Right.CATALOGUE))]
_Card = Annotated[CardKey, Path()]

routes = APIRouter(prefix=API, tags=["cards"])


@routes.post("/members/{member}/cards", responses=documented(*BODY, *TOKEN, *_CARD))
def link(
    database: Data, caller: MembersCaller, member: Annotated[Id, Path()], body: CardLink
) -> CardLinked:
    """Link a card to a member; a member may have several. Linked again, it stays as it is.

    A card that is not free comes with the line that the till puts on the ticket.
    """
    wanted = MemberId(member)
    return doing(database, caller, "card.link", member, _link, wanted, body, caller.store)


def _link(tx: Transaction, member: MemberId, body: CardLink, store: Store | None) -> CardLinked:
    joined_in = records.existing(tx, member).store
    known = store or (shops.store(tx, joined_in) if joined_in else None) or shops.stores(tx)[0]
    return card_sale.told(tx, desk.link(tx, member, body, known), known)


@routes.get(
    "/cards/{card}", responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)
)
def read(database: Data, caller: MembersCaller, card: _Card) -> CardBody:
    """A card, whose it is and what it may do."""
    with database.read(caller.tenant) as tx:
        whose = desk.existing(tx, card).member
    # The log stays when a person is erased: it names the member, never the card.
    with looking_at(database, caller, "card.view", whose) as tx:
        return desk.told(desk.existing(tx, card))


@routes.patch("/cards/{card}", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def limit(database: Data, caller: _Adjuster, card: _Card, body: CardLimits) -> CardBody:
    """Say what a card may do: earn only, so much in a day, how far it is trusted."""
    return desk.told(doing(database, caller, "card.limit", card, desk.limit, card, body))


@routes.post("/cards/{card}/block", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def block(database: Data, caller: MembersCaller, card: _Card, body: CardBlock) -> CardBody:
    """Block a card, at every kiosk and till."""
    return desk.told(doing(database, caller, "card.block", card, desk.block, card, body))


@routes.post(
    "/cards/{card}/unblock",
    responses=documented(
        *TOKEN, ProblemName.NOT_FOUND, ProblemName.CARD_BLOCKED, ProblemName.INVALID
    ),
)
def unblock(database: Data, caller: MembersCaller, card: _Card) -> CardBody:
    """Let a blocked or frozen card open its account again."""
    return desk.told(doing(database, caller, "card.unblock", card, desk.unblock, card))


@routes.post("/cards/{card}/replacement", responses=documented(*BODY, *TOKEN, *_CARD))
def replace(database: Data, caller: MembersCaller, card: _Card, body: CardReplacement) -> CardBody:
    """Put a new card in the place of another; points and deadlines are not touched."""
    return desk.told(doing(database, caller, "card.replace", card, desk.replace_card, card, body))


@routes.get("/card-types", responses=documented(*TOKEN))
def types(database: Data, caller: MembersCaller) -> CardTypesAnswer:
    """Every type of card."""
    with database.read(caller.tenant) as tx:
        return CardTypesAnswer(types=desk.types(tx))


@routes.put("/card-types/{type}", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def save_type(
    database: Data,
    caller: _Cataloguer,
    type: Annotated[Id, Path()],  # noqa: A002 - its name in the address
    body: CardTypeTerms,
) -> CardTypeBody:
    """Add a type of card, or change it for the cards to come."""
    program = program_of(database, caller, body.program)
    return doing(database, caller, "card-type.save", type, desk.save_type, type, body, program)
