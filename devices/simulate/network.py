"""The network cable between a kiosk and its backend: it can be pulled, and it can be slow."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

CHUNK = 65_536
ANSWER_TIMEOUT_S = 5.0

T = TypeVar("T")


class NetworkCable:
    """Forwards one local TCP port to the backend's, from a thread of its own."""

    def __init__(self, *, listen_port: int, host: str, port: int) -> None:
        """Plugged from the start; port 0 takes a free one. Raises OSError when it cannot listen."""
        self.delay_s = 0.0
        """Added to each packet, in both directions."""
        self._host, self._port = host, port
        self._listen_port = listen_port
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()
        try:
            self.plug()
        except OSError:
            self.close()
            raise

    @property
    def address(self) -> str:
        """Where a kiosk connects, as HOST:PORT."""
        return f"127.0.0.1:{self._listen_port}"

    @property
    def plugged(self) -> bool:
        return self._server is not None

    def plug(self) -> None:
        """Let connections through; harmless when already plugged."""
        self._call(self._plug())

    def pull(self) -> None:
        """Drop every connection and refuse new ones; harmless when already pulled."""
        self._call(self._pull())

    def close(self) -> None:
        """Pull it for good."""
        if self._loop.is_closed():
            return
        self._call(self._pull())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_TIMEOUT_S)

    async def _plug(self) -> None:
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._listen_port)
        self._listen_port = int(self._server.sockets[0].getsockname()[1])

    async def _pull(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _accept(self, ours: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        try:
            await self._join(ours, to_client)
        except asyncio.CancelledError:
            pass  # the cable was pulled: asyncio would log it as an error
        finally:
            self._talks.discard(talk)
            to_client.transport.abort()

    async def _join(self, ours: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            theirs, to_backend = await asyncio.open_connection(self._host, self._port)
        except OSError:
            return  # the backend is away: the client sees its connection end
        there = asyncio.create_task(self._pump(ours, to_backend))
        back = asyncio.create_task(self._pump(theirs, to_client))
        try:
            await asyncio.gather(there, back)
        finally:
            there.cancel()
            back.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            to_backend.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                sink.write(data)
                await sink.drain()
            sink.write_eof()
