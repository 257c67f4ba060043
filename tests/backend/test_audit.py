"""The audit log: who did what, in a chain that shows every change, with nothing personal inside."""

import pytest

from backend.db.audit import Wanted
from backend.services.team import audit
from tests.support.server import Company


def lines(shop: Company, **wanted: str) -> list[tuple[str, str, str]]:
    with shop.database.read(shop.shop.tenant) as tx:
        return [
            (line.actor, line.action, line.about)
            for line in audit.page(tx, Wanted(**wanted))  # type: ignore[arg-type] # texts only, here
        ]


def write(shop: Company, actor: str, action: str, about: str = "") -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        audit.note(tx, actor, action, about, points=5, fields=("name", "email"))


def fault(shop: Company) -> str | None:
    with shop.database.read(shop.shop.tenant) as tx:
        return audit.fault(tx)


def test_what_was_done_is_found_by_who_what_and_about_whom(shop: Company) -> None:
    write(shop, "staff:anna", "member.view", "m1")
    write(shop, "staff:anna", "adjustment.book", "m2")
    write(shop, "staff:ben", "member.view", "m2")
    assert len(lines(shop)) == 3
    assert lines(shop)[0] == ("staff:ben", "member.view", "m2")
    assert [about for _, _, about in lines(shop, actor="staff:anna")] == ["m2", "m1"]
    assert [actor for actor, _, _ in lines(shop, about="m2")] == ["staff:ben", "staff:anna"]
    assert [actor for actor, _, _ in lines(shop, action="adjustment.book")] == ["staff:anna"]


@pytest.mark.parametrize(
    "word", ["Camille Dupont", "camille@example.org", "12 rue X", "été", "a\n"]
)
def test_nothing_personal_gets_into_the_log(shop: Company, word: str) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        with pytest.raises(ValueError, match="ids, numbers"):
            audit.note(tx, "staff:a", "member.view", word)
        with pytest.raises(ValueError, match="ids, numbers"):
            audit.note(tx, "staff:a", "member.view", "m", why=word)
        with pytest.raises(ValueError, match="ids, numbers"):
            audit.note(tx, "staff:a", "member.view", "m", fields=("x", word))
    assert lines(shop) == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE audit SET actor = 'staff:ben' WHERE number = 2", "line 2"),
        ("UPDATE audit SET detail = '{}' WHERE number = 1", "line 1"),
        ("DELETE FROM audit WHERE number = 2", "line 2"),
        ("UPDATE audit SET number = 9 WHERE number = 3", "line 3"),
    ],
)
def test_a_line_that_was_changed_or_removed_is_named(shop: Company, sql: str, says: str) -> None:
    for about in ("m1", "m2", "m3"):
        write(shop, "staff:anna", "member.view", about)
    assert fault(shop) is None
    with shop.database.write(shop.shop.tenant) as tx:
        tx.connection.exec_driver_sql(sql)
    assert says in (fault(shop) or "")
