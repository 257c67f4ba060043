"""The audit log: who did what, and when."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import operations as api
from backend.backoffice.deeds import DEEDS
from backend.backoffice.office import show
from backend.backoffice.reading import names_of_staff, paging
from backend.db import Transaction, access, staff
from backend.rights import Right
from backend.services.team.audit import SYSTEM
from backend.web.forms import Form
from backend.web.page import Page, page_with
from backend.web.routes import page_routes
from backend.web.words import PageWords
from backend_client.schemas import AuditPage

_OwnerPage = Annotated[Page, Depends(page_with(Right.STAFF))]
_WORD = re.compile(r"[A-Za-z0-9_.:/*+-]{0,140}")

routes = page_routes()


@routes.get("/office/audit")
def audit(page: _OwnerPage) -> Response:
    """The latest lines that fit, latest first."""
    asked = {
        name: value
        for name in ("actor", "action", "about")
        if _WORD.fullmatch(value := page.request.query_params.get(name, "").strip())
    }
    form = Form(page.request.query_params, page.words)  # type: ignore[arg-type] # read the same way
    found, until = AuditPage(lines=(), next=None), None
    with form.attempt():
        until = form.moment("until", page.zone)
        found = api.audit_log(
            page.database,
            page.caller,
            paging(page),
            asked.get("actor", ""),
            asked.get("action", ""),
            asked.get("about", ""),
            form.moment("since", page.zone),
            until + timedelta(days=1) if until else None,
        )
    with page.database.read(page.caller.tenant) as tx:
        names, people = _names(tx, page.words), staff.everybody(tx)
    return show(
        page,
        "audit.html",
        found=found,
        asked=page.request.query_params,
        names=names,
        people=people,
        deeds={each: page.words.t(said) for each, said in DEEDS.items()},
        form=form,
    )


def _names(tx: Transaction, words: PageWords) -> Callable[[str], str]:
    """Who or what an id of the log is, where it is somebody or something of the shop's."""
    people = names_of_staff(tx)
    machines = {str(till.id): till.name for till in access.tills(tx)}
    machines |= {str(kiosk.id): kiosk.name for kiosk in access.terminals(tx)}

    def name(wanted: str) -> str:
        if wanted == SYSTEM:
            return words.t("The server itself")
        bare = wanted.partition(":")[2] or wanted
        known = people(f"staff:{bare}")
        return known if known != f"staff:{bare}" else machines.get(bare, wanted)

    return name
