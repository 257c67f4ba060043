"""What staff does for one member: points by hand, cards, a household, a merge, their data."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import Depends
from fastapi.responses import Response

from backend.api import adjustments, cards, households, privacy
from backend.api import members as api
from backend.api.callers import Caller
from backend.api.pages import Paging
from backend.backoffice.member import (
    PATH,
    cards_of,
    data_of,
    household_of,
    overview,
    person_of,
    record_of,
    tab,
)
from backend.backoffice.member_list import typed
from backend.backoffice.members import AdjusterPage, themes_of
from backend.backoffice.office import OfficePage
from backend.backoffice.reading import Standing, at_a_store, standing
from backend.rights import Right
from backend.web import birthdays
from backend.web.forms import Form
from backend.web.page import Page, StaffForm, page_with
from backend.web.routes import page_routes
from backend_client.schemas.cards import CardBlock, CardLimits, CardLink, CardReplacement
from backend_client.schemas.desk import (
    AdjustmentState,
    Erasure,
    HouseholdJoin,
    HouseholdLeave,
    HouseholdTerms,
    NewAdjustment,
    NewHousehold,
    NewMerge,
)
from backend_client.schemas.members import ConsentsBody, MemberChange, MemberSearch

_OfficerPage = Annotated[Page, Depends(page_with(Right.PRIVACY))]

routes = page_routes(PATH)


def _caller(page: Page) -> Caller:
    """The reader, in the store where they stand or in the first."""
    return at_a_store(page, _standing(page).stores[0])


def _standing(page: Page, program: str = "") -> Standing:
    with page.database.read(page.caller.tenant) as tx:
        return standing(tx, page, program)


def _go(page: Page, member: str, tab_name: str, said: str) -> Response:
    return page.go(f"{PATH}/{member}/{tab_name}", said)


# --- points by hand -----------------------------------------------------------------------------


@routes.post("/{member}/points")
def adjust(page: AdjusterPage, form: StaffForm, member: str) -> Response:
    """Give or take points, with a reason; above the limit it waits for a second person."""
    with form.attempt():
        here = _standing(page, form.text("program"))
        points = here.read(form, "points")
        if not points:
            raise form.mistake("points", "Write a whole number")
        body = NewAdjustment(
            id=form.text("id"),
            member=member,
            points=points,
            nature=form.text("nature"),
            comment=form.text("comment"),
            program=form.text("program") or None,
            value_at=form.moment("value_at", page.zone),
            deadline=_end_of(form, page),
        )
        told = adjustments.ask(page.database, _caller(page), body, Response())
        said = (
            page.words.t("It waits for a second person")
            if told.state is AdjustmentState.PENDING
            else page.words.t("The points are booked")
        )
        return page.go(f"{PATH}/{member}?program={here.program.id}", said)
    return overview(page, member, form, status=422)


def _end_of(form: Form, page: Page) -> datetime | None:
    """The first moment after the last day that was written: on that day they still count."""
    last = form.moment("last_day", page.zone)
    return None if last is None else last + timedelta(days=1)


# --- cards --------------------------------------------------------------------------------------


@routes.post("/{member}/cards")
def link(page: OfficePage, form: StaffForm, member: str) -> Response:
    """Another card opens the account."""
    with form.attempt():
        body = CardLink(
            card_uid=_uid(form),
            type=form.text("type") or None,
            label=form.text("label"),
            earn_only=form.flag("earn_only"),
            per_day=_standing(page).read(form, "per_day"),
        )
        cards.link(page.database, _caller(page), member, body)
        return _go(page, member, "cards", page.words.t("The card is linked"))
    return cards_of(page, member, form, status=422)


def _uid(form: Form) -> str:
    return form.text("card_uid").replace(":", "").replace(" ", "")


@routes.post("/{member}/cards/{card}/block")
def block(page: OfficePage, form: StaffForm, member: str, card: str) -> Response:
    """A card opens nothing any more, at every kiosk and till."""
    with form.attempt():
        cards.block(page.database, page.caller, card, form.into(CardBlock))
        return _go(page, member, "cards", page.words.t("The card is blocked"))
    return cards_of(page, member, form, status=422)


@routes.post("/{member}/cards/{card}/unblock")
def unblock(page: OfficePage, form: StaffForm, member: str, card: str) -> Response:
    """A blocked card opens its account again."""
    with form.attempt():
        cards.unblock(page.database, page.caller, card)
        return _go(page, member, "cards", page.words.t("The card opens the account again"))
    return cards_of(page, member, form, status=422)


@routes.post("/{member}/cards/{card}/replace")
def replace_card(page: OfficePage, form: StaffForm, member: str, card: str) -> Response:
    """A new card in the place of another; the points stay as they are."""
    with form.attempt():
        body = CardReplacement(card_uid=_uid(form))
        cards.replace(page.database, page.caller, card, body)
        return _go(page, member, "cards", page.words.t("The card is replaced"))
    return cards_of(page, member, form, status=422)


@routes.post("/{member}/cards/{card}/limits")
def limit_card(page: AdjusterPage, form: StaffForm, member: str, card: str) -> Response:
    """What a card may do."""
    with form.attempt():
        body = CardLimits(
            label=form.text("label"),
            earn_only=form.flag("earn_only"),
            per_day=_standing(page).read(form, "per_day"),
        )
        cards.limit(page.database, page.caller, card, body)
        return _go(page, member, "cards", page.words.t("Saved"))
    return cards_of(page, member, form, status=422)


# --- the household ------------------------------------------------------------------------------


@routes.post("/{member}/household")
def found(page: AdjusterPage, form: StaffForm, member: str) -> Response:
    """A household, with this member as the first in it."""
    with form.attempt():
        caller = _caller(page)
        wanted = form.text("page.household")
        body = NewHousehold(id=wanted, program=form.text("program") or None)
        households.create(page.database, caller, body)
        joining = HouseholdJoin(id=f"{wanted}-1", member=member)
        households.join(page.database, caller, wanted, joining)
        return _go(page, member, "household", page.words.t("The household is there"))
    return household_of(page, member, form, status=422)


@routes.post("/{member}/household/{household}/join")
def join(page: AdjusterPage, form: StaffForm, member: str, household: str) -> Response:
    """Somebody joins with the points they have."""
    with form.attempt():
        who = one_member(page, form, "who")
        body = HouseholdJoin(id=form.text("page.step"), member=who)
        households.join(page.database, _caller(page), household, body)
        return _go(page, member, "household", page.words.t("They share the points now"))
    return household_of(page, member, form, status=422)


@routes.post("/{member}/household/{household}/{who}/limits")
def limit_relative(
    page: AdjusterPage, form: StaffForm, member: str, household: str, who: str
) -> Response:
    """What somebody of the household may do with the wallet."""
    with form.attempt():
        body = HouseholdTerms.model_validate(
            {"role": form.text("role"), "per_day": _standing(page).read(form, "per_day")}
        )
        households.limit(page.database, page.caller, household, who, body)
        return _go(page, member, "household", page.words.t("Saved"))
    return household_of(page, member, form, status=422)


@routes.post("/{member}/household/{household}/{who}/leave")
def leave(page: AdjusterPage, form: StaffForm, member: str, household: str, who: str) -> Response:
    """Somebody leaves with what is left of what they brought."""
    with form.attempt():
        body = HouseholdLeave(id=form.text("page.step"), member=who)
        households.leave(page.database, _caller(page), household, body)
        return _go(page, member, "household", page.words.t("They have an account of their own"))
    return household_of(page, member, form, status=422)


def one_member(page: Page, form: Form, name: str) -> str:
    """The one member who is meant by what was typed into a field. Raises Refused."""
    text = form.text(name)
    if not text:
        raise form.mistake(name, "Fill this in")
    search = MemberSearch.model_validate(typed(text))
    told = api.search(page.database, _caller(page), search, Paging(cursor="", limit=2))
    if len(told.members) != 1:
        raise form.mistake(name, "Nobody, or several: write a whole number, address or card")
    return told.members[0].id


# --- the record ---------------------------------------------------------------------------------


@routes.post("/{member}/record")
def change(page: OfficePage, form: StaffForm, member: str) -> Response:
    """What is known of them, on the version that was read."""
    with form.attempt():
        values = {name: form.text(name) for name in form.names() if name in _DETAILS}
        body = MemberChange.model_validate(
            {
                **values,
                **{name: form.text(name) or None for name in ("email", "phone")},
                "birthday": birthdays.kept(form.text("birthday")),
                "country": form.text("country").upper(),
                "themes": themes_of(form),
                "note": form.text("note").replace("\r\n", "\n"),
                "note_alert": form.flag("note_alert"),
                "loyalty": form.flag("loyalty"),
                "version": form.text("page.version"),
            }
        )
        api.change(page.database, page.caller, member, body)
        return _go(page, member, "record", page.words.t("Saved"))
    return record_of(page, member, form, status=422)


_DETAILS = frozenset(
    {
        *("first_name", "last_name", "language", "record_type", "price_code"),
        *("town", "department", "region"),
    }
)


@routes.post("/{member}/consents")
def agree(page: OfficePage, form: StaffForm, member: str) -> Response:
    """Write down what they answered just now."""
    with form.attempt():
        body = ConsentsBody.model_validate(
            {
                "id": form.text("page.answer"),
                "consents": [
                    {
                        "purpose": form.text("purpose"),
                        "given": form.flag("given"),
                        "text_version": "desk",
                    }
                ],
            }
        )
        api.agree(page.database, page.caller, member, body)
        return _go(page, member, "record", page.words.t("Their answer is written down"))
    return record_of(page, member, form, status=422)


# --- merging, data, forgetting ------------------------------------------------------------------


@routes.post("/{member}/merge")
def look_at_merge(page: AdjusterPage, form: StaffForm, member: str) -> Response:
    """What making two records one would do."""
    preview, other = None, None
    with form.attempt():
        other = form.text("page.other") or one_member(page, form, "who")
        body = NewMerge(id=form.text("page.merge") or str(uuid4()), kept=member, absorbed=other)
        preview = households.preview(page.database, _caller(page), body)
    if preview is None or other is None:
        return data_of(page, member, form, status=422)
    with page.database.read(page.caller.tenant) as tx:
        kept, absorbed = (person_of(tx, page, each) for each in (member, other))
    return tab(page, "merge", kept, preview=preview, absorbed=absorbed, new=body.id)


@routes.post("/{member}/merge/do")
def merge(page: AdjusterPage, form: StaffForm, member: str) -> Response:
    """Make the two records one."""
    with form.attempt():
        body = NewMerge(id=form.text("page.merge"), kept=member, absorbed=form.text("page.other"))
        households.merge(page.database, _caller(page), body)
        return _go(page, member, "data", page.words.t("The two records are one"))
    return data_of(page, member, form, status=422)


@routes.post("/{member}/merge/{done}/undo")
def unmerge(page: AdjusterPage, form: StaffForm, member: str, done: str) -> Response:
    """Take a merge back."""
    with form.attempt():
        households.undo(page.database, page.caller, done)
        return _go(page, member, "data", page.words.t("Both have again what they had"))
    return data_of(page, member, form, status=422)


@routes.post("/{member}/data/file")
def export(page: _OfficerPage, form: StaffForm, member: str) -> Response:
    """All that is kept of them, as a file: JSON for programs, a table each for people."""
    del form
    return privacy.file(page.database, page.caller, member)


@routes.post("/{member}/erase")
def erase(page: _OfficerPage, form: StaffForm, member: str) -> Response:
    """Forget them, where the word was typed that says it is meant."""
    with form.attempt():
        if not form.flag("page.sure"):
            raise form.mistake("page.sure", "Tick this first: nothing brings them back")
        privacy.erase(page.database, page.caller, member, Erasure(id=str(uuid4())))
        return page.go(PATH, page.words.t("The person is forgotten"))
    return data_of(page, member, form, status=422)
