"""Records that may be one person: the groups that share something a person has once."""

from typing import Any

from fastapi.responses import Response

from backend.api import members as api
from backend.backoffice.member import names_of
from backend.backoffice.members import AdjusterPage
from backend.backoffice.office import show
from backend.backoffice.reading import paging
from backend.web.page import Page
from backend.web.routes import page_routes

routes = page_routes()
_AT_ONCE = 25


@routes.get("/office/members/duplicates")
def duplicates(page: AdjusterPage) -> Response:
    """Groups with the same e-mail, phone, or name and birthday.

    All members are compared: the page comes at once, and they as soon as they are found.
    """
    if page.is_part:
        return page.show("office/members/_duplicates.html", **_found(page))
    now = page.request.query_params.get("now") == "1"
    return show(page, "members/duplicates.html", now=now, **(_found(page) if now else {}))


def _found(page: Page) -> dict[str, Any]:
    found = api.duplicates(page.database, page.caller, paging(page, _AT_ONCE))
    wanted = [member for group in found.groups for member in group.members]
    with page.database.read(page.caller.tenant) as tx:
        return {"found": found, "people": names_of(tx, wanted)}
