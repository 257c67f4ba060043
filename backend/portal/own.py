"""A page for a member who is signed in, and what is around each of them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from backend.api.callers import Data
from backend.api.own import COOKIE, Visitor, visitor_of
from backend.db import shops
from backend.web.forms import Form, Sent
from backend.web.page import Page, SignInFirst, form_of, words_for

CONSENT_TEXT = "portal-2026-11"
"""Which words a person had read who says yes or no here; changed with them."""
HOME = "/account"
DOOR = "/account/sign-in"


@dataclass(slots=True, kw_only=True)
class MemberPage(Page):
    """A page of somebody's own."""

    member: Visitor

    @property
    def reader(self) -> str:
        """Who reads it: the member."""
        return self.member.id

    def own(self, template: str, *, status: int = 200, **values: object) -> Response:
        """The page inside the frame of the account."""
        with self.database.read(self.member.tenant) as tx:
            shop = shops.company_name(tx)
        return self.show(f"portal/{template}", status=status, shop=shop, **values)


def _own(request: Request, database: Data) -> MemberPage:
    member = visitor_of(database, request.cookies.get(COOKIE, ""))
    if member is None:
        raise SignInFirst(DOOR, HOME)
    with database.read(member.tenant) as tx:
        place = shops.where_joined(tx, member.person.store)
    return MemberPage(
        request=request,
        database=database,
        words=words_for(request),
        visitor=None,
        csrf=member.csrf,
        zone=place.zone,
        member=member,
    )


Own = Annotated[MemberPage, Depends(_own)]


def _form(page: Own, sent: Sent) -> Form:
    return form_of(page, sent)


OwnForm = Annotated[Form, Depends(_form)]
"""What a member sent from a page of their own."""
