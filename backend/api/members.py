"""Members as records: added, read, changed, searched, listed, gathered in segments."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from backend.api import tables
from backend.api.callers import Caller, Data, allowed, looking_at
from backend.api.deeds import doing
from backend.api.languages import Language
from backend.api.pages import Asked, page
from backend.api.problems import BODY, TOKEN, documented
from backend.db import Database, shops
from backend.db.shops import Store
from backend.errors import Refused
from backend.rights import Right
from backend.services.people import bulk as bulk_change
from backend.services.people import directory, own_account, records
from backend.services.points.worth import in_a_table, points_column
from backend_client.schemas.base import API, Id
from backend_client.schemas.me import MyVouchers
from backend_client.schemas.members import (
    AlikeBody,
    BulkAnswer,
    BulkChange,
    ConsentsAnswer,
    ConsentsBody,
    DuplicatesPage,
    MemberChange,
    MemberColumn,
    MemberRecord,
    MemberSearch,
    MemberSort,
    MembersPage,
    MemberTable,
    NewMember,
    SegmentBody,
    SegmentsAnswer,
    SegmentTerms,
)
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, ProgramId, StoreId

_DETAILS = (ProblemName.EMAIL_REFUSED, ProblemName.NAME_REFUSED, ProblemName.PHONE_REFUSED)
_CARD = (ProblemName.CARD_TAKEN, ProblemName.CARD_BLOCKED, ProblemName.CARD_RANDOM)

MembersCaller = Annotated[Caller, Depends(allowed(Right.MEMBERS))]
_Adjuster = Annotated[Caller, Depends(allowed(Right.ADJUST))]
_Exporter = Annotated[Caller, Depends(allowed(Right.EXPORT))]
_Voucherer = Annotated[Caller, Depends(allowed(Right.VOUCHERS))]
_Member = Annotated[Id, Path()]

routes = APIRouter(prefix=API, tags=["members"])


@routes.post(
    "/members",
    responses=documented(
        *BODY, *TOKEN, *_DETAILS, *_CARD, ProblemName.NOT_FOUND, ProblemName.ID_REUSED
    ),
)
def add(database: Data, caller: MembersCaller, body: NewMember) -> MemberRecord:
    """Add a person, with loyalty switched on unless said otherwise; sent again, it is the same."""
    store = store_of(database, caller, body.store)
    return doing(database, caller, "member.add", body.id, records.add, body, store).record


@routes.get(
    "/members/{member}/record",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def read(database: Data, caller: MembersCaller, member: _Member) -> MemberRecord:
    """All that is known of a member."""
    with looking_at(database, caller, "member.view", member) as tx:
        return records.record(tx, MemberId(member))


@routes.patch(
    "/members/{member}/record",
    responses=documented(*BODY, *TOKEN, *_DETAILS, ProblemName.NOT_FOUND, ProblemName.VERSION),
)
def change(
    database: Data, caller: MembersCaller, member: _Member, body: MemberChange
) -> MemberRecord:
    """Change the fields that are sent, on the version that was read."""
    wanted = MemberId(member)
    return doing(database, caller, "member.change", member, records.change, wanted, body)


@routes.get(
    "/members/{member}/consents",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def consents(database: Data, caller: MembersCaller, member: _Member) -> ConsentsAnswer:
    """What a member agrees to, and every answer with the text they had read."""
    with looking_at(database, caller, "consents.view", member) as tx:
        return records.consents(tx, MemberId(member))


@routes.post(
    "/members/{member}/consents",
    responses=documented(*BODY, *TOKEN, ProblemName.NOT_FOUND, ProblemName.ID_REUSED),
)
def agree(
    database: Data, caller: MembersCaller, member: _Member, body: ConsentsBody
) -> ConsentsAnswer:
    """Write down what a member answered."""
    wanted = MemberId(member)
    return doing(database, caller, "consents.answer", member, records.agree, wanted, body)


@routes.post(
    "/members/search",
    responses=documented(
        *BODY,
        *TOKEN,
        ProblemName.NOT_FOUND,
        ProblemName.EMAIL_REFUSED,
        ProblemName.PHONE_REFUSED,
        ProblemName.CARD_RANDOM,
    ),
)
def search(database: Data, caller: MembersCaller, body: MemberSearch, paging: Asked) -> MembersPage:
    """Members by phone, e-mail, card or name, or all who fit a filter or a segment."""
    kind = int if body.sort is MemberSort.POINTS else str
    after = paging.after(kind, str)
    program = program_of(database, caller, body.program)
    with looking_at(database, caller, "member.list", body.segment or "") as tx:
        place = (after[0], after[1]) if after else None
        found = directory.search(tx, body, program, place, paging.limit + 1)
        told, following = page(found, paging, lambda each: each.place)
        return MembersPage(
            members=tuple(directory.row_of(tx, each) for each in told), next=following
        )


@routes.post(
    "/members/table",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A table."},
        **documented(
            *BODY,
            *TOKEN,
            ProblemName.NOT_FOUND,
            ProblemName.EMAIL_REFUSED,
            ProblemName.PHONE_REFUSED,
            ProblemName.CARD_RANDOM,
        ),
    },
)
def table(database: Data, caller: _Exporter, body: MemberTable) -> Response:
    """The same people as a file for spreadsheets, all of them, with the columns asked (LSX-33)."""
    program = program_of(database, caller, body.program)
    with looking_at(database, caller, "member.table", body.segment or "") as tx:
        rules = shops.program(tx, program)
        assert rules is not None, "it was looked up"
        names = [
            points_column(rules) if name is MemberColumn.POINTS else name.value
            for name in body.columns
        ]
        rows = [
            [
                in_a_table(rules, row.points) if name is MemberColumn.POINTS else getattr(row, name)
                for name in body.columns
            ]
            for some in directory.everybody(tx, body, program)
            for row in some
        ]
    return tables.table(names, rows, "members.csv")


@routes.get(
    "/members/{member}/vouchers",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def vouchers(database: Data, caller: _Voucherer, member: _Member, language: Language) -> MyVouchers:
    """The vouchers of a member: those that can still be used first."""
    with looking_at(database, caller, "member.vouchers", member) as tx:
        person = records.existing(tx, MemberId(member))
        words = own_account.words_of(person, "", language)
        return own_account.my_vouchers(tx, person, words)


@routes.get("/duplicates", responses=documented(*TOKEN, ProblemName.INVALID))
def duplicates(database: Data, caller: MembersCaller, paging: Asked) -> DuplicatesPage:
    """Groups of records with the same e-mail, phone, or name and birthday."""
    after = paging.after(str, str)
    with database.read(caller.tenant) as tx:
        place = (after[0], after[1]) if after else None
        found = directory.duplicates(tx, place, paging.limit + 1)
        told, following = page(found, paging, lambda each: (each.by.value, each.value))
    return DuplicatesPage(
        groups=tuple(AlikeBody(by=each.by, members=each.members) for each in told), next=following
    )


@routes.post("/members/bulk", responses=documented(*BODY, *TOKEN))
def bulk(database: Data, caller: _Adjuster, body: BulkChange) -> BulkAnswer:
    """Change many members by a table: their loyalty on or off, type, price code, themes."""
    return doing(database, caller, "member.bulk", body.id, bulk_change.change_many, body)


@routes.get("/segments", responses=documented(*TOKEN))
def segments(database: Data, caller: MembersCaller) -> SegmentsAnswer:
    """Every segment."""
    with database.read(caller.tenant) as tx:
        return SegmentsAnswer(segments=directory.segments(tx))


@routes.put("/segments/{segment}", responses=documented(*BODY, *TOKEN))
def save_segment(
    database: Data, caller: _Adjuster, segment: Annotated[Id, Path()], body: SegmentTerms
) -> SegmentBody:
    """Add a segment, or change it."""
    return doing(database, caller, "segment.save", segment, directory.save_segment, segment, body)


@routes.delete(
    "/segments/{segment}",
    responses=documented(*TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def remove_segment(
    database: Data, caller: _Adjuster, segment: Annotated[Id, Path()]
) -> SegmentBody:
    """Remove a segment; its members stay."""
    return doing(database, caller, "segment.remove", segment, directory.remove_segment, segment)


def store_of(
    database: Database, caller: Caller, wanted: str | None, *, in_header: bool = False
) -> Store:
    """The store that is asked for, else the caller's, else the company's only one. Refused."""
    if wanted is None and caller.store is not None:
        return caller.store
    with database.read(caller.tenant) as tx:
        found = shops.stores(tx) if wanted is not None else shops.open_stores(tx)
    if wanted is not None:
        found = tuple(store for store in found if store.id == StoreId(wanted))
        if not found:
            raise Refused(ProblemName.NOT_FOUND, "no such store")
    if len(found) != 1:
        if in_header:
            raise Refused(ProblemName.INVALID, "Loyalty-Store: say which, there are several")
        raise Refused(ProblemName.INVALID, "store: say which, there are several")
    return found[0]


def program_of(database: Database, caller: Caller, wanted: str | None) -> ProgramId:
    """The program that is asked for, else the one of the caller's store or of all. Refused."""
    if wanted is None:
        return _own_program(database, caller)
    with database.read(caller.tenant) as tx:
        if shops.program(tx, ProgramId(wanted)) is None:
            raise Refused(ProblemName.NOT_FOUND, "no such program")
    return ProgramId(wanted)


def _own_program(database: Database, caller: Caller) -> ProgramId:
    if caller.store is not None:
        return caller.store.program
    with database.read(caller.tenant) as tx:
        found = {store.program for store in shops.stores(tx)}
    if len(found) != 1:
        raise Refused(ProblemName.INVALID, "program: say which, there are several")
    return found.pop()
