"""A kiosk on its counter for tests: real flows, database and backend; no pixels and no wire."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from backend.db import feed, shops
from backend.services.team.access import revoke
from backend_client.rest.terminal import TerminalClient
from backend_client.rest.till import TillClient
from backend_client.schemas.changes import CardStatus
from backend_client.schemas.redemptions import RedemptionRequest
from backend_client.schemas.sales import SaleBody
from backend_client.schemas.tills import MemberQuery
from backend_client.signing import card_key
from devices.printers import open_printer
from devices.printers.simulated import SimulatedPrinter
from devices.readers import open_reader
from devices.readers.simulated import SimulatedReader, connect
from kiosk.bootstrap import Parts, open_kiosk
from kiosk.config import Backend, Config, Credentials, Session, Storage
from kiosk.context import Kiosk
from kiosk.db import Database, Transaction
from kiosk.db.transaction import HeldVoucher
from kiosk.flows.session import serve
from kiosk.services.identify import Visit, identify
from loyalty.document import read_program
from loyalty.vouchers import VoucherState, mint
from tests.support.glass import Glass
from tests.support.server import NOWHERE, PROGRAM, Company, company, connected, in_process

CARD = bytes.fromhex("04a1b2c3d4e5f6")
OTHER_CARD = bytes.fromhex("04ffeeddccbbaa")


class Cable(requests.Session):
    """The network cable: `pulled`, every call ends as it does without a network."""

    def __init__(self, inner: requests.Session) -> None:
        super().__init__()
        self.pulled = False
        self.broken = False
        """Somebody answers, and only that it is broken: a server that fails at each call."""
        self.under_way = 0
        self.answers_lost = 0
        """So many answers get lost: the backend does what was asked, and nobody hears of it."""
        self._inner = inner
        self._guard = threading.Lock()

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        with self._guard:
            if self.pulled:
                raise requests.ConnectionError("the cable is pulled")
            if self.broken:
                return _failure()
            self.under_way += 1
        try:
            response = self._through(*args, **kwargs)
        finally:
            with self._guard:
                self.under_way -= 1
        if self.answers_lost and args[0] == "POST":
            self.answers_lost -= 1
            raise requests.ReadTimeout("the answer got lost")
        return response

    def _through(self, *args: Any, **kwargs: Any) -> requests.Response:
        if "wait" in (kwargs.get("params") or {}):
            kwargs["params"]["wait"] = "0.2"  # else a test would end with its last long poll
        return self._inner.request(*args, **kwargs)


def _failure() -> requests.Response:
    """An answer 500, as whatever stands before a broken server gives it."""
    response = requests.Response()
    response.status_code = 500
    response.url = NOWHERE
    response._content = b"<h1>Internal Server Error</h1>"
    return response


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What stands on the counter, and the backend behind it."""

    kiosk: Kiosk
    glass: Glass
    reader: SimulatedReader
    printer: SimulatedPrinter
    cable: Cable
    till: TillClient
    backend: Company

    def tap(self, uid: bytes = CARD) -> None:
        """Lay a card on the reader."""
        self.reader.present(uid)

    async def leave(self) -> None:
        """Lift the card and wait for the invitation."""
        self.reader.remove()
        await self.glass.until(lambda screen: type(screen).__name__ == "Attract")

    async def sell(self, total: int, uid: bytes = CARD) -> str:
        """A sale at the till for the bearer of a card; the member's id."""
        member = await asyncio.to_thread(self.till.find_member, MemberQuery(card_uid=uid.hex()))
        sale = SaleBody(
            id=str(uuid4()),
            member=member.id,
            total=total,
            currency="EUR",
            closed_at=datetime.now(UTC),
        )
        await asyncio.to_thread(self.till.record_sale, sale)
        return member.id

    async def balance_at_till(self, uid: bytes = CARD) -> int:
        """The balance as the backend has it."""
        found = await asyncio.to_thread(self.till.find_member, MemberQuery(card_uid=uid.hex()))
        return found.balance

    async def known_balance(self, balance: int, uid: bytes = CARD) -> bool:
        """Wait until the kiosk's own database says so."""
        async with asyncio.timeout(5):
            while True:
                found = await self.kiosk.db.run(identify, self.key(uid), now=self.kiosk.now())
                if isinstance(found, Visit) and found.account.balance(self.kiosk.now()) == balance:
                    return True
                await asyncio.sleep(0.01)

    def key(self, uid: bytes = CARD) -> str:
        """The card as the kiosk stores it."""
        return card_key(bytes.fromhex(self.kiosk.credentials.card_secret), uid)

    async def vouchers(self, uid: bytes = CARD) -> tuple[HeldVoucher, ...]:
        """The vouchers that wait, as the kiosk has them."""
        found = await self.kiosk.db.run(identify, self.key(uid), now=self.kiosk.now())
        assert isinstance(found, Visit)
        return found.vouchers

    async def state_at_till(self, held: HeldVoucher) -> VoucherState:
        """Where the voucher stands, as the backend has it."""
        answer = await asyncio.to_thread(self.till.voucher, held.voucher.code)
        return answer.voucher.state

    async def same_entries(self, uid: bytes = CARD) -> None:
        """Kiosk and backend list the same entries, with the same ids and numbers."""
        member = await asyncio.to_thread(self.till.find_member, MemberQuery(card_uid=uid.hex()))
        account = await asyncio.to_thread(self.till.account, member.id)
        theirs = {(e.position, e.entry.id, e.entry.points) for e in account.entries}
        async with asyncio.timeout(5):
            while True:
                ours = await self.kiosk.db.run(Transaction.numbered_entries)
                mine = {(p, e.id, e.points) for p, e in ours if e.member == member.id}
                if mine == theirs:
                    return
                await asyncio.sleep(0.01)

    async def block(self, uid: bytes) -> None:
        """The card is reported lost."""
        found = await self.kiosk.db.run(Transaction.card, self.key(uid))
        assert found is not None
        await self.kiosk.db.run(
            Transaction.save_card, self.key(uid), found.member, CardStatus.BLOCKED
        )

    def spend_elsewhere(self, member: str) -> None:
        """Another kiosk of the shop holds the points of a coffee."""
        with connected(self.backend, NOWHERE, self.cable) as other:
            now = datetime.now(UTC)
            other.terminal.hold(
                RedemptionRequest(
                    id=str(uuid4()),
                    member=member,
                    program=other.claimed.program,
                    reward="coffee",
                    code=mint(uuid4().int),
                    at=now,
                ),
                timeout_s=5,
            )

    def revoke(self) -> None:
        """The merchant ends this kiosk's token."""
        with self.backend.database.write(self.backend.shop.tenant) as tx:
            assert revoke(tx, self.kiosk.credentials.terminal)

    async def fill_the_disk(self) -> None:
        """From now on the database refuses every write, as on a full or worn-out card."""

        def fill(tx: Transaction) -> None:
            tx._connection.exec_driver_sql("PRAGMA query_only = ON")

        await self.kiosk.db.run(fill)

    async def empty_the_disk(self) -> None:
        """There is room again."""

        def empty(tx: Transaction) -> None:
            tx._connection.exec_driver_sql("PRAGMA query_only = OFF")

        await self.kiosk.db.run(empty)

    async def restart_invitation(self) -> None:
        """Have the invitation shown again, as after any change of the machine's health."""
        self.kiosk.health.changed.set()
        await asyncio.sleep(0)

    async def publish(self, **changes: Any) -> None:
        """The merchant publishes the next version of the program; wait until the kiosk has it."""
        before = await self.kiosk.db.run(Transaction.program)
        assert before is not None
        document = json.dumps(json.loads(PROGRAM) | {"version": before.version + 1} | changes)
        with self.backend.database.write(self.backend.shop.tenant) as tx:
            shops.add_program(tx, read_program(document), document)
            feed.tell(tx, "program", before.id)
        async with asyncio.timeout(5):
            while await self.kiosk.db.run(Transaction.program) == before:
                await asyncio.sleep(0.01)

    async def unplugged(self) -> None:
        """The cable is out, and the kiosk has noticed."""
        self.cable.pulled = True
        async with asyncio.timeout(20):
            while self.kiosk.health.online:
                await asyncio.sleep(0.01)

    async def all_sent(self) -> None:
        """Wait until the backend has everything."""
        async with asyncio.timeout(10):
            while await self.kiosk.db.run(lambda tx: tx.queue_length()):
                await asyncio.sleep(0.01)


