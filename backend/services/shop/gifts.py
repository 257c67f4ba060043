"""Gifts: what points buy, where, and how often.

A price is counted in a unit: what costs 300 points is never offered for 3.00 €, whichever program
comes later.
"""

from collections.abc import Iterable

from backend.db import Transaction, catalogue, gifts, shops
from backend.errors import Refused, phrase
from backend.services.expected import ANYTHING, Expected
from backend_client.schemas.catalogue import GiftBody, GiftFound
from backend_client.schemas.problems import ProblemName
from loyalty.ids import ProgramId, RewardId
from loyalty.program import Program, Unit


def put_gift(
    tx: Transaction, wanted: str, body: GiftBody, expected: Expected = ANYTHING
) -> GiftFound:
    """The gift as it is now; kiosks hear of it. Raises Refused."""
    known = gifts.gift(tx, wanted)
    unit = body.unit or _unit_before(body, known)
    asked = GiftFound(id=wanted, cost=_cost(tx, body), **{**dict(body), "unit": unit})
    if known is not None and known.model_copy(update={"takes_off": None}) == asked:
        return known
    expected.check(known)
    _refuse_unknown(tx, body)
    unit = _unit(tx, wanted, body, unit)
    gifts.save_gift(tx, asked.model_copy(update={"unit": unit}))
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


def programs_here(tx: Transaction) -> tuple[Program, ...]:
    """The programs of the open stores, each once, by the names of the stores."""
    names = dict.fromkeys(store.published for store in shops.open_stores(tx))
    found = (shops.program(tx, name) for name in names)
    return tuple(program for program in found if program is not None)


def units_here(tx: Transaction) -> tuple[Unit, ...]:
    """What those programs count, each once."""
    return tuple(dict.fromkeys(program.unit for program in programs_here(tx)))


def counting_otherwise(gift: GiftFound, programs: Iterable[Program]) -> tuple[Program, ...]:
    """Those of the programs that do not offer the gift because its price is in another unit.

    One whose document says a price for it offers it all the same.
    """
    return tuple(
        program
        for program in programs
        if gift.program in (None, program.id)
        and gift.unit not in (None, program.unit)
        and program.reward(RewardId(gift.id)) is None
    )


def _unit_before(body: GiftBody, known: GiftFound | None) -> Unit | None:
    """In what it was counted: a price that stays as it was means what it meant."""
    if known is None or known.unit is None:
        return None
    was = known.program, known.product, known.points
    return known.unit if was == (body.program, body.product, body.points) else None


def _unit(tx: Transaction, wanted: str, body: GiftBody, said: Unit | None) -> Unit | None:
    """In what the price is counted; None where it has none. Raises Refused."""
    if body.points is None and body.product is None:
        return None
    named = shops.program(tx, ProgramId(body.program)) if body.program is not None else None
    if named is not None and body.unit not in (None, named.unit):
        raise Refused.at("unit", phrase("the program counts otherwise: leave this out"))
    unit = said or (_counted_by(tx) if named is None else named.unit)
    if body.points is None and body.product is not None:
        others = gifts.counted_in(tx, [body.product], but=wanted).get(body.product)
        if others not in (None, unit):
            raise Refused.at(
                "points",
                phrase("the product's price is counted otherwise: say what it costs here"),
            )
    return unit


def _counted_by(tx: Transaction) -> Unit:
    """What every program counts. Raises Refused where they count otherwise than each other."""
    units = units_here(tx)
    if len(units) > 1:
        raise Refused.at(
            "program",
            phrase("programs count otherwise than each other here: choose one, or say its unit"),
        )
    return next(iter(units), Unit.POINTS)


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
