"""What tills call."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Data, till_with
from backend.api.problems import BODY, KEY, documented
from backend.db.access import Till
from backend.services.people.members import account_of, find_member
from backend_client.schemas import (
    API,
    AccountAnswer,
    Id,
    MemberFound,
    MemberQuery,
    ProblemName,
)
from loyalty.ids import MemberId

_MembersTill = Annotated[Till, Depends(till_with("members"))]
routes = APIRouter(prefix=API, tags=["tills"])


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
    return find_member(database, till, body)


@routes.get(
    "/accounts/{member}",
    responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def account(database: Data, till: _MembersTill, member: Annotated[Id, Path()]) -> AccountAnswer:
    """The member's account in the till's program, with every entry."""
    with database.read(till.tenant) as tx:
        return account_of(tx, MemberId(member), till.store.program)
