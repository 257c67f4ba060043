"""The members: found as one types, listed with the columns one wants, gathered in segments."""

from collections.abc import Mapping
from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from fastapi.responses import Response

from backend.api import members as api
from backend.backoffice.member_list import (
    COLUMNS,
    COLUMNS_COOKIE,
    FILTERS,
    USUAL,
    asked_of,
    columns_of,
    filter_of,
    of_query,
    search_of,
)
from backend.backoffice.office import OfficePage, show
from backend.backoffice.reading import (
    Standing,
    at_a_store,
    known_programs,
    months,
    natures_of,
    paging,
    price_codes,
    standing,
)
from backend.db import shops
from backend.errors import Refused
from backend.rights import Right
from backend.services.people import directory
from backend.web import birthdays
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.members import (
    MemberColumn,
    MembersPage,
    MemberTable,
    NewMember,
    SegmentTerms,
)
from loyalty.enrolment import usual_price_code
from loyalty.errors import LoyaltyError

PATH = "/office/members"
_A_YEAR_S = 365 * 24 * 3600

AdjusterPage = Annotated[Page, Depends(page_with(Right.ADJUST))]
"""Of somebody who may move points by hand, and change what a member may do."""
_ExporterPage = Annotated[Page, Depends(page_with(Right.EXPORT))]

routes = page_routes(PATH)


@routes.get("")
def members(page: OfficePage) -> Response:
    """Who is looked for, a page at a time; the list alone when the page's script asks for it."""
    return listed(page, page.request.query_params)


def listed(
    page: Page, asked: Mapping[str, str], *, form: Form | None = None, status: int = 200
) -> Response:
    """The list as it is asked for; `form` holds what was typed into it, of points by hand."""
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, asked.get("program", ""))
        stores, segments = shops.stores(tx), directory.segments(tx)
        programs = known_programs(tx, page, (store.program for store in stores))
    found, trouble = _found(page, asked, here)
    segment = next((each for each in segments if each.id == asked.get("segment")), None)
    values: dict[str, object] = {
        "asked": asked,
        "found": found,
        "trouble": trouble,
        "columns": columns_of(page.request.cookies.get(COLUMNS_COOKIE)),
        "here": here,
        "by_hand": asked.get("hand") == "1" and page.may(Right.ADJUST),
        "natures": natures_of(here),
        "months": months(page),
        "form": form,
        "session": form.text("page.session") if form else str(uuid4()),
        "query": page.request.url.query or (form.text("page.query") if form else ""),
    }
    if page.is_part:
        return page.show("office/members/_list.html", status=status, **values)
    return show(
        page,
        "members/list.html",
        status=status,
        **values,
        all_columns=COLUMNS,
        stores=stores,
        programs=[(each, known.name) for each, known in programs.items()],
        segments=segments,
        segment=segment,
        said_by_segment=asked_of(segment.only, page.zone, here) if segment else {},
        filtered=any(asked.get(name) for name in FILTERS),
        new_segment=str(uuid4()),
    )


def _found(page: Page, asked: Mapping[str, str], here: Standing) -> tuple[MembersPage, str]:
    """The members, and what is wrong with what was asked; nobody then."""
    try:
        wanted = search_of(asked, page.zone, here)
        caller = at_a_store(page, here.stores[0])
        return api.search(page.database, caller, wanted, paging(page)), ""
    except (Refused, LoyaltyError):
        return MembersPage(members=(), next=None), page.words.t(
            "Nobody can be found like this. Write the whole number or address, or a name."
        )


@routes.post("/columns")
def choose_columns(page: OfficePage, form: StaffForm) -> Response:
    """Show these columns from now on: in this browser, for a year."""
    wanted = form.many("column") or USUAL
    known = [column.name for column in COLUMNS if column.name in wanted]
    answer = page.go(_back(form))
    answer.set_cookie(
        COLUMNS_COOKIE,
        ".".join(known),
        max_age=_A_YEAR_S,
        httponly=True,
        samesite="lax",
        path="/office",
    )
    return answer


