"""A person's own data: given out on request, and forgotten on request (F13).

Points stay in the books under a number that nobody can claim: sums and chains do not change.
"""

import csv
import io
import json
import zipfile

from backend.db import (
    Database,
    Transaction,
    accounts,
    cards,
    feed,
    households,
    journals,
    members,
    privacy,
)
from backend.errors import Refused
from backend.services.keeping import import_traces
from backend.services.people import links
from backend.services.people.households import let_go
from backend.services.team import audit
from backend_client.schemas.desk import Erased, PersonalData
from backend_client.schemas.problems import ProblemName
from loyalty.ids import MemberId, TenantId


def data_of(tx: Transaction, wanted: MemberId) -> PersonalData:
    """All that is kept of a member, and of the records that were merged into theirs. Refused."""
    _person(tx, wanted)
    records = _records(tx, wanted)
    found: dict[str, tuple[dict[str, str | int | None], ...]] = {}
    for record in records:
        for table, rows in privacy.kept_of(tx, record).items():
            found[table] = found.get(table, ()) + rows
        found["imports"] = found.get("imports", ()) + import_traces.rows_of(tx, record)
    return PersonalData(
        member=wanted,
        tables=found,
        accounts=tuple(row for record in records for row in _movements(tx, record)),
    )


def data_by_link(tx: Transaction, token: str) -> PersonalData:
    """The same, for the person to whom a kiosk showed the link. Raises Refused."""
    row = links.opened(tx, token, "data")
    assert row.member is not None
    return data_of(tx, row.member)


def _movements(tx: Transaction, wanted: MemberId) -> tuple[dict[str, str | int | None], ...]:
    return tuple(
        {
            "program": row.program,
            "kind": posted.entry.kind.value,
            "points": posted.entry.points,
            "occurred_at": posted.entry.occurred_at.isoformat(),
            "deadline": posted.entry.deadline.isoformat() if posted.entry.deadline else None,
        }
        for row in accounts.accounts_of(tx, wanted)
        for posted in journals.journal(tx, wanted, row.program)
    )


def zipped(data: PersonalData) -> bytes:
    """The same as a file to take home: JSON for programs, a table each for people."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(data.model_dump(mode="json"), indent=1, ensure_ascii=False)
        archive.writestr(zipfile.ZipInfo("data.json"), text)
        for name, rows in {**data.tables, "movements": data.accounts}.items():
            if rows:
                archive.writestr(zipfile.ZipInfo(f"{name}.csv"), _table(rows))
    return made.getvalue()


def _table(rows: tuple[dict[str, str | int | None], ...]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _harmless(value: str | int | None) -> str | int | None:
    # A spreadsheet would run what begins so; the note of a record may be anybody's.
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value


def erase(tx: Transaction, wanted: MemberId, *, actor: str) -> Erased:
    """The person forgotten; asked again, it is done already. Raises Refused."""
    person = _person(tx, wanted, erased_too=True)
    if person.erased_at is not None:
        return Erased(member=wanted, erased_at=person.erased_at)
    if person.merged_into is not None:
        raise Refused(ProblemName.NOT_FOUND, "another record took this one in: erase that one")
    if households.household_of(tx, wanted) is not None:
        let_go(tx, wanted)
    for record in _records(tx, wanted):
        keys = [card.key for card in cards.cards_of(tx, record)]
        import_traces.blank(tx, record)
        privacy.forget(tx, record)
        feed.forget(tx, "card", keys)
        feed.tell(tx, "erased", record)
    audit.note(tx, actor, "member.erase", wanted)
    return Erased(member=wanted, erased_at=tx.now)


def erase_for_good(database: Database, tenant: TenantId, wanted: MemberId, *, actor: str) -> Erased:
    """`erase`, and then the database's own log, where the old rows would stay for a while."""
    erased = database.run(tenant, erase, wanted, actor=actor)
    database.fold_log()
    return erased


def _records(tx: Transaction, wanted: MemberId) -> tuple[MemberId, ...]:
    return (wanted, *members.absorbed_by(tx, wanted))


def _person(tx: Transaction, wanted: MemberId, *, erased_too: bool = False) -> members.Member:
    person = members.member(tx, wanted)
    if person is None or person.wallet or (person.erased_at is not None and not erased_too):
        raise Refused(ProblemName.NOT_FOUND, "no such member")
    return person
