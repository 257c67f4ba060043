"""Kiosks, tills and e-shops: registered, paused, given keys, revoked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Caller, Data, TerminalCaller, allowed
from backend.api.problems import BODY, TOKEN, documented
from backend.rights import Right
from backend.services.kiosks import fleet
from backend_client.schemas.base import API, Id
from backend_client.schemas.operations import (
    Heartbeat,
    HeartbeatAnswer,
    NewTerminal,
    NewTill,
    TerminalAdded,
    TerminalAnswer,
    TerminalChange,
    TerminalsAnswer,
    TillKey,
    TillsAnswer,
)
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.staff import Done

_Manager = Annotated[Caller, Depends(allowed(Right.TERMINALS))]
_Terminal = Annotated[Id, Path(description="The id of a kiosk.")]
_Till = Annotated[Id, Path(description="The id of a till or an e-shop.")]
_ONE = (*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID)

routes = APIRouter(prefix=API)


@routes.put("/heartbeat", tags=["terminals"], responses=documented(*BODY, *TOKEN))
def heartbeat(database: Data, terminal: TerminalCaller, body: Heartbeat) -> HeartbeatAnswer:
    """A kiosk says how it is."""
    return database.run(terminal.tenant, fleet.hear, terminal, body)


@routes.get("/terminals", tags=["operations"], responses=documented(*TOKEN))
def terminals(database: Data, caller: _Manager) -> TerminalsAnswer:
    """Every kiosk and how it last said it was: paper, printer, what waits to be sent."""
    with database.read(caller.tenant) as tx:
        return TerminalsAnswer(terminals=fleet.terminals(tx))


@routes.post(
    "/terminals",
    tags=["operations"],
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def add_terminal(database: Data, caller: _Manager, body: NewTerminal) -> TerminalAdded:
    """Register a kiosk: the answer has the code to type on it within 15 minutes."""
    return database.run(caller.tenant, fleet.add_terminal, body, actor=caller.actor)


@routes.post("/terminals/{terminal}/claim-code", tags=["operations"], responses=documented(*_ONE))
def new_code(database: Data, caller: _Manager, terminal: _Terminal) -> TerminalAdded:
    """Another code, for a kiosk that was set up anew; using it ends its old token."""
    return database.run(caller.tenant, fleet.new_code, terminal, actor=caller.actor)


@routes.patch(
    "/terminals/{terminal}",
    tags=["operations"],
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND),
)
def change_terminal(
    database: Data, caller: _Manager, terminal: _Terminal, body: TerminalChange
) -> TerminalAnswer:
    """Rename a kiosk, pause it, or let it go on. Paused, it is given no gifts."""
    return database.run(caller.tenant, fleet.change_terminal, terminal, body, actor=caller.actor)


@routes.delete("/terminals/{terminal}", tags=["operations"], responses=documented(*_ONE))
def revoke_terminal(database: Data, caller: _Manager, terminal: _Terminal) -> Done:
    """End a kiosk's token at once and for good."""
    database.run(caller.tenant, fleet.revoke_terminal, terminal, actor=caller.actor)
    return Done()


@routes.get("/tills", tags=["operations"], responses=documented(*TOKEN))
def tills(database: Data, caller: _Manager) -> TillsAnswer:
    """Every till and e-shop with what its key may be used for; revoked ones too."""
    with database.read(caller.tenant) as tx:
        return TillsAnswer(tills=fleet.tills(tx))


@routes.post(
    "/tills",
    tags=["operations"],
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def add_till(database: Data, caller: _Manager, body: NewTill) -> TillKey:
    """Let a till or an e-shop in; its key is shown once."""
    return database.run(caller.tenant, fleet.add_till, body, actor=caller.actor)


@routes.post("/tills/{till}/key", tags=["operations"], responses=documented(*_ONE))
def rotate_key(database: Data, caller: _Manager, till: _Till) -> TillKey:
    """Another key for a till; the old one ends at once."""
    return database.run(caller.tenant, fleet.rotate_key, till, actor=caller.actor)


@routes.delete("/tills/{till}", tags=["operations"], responses=documented(*_ONE))
def revoke_till(database: Data, caller: _Manager, till: _Till) -> Done:
    """End a till's key at once and for good."""
    database.run(caller.tenant, fleet.revoke_till, till, actor=caller.actor)
    return Done()
