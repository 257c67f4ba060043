"""Gifts: what points buy, where, and how often."""

from backend.db import Transaction, catalogue, gifts, shops
from backend.errors import Refused, phrase
from backend.services.expected import ANYTHING, Expected
from backend_client.schemas.catalogue import GiftBody, GiftFound
from backend_client.schemas.problems import ProblemName
from loyalty.ids import ProgramId


def put_gift(
    tx: Transaction, wanted: str, body: GiftBody, expected: Expected = ANYTHING
) -> GiftFound:
    """The gift as it is now; kiosks hear of it. Raises Refused."""
    known = gifts.gift(tx, wanted)
    asked = GiftFound(id=wanted, cost=_cost(tx, body), **dict(body))
    if known is not None and known.model_copy(update={"takes_off": None}) == asked:
        return known
    expected.check(known)
    _refuse_unknown(tx, body)
    gifts.save_gift(tx, asked)
    return gift_of(tx, wanted)


def gift_of(tx: Transaction, wanted: str) -> GiftFound:
    """The gift. Raises Refused."""
    found = gifts.gift(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no such gift")
    return found


def _cost(tx: Transaction, body: GiftBody) -> int | None:
    if body.points is not None or body.product is None:
        return body.points
    product = catalogue.product(tx, body.product)
    return None if product is None else product.gift_points


def _refuse_unknown(tx: Transaction, body: GiftBody) -> None:
    if body.product is not None and catalogue.product(tx, body.product) is None:
        raise Refused.at("product", phrase("there is no such product: put it first"))
    if body.program is not None and shops.program(tx, ProgramId(body.program)) is None:
        raise Refused.at("program", phrase("there is no such program"))
    if body.picture is not None and gifts.picture(tx, body.picture) is None:
        raise Refused.at("picture", phrase("put the picture under /v1/pictures first"))
    known = {store.id for store in shops.stores(tx)} if body.stores else set()
    for place, store in enumerate(body.stores):
        if store not in known:
            raise Refused.at(f"stores.{place}", phrase("there is no such store"))
