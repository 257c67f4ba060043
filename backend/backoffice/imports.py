"""Bringing balances in from another system: a file, what it means, a trial on screen, then done."""

from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from fastapi.responses import Response

from backend.api import imports as api
from backend.backoffice.office import show
from backend.backoffice.reading import Uploaded, known_programs, paging, standing
from backend.db import shops
from backend.rights import Right
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend.web.words import later
from backend_client.schemas.imports import ImportColumn, ImportPlan, ImportShown

PATH = "/office/imports"
STATES = {
    "uploaded": later("Sent: say what its columns mean"),
    "mapped": later("Tried: nothing is done yet"),
    "committing": later("Being done"),
    "committed": later("Done"),
    "undoing": later("Being undone"),
    "undone": later("Undone"),
}
COLUMNS = {
    ImportColumn.BALANCE: later("Balance"),
    ImportColumn.CARD_UID: later("Number of the card"),
    ImportColumn.EMAIL: later("Mail address"),
    ImportColumn.PHONE: later("Phone"),
    ImportColumn.FIRST_NAME: later("First name"),
    ImportColumn.LAST_NAME: later("Last name"),
    ImportColumn.LANGUAGE: later("Language of the customer"),
    ImportColumn.EARNED_ON: later("Earned on"),
    ImportColumn.VALID_UNTIL: later("Last day of the points"),
    ImportColumn.MEMBER: later("Id of a member who is here"),
}
GUESSES = {
    ImportColumn.BALANCE: ("balance", "solde", "points", "visites", "visits", "cagnotte"),
    ImportColumn.CARD_UID: ("card_uid", "uid", "carte", "card"),
    ImportColumn.EMAIL: ("email", "e-mail", "mail", "courriel"),
    ImportColumn.PHONE: ("phone", "telephone", "téléphone", "mobile", "portable", "tel"),
    ImportColumn.FIRST_NAME: ("first_name", "prenom", "prénom", "first name"),
    ImportColumn.LAST_NAME: ("last_name", "nom", "last name", "name"),
    ImportColumn.LANGUAGE: ("language", "langue"),
    ImportColumn.EARNED_ON: ("earned_on", "date", "gagné le"),
    ImportColumn.VALID_UNTIL: ("valid_until", "expire", "expiration", "valable jusqu’au"),
    ImportColumn.MEMBER: ("member", "membre"),
}
"""Headers that usually mean the column, in small letters."""

_ImporterPage = Annotated[Page, Depends(page_with(Right.IMPORT))]

routes = page_routes(PATH)


@routes.get("")
def every_import(page: _ImporterPage) -> Response:
    """What was brought in, tried or undone; and another file."""
    return _listed(page, None)


def _listed(page: Page, form: Form | None, status: int = 200) -> Response:
    found = api.every_import(page.database, page.caller, paging(page))
    programs = {each.plan.program if each.plan else "" for each in found.imports}
    with page.database.read(page.caller.tenant) as tx:
        stands = {program: standing(tx, page, program) for program in programs}
    return show(
        page,
        "imports/list.html",
        status=status,
        found=found,
        form=form,
        STATES=STATES,
        new=form.text("page.session") if form else str(uuid4()),
        stands=stands,
    )


@routes.post("")
def upload(page: _ImporterPage, form: StaffForm, file: Uploaded) -> Response:
    """Send a file."""
    with form.attempt():
        if not file:
            raise form.mistake("file", "Choose a file first")
        told = api.upload(page.database, page.caller, form.text("page.session"), file, "text/csv")
        return page.go(f"{PATH}/{told.id}")
    return _listed(page, form, status=422)


@routes.get("/{session}")
def one(page: _ImporterPage, session: str) -> Response:
    """How far an import is."""
    return _shown(page, api.one(page.database, page.caller, session), None)


def _shown(page: Page, told: ImportShown, form: Form | None, status: int = 200) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, told.plan.program if told.plan else "")
        stores = shops.stores(tx)
        programs = known_programs(tx, page, [store.program for store in stores])
    return show(
        page,
        "imports/one.html",
        status=status,
        told=told,
        form=form,
        here=here,
        stores=stores,
        programs=[(each, known.name) for each, known in programs.items()],
        COLUMNS=COLUMNS,
        STATES=STATES,
        meant=_meant(told),
    )


def _meant(told: ImportShown) -> dict[str, str]:
    """The header of each column: as it was said, else as its name suggests."""
    if told.plan is not None:
        return {column.value: header for column, header in told.plan.columns.items()}
    small = {header.strip().lower(): header for header in told.headers}
    return {
        column.value: next((small[name] for name in names if name in small), "")
        for column, names in GUESSES.items()
    }


@routes.post("/{session}/delete")
def remove(page: _ImporterPage, form: StaffForm, session: str) -> Response:
    """Take a file away that was sent by mistake."""
    with form.attempt():
        api.remove(page.database, page.caller, session)
        return page.go(PATH, page.words.t("The file is taken away"))
    return _shown(page, api.one(page.database, page.caller, session), form, status=422)


@routes.post("/{session}/trial")
def trial(page: _ImporterPage, form: StaffForm, session: str) -> Response:
    """Say what the columns mean; what would be done is shown, and nothing is done."""
    with form.attempt():
        columns = {
            column: header
            for column in ImportColumn
            if (header := form.text(f"page.column.{column.value}"))
        }
        body = form.into(
            ImportPlan,
            columns=columns,
            ratio=form.text("ratio").replace(",", ".") or "1",
            country=form.text("country").upper() or "FR",
        )
        api.trial(page.database, page.caller, session, body)
        return page.go(f"{PATH}/{session}", page.words.t("This is what the file would do"))
    told = api.one(page.database, page.caller, session)
    return _shown(page, told, form, status=422)


@routes.post("/{session}/commit")
def commit(page: _ImporterPage, form: StaffForm, session: str) -> Response:
    """Do what the trial said."""
    with form.attempt():
        api.commit(page.database, page.caller, session)
        return page.go(f"{PATH}/{session}", page.words.t("The file is brought in"))
    return _shown(page, api.one(page.database, page.caller, session), form, status=422)


@routes.post("/{session}/undo")
def undo(page: _ImporterPage, form: StaffForm, session: str) -> Response:
    """Take back every point that the import gave."""
    with form.attempt():
        api.undo(page.database, page.caller, session)
        return page.go(f"{PATH}/{session}", page.words.t("The import is undone"))
    return _shown(page, api.one(page.database, page.caller, session), form, status=422)
