"""Records that may be one person: the groups that share something a person has once."""

from fastapi.responses import Response

from backend.api import members as api
from backend.backoffice.member import names_of
from backend.backoffice.members import AdjusterPage
from backend.backoffice.office import show
from backend.backoffice.reading import paging
from backend.web.routes import page_routes

routes = page_routes()
_AT_ONCE = 25


@routes.get("/office/members/duplicates")
def duplicates(page: AdjusterPage) -> Response:
    """Groups with the same e-mail, phone, or name and birthday."""
    found = api.duplicates(page.database, page.caller, paging(page, _AT_ONCE))
    wanted = [member for group in found.groups for member in group.members]
    with page.database.read(page.caller.tenant) as tx:
        people = names_of(tx, wanted)
    return show(page, "members/duplicates.html", found=found, people=people)