def _back(form: Form) -> str:
    query = form.text("page.query")
    return f"{PATH}?{query}" if query else PATH


# --- segments -----------------------------------------------------------------------------------


@routes.post("/segments")
def save_segment(page: AdjusterPage, form: StaffForm) -> Response:
    """Keep a filter under a name."""
    asked = of_query(form.text("page.query"))
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, asked.get("program", ""))
    with form.attempt():
        terms = form.into(SegmentTerms, only=filter_of(asked, page.zone, here))
        saved = api.save_segment(page.database, page.caller, form.text("page.id"), terms)
        return page.go(f"{PATH}?segment={saved.id}", page.words.t("The segment is saved"))
    return listed(page, asked, form=form, status=422)


@routes.post("/segments/{segment}/remove")
def remove_segment(page: AdjusterPage, form: StaffForm, segment: str) -> Response:
    """Forget a segment; its members stay."""
    del form
    api.remove_segment(page.database, page.caller, segment)
    return page.go(PATH, page.words.t("The segment is gone; its members are still here"))


# --- a file -------------------------------------------------------------------------------------


@routes.post("/table")
def table(page: _ExporterPage, form: StaffForm) -> Response:
    """Those who are ticked, or all who are found, as a file with the columns that are shown."""
    with page.database.read(page.caller.tenant) as tx:
        here = standing(tx, page, of_query(form.text("page.query")).get("program", ""))
    shown = columns_of(page.request.cookies.get(COLUMNS_COOKIE))
    columns = (
        *(MemberColumn.ID, MemberColumn.FIRST_NAME, MemberColumn.LAST_NAME),
        *(MemberColumn(column.name) for column in shown),
    )
    wanted = chosen(page, form, here)
    body = MemberTable.model_validate({**wanted, "columns": columns})
    return api.table(page.database, at_a_store(page, here.stores[0]), body)


def chosen(page: Page, form: Form, here: Standing) -> dict[str, object]:
    """Who is meant by a form below the list: those who are ticked, else all who are found."""
    asked = of_query(form.text("page.query"))
    wanted = search_of(asked, page.zone, here).model_dump(exclude_unset=True)
    ticked = () if form.flag("everybody") else form.many("member")
    return {**wanted, "members": ticked}


# --- somebody new -------------------------------------------------------------------------------


@routes.get("/new")
def ask_new(page: OfficePage) -> Response:
    """Who is it?"""
    return _new(page, None)


def _new(page: Page, form: Form | None, status: int = 200) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        stores, program = shops.open_stores(tx), standing(tx, page).program
        codes = price_codes(tx, program)
    return show(
        page,
        "members/new.html",
        status=status,
        form=form,
        stores=stores,
        new=form.text("id") if form else str(uuid4()),
        price_codes=codes,
        usual_code=usual_price_code(program),
    )


@routes.post("/new")
def add(page: OfficePage, form: StaffForm) -> Response:
    """Somebody joins, with loyalty on unless it is unticked."""
    with form.attempt():
        body = form.into(
            NewMember,
            loyalty=form.flag("loyalty"),
            themes=themes_of(form),
            consents=[
                {
                    "purpose": purpose,
                    "given": form.flag(f"page.agrees.{purpose}"),
                    "text_version": "desk",
                }
                for purpose in ("program", "news")
            ],
            **_details(form),
        )
        api.add(page.database, page.caller, body)
        return page.go(f"{PATH}/{body.id}", page.words.t("The member is added"))
    return _new(page, form, status=422)


def themes_of(form: Form) -> list[str]:
    """The themes that were typed, separated by commas."""
    return [theme for each in form.text("themes").split(",") if (theme := each.strip())]


def _details(form: Form) -> dict[str, object]:
    uid = form.text("card_uid").replace(":", "").replace(" ", "")
    return {
        "card_uid": uid or None,
        "country": form.text("country").upper(),
        "birthday": birthdays.kept(form.text("birthday")),
    }
