"""Tap → balance on the glass, in the real application, from the reader's report to glFinish.

The reader is the simulated one, in its own thread: what a real chip and its radio take comes before
the report and depends on the reader. The backend is away; the database is on disk.
"""

import asyncio
import json
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from backend_client.schemas.changes import CardStatus
from backend_client.schemas.ledger import AccountSnapshot, LotBody
from backend_client.schemas.terminals import StoreBody
from backend_client.signing import card_key
from devices.readers.simulated import SimulatedReader
from kiosk.bootstrap import open_kiosk
from kiosk.config import Backend, Config, Credentials, Reader, ScreenSection, Storage
from kiosk.db import Database, Transaction
from kiosk.db.transaction import KnownMember
from kiosk.flows.session import serve
from kiosk.screens import Attract, Home
from loyalty.ids import MemberId

SECRET = bytes(32)
AT_ONCE = 50_000
"""Rows of one statement."""
SHOP = Path("assets/programs/one-euro-one-point.json")


@dataclass(slots=True)
class Stamps:
    """When each part of one tap was over, by the monotonic clock."""

    reported: float = 0
    identify_begun: float = 0
    identified: float = 0
    asked: float = 0
    drawn: asyncio.Event = field(default_factory=asyncio.Event)
    drawn_at: float = 0

    def parts_ms(self) -> dict[str, float]:
        """The parts, and their sum, in milliseconds."""
        return {
            "reader": (self.identify_begun - self.reported) * 1000,
            "identify": (self.identified - self.identify_begun) * 1000,
            "flow": (self.asked - self.identified) * 1000,
            "first frame": (self.drawn_at - self.asked) * 1000,
            "tap to balance": (self.drawn_at - self.reported) * 1000,
        }


def furnish(folder: Path, members: int) -> None:
    """A kiosk's database with so many members; the first carries the card that is tapped."""
    database = Database(folder / "kiosk.db")

    def fill(tx: Transaction) -> None:
        tx.save_program(SHOP.read_text())
        store = StoreBody(id="s1", name="Maison Lise", time_zone="Europe/Paris")
        tx.remember("store", store.model_dump_json())
        person = KnownMember(id=MemberId("m0"), first_name="Inès", contact="i•••", language="fr")
        tx.save_member(person, now=datetime.now(UTC))

    database.run_now(fill)
    database.close()
    _insert_members(folder / "kiosk.db", members)


def _insert_members(path: Path, members: int) -> None:
    """Cards and snapshots as sync would have written them, many at once."""
    now = datetime.now(UTC)
    snapshot = AccountSnapshot(
        member="somebody",
        program="maison-lise",
        position=3,
        debt=0,
        welcomed=True,
        lots=(
            LotBody(entry="a", left=150, deadline=now + timedelta(days=100)),
            LotBody(entry="b", left=37, deadline=now + timedelta(days=300)),
        ),
    ).model_dump_json()
    with closing(sqlite3.connect(path)) as connection, connection:
        for first in range(0, members, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, members))
            connection.executemany(
                "INSERT INTO cards (key, member, status) VALUES (?, ?, ?)",
                ((card_key(SECRET, uid(n)), f"m{n}", CardStatus.ACTIVE.value) for n in numbers),
            )
            connection.executemany(
                "INSERT INTO accounts (member, program, position, snapshot) VALUES (?, ?, ?, ?)",
                (
                    (f"m{n}", "maison-lise", 3, snapshot.replace("somebody", f"m{n}"))
                    for n in numbers
                ),
            )


def uid(number: int) -> bytes:
    """The chip of member `number`."""
    return b"\x04" + number.to_bytes(6, "big")


def measure(folder: Path, taps: int) -> list[dict[str, float]]:
    """The parts of each tap, in milliseconds; the first ones, which warm up, are left out."""
    from kiosk.ui.app import UiOptions, run

    config = Config(
        backend=Backend(url="http://127.0.0.1:9"),
        reader=Reader(target="simulated:"),
        screen=ScreenSection(fullscreen=False),
        storage=Storage(folder=folder),
    )
    credentials = Credentials(
        terminal="t1", name="Angers-1", token="-", card_secret=SECRET.hex(), store="s1", program="p"
    )
    results: list[dict[str, float]] = []

    async def story(display: Any) -> None:
        async with open_kiosk(config, credentials, display) as kiosk:
            serving = asyncio.ensure_future(serve(kiosk))
            reader = cast("SimulatedReader", kiosk.slot._reader)  # noqa: SLF001 - to tap on it
            results.extend([await _one_tap(kiosk, display, reader) for _ in range(taps + 3)])
            serving.cancel()

    run(UiOptions(width=1280, height=800, home=folder / "kivy"), story)
    return results[3:]


async def _one_tap(kiosk: Any, display: Any, reader: SimulatedReader) -> dict[str, float]:
    while not isinstance(display.showing, Attract):
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.3)
    stamps = Stamps()
    run_in_database, ask = kiosk.db.run, display.ask

    async def timed_run(service: Any, *args: Any, **kwargs: Any) -> Any:
        identifying = service.__name__ == "identify"
        if identifying:
            stamps.identify_begun = time.monotonic()
        result = await run_in_database(service, *args, **kwargs)
        if identifying:
            stamps.identified = time.monotonic()
        return result

    async def timed_ask(screen: Any) -> Any:
        if isinstance(screen, Home) and not stamps.asked:
            stamps.asked = time.monotonic()
        return await ask(screen)

    def drawn(screen: Any, at: float) -> None:
        if isinstance(screen, Home) and not stamps.drawn_at:
            stamps.drawn_at = at
            stamps.drawn.set()

    kiosk.db.run, display.ask, display.frame_done = timed_run, timed_ask, drawn
    stamps.reported = time.monotonic()
    reader.present(uid(0))
    await asyncio.wait_for(stamps.drawn.wait(), 10)
    kiosk.db.run, display.ask, display.frame_done = run_in_database, ask, None
    reader.remove()
    _finish(display)
    return stamps.parts_ms()


def _finish(display: Any) -> None:
    """Answer the home screen as the finish button does."""
    display.stage.children[0].answer(None)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    if not (where / "furnished").exists():
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        furnish(where, int(sys.argv[2]))
        (where / "furnished").touch()
    print(json.dumps(measure(where, int(sys.argv[3])), default=Decimal))
