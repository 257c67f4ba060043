"""What a member does with what is their own: account, movements, vouchers, consents, data."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from backend.api.callers import Data
from backend.api.languages import Language
from backend.api.links import zip_of
from backend.api.own import COOKIE, MemberCaller
from backend.api.pages import Asked, page
from backend.api.problems import BODY, documented
from backend.services.people import own_account, own_address, phone_cards, privacy, records
from backend.services.points import accounts
from backend_client.schemas.accounts import LotsPage, LotState, MovementsPage
from backend_client.schemas.base import API, Id
from backend_client.schemas.desk import Erased, PersonalData
from backend_client.schemas.kiosks import CodeAsked
from backend_client.schemas.me import (
    MyAccount,
    MyChange,
    MyEmail,
    MyEmailProof,
    MyErasure,
    MyPhoneCard,
    MyPhoneCardMade,
    MyProfile,
    MyVouchers,
)
from backend_client.schemas.members import ConsentsAnswer, ConsentsBody
from backend_client.schemas.problems import ProblemName
from loyalty.ledger import EntryKind

_ME = (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED)
_ACCOUNT = documented(*_ME, ProblemName.NOT_FOUND, ProblemName.INVALID)
_Spoken = Annotated[
    str,
    Query(
        pattern=r"^([a-z]{2})?$",
        description="ISO 639-1; the member's own language when left out.",
    ),
]
_Program = Annotated[
    Id | None, Query(description="Whose points; of the store where they joined when left out.")
]

routes = APIRouter(prefix=f"{API}/me", tags=["me"])


@routes.get("", responses=_ACCOUNT)
def account(
    database: Data,
    visitor: MemberCaller,
    accepted: Language,
    language: _Spoken = "",
    program: _Program = None,
) -> MyAccount:
    """Balance, points that still count with their dates, what is pending, tier and household."""
    with database.read(visitor.tenant) as tx:
        words = own_account.words_of(visitor.person, language, accepted)
        of = own_account.seen_by(tx, visitor.person, program, words)
        return own_account.account(tx, visitor.person, of)


@routes.patch(
    "",
    responses=documented(
        *BODY,
        *_ME,
        ProblemName.NAME_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.NOT_FOUND,
        ProblemName.VERSION,
    ),
)
def change(database: Data, visitor: MemberCaller, body: MyChange) -> MyProfile:
    """Change one's own name, number, birthday or language, on the version that was read."""
    return database.run(visitor.tenant, own_account.change, visitor.id, body)


@routes.post(
    "/email",
    responses=documented(
        *BODY,
        *_ME,
        ProblemName.EMAIL_REFUSED,
        ProblemName.TOO_MANY_CODES,
        ProblemName.ID_REUSED,
        ProblemName.NOT_FOUND,
    ),
)
def ask_email(database: Data, visitor: MemberCaller, body: MyEmail) -> CodeAsked:
    """Another address for oneself: a code goes there."""
    return database.run(visitor.tenant, own_address.ask, visitor.id, body)


@routes.post(
    "/email/{code}/proof",
    responses=documented(
        *BODY, *_ME, ProblemName.EMAIL_REFUSED, ProblemName.CODE_WRONG, ProblemName.NOT_FOUND
    ),
)
def prove_email(
    database: Data, visitor: MemberCaller, code: Annotated[Id, Path()], body: MyEmailProof
) -> MyProfile:
    """The code that came to the new address: from now on it is theirs, and the old one is told."""
    # A wrong try is written down before it is refused.
    member = database.run(visitor.tenant, own_address.prove, visitor.id, code, body).passed()
    with database.read(visitor.tenant) as tx:
        return own_account.profile(records.existing(tx, member))


@routes.get("/lots", responses=_ACCOUNT)
def lots(
    database: Data,
    visitor: MemberCaller,
    accepted: Language,
    asked: Asked,
    language: _Spoken = "",
    program: _Program = None,
    state: Annotated[
        LotState | None, Query(description="`active` for points that can be spent; none for all.")
    ] = None,
) -> LotsPage:
    """Points as they were earned, newest first, and what is left of each."""
    after = asked.after(int)
    with database.read(visitor.tenant) as tx:
        words = own_account.words_of(visitor.person, language, accepted)
        of = own_account.seen_by(tx, visitor.person, program, words)
        place = after[0] if after else None
        found = accounts.lots_of(tx, of, state=state, after=place, limit=asked.limit + 1)
    told, following = page(found, asked, lambda each: (each[0],))
    return LotsPage(lots=tuple(lot for _, lot in told), next=following)


