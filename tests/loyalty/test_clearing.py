"""Pool or silo, and who owes whom."""

from dataclasses import replace

from loyalty.clearing import Owed, Statement, accounts, statement
from loyalty.ids import StoreId
from loyalty.ledger import Entry, EntryKind
from loyalty.program import Sharing, Stores
from tests.loyalty.cases import day, earn, entry, take, undo

ANGERS, BORDEAUX, CHOLET = StoreId("angers"), StoreId("bordeaux"), StoreId("cholet")


def at(store: StoreId, each: Entry) -> Entry:
    return replace(each, store=store)


BERTRAND = [at(ANGERS, earn("a", 130, 1, until=300)), at(BORDEAUX, earn("b", 40, 2, until=400))]
SPENT = at(BORDEAUX, take("gift", 150, 3))


def balances(entries: list[Entry], stores: Stores) -> dict[str, int]:
    return {group: each.balance(day(9)) for group, each in accounts(entries, stores).items()}


def test_in_silos_bertrand_has_130_in_angers_and_40_in_bordeaux() -> None:
    """OCT-41, SW-11."""
    assert balances(BERTRAND, Stores(sharing=Sharing.SILO)) == {"angers": 130, "bordeaux": 40}


def test_in_a_pool_he_has_170() -> None:
    """OCT-41, SW-11."""
    assert balances(BERTRAND, Stores()) == {"": 170}


def test_silos_can_be_groups_of_stores() -> None:
    stores = Stores(sharing=Sharing.SILO, groups={ANGERS: "west", CHOLET: "west"})
    more = [*BERTRAND, at(CHOLET, earn("c", 5, 3))]
    assert balances(more, stores) == {"west": 135, "bordeaux": 40}


def test_what_comes_back_elsewhere_takes_the_points_of_its_own_silo() -> None:
    back = at(BORDEAUX, undo(BERTRAND[0], 4))
    assert balances([*BERTRAND, back], Stores(sharing=Sharing.SILO)) == {
        "angers": 0,
        "bordeaux": 40,
    }


def test_angers_owes_bordeaux_for_its_lots_that_were_consumed_there() -> None:
    """F10: 150 spent at Bordeaux are 130 of Angers and 20 of its own."""
    found = statement([[*BERTRAND, SPENT]])
    assert found == Statement(lines=(Owed(debtor=ANGERS, creditor=BORDEAUX, points=130),))
    assert found.net() == {BORDEAUX: 130, ANGERS: -130}
    assert sum(found.net().values()) == 0


def test_several_members_and_stores_are_summed_and_sum_to_zero() -> None:
    other = [
        at(BORDEAUX, earn("x", 50, 1)),
        at(ANGERS, take("y", 30, 2)),
        at(CHOLET, take("z", 20, 3)),
    ]
    found = statement([[*BERTRAND, SPENT], other])
    assert found.net() == {BORDEAUX: 130 - 50, ANGERS: 30 - 130, CHOLET: 20}
    assert sum(found.net().values()) == 0


def test_nothing_is_owed_for_gifts_at_home_voided_gifts_debts_and_what_is_no_gift() -> None:
    home = at(ANGERS, take("home", 10, 3))
    assert statement([[*BERTRAND, home]]).lines == ()
    assert statement([[*BERTRAND, SPENT, undo(SPENT, 4)]]).lines == ()
    assert statement([[SPENT]]).lines == ()
    back = at(BORDEAUX, entry("back", EntryKind.RETURN, -5, 4, about="a"))
    assert statement([[*BERTRAND, back]]).lines == ()


def test_a_statement_can_be_for_the_debits_of_a_period() -> None:
    march, april = at(BORDEAUX, take("march", 30, 3)), at(BORDEAUX, take("april", 50, 33))
    found = statement([[*BERTRAND, march, april]], only=[april.id])
    assert found.net() == {BORDEAUX: 50, ANGERS: -50}


def test_lots_whose_store_nobody_knows_are_left_out() -> None:
    gone = at(BORDEAUX, take("gift", 10, 3))
    assert statement([[gone]]).net() == {}


def test_without_clearing_nobody_owes_anything() -> None:
    assert statement([[*BERTRAND, SPENT]], stores=Stores(clearing=False)).lines == ()
    assert statement([[*BERTRAND, SPENT]], stores=Stores()).lines != ()


def test_in_silos_a_store_pays_with_the_points_of_its_own_group() -> None:
    silo = Stores(sharing=Sharing.SILO, groups={ANGERS: "loire", CHOLET: "loire"})
    gift, cakes = at(BORDEAUX, take("g", 30, 3)), at(CHOLET, take("c", 20, 4))
    found = statement([[*BERTRAND, gift, cakes]], stores=silo)
    assert found.net() == {CHOLET: 20, ANGERS: -20}, "Bordeaux spent its own"
