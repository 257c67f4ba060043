"""A program's versions: tried on the past, published with a date, compared, taken back."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Path
from fastapi.responses import Response

from backend.api.programs import replay
from backend.backoffice.office import show
from backend.backoffice.programs import ProgramId, PublisherPage, WriterPage, standing
from backend.backoffice.rules import shapes, telling
from backend.backoffice.rules.drafts import Writing, writing
from backend.backoffice.rules.known import in_words, plain_number
from backend.backoffice.rules.parts import place
from backend.db import Transaction, gifts, shops
from backend.db import programs as kept
from backend.errors import Refused
from backend.services.programs import automatic
from backend.services.programs.programs import (
    differences,
    next_version,
    publish,
    read_draft,
    unpublish,
    version_of,
    versions_before,
)
from backend.services.shop.gifts import counting_otherwise
from backend.web.forms import Form
from backend.web.page import Page, StaffForm
from backend.web.refusals import why
from backend.web.routes import page_routes
from backend_client.schemas.catalogue import GiftFound
from backend_client.schemas.programs import (
    DifferencesFound,
    Publication,
    ReplayBody,
    ReplayFound,
    TallyBody,
)

_Version = Annotated[int, Path(ge=1, le=10**9)]
_VERSIONS = 50
_USUAL_PAST = timedelta(days=90)

routes = page_routes("/office/programs/{program}")


@routes.get("/past")
def past(page: WriterPage, program: ProgramId, since: str = "", cost: str = "") -> Response:
    """The time machine: what past purchases would have given under the draft."""
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        names = {store.id: store.name for store in shops.stores(tx)}
        now = tx.now
    start = _day(since, page) or now - _USUAL_PAST
    told: ReplayFound | None = None
    refused = ""
    # Where the program says what a point is worth, that is what it costs.
    worth = found.document.get("point_value")
    if since:
        body = ReplayBody(since=start, document=found.document, point_cost=_rate(cost))
        try:
            told = replay(page.database, page.caller, program, body)
        except Refused as no:
            refused = why(no, page.words)
    return show(
        page,
        "programs/past.html",
        program=found,
        since=start.astimezone(page.zone).date().isoformat(),
        cost=cost,
        told=told,
        asks_cost=not (found.known.in_money or worth),
        worth=telling.told(shapes.program()["point_value"], worth, found.known) if worth else "",
        refused=refused,
        place=place,
        stores=names,
        rewards={
            str(each.get("id")): in_words(each.get("name"), page.words)
            for each in found.document.get("rewards", [])
            if isinstance(each, dict)
        },
        threshold=telling.points(told.threshold, found.known) if told else "",
        points=lambda number: telling.points(number, found.known),
        weeks=_weeks(told, start.astimezone(page.zone).date(), page) if told else [],
        most=max((week.earned for week in told.weeks.values()), default=1) if told else 1,
    )


def _weeks(told: ReplayFound, since: date, page: Page) -> list[tuple[str, TallyBody]]:
    """The weeks that were asked for, each by its Monday."""
    found = []
    for name, tally in told.weeks.items():
        year, week = name.split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        if monday + timedelta(days=6) >= since:
            day = page.words.short_day(datetime.combine(monday, time(), tzinfo=page.zone))
            found.append((page.words.t("week of {day}", day=day), tally))
    return found


def _day(text: str, page: Page) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=page.zone)
    except ValueError:
        return None


def _rate(text: str) -> str | None:
    plain = plain_number(text)
    return plain if plain.replace(".", "", 1).isdigit() else None


@routes.get("/publish")
def ask(page: PublisherPage, program: ProgramId) -> Response:
    """What changes, and from when?"""
    return _show_publish(page, program, None)


@routes.post("/publish")
def put_in_force(page: PublisherPage, form: StaffForm, program: ProgramId) -> Response:
    """The draft is a version, from now or from a date on."""
    with form.attempt():
        start = form.moment("valid_from", page.zone)
        body = Publication(version=form.whole("version") or 0, valid_from=start)
        done = page.database.run(
            page.caller.tenant, publish, program, body, actor=page.caller.actor
        )
        t = page.words.t
        said = t("Version {number} is in force.", number=done.version)
        if not done.in_force:
            said = t("Version {number} is published.", number=done.version)
        return page.go(f"/office/programs/{program}", said)
    return _show_publish(page, program, form)


def _show_publish(page: Page, program: str, form: Form | None) -> Response:
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        stands = standing(tx, program)
        version = next_version(tx, program)
        changed = (
            differences(tx, program, version - 1)
            if version > 1 and found.is_draft and not found.wrong
            else DifferencesFound(differences=())
        )
        ready = found.is_draft and not found.wrong
        apart = _not_offered(tx, program) if ready else ()
        comes_in = _comes_in(tx, program) if ready else None
    moved = {each.field.partition(".")[0] for each in changed.differences}
    said = in_words(found.document.get("rule_in_words"), page.words)
    return show(
        page,
        "programs/publish.html",
        status=422 if form else 200,
        form=form,
        program=found,
        stands=stands,
        version=version,
        changes=list(telling.changes(changed.differences, found.known)),
        place=place,
        apart=[in_words(dict(gift.name), page.words) for gift in apart],
        comes_in=comes_in,
        begins_empty=any(
            each.field in ("stores", "stores.sharing") and "silo" in str(each.now)
            for each in changed.differences
        ),
        still_said=said if moved & {"earning", "unit"} and "rule_in_words" not in moved else "",
    )


def _not_offered(tx: Transaction, program: str) -> tuple[GiftFound, ...]:
    """The gifts that the draft would not offer, for their price counts something else."""
    draft = read_draft(tx, program)
    found = (gift for gift in gifts.every_gift(tx) if gift.offered)
    return tuple(gift for gift in found if counting_otherwise(gift, (draft,)))


def _comes_in(tx: Transaction, program: str) -> int | None:
    """How many customers from before come in with the draft; None where it takes nobody in."""
    rules = read_draft(tx, program)
    before = next(iter(kept.versions(tx, program, limit=1)), None)
    return automatic.count(tx, rules) if automatic.takes_all(rules, before) else None


@routes.get("/versions")
def versions(page: WriterPage, program: ProgramId) -> Response:
    """Every version, the latest first."""
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        told = versions_before(tx, program, None, _VERSIONS)
    return show(page, "programs/versions.html", program=found, versions=told)


@routes.get("/versions/{version}")
def version(
    page: WriterPage, program: ProgramId, version: _Version, to: int | None = None
) -> Response:
    """One version in sentences, and what another changes in it."""
    with page.database.read(page.caller.tenant) as tx:
        found = writing(page, tx, program)
        told = version_of(tx, program, version)
        before = to or (version - 1 if version > 1 else None)
        changed = (
            differences(tx, program, before, version)
            if before is not None
            else DifferencesFound(differences=())
        )
    shown = Writing(id=program, document=told.document, is_draft=False, wrong={}, known=found.known)
    return show(
        page,
        "programs/version.html",
        program=shown,
        version=told,
        compared=before,
        changes=list(telling.changes(changed.differences, found.known)),
    )


@routes.post("/versions/{version}/back")
def take_back(
    page: PublisherPage, form: StaffForm, program: ProgramId, version: _Version
) -> Response:
    """A version that is not in force yet is a draft again."""
    del form
    page.database.run(page.caller.tenant, unpublish, program, version, actor=page.caller.actor)
    said = page.words.t("Version {number} is taken back.", number=version)
    return page.go(f"/office/programs/{program}", said)
