"""What waits for somebody: a second person's yes or no, and what staff should look at."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import alerts as alerts_api
from backend.api import operations as api
from backend.backoffice.member import names_of
from backend.backoffice.office import show
from backend.backoffice.reading import known_programs, names_of_staff, paging, standing
from backend.db import Transaction, shops
from backend.errors import Refused
from backend.rights import Right
from backend.services.points import adjustments
from backend.services.points.explanations import nature_in_words
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.desk import AdjustmentAnswer
from backend_client.schemas.operations import ApprovalAnswer, DecisionBody

PATH = "/office/waiting"
FLAGS = {
    "card-in-two-places": later("A card was seen in two shops at once: it is frozen"),
    "contact-known": later("Somebody joined with the address or number of another member"),
    "own-points": later("Somebody of the staff tried to give points to themselves"),
    "webhook-disabled": later("A webhook failed for too long: it is switched off"),
    "staff-card": later("Somebody of the staff used their own card in their own shop"),
    "tickets-too-many": later("A member has more tickets in a day than the program expects"),
    "refund-cycle": later("A member brings goods back again and again"),
    "voucher-unknown": later("A till took a voucher that nobody knows"),
    "voucher-twice": later("A till took a voucher that was used before"),
    "voucher-voided": later("A till took a voucher that was cancelled"),
    "voucher-expired": later("A till took a voucher that was too old"),
}

_SecondPage = Annotated[Page, Depends(page_with(Right.APPROVE))]

routes = page_routes(PATH)


@routes.get("")
def waiting(page: _SecondPage) -> Response:
    """What waits, the oldest first; what was decided, or looked at, on demand."""
    state = page.request.query_params.get("state", "waiting")
    state = state if state in ("waiting", "approved", "refused") else "waiting"
    closed = page.request.query_params.get("closed") == "1"
    place = paging(page)
    first = paging(page, 50) if state == "waiting" and not closed else place
    asked = api.list_approvals(page.database, page.caller, first, state)  # type: ignore[arg-type] # one of the three
    raised = alerts_api.list_alerts(page.database, page.caller, place, closed)
    with page.database.read(page.caller.tenant) as tx:
        details = {each.id: _adjustment(tx, each) for each in asked.approvals}
        about = [each.member for each in details.values() if each is not None]
        people = names_of(tx, [*about, *(alert.about for alert in raised.alerts)])
        staff, here = names_of_staff(tx), standing(tx, page)
        known = known_programs(tx, page, (store.program for store in shops.stores(tx)))
    return show(
        page,
        "waiting/list.html",
        asked=asked,
        details=details,
        raised=raised,
        people=people,
        names=staff,
        here=here,
        known=known,
        nature=lambda each: nature_in_words(each, here.words),
        state=state,
        closed=closed,
        FLAGS=FLAGS,
    )


def _adjustment(tx: Transaction, asked: ApprovalAnswer) -> AdjustmentAnswer | None:
    if asked.kind != adjustments.KIND:
        return None
    try:
        return adjustments.get(tx, asked.about)
    except Refused:
        return None


@routes.post("/approvals/{approval}")
def decide(page: _SecondPage, form: StaffForm, approval: str) -> Response:
    """Yes, and it is done at once; or no."""
    yes = form.text("page.decision") == "yes"
    with form.attempt():
        api.decide(page.database, page.caller, approval, DecisionBody(approve=yes))
        said = page.words.t("Agreed, and done") if yes else page.words.t("Refused")
        return page.go(PATH, said)
    return page.go(PATH, form.wrong.in_one_line)


@routes.post("/alerts/{alert}")
def close(page: _SecondPage, form: StaffForm, alert: str) -> Response:
    """Somebody looked at it."""
    del form
    alerts_api.close(page.database, page.caller, alert)
    return page.go(PATH, page.words.t("It is closed"))
