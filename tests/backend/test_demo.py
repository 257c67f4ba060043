"""Demo data is a shop like any other, and filling it twice adds nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.db import tables
from backend.services.keeping import demo
from tests.support.server import Company

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
