"""The audit log: who did what, and when."""

import re
from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import operations as api
from backend.backoffice.office import show
from backend.backoffice.reading import names_of_staff, paging
from backend.db import staff
from backend.rights import Right
from backend.web.forms import Form
from backend.web.page import Page, page_with
from backend.web.routes import page_routes
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
        names, people = names_of_staff(tx), staff.everybody(tx)
    return show(
        page,
        "audit.html",
        found=found,
        asked=page.request.query_params,
        names=names,
        people=people,
        form=form,
    )