@contextmanager
def backend(
    program: str = PROGRAM, url: str = "sqlite://"
) -> Iterator[tuple[Company, requests.Session]]:
    """A company and a session that reaches it without a socket."""
    with company(url, program=program) as shop, in_process(shop.app) as session:
        yield shop, session


@contextlib.asynccontextmanager
async def counter(
    shop: Company,
    session: requests.Session,
    folder: Path,
    *,
    timing: Session | None = None,
    credentials: Credentials | None = None,
    served: bool = True,
    welcome: int = 50,
    target: str = "",
    reader_target: str = "",
) -> AsyncIterator[Counter]:
    """The kiosk, claimed and in service; a second one in the same folder is a restart.

    `target` is another printer than the simulated one, `reader_target` another reader.
    """
    with connected(shop, NOWHERE, session) as wired:
        if credentials is None:
            credentials = Credentials(
                terminal=wired.claimed.terminal,
                name="Angers-1",
                token=wired.claimed.token,
                card_secret=wired.claimed.card_secret,
                store=wired.claimed.store.id,
                program=wired.claimed.program,
            )
        cable = Cable(session)
        reader, printer, glass = connect(""), SimulatedPrinter(folder / "paper"), Glass()
        config = Config(
            backend=Backend(url=NOWHERE),
            session=timing or Session(),
            storage=Storage(folder=folder),
        )
        parts = Parts(
            database=Database(folder / "kiosk.db"),
            client=TerminalClient(NOWHERE, credentials.token, session=cable),
            reader=open_reader(reader_target) if reader_target else reader,
            printer=open_printer(target) if target else printer,
        )
        async with open_kiosk(config, credentials, glass, parts) as kiosk:
            serving = asyncio.create_task(serve(kiosk)) if served else None
            if served:
                await glass.until(lambda screen: getattr(screen, "welcome_points", None) == welcome)
            try:
                yield Counter(
                    kiosk=kiosk,
                    glass=glass,
                    reader=reader,
                    printer=printer,
                    cable=cable,
                    till=wired.till,
                    backend=shop,
                )
            finally:
                if serving is not None:
                    serving.cancel()
                    await asyncio.gather(serving, return_exceptions=True)
        cable.pulled = True
        while cable.under_way:
            await asyncio.sleep(0.01)
