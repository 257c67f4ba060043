"""What tills call."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Data, till_with
from backend.api.problems import documented
from backend.db.access import Till
from backend.services.members import account_of, find_member
from backend.services.sales import record_sale
from backend.services.vouchers import redeem_voucher, voucher_of
from backend_client.schemas import (
    API,
    AccountAnswer,
    Id,
    MemberFound,
    MemberQuery,
    ProblemName,
    SaleAnswer,
    SaleBody,
    VoucherAnswer,
    VoucherRedemption,
)
from loyalty.ids import MemberId

_BODY = (ProblemName.MALFORMED, ProblemName.TOO_LARGE, ProblemName.MEDIA_TYPE, ProblemName.INVALID)
_TOKEN = (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED)

_MembersTill = Annotated[Till, Depends(till_with("members"))]
_SalesTill = Annotated[Till, Depends(till_with("sales"))]
_VouchersTill = Annotated[Till, Depends(till_with("vouchers"))]
_Code = Annotated[
    str,
    Path(
        max_length=64,
        description="As typed or scanned: case, spaces and hyphens do not matter.",
    ),
]

routes = APIRouter(prefix=API, tags=["tills"])


@routes.post(
    "/members/find",
    responses=documented(
        *_BODY,
        *_TOKEN,
        ProblemName.NOT_FOUND,
        ProblemName.CARD_BLOCKED,
        ProblemName.EMAIL_REFUSED,
    ),
)
def find(database: Data, till: _MembersTill, body: MemberQuery) -> MemberFound:
    """The member of a card or an e-mail address, and what they can spend."""
    with database.read(till.tenant) as tx:
        return find_member(tx, till, body)


@routes.post(
    "/sales",
    responses=documented(
        *_BODY,
        *_TOKEN,
        ProblemName.NOT_FOUND,
        ProblemName.ID_REUSED,
        ProblemName.CURRENCY,
        ProblemName.CLOCK_OFF,
    ),
)
def sales(database: Data, till: _SalesTill, body: SaleBody) -> SaleAnswer:
    """Record a sale that is closed and paid; sent again, the answer is the same."""
    return database.run(till.tenant, record_sale, till, body)


@routes.get(
    "/accounts/{member}",
    responses=documented(*_TOKEN, ProblemName.NOT_FOUND, ProblemName.INVALID),
)
def account(database: Data, till: _MembersTill, member: Annotated[Id, Path()]) -> AccountAnswer:
    """The member's account in the till's program, with every entry."""
    with database.read(till.tenant) as tx:
        return account_of(tx, MemberId(member), till.store.program)


@routes.get(
    "/vouchers/{code}",
    responses=documented(
        *_TOKEN, ProblemName.VOUCHER_UNKNOWN, ProblemName.CODE_MISTYPED, ProblemName.INVALID
    ),
)
def voucher(database: Data, till: _VouchersTill, code: _Code) -> VoucherAnswer:
    """A voucher and what it gives."""
    with database.read(till.tenant) as tx:
        return voucher_of(tx, code)


@routes.post(
    "/vouchers/{code}/redemption",
    responses=documented(
        *_BODY,
        *_TOKEN,
        ProblemName.VOUCHER_UNKNOWN,
        ProblemName.CODE_MISTYPED,
        ProblemName.VOUCHER_REDEEMED,
        ProblemName.VOUCHER_VOIDED,
        ProblemName.VOUCHER_EXPIRED,
        ProblemName.ID_REUSED,
        ProblemName.CLOCK_OFF,
    ),
)
def redemption(
    database: Data, till: _VouchersTill, code: _Code, body: VoucherRedemption
) -> VoucherAnswer:
    """Take a voucher, once; sent again under the same id, the answer is the same."""
    return database.run(till.tenant, redeem_voucher, till, code, body)
