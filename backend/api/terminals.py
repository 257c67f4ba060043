"""What kiosks call."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from backend.api.callers import Data, TerminalCaller
from backend.api.problems import BODY, TOKEN, documented
from backend.bell import Bell
from backend.db import Database
from backend.db.access import Terminal
from backend.services.kiosks.changes import changes_after
from backend.services.kiosks.events import apply_events
from backend.services.kiosks.fleet import refuse_paused
from backend.services.kiosks.redemptions import hold_redemption
from backend.services.people.members import profile
from backend.services.selling import assurance
from backend.services.team.access import claim_terminal
from backend_client.schemas.base import API, Id
from backend_client.schemas.changes import ChangesPage, MemberProfile
from backend_client.schemas.events import EventResult, EventsAnswer, EventsRequest
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.redemptions import RedemptionAnswer, RedemptionRequest
from backend_client.schemas.terminals import ClaimAnswer, ClaimRequest
from loyalty.ids import MemberId

WAIT_MAX_S = 25
"""How long a poll may wait: below the half minute after which some routers forget a connection."""
FACTS_AT_ONCE = 250
"""In one transaction. A kiosk that comes back with hundreds must not make others, whose customers
stand there, wait for the write lock; facts are whole one by one, so a batch need not be."""


routes = APIRouter(prefix=API, tags=["terminals"])


@routes.post(
    "/terminals/claim",
    responses=documented(*BODY, ProblemName.CLAIM_CODE, ProblemName.CODE_MISTYPED),
)
def claim(database: Data, body: ClaimRequest) -> ClaimAnswer:
    """Exchange a one-time code for the terminal's token, its store and its secrets."""
    return claim_terminal(database, body)


@routes.post("/events", responses=documented(*BODY, *TOKEN))
def events(database: Data, terminal: TerminalCaller, body: EventsRequest) -> EventsAnswer:
    """Facts in the order in which they were written down.

    None is refused: each is accepted, known already, or accepted and flagged. Sent again, the same
    facts do nothing.
    """
    results: list[EventResult] = []
    for start in range(0, len(body.events), FACTS_AT_ONCE):
        some = EventsRequest(events=body.events[start : start + FACTS_AT_ONCE])
        results += database.run(terminal.tenant, apply_events, terminal, some).results
    return EventsAnswer(results=tuple(results))


@routes.get("/changes", responses=documented(*TOKEN, ProblemName.INVALID))
async def changes(
    request: Request,
    database: Data,
    terminal: TerminalCaller,
    cursor: Annotated[
        str, Query(max_length=64, description="The last page's cursor; none for everything.")
    ] = "",
    wait: Annotated[
        float,
        Query(
            ge=0,
            le=WAIT_MAX_S,
            allow_inf_nan=False,
            description="Seconds to wait for something new when there is nothing.",
        ),
    ] = 0,
) -> ChangesPage:
    """What changed after a cursor, oldest first, each thing once and as it stands now."""
    bell = request.app.state.bell
    assert isinstance(bell, Bell)
    end = asyncio.get_running_loop().time() + wait
    with bell.listening(terminal.tenant) as ear:
        while True:
            ear.forget()
            page = await run_in_threadpool(_page, database, terminal, cursor)
            left = end - asyncio.get_running_loop().time()
            if page.changes or left <= 0 or not bell.open:
                return page
            cursor = page.cursor
            if not page.more and not await ear.wait(left):
                return page


def _page(database: Database, terminal: Terminal, cursor: str) -> ChangesPage:
    with database.read(terminal.tenant) as tx:
        return changes_after(tx, terminal, cursor)


@routes.get(
    "/members/{member}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def member(
    database: Data, terminal: TerminalCaller, member: Annotated[Id, Path()]
) -> MemberProfile:
    """First name, masked contact and language of a member."""
    with database.read(terminal.tenant) as tx:
        return profile(tx, MemberId(member))


@routes.post(
    "/redemptions",
    responses=documented(
        *BODY,
        *TOKEN,
        ProblemName.NOT_FOUND,
        ProblemName.NOT_ENOUGH_POINTS,
        ProblemName.REWARD_UNAVAILABLE,
        ProblemName.CARD_BLOCKED,
        ProblemName.CARD_EXPIRED,
        ProblemName.EARN_ONLY,
        ProblemName.HOUSEHOLD,
        ProblemName.HOUSEHOLD_CAP,
        ProblemName.ASSURANCE,
        ProblemName.CODE_WRONG,
        ProblemName.SOLD_OUT,
        ProblemName.MEMBER_LIMIT,
        ProblemName.CODE_MISTYPED,
        ProblemName.CODE_TAKEN,
        ProblemName.ID_REUSED,
        ProblemName.ABANDONED,
        ProblemName.TERMINAL_PAUSED,
    ),
)
def redemptions(
    database: Data, terminal: TerminalCaller, body: RedemptionRequest
) -> RedemptionAnswer:
    """Hold the points for a gift; asked again under the same id, the answer is the same."""
    refuse_paused(terminal)
    chip = assurance.proved(database, terminal.tenant, body.card, body.proof, terminal.id)
    return database.run(terminal.tenant, hold_redemption, terminal, body, chip=chip)
