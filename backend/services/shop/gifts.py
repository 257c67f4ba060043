"""Gifts: what points buy, where, and how often."""

from datetime import timedelta

from backend.db import Transaction, catalogue, gifts, shops, uses
from backend.db.shops import Store
from backend.errors import Refused
from backend.services.expected import ANYTHING, Expected
from backend.services.points import fraud
from backend_client.schemas import GiftBody, GiftFound, ProblemName
from loyalty.errors import MemberLimit
from loyalty.ids import MemberId, ProgramId
from loyalty.program import Program, Reward


def put_gift(
    tx: Transaction, wanted: str, body: GiftBody, expected: Expected = ANYTHING
) -> GiftFound:
    """The gift as it is now; kiosks hear of it. Raises Refused."""
    known = gifts.gift(tx, wanted)
    asked = GiftFound(id=wanted, cost=_cost(tx, body), **dict(body))
    if known == asked:
        return asked
    expected.check(known)
    _refuse_unknown(tx, body)
    gifts.save_gift(tx, asked)
    return asked


def gift_of(tx: Transaction, wanted: str) -> GiftFound:
    """The gift. Raises Refused."""
    found = gifts.gift(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such gift")
    return found


def check_limits(
    tx: Transaction, reward: Reward, member: MemberId, program: Program, place: Store
) -> None:
    """Raises MemberLimit when the member has had enough of the gift, or of all for today.

    What the program says of the reward itself is `loyalty.rewards`' to say. One gift more is
    meant: call it before the redemption is written down.
    """
    fraud.refuse_many_rewards(tx, member, program.id, program.guard, place)
    gift = gifts.gift(tx, reward.id)
    if gift is not None and gift.per_member is not None and gift.per_days is not None:
        since = tx.now - timedelta(days=gift.per_days)
        taken = uses.times_taken(tx, [member], since=since)
        if taken.get(reward.id, 0) >= gift.per_member:
            raise MemberLimit(gift.per_member)


def _cost(tx: Transaction, body: GiftBody) -> int | None:
    if body.points is not None or body.product is None:
        return body.points
    product = catalogue.product(tx, body.product)
    return None if product is None else product.gift_points


def _refuse_unknown(tx: Transaction, body: GiftBody) -> None:
    if body.product is not None and catalogue.product(tx, body.product) is None:
        raise _unknown("product", "there is no such product: put it first")
    if body.program is not None and shops.program(tx, ProgramId(body.program)) is None:
        raise _unknown("program", "there is no such program")
    if body.picture is not None and gifts.picture(tx, body.picture) is None:
        raise _unknown("picture", "put the picture under /v1/pictures first")
    known = {store.id for store in shops.stores(tx)} if body.stores else set()
    for place, store in enumerate(body.stores):
        if store not in known:
            raise _unknown(f"stores.{place}", "there is no such store")


def _unknown(field: str, message: str) -> Refused:
    return Refused(
        ProblemName.INVALID, f"{field}: {message}", errors=[{"field": field, "message": message}]
    )
