"""Campaigns on a calendar, a month at a time, with what kiosks say of them meanwhile."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.backoffice.gifts import kind_of
from backend.backoffice.office import show
from backend.backoffice.programs import ProgramId, WriterPage
from backend.backoffice.reading import Uploaded
from backend.backoffice.rules.known import in_words
from backend.db import programs as kept
from backend.db import shops
from backend.services.programs.campaigns import campaigns_of, delete_message, put_message
from backend.services.programs.programs import programs_of
from backend.services.shop.pictures import put_picture
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.routes import page_routes
from backend.web.words import LANGUAGES, NAMES
from backend_client.schemas.base import Id
from backend_client.schemas.programs import CampaignMessageBody
from loyalty.campaigns import is_open
from loyalty.ids import ProgramId as Key
from loyalty.program import Campaign

PATH = "/office/campaigns"
_NOON = time(12)
_Campaign = Annotated[Id, Path()]
Run = tuple[Key, str, str]
"""A campaign on a day: its program, its id, its name in the reader's words."""
Day = tuple[date, bool, list[Run]]
"""A day of the calendar, whether it is of the month, and what runs on it."""

routes = page_routes(PATH)


@routes.get("")
def calendar(page: WriterPage, month: str = "") -> Response:
    """The month: which campaigns of the programs in force run on which day."""
    with page.database.read(page.caller.tenant) as tx:
        today = tx.now.astimezone(page.zone).date()
        running = [
            each for each in programs_of(tx).programs if each.version is not None and each.on
        ]
        found = [
            (Key(each.id), each, campaign)
            for each in running
            for campaign in _campaigns(shops.program(tx, Key(each.id)))
        ]
        said = {
            (program, campaign): message
            for program in {program for program, _, _ in found}
            for campaign, message in kept.messages(tx, program).items()
        }
    first = _month(month, today)
    weeks: list[list[Day]] = [
        [(day, day.month == first.month, _running(page, day, found)) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    return show(
        page,
        "shop/calendar.html",
        weeks=weeks,
        agenda=_agenda([day for week in weeks for day in week if day[1]]),
        today=today,
        title=_at_noon(page, first),
        month_before=_month_of(first - timedelta(days=1)),
        month_after=_month_of(first + timedelta(days=32)),
        weekdays=[_at_noon(page, day) for day, _, _ in weeks[0]],
        at_noon=lambda day: _at_noon(page, day),
        programs=[(each.id, in_words(each.name, page.words)) for each in running],
        campaigns=[
            (
                program,
                campaign,
                in_words(dict(campaign.name), page.words),
                in_words(dict(each.name), page.words),
                (program, campaign.id) in said,
            )
            for program, each, campaign in found
        ],
    )


def _campaigns(program: object) -> tuple[Campaign, ...]:
    return getattr(program, "campaigns", ())


def _running(page: Page, day: date, found: Sequence[tuple[Key, object, Campaign]]) -> list[Run]:
    return [
        (program, campaign.id, in_words(dict(campaign.name), page.words))
        for program, _, campaign in found
        # Whatever its hours are: it runs on that day.
        if is_open(replace(campaign.window, hours=()), _at_noon(page, day))
    ]


def _agenda(days: Sequence[Day]) -> list[tuple[date, date, Run]]:
    """The same month as a list, for a phone: each run of days with its campaign, in their order."""
    spans: dict[Run, list[tuple[date, date]]] = {}
    for day, _, runs in days:
        for run in runs:
            before = spans.setdefault(run, [])
            if before and before[-1][1] == day - timedelta(days=1):
                before[-1] = (before[-1][0], day)
            else:
                before.append((day, day))
    found = [(first, last, run) for run, each in spans.items() for first, last in each]
    return sorted(found, key=lambda span: span[:2])


def _at_noon(page: Page, day: date) -> datetime:
    return datetime.combine(day, _NOON, tzinfo=page.zone)


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)


def _month_of(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


@routes.get("/{program}/{campaign}")
def message(page: WriterPage, program: ProgramId, campaign: _Campaign) -> Response:
    """What kiosks say of the campaign while it runs and nobody stands there."""
    return _show(page, program, campaign, None)


@routes.post("/{program}/{campaign}")
def save(
    page: WriterPage, form: StaffForm, program: ProgramId, campaign: _Campaign, picture: Uploaded
) -> Response:
    """The message as it is from now on; none where nothing is written."""
    tenant = page.caller.tenant
    shown = "" if form.flag("picture.without") else form.text("picture.kept")
    with form.attempt():
        texts = {each: form.text(f"message.{each}") for each in LANGUAGES}
        texts = {language: text for language, text in texts.items() if text}
        if picture:  # kept before the rest is judged: nobody chooses it twice
            shown = sha256(picture).hexdigest()
            page.database.run(tenant, put_picture, shown, kind_of(picture), picture)
        if picture and not texts:
            raise form.mistake(f"message.{LANGUAGES[0]}", "A picture alone is not read aloud")
        if not texts:
            page.database.run(tenant, delete_message, program, campaign)
            return page.go(PATH, page.words.t("Kiosks say nothing of it."))
        body = CampaignMessageBody(message=texts, picture=shown or None)
        page.database.run(tenant, put_message, program, campaign, body)
        return page.go(PATH, page.words.t("Kiosks say it while the campaign runs."))
    return _show(page, program, campaign, form, shown)


def _show(
    page: Page, program: str, campaign: str, form: Form | None, shown: str | None = None
) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        found = next(
            (
                (number, each)
                for number, each in enumerate(campaigns_of(tx, program).campaigns)
                if each.id == campaign
            ),
            None,
        )
    if found is None:
        return page.go(PATH)
    number, each = found
    return show(
        page,
        "shop/campaign.html",
        status=422 if form else 200,
        form=form,
        program=program,
        campaign=each,
        place=number,
        picture=each.picture if shown is None else shown,
        name=in_words(each.name, page.words),
        languages_of=[(language, NAMES[language]) for language in LANGUAGES],
        at_noon=lambda day: _at_noon(page, day),
    )
