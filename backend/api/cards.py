"""Cards and their types: linked, blocked, replaced."""

from collections.abc import Callable
from typing import Annotated, Concatenate, ParamSpec

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.deeds import doing
from backend.api.members import MembersCaller, program_of
from backend.api.problems import BODY, TOKEN, documented
from backend.db import Transaction, shops
from backend.db.cards import Card
from backend.rights import Right
from backend.services.people import card_sale, phone_cards, records
from backend.services.people import cards as desk
from backend.services.shop import removal
from backend.services.team import audit
from backend_client.schemas.base import API, CardKey, Id
from backend_client.schemas.cards import (
    CardBlock,
    CardBody,
    CardLimits,
    CardLink,
    CardLinked,
    CardReplacement,
    CardSettings,
    CardTypeBody,
    CardTypesAnswer,
    CardTypeTerms,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId

P = ParamSpec("P")

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
    return database.run(caller.tenant, _link, caller, MemberId(member), body)


def _link(tx: Transaction, caller: Caller, member: MemberId, body: CardLink) -> CardLinked:
    joined_in = records.existing(tx, member).store
    known = shops.store(tx, joined_in) if joined_in else None
    store = caller.store or known or shops.stores(tx)[0]
    linked = _noted(caller, "card.link", desk.link)(tx, member, body, store)
    return card_sale.told(tx, linked, store)


def _noted(
    caller: Caller, action: str, deed: Callable[Concatenate[Transaction, P], Card], **detail: str
) -> Callable[Concatenate[Transaction, P], Card]:
    """The deed with its line in the log: about the member, with the sign of the card.

    Never with its key: the log stays when the person is erased and their card is nobody's.
    """

    def both(tx: Transaction, /, *args: P.args, **kwargs: P.kwargs) -> Card:
        card = deed(tx, *args, **kwargs)
        audit.note(tx, caller.actor, action, card.member, card=desk.sign(card.key), **detail)
        return card

    return both


@routes.get(
    "/cards/{card}", responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)
)
def read(database: Data, caller: MembersCaller, card: _Card) -> CardBody:
    """A card, whose it is and what it may do."""
    with database.read(caller.tenant) as tx:
        whose = desk.existing(tx, card).member
    with looking_at(database, caller, "card.view", whose) as tx:
        return desk.told(desk.existing(tx, card))


@routes.patch("/cards/{card}", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def limit(database: Data, caller: _Adjuster, card: _Card, body: CardLimits) -> CardBody:
    """Say what a card may do: earn only, so much in a day, how far it is trusted."""
    noted = _noted(caller, "card.limit", desk.limit)
    return desk.told(database.run(caller.tenant, noted, card, body))


@routes.post("/cards/{card}/block", responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND))
def block(database: Data, caller: MembersCaller, card: _Card, body: CardBlock) -> CardBody:
    """Block a card, at every kiosk and till."""
    noted = _noted(caller, "card.block", desk.block)
    return desk.told(database.run(caller.tenant, noted, card, body))


@routes.post(
    "/cards/{card}/unblock",
    responses=documented(
        *TOKEN, ProblemName.NOT_FOUND, ProblemName.CARD_BLOCKED, ProblemName.INVALID
    ),
)
def unblock(database: Data, caller: MembersCaller, card: _Card) -> CardBody:
    """Let a blocked or frozen card open its account again."""
    noted = _noted(caller, "card.unblock", desk.unblock)
    return desk.told(database.run(caller.tenant, noted, card))


@routes.post("/cards/{card}/replacement", responses=documented(*BODY, *TOKEN, *_CARD))
def replace(database: Data, caller: MembersCaller, card: _Card, body: CardReplacement) -> CardBody:
    """Put a new card in the place of another; points and deadlines are not touched."""
    noted = _noted(caller, "card.replace", desk.replace_card, former=desk.sign(card))
    return desk.told(database.run(caller.tenant, noted, card, body))


@routes.get("/settings/cards", responses=documented(*TOKEN))
def card_settings(database: Data, caller: _Cataloguer) -> CardSettings:
    """What holds for the cards of the whole company."""
    with database.read(caller.tenant) as tx:
        return phone_cards.card_settings(tx)


@routes.put("/settings/cards", responses=documented(*BODY, *TOKEN))
def change_card_settings(database: Data, caller: _Cataloguer, body: CardSettings) -> CardSettings:
    """Whether members may have a card on their phone; those that are there stay good."""
    return database.run(caller.tenant, phone_cards.save_settings, body, actor=caller.actor)


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


@routes.delete(
    "/card-types/{type}",
    status_code=204,
    responses=documented(*TOKEN, ProblemName.INVALID, ProblemName.IN_USE),
)
def remove_type(
    database: Data,
    caller: _Cataloguer,
    type: Annotated[Id, Path()],  # noqa: A002 - its name in the address
) -> None:
    """Take a type out of which no card is; one that is not there is out."""
    database.run(caller.tenant, removal.remove_card_type, type, actor=caller.actor)
