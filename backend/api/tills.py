"""What tills call to begin with: how they are set up, what is for sale, who the customer is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from backend.api.callers import Data, at_till, till_with
from backend.api.pages import Asked, page
from backend.api.problems import BODY, KEY, documented
from backend.db import catalogue
from backend.db.access import Till
from backend.rights import Right
from backend.services.people.members import account_of, find_member
from backend.services.selling.at_till import setup
from backend.services.team import audit
from backend_client.schemas.base import API, Id
from backend_client.schemas.catalogue import ProductsPage
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.tills import AccountAnswer, MemberFound, MemberQuery, TillSetup
from loyalty.ids import MemberId

_MembersTill = Annotated[Till, Depends(at_till(Right.MEMBERS))]
_SalesTill = Annotated[Till, Depends(at_till(Right.SALES))]
_Machine = Annotated[Till, Depends(till_with(Right.MEMBERS))]

routes = APIRouter(prefix=API, tags=["tills"])


@routes.get("/till", responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID))
def about(database: Data, till: _SalesTill) -> TillSetup:
    """Where the till stands, in which program, and what it can sell there."""
    with database.read(till.tenant) as tx:
        return setup(tx, till)


@routes.get("/articles", responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID))
def articles(
    database: Data,
    till: _SalesTill,
    paging: Asked,
    search: Annotated[
        str, Query(max_length=120, description="A code that was scanned, or words of a name.")
    ] = "",
    family: Annotated[str | None, Query(max_length=64, description="Those of one family.")] = None,
) -> ProductsPage:
    """What is for sale, by id."""
    place = paging.after(str)
    with database.read(till.tenant) as tx:
        after = place[0] if place else None
        found = catalogue.for_sale(
            tx, after, paging.limit + 1, search=search.strip(), family=family
        )
    told, following = page(found, paging, lambda product: (product.id,))
    return ProductsPage(products=told, next=following)


@routes.post(
    "/members/find",
    responses=documented(
        *BODY,
        *KEY,
        ProblemName.NOT_FOUND,
        ProblemName.CARD_BLOCKED,
        ProblemName.CARD_EXPIRED,
        ProblemName.CARD_RANDOM,
        ProblemName.EMAIL_REFUSED,
    ),
)
def find(database: Data, till: _MembersTill, body: MemberQuery) -> MemberFound:
    """The member of a card or an e-mail address, and what they can spend."""
    found = find_member(database, till, body)
    if till.by is not None:
        with database.write(till.tenant) as tx:
            audit.note(tx, till.by, "member.view", found.id)
    return found


@routes.get(
    "/accounts/{member}",
    responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def account(database: Data, till: _Machine, member: Annotated[Id, Path()]) -> AccountAnswer:
    """The member's account in the till's program, with every entry."""
    with database.read(till.tenant) as tx:
        return account_of(tx, MemberId(member), till.store.program)
