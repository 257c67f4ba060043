"""What tills call to let a member use points: set aside, then issued or voided."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Data, at_till
from backend.api.deeds import ringing
from backend.api.languages import Language
from backend.api.problems import BODY, KEY, documented
from backend.db.access import Till
from backend.rights import Right
from backend.services.selling import assurance
from backend.services.selling import uses as service
from backend.services.selling.assurance import Shown
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.uses import UseAnswer, UseBody, UseIssue

_Till = Annotated[Till, Depends(at_till(Right.GIFTS))]
_Use = Annotated[Id, Path(description="The till's id of the use.")]

routes = APIRouter(prefix=API, tags=["uses"])


@routes.post(
    "/uses",
    responses=documented(
        *BODY,
        *KEY,
        ProblemName.NOT_FOUND,
        ProblemName.NOT_ENOUGH_POINTS,
        ProblemName.REWARD_UNAVAILABLE,
        ProblemName.CARD_BLOCKED,
        ProblemName.CARD_EXPIRED,
        ProblemName.EARN_ONLY,
        ProblemName.HOUSEHOLD,
        ProblemName.HOUSEHOLD_CAP,
        ProblemName.ASSURANCE,
        ProblemName.MEMBER_LIMIT,
        ProblemName.SOLD_OUT,
        ProblemName.ID_REUSED,
        ProblemName.CURRENCY,
        ProblemName.CLOCK_OFF,
    ),
)
def uses(database: Data, till: _Till, body: UseBody, language: Language) -> UseAnswer:
    """Set points aside for a reward: the answer has the line, or the payment, for the ticket.

    Asked again under the same id, the answer is the same.
    """
    chip = assurance.proved(database, till.tenant, body.card, body.proof, till.id)
    seen = Shown(chip=chip)
    return ringing(database, till, "use.hold", body.id, service.hold, till, body, language, seen)


@routes.post(
    "/uses/{use}/issue",
    responses=documented(
        *BODY, *KEY, ProblemName.NOT_FOUND, ProblemName.TOO_LATE, ProblemName.ID_REUSED
    ),
)
def issue(database: Data, till: _Till, use: _Use, body: UseIssue, language: Language) -> UseAnswer:
    """The customer has what the points bought. A sale that names the use does that by itself."""
    return ringing(database, till, "use.issue", use, service.issue_use, use, body.sale, language)


@routes.post(
    "/uses/{use}/void",
    responses=documented(*KEY, ProblemName.NOT_FOUND, ProblemName.TOO_LATE, ProblemName.INVALID),
)
def void(database: Data, till: _Till, use: _Use, language: Language) -> UseAnswer:
    """Give the points back, once, with the deadlines they had."""
    return ringing(database, till, "use.void", use, service.void_use, use, language)
