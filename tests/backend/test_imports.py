"""Balances of another system come in once, as the dry run said, and go out again whole."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests

from backend.db import accounts, journals, members
from backend.db.imports import ImportState
from backend.services.keeping import import_uploads, imports
from backend.services.keeping.import_files import (
    CellRefused,
    FileRefused,
    day,
    lines_of,
    number,
    read_table,
)
from backend.services.keeping.imports import go_on
from backend_client.schemas.imports import DayOrder
from loyalty.ids import MemberId
from tests.support.books import assert_sound
from tests.support.clock import StandingClock
from tests.support.members import give, join
from tests.support.operator import Operator
from tests.support.server import NOWHERE, PROGRAM, Company, company, in_process, new_id
from tests.support.staff import AtWork, at_work

MONEY = json.dumps(
    json.loads(PROGRAM) | {"unit": "money", "rewards": [], "valid_from": "2020-01-01T00:00:00Z"}
)


@pytest.fixture
def time() -> StandingClock:
    return StandingClock()


@pytest.fixture
def shop(url: str, time: StandingClock) -> Iterator[Company]:
    with company(url, clock=time) as made:
        yield made


@pytest.fixture
def session(shop: Company) -> Iterator[requests.Session]:
    with in_process(shop.app) as made:
        yield made


class Importer:
    """Whoever brings a file in, by API."""

    def __init__(self, shop: Company, session: requests.Session) -> None:
        self.shop, self.session = shop, session
        self.person: AtWork = at_work(shop)

    def sends(self, content: bytes | str, wanted: str | None = None) -> requests.Response:
        body = content.encode() if isinstance(content, str) else content
        return self.session.put(
            f"{NOWHERE}/v1/import-files/{wanted or new_id()}",
            data=body,
            headers=self.person.headers | {"Content-Type": "text/csv"},
            timeout=60,
        )

    def plan(self, columns: dict[str, str], **said: Any) -> dict[str, Any]:
        return {
            "program": self.shop.shop.program,
            "store": self.shop.shop.store,
            "columns": columns,
            "unknown": "add",
        } | said

    def tries(self, content: bytes | str, columns: dict[str, str], **said: Any) -> dict[str, Any]:
        uploaded = self.sends(content).json()
        path = f"/v1/imports/{uploaded['id']}/trial"
        answer = self._asks(path, self.plan(columns, **said))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def does(self, what: str, wanted: str) -> dict[str, Any]:
        path = f"/v1/imports/{wanted}/{what}"
        answer = self._asks(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _asks(self, path: str, body: object = None) -> requests.Response:
        # Ten thousand rows take their time on a machine with much else to do.
        return self.session.request(
            "POST", NOWHERE + path, json=body, headers=self.person.headers, timeout=100
        )

    def balances(self) -> dict[str, int]:
        with self.shop.database.read(self.shop.shop.tenant) as tx:
            return {
                row.member: row.snapshot.account().balance(tx.now)
                for row in accounts.every_account(tx)
            }

    def sound(self) -> None:
        assert_sound(self.shop)


@pytest.fixture
def importer(shop: Company, session: requests.Session) -> Importer:
    return Importer(shop, session)


BOOKS = """Courriel;Prénom;Solde;Gagnés le;Valables jusqu'au
anna@shop.test;Anna;120;05/01/2026;31/12/2026
Béa@shop.test;Béa;30,9;;
not an address;Cleo;5;;
dora@shop.test;Dora;beaucoup;;
eve@shop.test;Eve;7;;31/12/2020
fay@shop.test;Fay;0;;
anna@shop.test;Anna;11;06/01/2026;30/06/2026
;Gil;3;;
"""
COLUMNS = {
    "email": "Courriel",
    "first_name": "Prénom",
    "balance": "Solde",
    "earned_on": "Gagnés le",
    "valid_until": "Valables jusqu'au",
}


def test_the_dry_run_tells_totals_and_the_bad_rows_with_reasons(importer: Importer) -> None:
    """F17, LSX-48."""
    tried = importer.tries(BOOKS, COLUMNS)
    totals = tried["totals"]
    assert (totals["rows"], totals["lots"], totals["points"]) == (8, 3, 161)
    assert totals["members_added"] == 3
    assert [(bad["line"], bad["reason"]) for bad in totals["bad_rows"]] == [
        (4, "email: this is not an address"),
        (5, "balance: not a number"),
        (6, "valid_until: these points have died already"),
        (9, "it names nobody"),
    ]
    assert importer.balances() == {}, "nothing was done"


def test_what_is_committed_is_what_the_dry_run_said(importer: Importer) -> None:
    tried = importer.tries(BOOKS, COLUMNS)
    done = importer.does("commit", tried["id"])
    assert done["state"] == "committed"
    assert done["totals"] == tried["totals"]
    assert sorted(importer.balances().values()) == [30, 131]
    importer.sound()
    assert importer.does("commit", tried["id"]) == done, "sent again, the same answer"
    asked = importer.person.asks(importer.session, "GET", f"/v1/imports/{done['id']}")
    assert asked.json() == done
    listed = importer.person.asks(importer.session, "GET", "/v1/imports").json()
    assert listed == {"imports": [done], "next": None}


def test_lots_keep_their_deadlines(importer: Importer, shop: Company) -> None:
    tried = importer.tries(BOOKS, COLUMNS)
    importer.does("commit", tried["id"])
    with shop.database.read(shop.shop.tenant) as tx:
        (anna,) = members.by_contact(tx, tx.keys.contact("anna@shop.test"))
        row = accounts.account(tx, anna.id, shop.shop.program)
        assert row is not None
        deadlines = {lot.left: lot.deadline for lot in row.snapshot.lots}
    assert {left: at and at.isoformat() for left, at in deadlines.items()} == {
        120: "2026-12-31T23:00:00+00:00",
        11: "2026-06-30T22:00:00+00:00",
    }


def test_the_same_books_again_change_nothing(importer: Importer, time: StandingClock) -> None:
    importer.does("commit", importer.tries(BOOKS, COLUMNS)["id"])
    before = importer.balances()
    time.after(hours=3)
    again = importer.tries(BOOKS, COLUMNS)
    assert again["totals"]["lots"] == again["totals"]["members_added"] == 0
    assert again["totals"]["known"] == 4
    done = importer.does("commit", again["id"])
    assert done["totals"] == again["totals"]
    assert importer.balances() == before


def test_undo_restores_every_balance_and_the_books_may_come_in_again(
    importer: Importer, shop: Company
) -> None:
    with shop.database.write(shop.shop.tenant) as tx:
        anna = join(tx, email="anna@shop.test")
        give(tx, shop, anna, 40)
    before = importer.balances()
    tried = importer.tries(BOOKS, COLUMNS)
    importer.does("commit", tried["id"])
    assert importer.balances()[anna] == 171
    undone = importer.does("undo", tried["id"])
    assert undone["state"] == "undone"
    after = importer.balances()
    assert {who: points for who, points in after.items() if points} == before
    importer.sound()
    assert importer.does("undo", tried["id"]) == undone
    again = importer.does("commit", importer.tries(BOOKS, COLUMNS)["id"])
    assert again["totals"]["points"] == 161
    assert importer.balances()[anna] == 171
    importer.sound()


def test_points_that_were_spent_are_owed_after_an_undo(importer: Importer, shop: Company) -> None:
    from dataclasses import replace

    from backend.services.points.ledger import post
    from loyalty.entries import EntryKind
    from loyalty.ids import EntryId

    tried = importer.tries("email,balance\nanna@shop.test,100\n", _simple())
    importer.does("commit", tried["id"])
    (anna,) = importer.balances()
    with shop.database.write(shop.shop.tenant) as tx:
        given = journals.journal(tx, MemberId(anna), shop.shop.program)[0].entry
        spent = replace(
            given,
            id=EntryId(new_id()),
            kind=EntryKind.REDEEM,
            points=-60,
            fact=new_id(),
            occurred_at=tx.now,
            deadline=None,
        )
        post(tx, spent)
    importer.does("undo", tried["id"])
    assert importer.balances() == {anna: -60}
    importer.sound()


def _simple(**more: str) -> dict[str, str]:
    return {"email": "email", "balance": "balance"} | more


def test_a_corrected_balance_is_a_bad_row_until_the_first_import_is_undone(
    importer: Importer,
) -> None:
    first = importer.tries("email,balance\nanna@shop.test,100\n", _simple())
    importer.does("commit", first["id"])
    corrected = importer.tries("email,balance\nanna@shop.test,90\n", _simple())
    (bad,) = corrected["totals"]["bad_rows"]
    assert bad["reason"] == "it came in before with 100 points: undo that import"
    importer.does("undo", first["id"])
    retried = importer.tries("email,balance\nanna@shop.test,90\n", _simple())
    assert retried["totals"]["points"] == 90


@pytest.mark.parametrize(
    ("encoding", "delimiter", "decimal"),
    [
        ("utf-8", ",", "."),
        ("utf-8-sig", ";", ","),
        ("cp1252", ";", ","),
        ("utf-16", "\t", "."),
        ("utf-8", "|", "."),
    ],
)
def test_any_encoding_and_separator_is_read(encoding: str, delimiter: str, decimal: str) -> None:
    rows = [
        ["Adresse e-mail", "Prénom", "Solde (€)"],
        ["anna@shop.test", "Hélène", f'"12{decimal}9"'],
        ["bea@shop.test", '"Béa\nde Lyon"', "7"],
    ]
    content = "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)
    table = read_table(content)
    assert (table.headers, table.row_count) == (tuple(rows[0]), 2)
    first, second = lines_of(table.text, table.delimiter)
    assert (first.cells["Prénom"], second.cells["Prénom"]) == ("Hélène", "Béa\nde Lyon")
    assert number(first.cells["Solde (€)"], decimal) == Decimal("12.9")


@pytest.mark.parametrize(
    ("cell", "decimal", "points"),
    [
        ("1 234", ".", 1234),
        ("1\u202f234,56", ",", 1234),
        ("1.234,56", ",", 1234),
        ("1,234.56", ".", 1234),
        ("1'234.50", ".", 1234),
        ("12 €", ",", 12),
        ("12 pts", ",", 12),
        ("-15", ".", -15),
        ("(15)", ".", -15),
        ("−15", ".", -15),
        ("1,234", ".", 1234),
        ("1,23", ".", None),
        ("1.2.3", ",", None),
        ("NaN", ".", None),
        ("1e400", ".", None),
        ("12x34", ".", None),
        ("99999999999999", ".", None),
        ("", ".", None),
    ],
)
def test_numbers_are_read_as_they_are_written_or_not_at_all(
    cell: str, decimal: str, points: int | None
) -> None:
    if points is None:
        with pytest.raises(CellRefused):
            number(cell, decimal)
    else:
        assert int(number(cell, decimal)) == points


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("2026-05-31", "2026-05-31"),
        ("2026-05-31T12:00:00Z", "2026-05-31"),
        ("31/05/2026", "2026-05-31"),
        ("5.6.26", "2026-06-05"),
        ("31/02/2026", None),
        ("05/31/2026", None),
        ("soon", None),
    ],
)
def test_days_are_read_as_they_are_written_or_not_at_all(cell: str, said: str | None) -> None:
    if said is None:
        with pytest.raises(CellRefused):
            day(cell, DayOrder.DAY_FIRST, "earned_on")
    else:
        assert day(cell, DayOrder.DAY_FIRST, "earned_on").isoformat() == said


def test_days_may_be_written_month_first() -> None:
    assert day("05/31/2026", DayOrder.MONTH_FIRST, "earned_on").isoformat() == "2026-05-31"


def test_a_thousand_points_at_a_cent_are_ten_euros(url: str) -> None:
    """LSX-49."""
    with company(url, program=MONEY) as shop, in_process(shop.app) as session:
        importer = Importer(shop, session)
        tried = importer.tries("email,balance\nanna@shop.test,1000\n", _simple(), ratio="0.01")
        importer.does("commit", tried["id"])
        assert list(importer.balances().values()) == [1000], "cents"


def test_members_are_found_by_card_phone_or_address(importer: Importer, shop: Company) -> None:
    from backend.db import cards
    from backend.db.cards import Card
    from backend_client.signing import card_key

    with shop.database.write(shop.shop.tenant) as tx:
        anna = join(tx, email="anna@shop.test")
        uid = bytes.fromhex("04A1B2C3D4E5F6")
        card = Card(key=card_key(tx.keys.cards, uid), member=anna, linked_at=tx.now)
        cards.add_card(tx, card)
        bea = join(tx, email="bea@shop.test")
    content = (
        "uid,phone,email,balance\n04:A1:B2:C3:D4:E5:F6,,,10\n"
        ",,BEA@shop.test,20\n04A1B2C3D4E5F6,,bea@shop.test,5\n,06 12 34 56 78,,7\n"
    )
    columns = {"card_uid": "uid", "phone": "phone", "email": "email", "balance": "balance"}
    tried = importer.tries(content, columns)
    assert [bad["reason"] for bad in tried["totals"]["bad_rows"]] == ["it names several members"]
    importer.does("commit", tried["id"])
    found = importer.balances()
    assert (found[anna], found[bea], sorted(found.values())) == (10, 20, [7, 10, 20])


def test_strangers_are_refused_unless_they_are_to_be_added(importer: Importer) -> None:
    content = "email,balance\nanna@shop.test,10\n"
    totals = importer.tries(content, _simple(), unknown="refuse")["totals"]
    assert (totals["bad"], totals["members_added"]) == (1, 0)


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"a,a\n1,2\n", "same header"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        (b'a,b\n"unclosed', "line 2 is not CSV: look at its quotation marks"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(content: bytes, names: str) -> None:
    with pytest.raises(FileRefused, match=names):
        read_table(content)


def test_a_file_that_cannot_be_read_is_a_named_problem(importer: Importer) -> None:
    for content in (b"", b"PK\x03\x04\x00\x00"):
        assert importer.sends(content).json()["type"].endswith("invalid")


def test_the_file_is_forgotten_once_it_is_in(importer: Importer, shop: Company) -> None:
    tried = importer.tries(BOOKS, COLUMNS)
    importer.does("commit", tried["id"])
    with shop.database.read(shop.shop.tenant) as tx:
        kept = import_uploads.existing(tx, tried["id"])
    assert kept.content is None
    assert "anna" not in str(kept.result)


def test_a_file_that_was_never_used_is_forgotten_after_a_week(
    importer: Importer, shop: Company, time: StandingClock
) -> None:
    tried = importer.tries(BOOKS, COLUMNS)
    time.after(days=8)
    assert go_on(shop.database, shop.shop.tenant) == 1
    with shop.database.read(shop.shop.tenant) as tx:
        assert import_uploads.existing(tx, tried["id"]).content is None


def test_a_commit_that_was_interrupted_is_ended_by_the_job_with_the_same_totals(
    importer: Importer, shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    monkeypatch.setattr(imports, "AT_ONCE", 10)
    content = "email,balance\n" + "".join(f"m{n}@shop.test,{n}\n" for n in range(1, 46))
    tried = importer.tries(content, _simple())
    parts = []
    commit_part = imports._commit_part

    def dies(*arguments: Any) -> bool:
        parts.append(1)
        if len(parts) == 3:
            raise Died
        return commit_part(*arguments)

    with monkeypatch.context() as patched, pytest.raises(Died):  # noqa: PT012 - patched inside
        patched.setattr(imports, "_commit_part", dies)
        imports.commit(shop.database, shop.shop.tenant, "system", tried["id"])
    assert len(importer.balances()) == 20
    go_on(shop.database, shop.shop.tenant)
    with shop.database.read(shop.shop.tenant) as tx:
        ended = import_uploads.shown(import_uploads.existing(tx, tried["id"]))
    assert ended.state == ImportState.COMMITTED
    assert ended.totals is not None
    assert ended.totals.model_dump(mode="json") == tried["totals"]
    assert sum(importer.balances().values()) == sum(range(1, 46))
    importer.sound()


@pytest.mark.parametrize(
    "count", [1_000, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_ten_thousand_rows_come_in_and_go_out(count: int) -> None:
    """F17. On the quicker database alone: both run the same lines, and all other tests here."""
    rows = [f"m{n}@shop.test,{n % 900}" for n in range(count)]
    content = "email,balance\n" + "\n".join(rows)
    with company() as shop, in_process(shop.app) as session:
        importer = Importer(shop, session)
        tried = importer.tries(content, _simple())
        assert tried["totals"]["members_added"] == count
        done = importer.does("commit", tried["id"])
        assert done["totals"] == tried["totals"]
        assert sum(importer.balances().values()) == tried["totals"]["points"]
        again = importer.tries(content + "\n", _simple())
        assert (again["totals"]["known"], again["totals"]["lots"]) == (count, 0)
        importer.does("undo", tried["id"])
        assert set(importer.balances().values()) == {0}


def test_a_file_that_was_sent_by_mistake_is_taken_away_until_something_came_in(
    importer: Importer, session: requests.Session
) -> None:
    tried = importer.tries(BOOKS, COLUMNS)
    path = f"/v1/imports/{tried['id']}"
    for _ in range(2):
        assert importer.person.asks(session, "DELETE", path).status_code == 204
    assert importer.person.asks(session, "GET", path).status_code == 404
    again = importer.tries(BOOKS, COLUMNS)
    importer.does("commit", again["id"])
    refused = importer.person.asks(session, "DELETE", f"/v1/imports/{again['id']}")
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "too-late")


def test_one_id_is_one_file(importer: Importer) -> None:
    wanted = new_id()
    assert importer.sends("email,balance\n", wanted).status_code == 200
    assert importer.sends("email,balance\n", wanted).status_code == 200
    assert importer.sends("email,balance\nx,1\n", wanted).status_code == 409


def test_a_cashier_cannot_import(shop: Company, session: requests.Session) -> None:
    from backend.rights import Role

    cashier = Importer(shop, session)
    cashier.person = at_work(shop, Role.CASHIER)
    assert cashier.sends("email,balance\n").status_code == 403


def test_at_the_command_line_it_is_tried_until_commit_is_said(operator: Operator) -> None:
    operator.opens_a_shop()
    file = operator.folder / "books.csv"
    file.write_text("Mail;Solde\nanna@shop.test;120\nnobody;5\n", encoding="utf-8")
    words = ("import", str(file), "--map", "email=Mail", "--map", "balance=Solde", "--unknown")
    tried = operator.gets(*words, "add")
    assert (tried["state"], tried["points"], tried["bad"]) == ("mapped", 120, 1)
    _, said, _ = operator.types(*words, "add")
    assert "line 3: email: this is not an address" in said
    done = operator.gets(*words, "add", "--commit")
    assert (done["state"], done["points"]) == ("committed", 120)
    again = operator.gets(*words, "add", "--commit")
    assert (again["points"], again["known"]) == (0, 1)
    undone = operator.gets("import", "--undo", done["id"])
    assert undone["state"] == "undone"
    status, _, error = operator.types("import", str(file), "--map", "balance=Solde")
    assert status == 1
    assert "say which column tells who it is" in error
