"""The application: routes, problems and the OpenAPI document, joined."""

import hmac
import json
from collections.abc import Callable, Collection, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.responses import PlainTextResponse
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel

from backend.api import (
    accounts,
    adjustments,
    alerts,
    cards,
    catalogue,
    households,
    imports,
    jobs,
    kiosks,
    links,
    me,
    me_sessions,
    members,
    messages,
    operations,
    privacy,
    programs,
    quotes,
    reports,
    sales,
    sessions,
    staff,
    stock,
    stores,
    terminals,
    terminals_admin,
    tills,
    uses,
    vouchers,
    webhooks,
)
from backend.api.callers import Data
from backend.api.cors import Cors
from backend.api.guard import Guard
from backend.api.limits import Limits, Rate
from backend.api.problems import MEDIA_TYPE, documented, tell_problems
from backend.api.sessions import Door
from backend.backoffice import AREAS as OFFICE
from backend.bell import Bell
from backend.config import Config
from backend.db import Database
from backend.db.measures import gauges
from backend.errors import Refused
from backend.metrics import MEDIA_TYPE as MEDIA_TYPE_OF_METRICS
from backend.metrics import Metrics
from backend.portal import AREAS as PORTAL
from backend.services.selling.queue import SalesQueue
from backend.shop import AREAS as SHOP
from backend.till import AREAS as TILL
from backend.web import look, trouble
from backend.web import routes as web
from backend_client.schemas.base import API
from backend_client.schemas.problems import ProblemName

_ABOUT = """
Terminals and tills talk to a company's loyalty backend here.

Points are whole numbers in the program's smallest unit. Money is whole minor units of its
currency (13740 is 137.40 €). Times are RFC 3339 with an offset. Every write carries an id made by
the client: sent again with the same content it gives the same answer, with another content it is
the problem `id-reused`. Every error is an RFC 9457 problem whose `type` is
`urn:loyalty:problem:NAME`.
"""

_NOTHING_LEAVES: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework's own telemetry records messages of errors, which may name people: all off."""

_AREAS = (
    tills,
    accounts,
    quotes,
    sales,
    uses,
    vouchers,
    terminals,
    sessions,
    staff,
    terminals_admin,
    operations,
    alerts,
    catalogue,
    stock,
    stores,
    programs,
    messages,
    members,
    cards,
    adjustments,
    jobs,
    reports,
    webhooks,
    imports,
    households,
    links,
    me_sessions,
    me,
    kiosks,
    privacy,
)
"""Every file of routes."""


class Health(BaseModel):
    """The server answers and can read its database."""

    status: str = "ok"


_RATE = Rate()


def create_app(
    database: Database,
    config: Config | None = None,
    *,
    first_run: str = "",
    hosts: Collection[str] = (),
    metrics_token: str = "",
    rate: Rate = _RATE,
) -> FastAPI:
    """The application on a database that is up to date, with the usual settings unless given.

    `first_run` is the secret with which the first owner comes in; empty for nobody. `hosts` are the
    names under which it answers; empty for any. `metrics_token` opens /metrics to others than the
    machine itself. `rate` is how often one key may ask.
    """
    app = FastAPI(
        title="Loyalty backend",
        version="1.0.0",
        description=_ABOUT,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        telemetry=_NOTHING_LEAVES,
    )
    app.state.database = database
    app.state.config = config or Config()
    app.state.bell = Bell()
    app.state.sales = SalesQueue(database)
    app.state.door = Door(first_run)
    database.heard = app.state.bell.ring
    tell_problems(app)
    trouble.tell_browsers(app)
    for area in _AREAS:
        app.include_router(area.routes)
    for page in (look, web, *OFFICE, *TILL, *PORTAL, *SHOP):
        app.include_router(page.routes)
    app.get("/healthz", tags=["operations"], responses=documented())(_healthz)
    metrics = Metrics(database.clock())
    app.get("/metrics", include_in_schema=False)(_metrics(metrics, metrics_token))
    app.add_middleware(Limits, rate=rate, refusing=trouble.at_the_door)
    app.add_middleware(Cors)
    app.add_middleware(Guard, metrics=metrics, hosts=hosts, refusing=trouble.at_the_door)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # FastAPI's manual, "Extending OpenAPI"
    return app


