"""What tills call about vouchers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from backend.api.callers import Data, at_till, till_with
from backend.api.deeds import ringing
from backend.api.problems import BODY, KEY, documented
from backend.db.access import Till
from backend.rights import Right
from backend.services.selling.vouchers import redeem_voucher, seal_key, taken_offline, voucher_of
from backend_client.schemas.base import API
from backend_client.schemas.problems import ProblemName
from backend_client.schemas.tills import (
    TakenOfflineAnswer,
    TakenOfflineBody,
    VoucherAnswer,
    VoucherKey,
    VoucherRedemption,
)

_VouchersTill = Annotated[Till, Depends(at_till(Right.VOUCHERS))]
_Machine = Annotated[Till, Depends(till_with(Right.VOUCHERS))]
_Code = Annotated[
    str,
    Path(
        max_length=400,
        description=(
            "As typed: case, spaces and hyphens do not matter. Or as scanned: the sealed text, too."
        ),
    ),
]

routes = APIRouter(prefix=API, tags=["tills"])


@routes.get("/voucher-key", responses=documented(*KEY))
def voucher_key(database: Data, till: _Machine) -> VoucherKey:
    """The key with which the till checks sealed vouchers while it has no network."""
    with database.read(till.tenant) as tx:
        return VoucherKey(key=seal_key(tx).hex())


@routes.post("/vouchers-taken", responses=documented(*BODY, *KEY))
def vouchers_taken(database: Data, till: _Machine, body: TakenOfflineBody) -> TakenOfflineAnswer:
    """Vouchers that the till took while it could not ask.

    None is refused, for the customers have their gifts: each is accepted, known already, or
    flagged and put before staff, such as one that another till took too.
    """
    return TakenOfflineAnswer(
        results=tuple(database.run(till.tenant, taken_offline, till, each) for each in body.taken)
    )


@routes.get(
    "/vouchers/{code}",
    responses=documented(
        *KEY, ProblemName.VOUCHER_UNKNOWN, ProblemName.CODE_MISTYPED, ProblemName.INVALID
    ),
)
def voucher(database: Data, till: _VouchersTill, code: _Code) -> VoucherAnswer:
    """A voucher and what it gives."""
    with database.read(till.tenant) as tx:
        return voucher_of(tx, code)


@routes.post(
    "/vouchers/{code}/redemption",
    responses=documented(
        *BODY,
        *KEY,
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
    return ringing(database, till, "voucher.redeem", body.id, redeem_voucher, till, code, body)
