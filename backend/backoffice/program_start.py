"""Starting a program among people who were customers before it: accounts and opening balances."""

from uuid import uuid4

from fastapi.responses import Response

from backend.backoffice.office import show
from backend.backoffice.programs import ProgramId, PublisherPage
from backend.backoffice.rules import telling
from backend.backoffice.rules.drafts import writing
from backend.db import batches, shops
from backend.services.programs.activation import (
    enrol,
    open_balances,
    preview_enrolment,
    preview_opening,
)
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend_client.schemas.programs import BatchPreview, EnrolmentBody, OpeningBody
from loyalty.enrolment import Way, comes_in
from loyalty.ids import ProgramId as ProgramName

routes = page_routes("/office/programs/{program}/start")


@routes.get("")
def ask(page: PublisherPage, program: ProgramId) -> Response:
    """Who would come in, and what would the past give?"""
    return _show(page, program, None)


@routes.post("/enrolment")
def enrolment(page: PublisherPage, form: StaffForm, program: ProgramId) -> Response:
    """Old customers get their accounts; looked at first, unless it is sure."""
    without_consent = form.flag("without_consent")
    if not form.flag("sure"):
        with page.database.read(page.caller.tenant) as tx:
            found = preview_enrolment(tx, program, without_consent=without_consent)
        return _show(page, program, form, enrolment=found)
    with form.attempt():
        body = EnrolmentBody(id=form.text("id"), without_consent=without_consent)
        done = enrol(page.database, page.caller.tenant, program, body, actor=page.caller.actor)
        said = page.words.tn(
            "{count} customer has an account now.",
            "{count} customers have an account now.",
            done.members,
        )
        return page.go(f"/office/programs/{program}/start", said)
    return _show(page, program, form)


@routes.post("/opening")
def opening(page: PublisherPage, form: StaffForm, program: ProgramId) -> Response:
    """Past purchases count, once; looked at first, unless it is sure."""
    with form.attempt():
        since = form.moment("since", page.zone)
        body = OpeningBody(id=form.text("id") or str(uuid4()), since=since)
        if not form.flag("sure"):
            with page.database.read(page.caller.tenant) as tx:
                found = preview_opening(tx, program, body)
            return _show(page, program, form, opening=found)
        done = open_balances(
            page.database, page.caller.tenant, program, body, actor=page.caller.actor
        )
        said = page.words.tn(
            "{count} customer has an opening balance now.",
            "{count} customers have an opening balance now.",
            done.members,
        )
        return page.go(f"/office/programs/{program}/start", said)
    return _show(page, program, form)


def _show(
    page: Page,
    program: str,
    form: Form | None,
    *,
    enrolment: BatchPreview | None = None,
    opening: BatchPreview | None = None,
) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        rules = shops.program(tx, ProgramName(program))
        begun = batches.batches(tx, program)
    return show(
        page,
        "programs/start.html",
        status=422 if form and form.wrong else 200,
        form=form,
        program=found,
        enrolment=enrolment,
        opening=opening,
        unasked=rules is not None and comes_in(rules.enrolment, Way.EXISTING, agreed=None),
        begun=begun,
        points=lambda number: telling.points(number, found.known),
        # Made when it is shown: sent twice, it is one deed.
        new_id=str(uuid4()),
    )
