"""What staff should look at: listed, and closed by whoever looked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from backend.api.callers import Caller, Data, allowed
from backend.api.operations import place_of
from backend.api.pages import Asked, page
from backend.api.problems import TOKEN, documented
from backend.db import alerts as kept
from backend.db.alerts import Alert
from backend.rights import Right
from backend.services.team import alerts
from backend_client.schemas.base import API, Id
from backend_client.schemas.operations import AlertAnswer, AlertsPage
from backend_client.schemas.problems import ProblemName

_Manager = Annotated[Caller, Depends(allowed(Right.APPROVE))]

routes = APIRouter(prefix=API, tags=["operations"])


@routes.get("/alerts", responses=documented(*TOKEN, ProblemName.INVALID))
def list_alerts(
    database: Data,
    caller: _Manager,
    paging: Asked,
    closed: Annotated[bool, Query(description="Those that somebody has looked at.")] = False,
) -> AlertsPage:
    """What a person should look at, oldest first."""
    with database.read(caller.tenant) as tx:
        found = kept.alerts(
            tx,
            is_open=not closed,
            after=place_of(paging.after(str, str)),
            limit=paging.limit + 1,
        )
    shown, following = page(found, paging, lambda each: (each.raised_at.isoformat(), each.id))
    return AlertsPage(alerts=tuple(_told(each) for each in shown), next=following)


@routes.post(
    "/alerts/{alert}/close",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def close(database: Data, caller: _Manager, alert: Annotated[Id, Path()]) -> AlertAnswer:
    """Somebody looked at it; closed again, it stays whose it was."""
    return _told(database.run(caller.tenant, alerts.close, alert, by=caller.actor))


def _told(alert: Alert) -> AlertAnswer:
    return AlertAnswer(
        id=alert.id,
        flag=alert.flag,
        about=alert.about,
        event=alert.event,
        terminal=alert.terminal,
        till=alert.till,
        raised_at=alert.raised_at,
        closed_at=alert.closed_at,
        closed_by=alert.closed_by,
    )
