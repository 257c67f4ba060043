"""A person's own data: the list that is given out is the list that is forgotten."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backend.db import audit, privacy, tables
from backend.db.audit import Wanted
from backend.rights import Role
from backend_client.schemas.changes import MemberErased
from tests.support.account import Phone
from tests.support.books import assert_sound
from tests.support.desk import Desk
from tests.support.facts import Journal, Kiosk, sale_of
from tests.support.server import (
    NOWHERE,
    Company,
    Connected,
    company,
    connected,
    in_process,
    new_id,
)
from tests.support.staff import at_work

SECRETS = (
    "Philippine",
    "Quatrebarbes",
    "philippine@example.org",
    "+33612345678",
    "1984-03-14",
    "Fontevraud",
    "allergic to nuts",
    "the coffee was cold",
    "red card",
    "06 12 34 56 78",
    "04:FF:B2",
)


def somebody(counter: Desk, line: Connected) -> str:
    """A member of whom everything is known, with points that came and went."""
    member = counter.add(
        first_name="Philippine",
        last_name="Quatrebarbes",
        email="philippine@example.org",
        phone="+33612345678",
        birthday="1984-03-14",
        town="Fontevraud",
        note="allergic to nuts",
        note_alert=True,
        card_uid="04a1b2c3d4e5f6",
        consents=[{"purpose": "news", "given": True, "text_version": "7"}],
    )["id"]
    card = {"card_uid": "04ffb2c3d4e5f6", "label": "red card"}
    counter.ask("POST", f"/members/{member}/cards", card)
    body = {"id": new_id(), "member": member, "points": 20, "nature": "gesture"}
    counter.ask("POST", "/adjustments", body | {"comment": "the coffee was cold"})
    line.till.record_sale(sale_of(member, 10000))
    code = {"id": new_id(), "email": "philippine@example.org"}
    assert line.raw("POST", "/v1/kiosk/codes", code).status_code == 200
    phone = Phone(shop=counter.shop, session=counter.session)
    phone.comes_in("philippine@example.org")
    link = counter.ask("POST", "/links", {"id": new_id(), "member": member})
    form = {"first_name": "Philippine", "birthday": "1984-03-14", "consents": []}
    phone.ask("POST", f"/join/{str(link['url']).rpartition('/')[2]}", form)
    return str(member)


def marked() -> dict[str, set[str]]:
    return {table.name: {each.name for each in columns} for table, columns in privacy.personal()}


def test_every_column_of_a_persons_row_is_marked_or_named_here_as_not_theirs() -> None:
    not_personal = {
        "members": {
            *("tenant", "id", "language", "enrolled_at", "recorded_at", "note_alert", "loyal"),
            *("version", "store", "wallet", "merged_into", "erased_at"),
        },
        "consents": {"tenant", "event", "member"},
        "cards": {
            *("tenant", "member", "type", "assurance", "earn_only", "per_day", "on_phone"),
            *("valid_from", "valid_until", "replaced_by", "counter"),
        },
    }
    for name, others in not_personal.items():
        columns = {column.name for column in tables.metadata.tables[name].columns}
        assert columns - others == marked()[name], name


def test_the_list_given_out_is_the_list_that_is_erased(
    shop: Company, counter: Desk, line: Connected
) -> None:
    member = somebody(counter, line)
    told = counter.ask("GET", f"/members/{member}/data")["tables"]
    given = {name: set(rows[0]) for name, rows in told.items() if rows}
    assert given == {name: columns for name, columns in marked().items() if name in given}
    assert {"members", "consents", "cards", "adjustments", "outbox", "member_sessions"} <= set(
        given
    )
    counter.ask("POST", f"/members/{member}/erasure", {"id": new_id()})
    with shop.database.read(shop.shop.tenant) as tx:
        left = privacy.kept_of(tx, member)  # type: ignore[arg-type] # an id is a text
    empty = (None, "", 0)
    assert all(value in empty for rows in left.values() for row in rows for value in row.values())


def test_after_an_erasure_nothing_is_found_and_the_books_are_as_they_were(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with (
        company(f"sqlite:///{tmp_path}/loyalty.db") as shop,
        in_process(shop.app) as session,
        connected(shop, session=session) as line,
    ):
        counter = Desk(shop=shop, session=session, who=at_work(shop))
        member = somebody(counter, line)
        waiting = uploaded(counter)
        card = counter.record(member)["cards"][0]["card"]
        counter.ask("POST", f"/cards/{card}/block", {})
        told = counter.ask("GET", f"/members/{member}/data")["tables"]["imports"]
        assert [row["line"] for row in told] == [2, 4, 5]
        assert "Quatrebarbes" in found_in(tmp_path)
        before = line.till.account(member).model_dump(exclude={"balance"})
        counter.ask("POST", f"/members/{member}/erasure", {"id": new_id()})
        assert line.till.account(member).model_dump(exclude={"balance"}) == before
        assert_sound(shop)
        counter.refused("not-found", "GET", f"/members/{member}/record")
        counter.refused("not-found", "GET", f"/members/{member}/data")
        assert counter.find(email="philippine@example.org") == []
        assert found_in(tmp_path) == []
        with shop.database.across() as connection:
            rows = [
                str(row)
                for table in tables.metadata.sorted_tables
                for row in connection.execute(select(table))
            ]
        assert [secret for secret in (*SECRETS, card) if any(secret in row for row in rows)] == []
        exported = [
            counter.raw(*asked).text
            for asked in (
                ("POST", "/members/table", {"columns": ["first_name", "last_name", "email"]}),
                ("GET", "/messages/outbox"),
                ("GET", "/audit"),
                ("GET", f"/imports/{waiting}"),
            )
        ]
        assert [secret for secret in (*SECRETS, card) if secret in "".join(exported)] == []
        tried = counter.ask("POST", f"/imports/{waiting}/trial", plan(shop))["totals"]
        assert (tried["rows"], tried["members_added"]) == (1, 1), "others are not touched"
    assert [secret for secret in SECRETS if secret in caplog.text] == []


FILE = """Kunde;Mail;Tel;Karte;Punkte
Philippine Quatrebarbes;Philippine@example.org;;;100
Anna Muster;anna@example.org;06 12 34 56 99;04112233445566;200
;;06 12 34 56 78;;300
;;;04:FF:B2:C3:D4:E5:F6;400
"""
"""Of another system: the person stands in it three times, each time under another name."""


def plan(shop: Company) -> dict[str, Any]:
    columns = {"email": "Mail", "phone": "Tel", "card_uid": "Karte", "balance": "Punkte"}
    where = {"program": shop.shop.program, "store": shop.shop.store}
    return where | {"columns": columns, "unknown": "add"}


def uploaded(counter: Desk) -> str:
    """A file that was tried out, and waits."""
    wanted = new_id()
    answer = counter.session.put(
        f"{NOWHERE}/v1/import-files/{wanted}",
        data=FILE.encode(),
        headers=counter.who.headers | {"Content-Type": "text/csv"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert counter.ask("POST", f"/imports/{wanted}/trial", plan(counter.shop))["state"] == "mapped"
    return wanted


def found_in(folder: Path) -> list[str]:
    """What of the person stands in any file of the database, as bytes."""
    bytes_ = b"".join(path.read_bytes() for path in folder.iterdir() if "key" not in path.name)
    return [secret for secret in SECRETS if secret.encode() in bytes_]


def test_the_file_to_take_home_has_json_and_tables_that_a_spreadsheet_only_shows(
    counter: Desk,
) -> None:
    member = counter.add(last_name="=1+1", note="@sum(a1)")["id"]
    answer = counter.raw("GET", f"/members/{member}/data/file")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        whole = json.loads(archive.read("data.json"))
        (row,) = csv.DictReader(io.StringIO(archive.read("members.csv").decode()))
    assert whole["tables"]["members"][0]["last_name"] == "=1+1"
    assert (row["last_name"], row["note"]) == ("'=1+1", "'@sum(a1)")
    assert whole["accounts"][0]["points"] == 50


def test_terminals_hear_of_an_erasure_and_the_card_is_nobodys(
    counter: Desk, line: Connected, kiosk: Kiosk, journal: Journal
) -> None:
    uid = bytes.fromhex("04a1b2c3d4e5f6")
    joined = kiosk.enrolled(uid=uid)
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    cursor = line.terminal.changes("").cursor
    body = {"id": new_id(), "card": kiosk.card(uid)}
    erased = line.raw("POST", "/v1/kiosk/my-data/erasure", body)
    assert erased.json()["member"] == joined.member
    told = line.terminal.changes(cursor).changes
    assert [each.member for each in told if isinstance(each, MemberErased)] == [joined.member]
    assert joined.card not in line.terminal.changes("").model_dump_json()
    assert line.raw("POST", "/v1/kiosk/my-data/erasure", body).status_code == 404
    assert counter.add(card_uid=uid.hex())["id"] != joined.member


def test_staff_who_look_at_a_person_are_written_down(shop: Company, counter: Desk) -> None:
    member = counter.add()["id"]
    counter.record(member)
    counter.find()
    counter.ask("GET", f"/members/{member}/data")
    counter.ask("GET", f"/members/{member}/consents")
    counter.ask("GET", f"/adjustments?member={member}")
    card = counter.ask("POST", f"/members/{member}/cards", {"card_uid": "04a1b2c3d4e5f6"})["card"]
    counter.ask("GET", f"/cards/{card}")
    for what in ("summary", "lots", "movements"):
        counter.ask("GET", f"/accounts/{member}/{what}")
    with shop.database.read(shop.shop.tenant) as tx:
        lines = audit.lines(tx, Wanted(actor=f"staff:{counter.who.person.id}"), 99)
    actions = [line.action for line in lines]
    assert sorted(actions) == sorted(
        [
            "member.add",
            "member.view",
            "member.list",
            "member.export",
            "consents.view",
            "adjustment.list",
            "card.link",
            "card.view",
            "account.summary",
            "account.lots",
            "account.movements",
        ]
    )


def test_a_cashier_cannot_export_or_erase(shop: Company, counter: Desk) -> None:
    member = counter.add()["id"]
    cashier = Desk(shop=shop, session=counter.session, who=at_work(shop, Role.CASHIER))
    for method, path, body in calls(member):
        cashier.refused("not-allowed", method, path, body)
    assert counter.record(member)["first_name"] == "Camille"


def calls(member: str) -> list[tuple[str, str, Any]]:
    return [
        ("GET", f"/members/{member}/data", None),
        ("GET", f"/members/{member}/data/file", None),
        ("POST", f"/members/{member}/erasure", {"id": new_id()}),
    ]
