"""Sync: the outbox goes out in order until it is acknowledged, changes come in by cursor."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from backend_client.errors import BackendError, BackendUnavailable, NotAuthorised
from backend_client.rest.terminal import TerminalClient
from backend_client.schemas.changes import (
    AccountChanged,
    CampaignChanged,
    CardChanged,
    Change,
    ChangesPage,
    GiftChanged,
    LinkUsed,
    MemberErased,
    ProgramChanged,
    ProgramWithdrawn,
    StaffChanged,
    StockChanged,
    StoreChanged,
    VoucherChanged,
)
from backend_client.schemas.events import EventResult
from backend_client.schemas.operations import Heartbeat, HeartbeatAnswer
from kiosk.background import abandonable, unbroken
from kiosk.db import Conflict, Database, StorageTrouble, Transaction

log = logging.getLogger(__name__)

Result = TypeVar("Result")

PUSH_MAX = 100
LONG_POLL_S = 20.0
CALL_MAX_S = 90.0
RETRY_FIRST_S = 0.5
RETRY_MAX_S = 6.0
"""A kiosk is back within ten seconds of its network, however long that was away (F12)."""
CONTACT_GRAIN = timedelta(minutes=5)


class Sync:
    """Two loops, each in the background: one pushes facts, one pulls changes."""

    def __init__(
        self,
        database: Database,
        client: TerminalClient,
        *,
        online: Callable[[bool], None],
        learnt: Callable[[], None],
    ) -> None:
        """`online` is told when the backend answers or stops to; `learnt`, of every change."""
        self.revoked = False
        self.contact_at: datetime | None = None
        """When the backend last spoke, by this machine's clock; None if it never has."""
        self._database = database
        self._client = client
        self._online = online
        self._learnt = learnt
        self._said = ""
        self._work = asyncio.Event()
        # Held while an acknowledgement is on its way, so that no snapshot that already counts an
        # entry is written before the entry has its number: it would count twice for a moment.
        self._acknowledging = asyncio.Lock()

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._work.set()

    async def recall_contact(self) -> None:
        """Go on from the last contact that was written down."""
        self.contact_at = await self._database.run(last_contact)

    async def run(self) -> None:
        """Push and pull for ever, whatever happens."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(unbroken("push", self._push_for_ever))
            loops.create_task(unbroken("pull", self._pull_for_ever))

    async def _push_for_ever(self) -> None:
        pause = RETRY_FIRST_S
        while True:
            # Before the outbox is read: what is written from now on is not in what we read.
            self._work.clear()
            try:
                while await self.push():
                    pause = RETRY_FIRST_S
            except (BackendError, StorageTrouble) as error:
                self._trouble(error)
                await self._pause(pause)
                pause = min(pause * 2, RETRY_MAX_S)
            else:
                pause = RETRY_FIRST_S
                await self._work.wait()

    async def _pull_for_ever(self) -> None:
        pause = RETRY_FIRST_S
        wait_s = 0.0
        try:
            while True:
                try:
                    more = await self.pull(wait_s)
                    wait_s = 0.0 if more else LONG_POLL_S
                    pause = RETRY_FIRST_S
                except (BackendError, StorageTrouble) as error:
                    self._trouble(error)
                    await asyncio.sleep(_jittered(pause))
                    pause = min(pause * 2, RETRY_MAX_S)
                    wait_s = 0.0
        finally:
            self._online(False)

    async def push(self) -> bool:
        """Send the oldest facts; True when there may be more. Raises BackendError."""
        events = await self._database.run(Transaction.to_send, PUSH_MAX)
        if not events:
            return False
        async with self._acknowledging:
            answer = await self._call(lambda: self._client.push(events))
            await self._database.run(acknowledge, answer.results)
        self._contact()
        return len(events) == PUSH_MAX

    async def pull(self, wait_s: float = 0.0) -> bool:
        """Fetch one page of changes; True when more can be had at once. Raises BackendError."""
        cursor = await self._database.run(Transaction.recall, "cursor")
        page = await self._call(lambda: self._client.changes(cursor or "", wait_s))
        now = datetime.now(UTC)
        async with self._acknowledging:
            await self._database.run(apply, page, now=now)
        self.contact_at = now
        self._contact()
        self._work.set()
        if page.changes:
            self._learnt()
        return page.more

    async def say(self, beat: Callable[[int], Heartbeat]) -> HeartbeatAnswer:
        """Tell the backend how this kiosk is; `beat` is given how many facts wait. BackendError."""
        waiting = await self._database.run(Transaction.queue_length)
        return await self._call(lambda: self._client.heartbeat(beat(waiting)))

    async def _call(self, call: Callable[[], Result]) -> Result:
        """The backend's answer; the client has time limits of its own, well below this one."""
        try:
            return await abandonable(call, CALL_MAX_S)
        except TimeoutError:
            raise BackendUnavailable("no answer at all") from None

    def _contact(self) -> None:
        self._said = ""
        if self.revoked:
            self.revoked = False
            self._learnt()
        self._online(True)

    def _trouble(self, error: BackendError | StorageTrouble) -> None:
        if isinstance(error, NotAuthorised) and not self.revoked:
            self.revoked = True
            log.error("the backend refuses this kiosk's token: claim it again")
            self._learnt()
        if str(error) != self._said:
            # Once for each trouble: an evening without a network must not fill the journal.
            self._said = str(error)
            log.warning("sync: %s: %s", type(error).__name__, error)
        if isinstance(error, BackendError):
            self._online(False)

    async def _pause(self, pause_s: float) -> None:
        """Wait, but go on at once when the backend is heard again or a new fact is written."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._work.wait(), _jittered(pause_s))


def _jittered(pause_s: float) -> float:
    # A thousand kiosks whose backend restarts must not all come back in one instant.
    return pause_s * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret


def acknowledge(tx: Transaction, results: tuple[EventResult, ...]) -> None:
    """The backend has these facts: number their entries and drop them from the outbox."""
    for result in results:
        for entry, position in result.positions.items():
            tx.number(entry, position)
        if result.flags:
            log.warning("event flagged by the backend: %s", ", ".join(result.flags))
        tx.sent(result.id)


def apply(tx: Transaction, page: ChangesPage, *, now: datetime) -> None:
    """Write a page of changes and the cursor after it, together.

    A change that cannot be kept is told and left out: it must not keep all later ones away.
    """
    for change in page.changes:
        try:
            with tx.part():
                _apply_one(tx, change)
        except (Conflict, ValueError) as error:
            log.error("a change was not kept: %s: %s", change.type, type(error).__name__)  # noqa: TRY400 - its text may name people
    if page.changes or tx.recall("cursor") is None:
        tx.remember("cursor", page.cursor)
    _remember_contact(tx, now)


def last_contact(tx: Transaction) -> datetime | None:
    """When the backend last spoke; None if it never has."""
    kept = tx.recall("contact_at")
    return None if kept is None else datetime.fromisoformat(kept)


def _remember_contact(tx: Transaction, now: datetime) -> None:
    # An idle long poll comes back three times a minute; the card need not be written each time.
    # A contact in the future is one made while the clock was wrong: it is corrected too.
    kept = last_contact(tx)
    if kept is None or abs(now - kept) > CONTACT_GRAIN:
        tx.remember("contact_at", now.isoformat())


def _apply_one(tx: Transaction, change: Change) -> None:
    match change:
        case ProgramChanged():
            tx.save_program(change.document, on=change.on)
        case StoreChanged():
            tx.remember("store", change.store.model_dump_json())
            if change.store.program:
                tx.remember("program", change.store.program)
        case CardChanged():
            tx.learn_card(change)
        case AccountChanged():
            for numbered in change.entries:
                tx.save_numbered(numbered)
            tx.save_snapshot(change.account)
        case VoucherChanged():
            tx.learn_voucher(change.voucher.voucher())
        case MemberErased():
            tx.erase_member(change.member)
        case StaffChanged():
            tx.save_staff(change)
        case _:
            _apply_offer(tx, change)


def _apply_offer(
    tx: Transaction,
    change: ProgramWithdrawn | CampaignChanged | GiftChanged | StockChanged | LinkUsed,
) -> None:
    """What the merchant offers beside the program's own document."""
    match change:
        case LinkUsed():
            pass  # who joined by it comes with the card that the link held
        case ProgramWithdrawn():
            tx.forget_program(change.program, change.version)
        case CampaignChanged():
            tx.save_campaign_message(change)
        case GiftChanged():
            tx.save_gift(change.gift)
        case StockChanged():
            tx.save_free(change.gift, change.free)
