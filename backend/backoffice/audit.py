"""The audit log: who did what, and when."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.api import operations as api
from backend.backoffice.deeds import DEEDS
from backend.backoffice.handed_out import PURPOSES
from backend.backoffice.machines import SCOPES
from backend.backoffice.office import show
from backend.backoffice.reading import names_of_staff, paging
from backend.backoffice.waiting import FLAGS
from backend.db import Transaction, access, segments, shops, staff
from backend.rights import Right
from backend.services.team.audit import SYSTEM
from backend.web.forms import Form
from backend.web.page import Page, page_with
from backend.web.routes import page_routes
from backend.web.words import PageWords, later
from backend_client.schemas.operations import AuditPage
from loyalty.program import in_language

_OwnerPage = Annotated[Page, Depends(page_with(Right.STAFF))]
DETAILS = {
    "role": later("Role"),
    "store": later("Store"),
    "terminal": later("Kiosk"),
    "version": later("Version"),
    "fields": later("Changed"),
    "rows": later("Rows"),
    "queued": later("Letters"),
    "days": later("Days"),
    "flag": later("Notice"),
    "purpose": later("Which link"),
    "scopes": later("It may"),
    "own": later("The shop’s own words"),
    "paused": later("Paused"),
    "given": later("PIN set"),
    "new": later("Another secret"),
    "ended": later("Sessions ended"),
    "stopped": later("Mails stopped"),
}
"""What the details of a line are called; ids of the system that say nothing more are left out."""
_ROLES = {"cashier": later("Cashier"), "manager": later("Manager"), "owner": later("Owner")}
_CODES: Mapping[str, Mapping[str, str]] = {
    "flag": FLAGS,
    "purpose": PURPOSES,
    "scopes": {right.value: words for right, words in SCOPES.items()},
}
"""What the codes of some details are called."""
_OF_A_MEMBER = frozenset(
    {
        *(f"member.{deed}" for deed in ("add", "change", "view", "export", "vouchers")),
        *(f"account.{deed}" for deed in ("lots", "movements", "summary")),
        *(f"card.{deed}" for deed in ("block", "limit", "link", "replace", "unblock", "view")),
        *("consents.answer", "consents.view"),
    }
)
"""Deeds about one member, whose record is a link: no name stands in the log."""
SILENT = frozenset({"approval", "card", "former", "kind", "at"})
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
        of_a_member=_OF_A_MEMBER,
        details=lambda line: _details(line.detail, names, page.words),
        deeds={each: page.words.t(said) for each, said in DEEDS.items()},
        form=form,
    )


def _names(tx: Transaction, words: PageWords) -> Callable[[str], str]:
    """Who or what an id of the log is, where it is somebody or something of the shop's."""
    people = names_of_staff(tx)
    machines = {str(till.id): till.name for till in access.tills(tx)}
    machines |= {str(kiosk.id): kiosk.name for kiosk in access.terminals(tx)}
    stores = shops.stores(tx)
    machines |= {str(store.id): store.name for store in stores}
    machines |= {each.id: each.name for each in segments.segments(tx)}
    for wanted in {store.program for store in stores}:
        if program := shops.program(tx, wanted):
            machines[wanted] = in_language(program.name, words.language) or wanted

    def name(wanted: str) -> str:
        if wanted == SYSTEM:
            return words.t("The server itself")
        bare = wanted.partition(":")[2] or wanted
        known = people(f"staff:{bare}")
        return known if known != f"staff:{bare}" else machines.get(bare, wanted)

    return name


def _details(detail: Mapping[str, object], names: Callable[[str], str], words: PageWords) -> str:
    """What a line says beside its deed, in the reader's words."""

    def said(name: str, value: object) -> str:
        if isinstance(value, bool):
            return words.t("yes") if value else words.t("no")
        if isinstance(value, (list, tuple)):
            return ", ".join(said(name, each) for each in value)
        text = str(value)
        called = _CODES.get(name, _ROLES)
        return words.t(called[text]) if text in called else names(text)

    return " · ".join(
        words.t("{label}: {value}", label=words.t(DETAILS.get(name, name)), value=said(name, value))
        for name, value in detail.items()
        if name not in SILENT
    )