def openapi_text(app: FastAPI) -> str:
    """The OpenAPI document as it is published in the documentation."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _healthz(database: Data) -> Health:
    """Whether the server works."""
    database.ping()
    return Health()


def _metrics(metrics: Metrics, token: str) -> Callable[..., PlainTextResponse]:
    def answer(request: Request, database: Data) -> PlainTextResponse:
        """Counts and times of this process, for a monitoring system."""
        if not _may_measure(request, token):
            raise Refused(ProblemName.NOT_AUTHORISED, "send LOYALTY_METRICS_TOKEN as the bearer")
        return PlainTextResponse(metrics.text(gauges(database)), media_type=MEDIA_TYPE_OF_METRICS)

    return answer


def _may_measure(request: Request, token: str) -> bool:
    """Whoever has the token; without one, this machine itself and nobody through a proxy."""
    if token:
        shown = request.headers.get("Authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())
    place = request.client.host if request.client else ""
    return place in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            separate_input_output_schemas=False,  # what a till sends and reads is one thing
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=[
                {"name": "terminals", "description": "What kiosks call, with their token."},
                {"name": "tills", "description": "What tills call, with their key."},
                {"name": "accounts", "description": "Balances, lots, movements and why."},
                {"name": "quotes", "description": "Before a sale; nothing is written."},
                {"name": "sales", "description": "A sale as it goes on, and what becomes of it."},
                {"name": "uses", "description": "Points used at a till."},
                {"name": "staff", "description": "People: who they are and how they get in."},
                {"name": "catalogue", "description": "Products and price books."},
                {"name": "gifts", "description": "What points buy: gifts, stock, pictures."},
                {"name": "programs", "description": "Rules: drafted, published, switched on."},
                {"name": "stores", "description": "Stores, signs and groups."},
                {"name": "messages", "description": "Mail to members: words, trials, the outbox."},
                {"name": "members", "description": "Members as records, and their lists."},
                {"name": "cards", "description": "Cards and their types."},
                {"name": "households", "description": "Shared wallets, and records that are one."},
                {"name": "links", "description": "Links to join by, and to fetch one's own data."},
                {
                    "name": "me",
                    "description": "Members on their own phones: account, own data.",
                },
                {"name": "privacy", "description": "A person's data, given out or forgotten."},
                {"name": "adjustments", "description": "Points given and taken by hand."},
                {"name": "reports", "description": "What the program gives, costs and owes."},
                {"name": "webhooks", "description": "News for other systems."},
                {"name": "imports", "description": "Balances from another system."},
                {"name": "operations", "description": "For whoever runs the server."},
            ],
        )
        for path in document["paths"].values():
            for operation in path.values():
                if operation.get("security"):
                    _say_limits(operation["responses"])
                _say_problems(operation["responses"])
        _say_rights(document["paths"])
        schemas = document["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = document
    return app.openapi_schema


def _say_limits(responses: dict[str, dict[str, Any]]) -> None:
    """Who shows a key may be told to come back later, on every route (see backend.api.limits)."""
    told = responses.setdefault("429", documented(ProblemName.TOO_MANY)[429] | {})
    told.pop("model", None)
    told.setdefault("content", {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}})
    told["headers"] = {
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    }


def _say_rights(paths: dict[str, Any]) -> None:
    """Which right a route asks for, where the documentation and the tests can read it."""
    for route in (route for area in _AREAS for route in area.routes.routes):
        if isinstance(route, APIRoute):
            for right in _rights(route.dependant):
                for method in route.methods or ():
                    paths[route.path][method.lower()]["x-right"] = right


def _rights(dependant: Dependant) -> Iterator[str]:
    right = getattr(dependant.call, "right", None)
    if right is not None:
        yield str(right)
    for each in dependant.dependencies:
        yield from _rights(each)


def _say_problems(responses: dict[str, dict[str, Any]]) -> None:
    for status, answer in responses.items():
        if int(status) < HTTPStatus.BAD_REQUEST:
            continue
        # FastAPI writes an error under the kind of its route's good answer.
        for kind in ("application/json", "text/html"):
            if kind in answer.get("content", {}):
                answer["content"] = {MEDIA_TYPE: answer["content"].pop(kind)}
