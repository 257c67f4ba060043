"""A terminal asks for a reward."""

from pydantic import Field

from backend_client.schemas.base import Id, Instant, Wire
from backend_client.schemas.ledger import AccountSnapshot, EntryBody, VoucherBody


class RedemptionRequest(Wire):
    """A terminal asks to hold points for a gift. It may be told no; nothing was promised yet."""

    id: Id
    member: Id
    program: Id
    reward: Id
    code: str = Field(description="The voucher code, minted by the terminal.")
    at: Instant


class RedemptionAnswer(Wire):
    """The points are held."""

    voucher: VoucherBody
    entry: EntryBody
    position: int
    account: AccountSnapshot