@routes.get("/movements", responses=_ACCOUNT)
def movements(
    database: Data,
    visitor: MemberCaller,
    accepted: Language,
    asked: Asked,
    language: _Spoken = "",
    program: _Program = None,
    kind: Annotated[
        list[EntryKind] | None,
        Query(
            max_length=len(EntryKind),
            description="Such as `redeem` for what was used; all for none.",
        ),
    ] = None,
) -> MovementsPage:
    """Every movement of points, newest first, with its ticket and why it is what it is.

    Who of the staff changed points by hand is the shop's to know: it is `team` here.
    """
    after = asked.after(int)
    with database.read(visitor.tenant) as tx:
        words = own_account.words_of(visitor.person, language, accepted)
        of = own_account.seen_by(tx, visitor.person, program, words)
        kinds, place = frozenset(kind or ()), after[0] if after else None
        found = own_account.movements(tx, of, kinds=kinds, after=place, limit=asked.limit + 1)
    told, following = page(found, asked, lambda each: (each.position,))
    return MovementsPage(movements=told, next=following)


@routes.get("/card", responses=documented(*_ME, ProblemName.TOO_LATE))
def card(database: Data, visitor: MemberCaller) -> MyPhoneCard:
    """The card that one's phone shows in place of a chip, as it stands."""
    with database.read(visitor.tenant) as tx:
        return phone_cards.shown(tx, visitor.person)


@routes.post(
    "/card",
    responses=documented(
        *BODY,
        *_ME,
        ProblemName.CARD_BLOCKED,
        ProblemName.CARD_NOT_OFFERED,
        ProblemName.TOO_LATE,
    ),
)
def make_card(database: Data, visitor: MemberCaller, body: MyPhoneCardMade) -> MyPhoneCard:
    """Have a card on one's phone, or another number for it. Asked again, it stays as it is."""
    return database.run(visitor.tenant, phone_cards.make, visitor.person, body.instead_of)


@routes.get("/vouchers", responses=documented(*_ME, ProblemName.INVALID))
def vouchers(
    database: Data, visitor: MemberCaller, accepted: Language, language: _Spoken = ""
) -> MyVouchers:
    """Gifts that were taken: those that a till takes now with their QR code, then the others."""
    with database.read(visitor.tenant) as tx:
        words = own_account.words_of(visitor.person, language, accepted)
        return own_account.my_vouchers(tx, visitor.person, words)


@routes.get("/consents", responses=documented(*_ME, ProblemName.NOT_FOUND))
def consents(database: Data, visitor: MemberCaller) -> ConsentsAnswer:
    """What one agrees to, and every answer with the text that was read."""
    with database.read(visitor.tenant) as tx:
        return records.consents(tx, visitor.id)


@routes.post(
    "/consents",
    responses=documented(*BODY, *_ME, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def agree(database: Data, visitor: MemberCaller, body: ConsentsBody) -> ConsentsAnswer:
    """Say yes or no to a purpose, from now on."""
    return database.run(visitor.tenant, records.agree, visitor.id, body)


@routes.get("/export", responses=documented(*_ME, ProblemName.NOT_FOUND))
def export(database: Data, visitor: MemberCaller) -> PersonalData:
    """All that is kept of oneself."""
    with database.read(visitor.tenant) as tx:
        return privacy.data_of(tx, visitor.id)


@routes.get(
    "/export/file",
    response_class=Response,
    responses={
        200: {"content": {"application/zip": {}}, "description": "JSON, and a table each."},
        **documented(*_ME, ProblemName.NOT_FOUND),
    },
)
def file(database: Data, visitor: MemberCaller) -> Response:
    """The same as a file to keep."""
    with database.read(visitor.tenant) as tx:
        data = privacy.data_of(tx, visitor.id)
    return zip_of(data)


@routes.post("/erase", responses=documented(*BODY, *_ME, ProblemName.NOT_FOUND))
def erase(response: Response, database: Data, visitor: MemberCaller, body: MyErasure) -> Erased:
    """Be forgotten: what remains are points under a number that nobody can claim.

    Every session of the member ends with it, this one too.
    """
    del body  # it says that they are sure; an erasure is the same however often it is asked
    response.delete_cookie(COOKIE)
    return privacy.erase_for_good(database, visitor.tenant, visitor.id, actor=visitor.actor)
