"""Demo data is a shop like any other, and filling it twice adds nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.db import tables
from backend.services.keeping import demo
from tests.support.server import Company

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


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
        bought = select(tables.sales.c.member, func.min(tables.sales.c.closed_at)).group_by(
            tables.sales.c.member
        )
        first = {row[0]: row[1] for row in tx.rows(bought)}
        joined = {
            row[0]: row[1]
            for row in tx.rows(select(tables.members.c.id, tables.members.c.enrolled_at))
        }
    assert all(joined[member] < at for member, at in first.items()), "who buys has joined"
    assert max(joined.values()) - min(joined.values()) > timedelta(days=60)
    demo.fill(shop.database, shop.shop.tenant)
    assert counted(shop) == [members, sales, entries, vouchers]
