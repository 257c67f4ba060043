"""What every page of the back office shows around its own: the menu, the shop, who is signed in."""

from typing import Annotated

from fastapi import Depends
from fastapi.responses import Response

from backend.backoffice.menu import MENU
from backend.db import shops
from backend.rights import Right
from backend.web.page import Page, page_with


def show(page: Page, template: str, *, status: int = 200, **values: object) -> Response:
    """A page of the back office: its own part of `templates/office`, inside the frame."""
    with page.database.read(page.caller.tenant) as tx:
        company = shops.company_name(tx)
    path = page.request.url.path
    return page.show(
        f"office/{template}",
        status=status,
        rooms=[room for room in MENU if page.may(room.right)],
        room=next((room.path for room in reversed(MENU) if path.startswith(room.path)), ""),
        company=company,
        **values,
    )


OfficePage = Annotated[Page, Depends(page_with(Right.MEMBERS))]
"""Any page of somebody who works here: every role may look after members."""
