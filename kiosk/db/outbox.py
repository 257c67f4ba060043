"""The outbox: this terminal's journal, until the backend has it."""

from sqlalchemy import delete, func, insert, select

from backend_client.schemas.events import Event, JournalEvent
from backend_client.signing import journal_body
from kiosk.db import tables
from kiosk.db.days import DaysPart
from loyalty.chain import GENESIS, link


class OutboxPart(DaysPart):
    """Questions about what is still to be sent."""

    def publish(self, event: Event) -> None:
        """Write a fact into the terminal's journal; sync sends it until it is acknowledged."""
        self._append(event.id, journal_body(event))
        self.count(event)

    def begin_journal(self) -> None:
        """A new terminal's journal: what is not sent yet is its beginning, chained anew."""
        table = tables.outbox
        waiting = self._connection.execute(select(table).order_by(table.c.sequence)).all()
        self._connection.execute(delete(table))
        self._connection.execute(delete(tables.memory).where(tables.memory.c.key == "journal"))
        for row in waiting:
            self._append(row.event, row.body.encode())

    def _append(self, event: str, body: bytes) -> None:
        sequence, head = self._head()
        chain = link(head, body).hex()
        self._connection.execute(
            insert(tables.outbox).values(
                sequence=sequence + 1, event=event, chain=chain, body=body.decode()
            )
        )
        self.remember("journal", f"{sequence + 1}:{chain}")

    def _head(self) -> tuple[int, bytes]:
        kept = self.recall("journal")
        if kept is None:
            return 0, GENESIS
        sequence, _, chain = kept.partition(":")
        return int(sequence), bytes.fromhex(chain)

    def to_send(self, limit: int) -> tuple[JournalEvent, ...]:
        """The oldest facts that the backend has not acknowledged."""
        rows = self._connection.execute(
            select(tables.outbox).order_by(tables.outbox.c.sequence).limit(limit)
        )
        return tuple(
            JournalEvent.model_validate_json(
                f'{{"sequence":{row.sequence},"chain":"{row.chain}","event":{row.body}}}'
            )
            for row in rows
        )

    def sent(self, event: str) -> None:
        """Acknowledged: the personal data in it need not stay here any longer."""
        self._connection.execute(delete(tables.outbox).where(tables.outbox.c.event == event))

    def queue_length(self) -> int:
        """How many facts wait to be sent."""
        return self._connection.execute(
            select(func.count()).select_from(tables.outbox)
        ).scalar_one()
