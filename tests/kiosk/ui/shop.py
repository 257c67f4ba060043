"""The whole kiosk on a real window: real flows, database and backend, touches and frames."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devices.printers.simulated import SimulatedPrinter
from devices.readers.simulated import SimulatedReader, connect
from kiosk.bootstrap import Parts, open_kiosk
from kiosk.config import Backend, Config, Credentials, Session, Storage
from kiosk.context import Kiosk
from kiosk.db import Database
from kiosk.flows.session import serve
from tests.kiosk.counter import Cable, backend
from tests.kiosk.ui.bench import Bench
from tests.support.server import NOWHERE, Connected, connected

PATIENCE_S = 120.0
"""Nobody waits so long; a loaded machine may."""
FRAME_S, WAITING_S = 0.002, 0.03
"""Between two frames, and between two looks: drawing without a pause would take a core."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The counter as somebody stands before it."""

    bench: Bench
    kiosk: Kiosk
    reader: SimulatedReader
    printer: SimulatedPrinter
    cable: Cable
    wired: Connected
    serving: "asyncio.Task[None]"

    @property
    def showing(self) -> Any:
        """The screen on the glass."""
        return self.bench.display.showing

    async def frames(self, number: int = 1) -> None:
        """Let so many frames be drawn, and the story go on between them."""
        for _ in range(number):
            await asyncio.sleep(FRAME_S)
            self.bench.settle(1)
            assert not self.serving.done(), "the story ended"

    async def until(self, wanted: Callable[[Any], bool], within_s: float = PATIENCE_S) -> Any:
        """The screen, as soon as `wanted` holds for it and it is laid out."""
        end = time.monotonic() + within_s
        while not (self.showing is not None and wanted(self.showing)):
            assert time.monotonic() < end, f"still {type(self.showing).__name__}"
            await asyncio.sleep(WAITING_S)
            await self.frames()
        await self.frames(3)
        return self.showing

    async def see(self, kind: type[Any]) -> Any:
        """The screen, once one of that type shows."""
        return await self.until(lambda screen: isinstance(screen, kind))

    async def touch(self, name: str) -> None:
        """Touch what is called that."""
        self.bench.lift(self.bench.press(name))
        await self.frames(3)


@contextlib.asynccontextmanager
async def shop_window(
    bench: Bench, folder: Path, *, languages: Sequence[str] = ("fr", "en"), timing: Session
) -> AsyncIterator[Place]:
    """The kiosk in service on `bench`'s display, which must have been made for it."""
    with backend() as (shop, session), connected(shop, NOWHERE, session) as wired:
        claimed = wired.claimed
        credentials = Credentials(
            terminal=claimed.terminal,
            name="Angers-1",
            token=claimed.token,
            card_secret=claimed.card_secret,
            store=claimed.store.id,
            program=claimed.program,
        )
        cable, reader = Cable(session), connect("")
        printer = SimulatedPrinter(folder / "paper")
        config = Config.model_validate(
            {
                "backend": Backend(url=NOWHERE),
                "screen": {"languages": tuple(languages)},
                "storage": Storage(folder=folder),
            }
        ).model_copy(update={"session": timing})
        from backend_client.rest.terminal import TerminalClient

        parts = Parts(
            database=Database(folder / "kiosk.db"),
            client=TerminalClient(NOWHERE, credentials.token, session=cable),
            reader=reader,
            printer=printer,
        )
        async with open_kiosk(config, credentials, bench.display, parts) as kiosk:
            serving = asyncio.create_task(serve(kiosk))
            place = Place(
                bench=bench, kiosk=kiosk, reader=reader, printer=printer, cable=cable,
                wired=wired, serving=serving,
            )  # fmt: skip
            try:
                await place.until(lambda screen: getattr(screen, "welcome_points", None) == 50)
                yield place
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
        cable.pulled = True
        while cable.under_way:
            await asyncio.sleep(0.01)
