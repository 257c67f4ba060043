"""Many members at once: points by hand in the list, a letter, a table that changes them."""

import csv
import io
from collections.abc import Mapping
from uuid import uuid4

from fastapi.responses import Response

from backend.api import adjustments, messages
from backend.api import members as api
from backend.backoffice.members import PATH, AdjusterPage, chosen, listed
from backend.backoffice.members import routes as routes_of_the_list
from backend.backoffice.office import show
from backend.backoffice.reading import (
    Standing,
    Uploaded,
    at_a_store,
    known_programs,
    natures_of,
    standing,
)
from backend.db import shops
from backend.errors import Refused
from backend.services.points.worth import in_a_table, points_column
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.refusals import of_answer
from backend.web.routes import page_routes
from backend_client.schemas.desk import AdjustmentTable, AdjustmentTableAnswer
from backend_client.schemas.members import BulkAnswer, BulkChange, MemberSearch
from backend_client.schemas.messages import NewsLetter, NewsSent
from backend_client.schemas.problems import ProblemName

routes = page_routes(PATH)
_POINTS = "points."


@routes_of_the_list.post("")
def adjust(page: AdjusterPage, form: StaffForm) -> Response:
    """Give and take points down the list: all that was typed, or nothing (INV-28, LSX-41)."""
    asked = page.request.query_params
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, asked.get("program", ""))
    with form.attempt():
        lines = _typed(form, here)
        if not lines:
            raise form.mistake("nature", "Write points for somebody first")
        body = AdjustmentTable(
            session=form.text("page.session"),
            csv=_table(lines, here),
            nature=form.text("nature"),
            comment=form.text("comment"),
            program=here.program.id,
            store=here.stores[0].id,
        )
        caller = at_a_store(page, here.stores[0])
        told = adjustments.ask_many(page.database, caller, body)
        if told.done:
            said = page.words.tn(
                "{count} account is adjusted", "{count} accounts are adjusted", told.lines
            )
            return page.go(page.here(), said)
        names = list(lines)
        for fault in told.faults:
            form.wrong.fields[f"{_POINTS}{names[fault.line - 2]}"] = of_answer(
                fault, fault.reason, page.words
            )
        raise Refused(ProblemName.INVALID, "lines")
    return listed(page, asked, form=form, status=422)


def _typed(form: Form, here: Standing) -> Mapping[str, int]:
    """The points that were typed, by member. Raises Refused."""
    found = {}
    for name in form.names():
        if name.startswith(_POINTS) and (points := here.read(form, name)):
            found[name.removeprefix(_POINTS)] = points
    return found


def _table(lines: Mapping[str, int], here: Standing) -> str:
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("member", points_column(here.program)))
    rows.writerows((member, in_a_table(here.program, points)) for member, points in lines.items())
    return written.getvalue()


# --- a letter -----------------------------------------------------------------------------------


@routes.post("/letter")
def letter(page: AdjusterPage, form: StaffForm) -> Response:
    """What is to be said, to how many."""
    return _letter(page, form, told=False)


@routes.post("/letter/send")
def send_letter(page: AdjusterPage, form: StaffForm) -> Response:
    """Write to them: each mail waits in the outbox, and leaves by itself."""
    with form.attempt():
        sent = _write(page, form, dry_run=False)
        said = page.words.tn("{count} mail will leave", "{count} mails will leave", sent.queued)
        return page.go("/office/messages/outbox", said)
    return _letter(page, form, told=True, status=422)


def _letter(page: Page, form: Form, *, told: bool, status: int = 200) -> Response:
    count = None
    with form.attempt():
        count = _write(page, form, dry_run=True)
    return show(
        page,
        "members/letter.html",
        status=status,
        form=form,
        count=count,
        told=told,
        letter=form.text("page.letter") or str(uuid4()),
        ticked=() if form.flag("everybody") else form.many("member"),
    )


def _write(page: Page, form: Form, *, dry_run: bool) -> NewsSent:
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page)
    unwritten = "…" if dry_run else ""
    body = NewsLetter(
        id=form.text("page.letter") or str(uuid4()),
        to=MemberSearch.model_validate(chosen(page, form, here)),
        subject=form.text("subject") or unwritten,
        text=form.text("text").replace("\r\n", "\n") or unwritten,
        dry_run=dry_run,
    )
    return messages.write_to_many(page.database, page.caller, body)


# --- a table ------------------------------------------------------------------------------------


@routes.get("/changes")
def ask_changes(page: AdjusterPage) -> Response:
    """What the table may hold."""
    return _changes(page, None)


def _changes(
    page: Page, form: Form | None, told: object = None, *, table: str = "", status: int = 200
) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, form.text("program") if form else "")
        programs = known_programs(tx, page, (store.program for store in shops.stores(tx)))
    return show(
        page,
        "members/changes.html",
        status=status,
        form=form,
        told=told,
        here=here,
        programs=[(each, known.name) for each, known in programs.items()],
        natures=natures_of(here),
        session=(form.text("page.session") if form else "") or str(uuid4()),
        csv=table,
    )


@routes.post("/changes")
def change(page: AdjusterPage, form: StaffForm, file: Uploaded) -> Response:
    """Try a table of changes, or of points; then do it (LSX-42, LSX-54)."""
    told: BulkAnswer | AdjustmentTableAnswer | None = None
    table = file.decode("utf-8-sig", errors="replace") if file else form.text("csv")
    with form.attempt():
        points = form.text("page.what") == "points"
        told = (_points if points else _records)(page, form, table)
        if told.done:
            said = page.words.tn("{count} line is done", "{count} lines are done", told.lines)
            return page.go(PATH, said)
    return _changes(page, form, told, table=table, status=422 if form.wrong else 200)


def _points(page: Page, form: Form, table: str) -> AdjustmentTableAnswer:
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, form.text("program"))
    body = AdjustmentTable(
        session=form.text("page.session"),
        csv=table,
        nature=form.text("nature"),
        comment=form.text("comment"),
        program=here.program.id,
        store=here.stores[0].id,
        dry_run=not form.flag("page.do"),
    )
    return adjustments.ask_many(page.database, at_a_store(page, here.stores[0]), body)


def _records(page: Page, form: Form, table: str) -> BulkAnswer:
    body = BulkChange(id=form.text("page.session"), csv=table, dry_run=not form.flag("page.do"))
    return api.bulk(page.database, page.caller, body)
