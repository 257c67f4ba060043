"""Demo data is a shop like any other, and filling it twice adds nothing."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.db import tables
from backend.services.keeping import demo
from demo import family
from demo.shop import PROGRAMS, USUAL, ready_programs
from loyalty.document import read_program
from tests.support.members import join
from tests.support.server import Company, Connected

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)

_SOLD = tables.sales.c
_BOUGHT = select(_SOLD.member, func.min(_SOLD.closed_at).label("at")).group_by(_SOLD.member)
_JOINED = select(tables.members.c.id.label("member"), tables.members.c.enrolled_at.label("at"))


def counted(shop: Company) -> list[int]:
    wanted = (tables.members, tables.sales, tables.entries, tables.vouchers)
    with shop.database.read(shop.shop.tenant) as tx:
        rows = [tx.first(select(func.count()).select_from(table)) for table in wanted]
    return [row[0] for row in rows if row is not None]


@SQLITE
def test_a_demo_shop_has_people_purchases_and_gifts_once(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "MEMBERS", 20)
    demo.fill(shop.database, shop.shop.tenant)
    members, sales, entries, vouchers = counted(shop)
    assert members == demo.MEMBERS
    assert sales > members
    assert entries >= members + sales // 2
    assert vouchers > 0
    with shop.database.read(shop.shop.tenant) as tx:
        first, joined = (
            {row.member: row.at for row in tx.rows(found)} for found in (_BOUGHT, _JOINED)
        )
    assert all(joined[member] < at for member, at in first.items()), "who buys has joined"
    assert max(joined.values()) - min(joined.values()) > timedelta(days=60)
    demo.fill(shop.database, shop.shop.tenant)
    assert counted(shop) == [members, sales, entries, vouchers]


@SQLITE
def test_a_regular_of_the_demo_has_a_rank_and_a_purse_of_several_cards(line: Connected) -> None:
    shop = line.company
    member = shop.database.run(shop.shop.tenant, join)
    family.settle(shop.database, shop.shop.tenant, PROGRAMS / f"{USUAL}.json", member)
    told = line.terminal.standing(member)
    assert told.household is not None
    assert told.household.cards == 1  # the spare; they joined without one
    assert told.tier is not None


def test_every_ready_program_can_have_ranks_and_households() -> None:
    for name in ready_programs():
        document = json.loads((PROGRAMS / f"{name}.json").read_bytes()) | family.MORE
        assert read_program(json.dumps(document)).households.active
