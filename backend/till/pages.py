"""The page of the till, and the codes that it prints."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.codes import svg
from backend.db import shops
from backend.db.shops import Store
from backend.errors import STATUS
from backend.rights import Right
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.problems import ProblemName
from loyalty.program import Unit

_TillPage = Annotated[Page, Depends(page_with(Right.SALES))]

routes = page_routes("/till")


@routes.get("")
def till(page: _TillPage, store: str = "") -> Response:
    """The till of the store where the person works, or of the one they choose."""
    found = _stores(page)
    here = next((each for each in found if each.id == store or len(found) == 1), None)
    if here is None:
        return page.show("till/stores.html", stores=found)
    problems = {name.value: page.words.t(title) for name, (_, title) in STATUS.items()}
    with page.database.read(page.caller.tenant) as tx:
        program = shops.program(tx, here.program)
    counts_points = program is None or program.unit is Unit.POINTS
    if not counts_points:
        problems[ProblemName.NOT_ENOUGH_POINTS.value] = page.words.t("The account holds too little")
    return page.show(
        "till/till.html",
        store=here,
        several=len(found) > 1,
        problems=problems,
        counts_points=counts_points,
    )


@routes.post("/code")
def code(page: _TillPage, form: StaffForm) -> Response:
    """A text as a QR code, for a ticket: in a body, so that no log holds the link."""
    del page
    return Response(svg(form.text("text")), media_type="image/svg+xml")


def _stores(page: Page) -> tuple[Store, ...]:
    if page.caller.store is not None:
        return (page.caller.store,)
    with page.database.read(page.caller.tenant) as tx:
        return shops.open_stores(tx)
