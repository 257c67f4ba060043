"""Programs: drafts, versions, the switch, a past told again, and starting among old customers."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from backend.api.callers import Caller, Data, allowed
from backend.api.catalogue import READING, WRITING
from backend.api.etags import WhatWasSeen, tagged
from backend.api.languages import Language
from backend.api.pages import Asked, page
from backend.api.problems import documented
from backend.db import Transaction
from backend.rights import Right
from backend.services.programs import past
from backend.services.programs.activation import (
    enrol,
    open_balances,
    preview_enrolment,
    preview_opening,
)
from backend.services.programs.campaigns import campaigns_of, delete_message, put_message
from backend.services.programs.presets import presets
from backend.services.programs.programs import (
    delete_draft,
    differences,
    draft_of,
    programs_of,
    publish,
    put_draft,
    read_draft,
    switch,
    unpublish,
    version_of,
    versions_before,
)
from backend.services.programs.trial import trial as try_ticket
from backend_client.schemas.base import API, Id
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.programs import (
    BatchDone,
    BatchPreview,
    CampaignMessageBody,
    CampaignsFound,
    DifferencesFound,
    DraftBody,
    DraftFound,
    EnrolmentBody,
    OpeningBody,
    PresetsFound,
    ProgramFound,
    ProgramKey,
    ProgramsFound,
    Publication,
    ReplayBody,
    ReplayFound,
    SwitchBody,
    TrialBody,
    TrialFound,
    VersionDocument,
    VersionFound,
    VersionsPage,
)
from loyalty.ids import ProgramId
from loyalty.outlook import in_plain, outlook
from loyalty.timemachine import Programs

_Writer = Annotated[Caller, Depends(allowed(Right.PROGRAMS))]
_Publisher = Annotated[Caller, Depends(allowed(Right.PUBLISH))]
_Program = Annotated[ProgramKey, Path()]
_Version = Annotated[int, Path(ge=1, le=10**9)]

routes = APIRouter(prefix=API, tags=["programs"])


@routes.get("/presets", responses=documented(*READING[:2]))
def preset_list(_: _Writer) -> PresetsFound:
    """Ready programs to start from: put one's document as a draft."""
    return PresetsFound(presets=presets())


@routes.get("/programs", responses=documented(*READING[:2]))
def program_list(database: Data, caller: _Writer) -> ProgramsFound:
    """Every program: what is in force, what is coming, and whether it is being rewritten."""
    with database.read(caller.tenant) as tx:
        return programs_of(tx)


@routes.get("/programs/{program}/draft", responses=documented(*READING, ProblemName.NOT_FOUND))
def draft(database: Data, caller: _Writer, response: Response, program: _Program) -> DraftFound:
    """The draft of the next version, with what must be put right."""
    with database.read(caller.tenant) as tx:
        found = draft_of(tx, program)
    tagged(response, found)
    return found


@routes.put("/programs/{program}/draft", responses=documented(*WRITING))
def draft_put(
    database: Data,
    caller: _Writer,
    response: Response,
    program: _Program,
    body: DraftBody,
    seen: WhatWasSeen,
) -> DraftFound:
    """Write the next version; kept with its errors, which name the field and the remedy."""
    found = database.run(caller.tenant, put_draft, program, body.document, seen, actor=caller.actor)
    tagged(response, found)
    return found


@routes.delete(
    "/programs/{program}/draft",
    status_code=204,
    responses=documented(*READING, ProblemName.CHANGED_SINCE),
)
def draft_delete(database: Data, caller: _Writer, program: _Program, seen: WhatWasSeen) -> None:
    """Throw the draft away; what is in force stays so. One that is not there is gone."""
    database.run(caller.tenant, delete_draft, program, seen, actor=caller.actor)


@routes.get("/programs/{program}/versions", responses=documented(*READING, ProblemName.NOT_FOUND))
def version_list(database: Data, caller: _Writer, paging: Asked, program: _Program) -> VersionsPage:
    """The published versions, the latest first."""
    place = paging.after(int)
    with database.read(caller.tenant) as tx:
        found = versions_before(tx, program, place[0] if place else None, paging.limit + 1)
    told, following = page(found, paging, lambda version: (version.version,))
    return VersionsPage(versions=told, next=following)


@routes.get(
    "/programs/{program}/versions/{version}",
    responses=documented(*READING, ProblemName.NOT_FOUND),
)
def version(
    database: Data, caller: _Writer, program: _Program, version: _Version
) -> VersionDocument:
    """One version with its document."""
    with database.read(caller.tenant) as tx:
        return version_of(tx, program, version)


@routes.get(
    "/programs/{program}/versions/{version}/differences",
    responses=documented(*READING, ProblemName.NOT_FOUND, ProblemName.PROGRAM_REFUSED),
)
def version_differences(
    database: Data,
    caller: _Writer,
    program: _Program,
    version: _Version,
    to: Annotated[
        int | None, Query(ge=1, le=10**9, description="The other version; left out, the draft.")
    ] = None,
) -> DifferencesFound:
    """What changes from this version to another, field by field."""
    with database.read(caller.tenant) as tx:
        return differences(tx, program, version, to)


@routes.post(
    "/programs/{program}/publication",
    responses=documented(
        *WRITING,
        ProblemName.NOT_FOUND,
        ProblemName.PROGRAM_REFUSED,
        ProblemName.ID_REUSED,
    ),
)
def publication(
    database: Data, caller: _Publisher, program: _Program, body: Publication
) -> VersionFound:
    """Put the draft in force, now or from a date on; kiosks hear of it at once."""
    return database.run(caller.tenant, publish, program, body, actor=caller.actor)


