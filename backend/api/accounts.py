"""A member's account as people read it: summary, lots, movements with their reasons."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.languages import Language
from backend.api.pages import Asked, page
from backend.api.problems import KEY, documented
from backend.rights import Right
from backend.services.points import accounts as service
from backend_client.schemas.accounts import AccountSummary, LotsPage, LotState, MovementsPage
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from loyalty.ledger import EntryKind

_Caller = Annotated[Caller, Depends(allowed(Right.MEMBERS))]
_Member = Annotated[Id, Path()]
_ANSWERS = documented(*KEY, ProblemName.NOT_FOUND, ProblemName.INVALID)
_KINDS_MAX = len(EntryKind)

routes = APIRouter(prefix=API, tags=["accounts"])


@routes.get("/accounts/{member}/summary", responses=_ANSWERS)
def summary(database: Data, caller: _Caller, member: _Member, language: Language) -> AccountSummary:
    """Balance, its worth, what is pending and until when, deadlines, rewards and tier."""
    with looking_at(database, caller, "account.summary", member) as tx:
        return service.summary(tx, service.seen(tx, member, caller.store, language))


@routes.get("/accounts/{member}/lots", responses=_ANSWERS)
def lots(
    database: Data,
    caller: _Caller,
    member: _Member,
    language: Language,
    asked: Asked,
    state: Annotated[
        LotState | None, Query(description="`active` for points that can be spent; none for all.")
    ] = None,
) -> LotsPage:
    """Points as they were earned, newest first, and what is left of each."""
    after = asked.after(int)
    with looking_at(database, caller, "account.lots", member) as tx:
        of = service.seen(tx, member, caller.store, language)
        found = service.lots_of(
            tx, of, state=state, after=after[0] if after else None, limit=asked.limit + 1
        )
    told, following = page(found, asked, lambda each: (each[0],))
    return LotsPage(lots=tuple(lot for _, lot in told), next=following)


@routes.get("/accounts/{member}/movements", responses=_ANSWERS)
def movements(
    database: Data,
    caller: _Caller,
    member: _Member,
    language: Language,
    asked: Asked,
    kind: Annotated[
        list[EntryKind] | None,
        Query(
            max_length=_KINDS_MAX, description="Such as `redeem` for what was used; all for none."
        ),
    ] = None,
) -> MovementsPage:
    """Every movement of points, newest first, with its ticket and why it is what it is."""
    after = asked.after(int)
    with looking_at(database, caller, "account.movements", member) as tx:
        of = service.seen(tx, member, caller.store, language)
        found = service.movements(
            tx,
            of,
            kinds=frozenset(kind or ()),
            after=after[0] if after else None,
            limit=asked.limit + 1,
        )
    told, following = page(found, asked, lambda each: (each.position,))
    return MovementsPage(movements=told, next=following)
