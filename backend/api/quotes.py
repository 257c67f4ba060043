"""What tills and e-shops ask before a sale is closed; nothing is written."""

from typing import Annotated

from fastapi import APIRouter, Depends

from backend.api.callers import Data, at_till, till_with
from backend.api.languages import Language
from backend.api.problems import BODY, KEY, documented
from backend.db.access import Till
from backend.rights import Right
from backend.services.selling import quotes as service
from backend_client.schemas.base import API
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.quotes import CartBody, QuoteAnswer, QuoteBody, SimulationAnswer

_Till = Annotated[Till, Depends(at_till(Right.SALES))]
_Shopper = Annotated[Till, Depends(till_with(Right.SIMULATE))]

routes = APIRouter(prefix=API, tags=["quotes"])


@routes.post(
    "/quotes",
    responses=documented(
        *BODY, *KEY, ProblemName.NOT_FOUND, ProblemName.CURRENCY, ProblemName.CLOCK_OFF
    ),
)
def quotes(database: Data, till: _Till, body: QuoteBody, language: Language) -> QuoteAnswer:
    """What this sale would earn, the balance before it, the rewards, and the ticket's lines."""
    with database.read(till.tenant) as tx:
        return service.quote(tx, till.store, body, language)


@routes.post("/simulations", responses=documented(*BODY, *KEY, ProblemName.CURRENCY))
def simulations(
    database: Data, till: _Shopper, body: CartBody, language: Language
) -> SimulationAnswer:
    """What an article or a cart would earn, for whoever buys it.

    For pages of an e-shop: any origin may call this route, and no other, from a browser, with a
    key that has the scope `simulate` and no other. Such a key is no secret: it opens nothing else,
    and no member is looked at.
    """
    with database.read(till.tenant) as tx:
        return service.simulate(tx, till.store, body, language)