@routes.delete(
    "/programs/{program}/versions/{version}",
    status_code=204,
    responses=documented(*READING, ProblemName.NOT_FOUND, ProblemName.IN_USE),
)
def version_delete(
    database: Data, caller: _Publisher, program: _Program, version: _Version
) -> None:
    """Take a version back that is not in force yet; its document is the draft again."""
    database.run(caller.tenant, unpublish, program, version, actor=caller.actor)


@routes.put(
    "/programs/{program}/switch", responses=documented(*WRITING[:-1], ProblemName.NOT_FOUND)
)
def switching(
    database: Data, caller: _Publisher, program: _Program, body: SwitchBody
) -> ProgramFound:
    """Switch loyalty on or off: off, it leaves no trace at tills and kiosks."""
    return database.run(caller.tenant, switch, program, on=body.on, actor=caller.actor)


@routes.post(
    "/programs/{program}/replay",
    responses=documented(
        *WRITING[:-1],
        ProblemName.NOT_FOUND,
        ProblemName.PROGRAM_REFUSED,
        ProblemName.CURRENCY,
    ),
)
def replay(database: Data, caller: _Writer, program: _Program, body: ReplayBody) -> ReplayFound:
    """Tell past sales to the draft: what they would have earned, by store and by week."""
    with database.read(caller.tenant) as tx:
        return _replay(tx, program, body)


def _replay(tx: Transaction, program: str, body: ReplayBody) -> ReplayFound:
    rules, until = read_draft(tx, program, body.document), body.until or tx.now
    found = outlook(
        past.facts(tx, ProgramId(program), body.since, until),
        Programs(rules),
        past.zones(tx, ProgramId(program)),
        until=until,
        point_cost=None if body.point_cost is None else Decimal(body.point_cost),
        extensions=tx.extensions,
    )
    return ReplayFound.model_validate(in_plain(found))


@routes.post(
    "/programs/{program}/trial",
    responses=documented(
        *WRITING[:-1],
        ProblemName.NOT_FOUND,
        ProblemName.PROGRAM_REFUSED,
        ProblemName.CURRENCY,
    ),
)
def trial(
    database: Data, caller: _Writer, program: _Program, body: TrialBody, language: Language
) -> TrialFound:
    """What a ticket would earn under the draft, and why."""
    with database.read(caller.tenant) as tx:
        return try_ticket(tx, program, body, language)


@routes.get(
    "/programs/{program}/enrolment-preview",
    responses=documented(*READING, ProblemName.NOT_FOUND),
)
def enrolment_preview(
    database: Data,
    caller: _Writer,
    program: _Program,
    without_consent: Annotated[
        bool | None,
        Query(description="True to count also those who never agreed; else as the program says."),
    ] = None,
) -> BatchPreview:
    """How many old customers would get an account."""
    with database.read(caller.tenant) as tx:
        return preview_enrolment(tx, program, without_consent=without_consent)


@routes.post(
    "/programs/{program}/enrolment",
    responses=documented(*WRITING[:-1], ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def enrolment(
    database: Data, caller: _Publisher, program: _Program, body: EnrolmentBody
) -> BatchDone:
    """Give old customers an account; sent again, it goes on where it stopped."""
    return enrol(database, caller.tenant, program, body, actor=caller.actor)


@routes.post(
    "/programs/{program}/opening-preview",
    responses=documented(*WRITING[:-1], ProblemName.NOT_FOUND, ProblemName.CURRENCY),
)
def opening_preview(
    database: Data, caller: _Writer, program: _Program, body: OpeningBody
) -> BatchPreview:
    """What invoices and credit notes from before the program would give."""
    with database.read(caller.tenant) as tx:
        return preview_opening(tx, program, body)


@routes.post(
    "/programs/{program}/opening",
    responses=documented(
        *WRITING[:-1], ProblemName.NOT_FOUND, ProblemName.ID_REUSED, ProblemName.CURRENCY
    ),
)
def opening(database: Data, caller: _Publisher, program: _Program, body: OpeningBody) -> BatchDone:
    """Let invoices and credit notes from before the program count, once."""
    return open_balances(database, caller.tenant, program, body, actor=caller.actor)


@routes.get("/programs/{program}/campaigns", responses=documented(*READING, ProblemName.NOT_FOUND))
def campaign_list(database: Data, caller: _Writer, program: _Program) -> CampaignsFound:
    """The campaigns of the version in force: which run now, and what kiosks say of them."""
    with database.read(caller.tenant) as tx:
        return campaigns_of(tx, program)


@routes.put(
    "/programs/{program}/campaigns/{campaign}/message",
    responses=documented(*WRITING[:-1], ProblemName.NOT_FOUND),
)
def message_put(
    database: Data,
    caller: _Writer,
    program: _Program,
    campaign: Annotated[Id, Path()],
    body: CampaignMessageBody,
) -> CampaignMessageBody:
    """Set what kiosks show of a campaign while it runs and nobody stands there."""
    return database.run(caller.tenant, put_message, program, campaign, body)


@routes.delete(
    "/programs/{program}/campaigns/{campaign}/message",
    status_code=204,
    responses=documented(*READING, ProblemName.NOT_FOUND),
)
def message_delete(
    database: Data, caller: _Writer, program: _Program, campaign: Annotated[Id, Path()]
) -> None:
    """Show nothing of it."""
    database.run(caller.tenant, delete_message, program, campaign)
