"""A terminal asks for a reward."""

from pydantic import Field

from backend_client.schemas.base import CardKey, Id, Instant, Points, Wire, rarely
from backend_client.schemas.cards import ChipProof
from backend_client.schemas.ledger import AccountSnapshot, EntryBody, VoucherBody


class RedemptionRequest(Wire):
    """A terminal asks to hold points for a gift. It may be told no; nothing was promised yet."""

    id: Id
    member: Id
    program: Id
    reward: Id
    code: str = Field(description="The voucher code, minted by the terminal.")
    at: Instant
    card: CardKey | None = rarely(
        None, "The card that was shown: what it may spend is its own, and its household's."
    )
    proof: ChipProof | None = rarely(None, "What the chip of that card said (F5).")
    points: Points | None = rarely(
        None, "How many points, for a reward that gives money for each that is put in.", ge=1
    )
    passed: Id | None = rarely(
        None, "The one-time code that was typed here within the last ten minutes (F5)."
    )


class RedemptionAnswer(Wire):
    """The points are held."""

    voucher: VoucherBody
    entry: EntryBody
    position: int = Field(description="The entry's place in the account, from 1.")
    account: AccountSnapshot
