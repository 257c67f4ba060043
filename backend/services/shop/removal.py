"""Taking out what was set up by mistake: a sign, a group, a store, a type of cards.

Refused while something needs it, and the refusal says what. One that is not there is out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from backend.db import Transaction, cards, gifts, programs, shops, store_use
from backend.errors import Refused, phrase
from backend.services.expected import ANYTHING, Expected
from backend.services.shop.stores import brands_of, groups_of, store_of
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName
from loyalty.document import read_program
from loyalty.ids import StoreId
from loyalty.program import Criteria, Program

_NAMED_AT_MOST = 5


def remove_brand(
    tx: Transaction, wanted: str, expected: Expected = ANYTHING, *, actor: str
) -> None:
    """Take a sign out that no store has and no program names. Raises Refused."""
    known = next((brand for brand in brands_of(tx) if brand.id == wanted), None)
    if known is None:
        return
    expected.check(known)
    _refuse_stores([store.name for store in shops.stores(tx) if store.brand == wanted])
    _refuse_programs(
        [rules for rules in _in_use(tx) if any(wanted in of.brands for of in _criteria(rules))]
    )
    shops.delete_brand(tx, wanted)
    audit.note(tx, actor, "brand.remove", wanted)


def remove_group(
    tx: Transaction, wanted: str, expected: Expected = ANYTHING, *, actor: str
) -> None:
    """Take a group out that no store is in. Raises Refused."""
    known = next((group for group in groups_of(tx) if group.id == wanted), None)
    if known is None:
        return
    expected.check(known)
    _refuse_stores([store.name for store in shops.stores(tx) if store.group == wanted])
    _refuse_programs(
        [rules for rules in _in_use(tx) if wanted in set(rules.stores.groups.values())]
    )
    shops.delete_group(tx, wanted)
    audit.note(tx, actor, "group.remove", wanted)


def remove_store(
    tx: Transaction, wanted: str, expected: Expected = ANYTHING, *, actor: str
) -> None:
    """Take a store out in which nothing has happened yet. Raises Refused."""
    known = shops.store(tx, StoreId(wanted))
    if known is None:
        return
    expected.check(store_of(tx, wanted))
    if len(shops.stores(tx)) == 1:
        raise Refused(ProblemName.IN_USE, phrase("it is the only store"))
    offered = [gift.id for gift in gifts.every_gift(tx) if wanted in gift.stores]
    if offered:
        raise Refused(
            ProblemName.IN_USE,
            phrase("the gifts {gifts} name it: change that first", gifts=_some(offered)),
        )
    _refuse_programs([rules for rules in _in_use(tx) if _names_store(rules, known.id)])
    if store_use.is_named(tx, known.id):
        raise Refused(
            ProblemName.IN_USE,
            phrase("it has tills, kiosks, staff or a history: close it instead"),
        )
    shops.delete_store(tx, known.id)
    audit.note(tx, actor, "store.remove", wanted)


def remove_card_type(tx: Transaction, wanted: str, *, actor: str) -> None:
    """Take a type out of which no card is. Raises Refused."""
    if cards.card_type(tx, wanted) is None:
        return
    there = cards.of_type(tx, wanted)
    if there:
        raise Refused(
            ProblemName.IN_USE,
            phrase("cards that are out are of this type ({count}): it stays", count=there),
        )
    cards.delete_card_type(tx, wanted)
    audit.note(tx, actor, "card-type.remove", wanted)


# --- who needs it -----------------------------------------------------------------------------


def _refuse_stores(named: list[str]) -> None:
    if named:
        raise Refused(
            ProblemName.IN_USE,
            phrase("the stores {stores} have it: change that first", stores=_some(named)),
        )


def _refuse_programs(named: list[Program]) -> None:
    if named:
        raise Refused(
            ProblemName.IN_USE,
            phrase(
                "the program {programs} names it: publish a version without it first",
                programs=_some([rules.id for rules in named]),
            ),
        )


def _some(names: list[str]) -> str:
    return ", ".join(list(dict.fromkeys(names))[:_NAMED_AT_MOST])


def _in_use(tx: Transaction) -> list[Program]:
    """The versions that are in force or coming: former ones explain what was, by codes alone."""
    found: list[Program] = []
    in_force: set[str] = set()
    for version in programs.versions(tx):  # the latest of each program first
        if version.program in in_force:
            continue
        if version.valid_from <= tx.now:
            in_force.add(version.program)
        found.append(read_program(version.document))
    return found


def _names_store(rules: Program, store: StoreId) -> bool:
    return store in rules.stores.groups or any(
        store in said for said in _fields_called(rules, "stores")
    )


def _criteria(thing: object) -> Iterator[Criteria]:
    """Every criterion of sales in the rules, wherever it stands."""
    for each in _parts(thing):
        if isinstance(each, Criteria):
            yield each
        else:
            yield from _criteria(each)


def _fields_called(thing: object, name: str) -> Iterator[frozenset[str]]:
    """The sets of codes that the rules keep under that name, wherever they stand."""
    found = getattr(thing, name, None)
    if isinstance(found, frozenset):
        yield found
    for each in _parts(thing):
        yield from _fields_called(each, name)


def _parts(thing: object) -> Iterator[object]:
    if is_dataclass(thing):
        yield from (getattr(thing, field.name) for field in fields(thing))
    elif isinstance(thing, Mapping):
        yield from thing.values()
    elif isinstance(thing, (tuple, frozenset)):
        yield from thing
