"""Types of cards: free or paid, how long they can be used (CLI-02 to CLI-08)."""

from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from fastapi.responses import Response

from backend.api import cards as api
from backend.backoffice.office import show
from backend.backoffice.reading import at_a_store, known_programs, standing
from backend.db import shops
from backend.rights import Right
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.cards import CardSettings, CardTypeTerms

PATH = "/office/members/card-types"

_CataloguerPage = Annotated[Page, Depends(page_with(Right.CATALOGUE))]

routes = page_routes(PATH)


@routes.get("")
def card_types(page: _CataloguerPage) -> Response:
    """Every type, one of them to be changed, or a new one."""
    return _shown(page, None, page.request.query_params.get("type", ""))


def _shown(page: Page, form: Form | None, wanted: str, status: int = 200) -> Response:
    types = api.types(page.database, page.caller).types
    with page.database.read(page.caller.tenant) as tx:
        programs = known_programs(tx, page, (store.program for store in shops.stores(tx)))
    return show(
        page,
        "members/card-types.html",
        status=status,
        form=form,
        types=types,
        programs=[(each, known.name) for each, known in programs.items()],
        chosen=next((each for each in types if each.id == wanted), None),
        new=wanted or str(uuid4()),
        settings=api.card_settings(page.database, page.caller),
    )


@routes.post("/settings")
def settings(page: _CataloguerPage, form: StaffForm) -> Response:
    """Whether members may have their card on their phone (P-35)."""
    body = CardSettings(on_phones=form.flag("on_phones"))
    api.change_card_settings(page.database, page.caller, body)
    return page.go(PATH, page.words.t("Saved"))


@routes.post("/{type_id}/delete")
def delete(page: _CataloguerPage, form: StaffForm, type_id: str) -> Response:
    """Take a type out of which no card is."""
    with form.attempt():
        api.remove_type(page.database, page.caller, type_id)
        return page.go(PATH, page.words.t("It is taken out."))
    return _shown(page, form, type_id, status=422)


@routes.post("/{type_id}")
def save(page: _CataloguerPage, form: StaffForm, type_id: str) -> Response:
    """Add a type, or change it for the cards to come."""
    with form.attempt():
        _fits(form)
        with page.database.read(page.caller.tenant) as tx:
            here = standing(tx, page, form.text("program"))
        body = form.into(CardTypeTerms, paid=form.flag("paid"), program=here.program.id)
        caller = at_a_store(page, here.stores[0])
        api.save_type(page.database, caller, type_id, body)
        return page.go(PATH, page.words.t("Saved"))
    return _shown(page, form, type_id, status=422)


def _fits(form: Form) -> None:
    """Raises Refused for fields that do not go together: at the one to mend (CLI-05)."""
    first, last = form.text("first_day"), form.text("last_day")
    if form.flag("paid") and not form.text("article"):
        raise form.mistake("article", "A paid card needs the article that the till sells with it")
    if form.text("article") and not form.flag("paid"):
        raise form.mistake("paid", "Only a card that is paid for has an article: tick this too")
    if form.text("days") and (first or last):
        raise form.mistake("days", "Either a number of days, or a first and a last day")
    if first and last and last < first:
        raise form.mistake("last_day", "It is before the first day")
