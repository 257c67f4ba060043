"""Accounts: the last snapshot, and the entries after it."""

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from backend_client import seals
from backend_client.schemas.ledger import AccountSnapshot, EntryBody, NumberedEntry
from kiosk.db import tables
from kiosk.db.part import Part, instant
from loyalty.ids import EntryId, MemberId, ProgramId
from loyalty.ledger import Account, Entry, EntryKind, replay
from loyalty.program import Program


class PointsPart(Part):
    """Questions about points."""

    def account(self, member: MemberId, program: Program) -> Account:
        """The account now: the last snapshot, and after it what the backend has not yet counted."""
        snapshot = self._snapshot(member, program.id)
        table = tables.entries
        counted = snapshot.position if snapshot else 0
        later = or_(table.c.position.is_(None), table.c.position > counted)
        bodies = self._connection.execute(
            select(table.c.body).where(
                table.c.member == member, table.c.program == program.id, later
            )
        ).scalars()
        entries = [EntryBody.model_validate_json(body).entry() for body in bodies]
        return replay(entries, snapshot.account() if snapshot else None)

    def welcomed(self, member: MemberId, welcome: EntryId, program: Program) -> bool:
        """Whether the welcome points were ever claimed, here or elsewhere."""
        if self.entry(welcome) is not None:
            return True
        snapshot = self._snapshot(member, program.id)
        return snapshot is not None and snapshot.welcomed

    def _snapshot(self, member: str, program: str) -> AccountSnapshot | None:
        body = self._connection.execute(
            select(tables.accounts.c.snapshot).where(
                tables.accounts.c.member == member, tables.accounts.c.program == program
            )
        ).scalar_one_or_none()
        return None if body is None else AccountSnapshot.model_validate_json(body)

    def accounts_elsewhere(
        self, member: MemberId, program: ProgramId
    ) -> tuple[tuple[ProgramId, Account], ...]:
        """The member's accounts in other programs, as last heard."""
        table = tables.accounts
        rows = self._connection.execute(
            select(table.c.program, table.c.snapshot)
            .where(table.c.member == member, table.c.program != program)
            .order_by(table.c.program)
        )
        return tuple(
            (
                ProgramId(row.program),
                AccountSnapshot.model_validate_json(row.snapshot).account(),
            )
            for row in rows
        )

    def is_genuine(self, member: MemberId, program: Program, key: bytes) -> bool:
        """Whether the backend told the balance that is kept here, and nobody has changed it."""
        snapshot = self._snapshot(member, program.id)
        return snapshot is not None and seals.is_genuine(key, snapshot)

    def save_snapshot(self, account: AccountSnapshot) -> None:
        """Keep the backend's view, unless a later one is here already."""
        values = {"position": account.position, "snapshot": account.model_dump_json()}
        self._connection.execute(
            upsert(tables.accounts)
            .values(member=account.member, program=account.program, **values)
            .on_conflict_do_update(
                index_elements=["member", "program"],
                set_=values,
                where=tables.accounts.c.position <= account.position,
            )
        )

    def write(self, entry: Entry, position: int | None = None) -> None:
        """Append an entry, once; `position` is the backend's number when it has one."""
        values = {
            "id": entry.id,
            "member": entry.member,
            "program": entry.program,
            "position": position,
            "about": entry.about if entry.kind is EntryKind.REVERSAL else None,
            "occurred_at": instant(entry.occurred_at),
            "body": EntryBody.of(entry).model_dump_json(),
        }
        statement = upsert(tables.entries).values(**values)
        if position is None:
            statement = statement.on_conflict_do_nothing(index_elements=["id"])
        else:
            statement = statement.on_conflict_do_update(
                index_elements=["id"], set_={"position": position}
            )
        self._connection.execute(statement)

    def number(self, entry: str, position: int) -> None:
        """The backend has acknowledged the entry under that place in the account's journal."""
        self._connection.execute(
            update(tables.entries).where(tables.entries.c.id == entry).values(position=position)
        )

    def entry(self, entry: EntryId) -> Entry | None:
        """The entry of that id."""
        body = self._connection.execute(
            select(tables.entries.c.body).where(tables.entries.c.id == entry)
        ).scalar_one_or_none()
        return None if body is None else EntryBody.model_validate_json(body).entry()

    def history(self, member: MemberId, limit: int = 50) -> tuple[Entry, ...]:
        """The member's latest entries known here, newest first."""
        table = tables.entries
        bodies = self._connection.execute(
            select(table.c.body)
            .where(table.c.member == member)
            .order_by(table.c.occurred_at.desc(), table.c.id)
            .limit(limit)
        ).scalars()
        return tuple(EntryBody.model_validate_json(body).entry() for body in bodies)

    def numbered_entries(self) -> tuple[tuple[int | None, Entry], ...]:
        """Every entry with the backend's number, for the day's check against the backend."""
        rows = self._connection.execute(
            select(tables.entries.c.position, tables.entries.c.body).order_by(
                tables.entries.c.member, tables.entries.c.position
            )
        )
        return tuple(
            (row.position, EntryBody.model_validate_json(row.body).entry()) for row in rows
        )

    def save_numbered(self, numbered: NumberedEntry) -> None:
        """Keep an entry of the backend's under its number."""
        self.write(numbered.entry.entry(), numbered.position)
