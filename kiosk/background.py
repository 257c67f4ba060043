"""Work beside the event loop: in a thread that may hang, or in a task that must never end.

Not an executor's thread: Python waits for those at exit, and a printer that never answers, or a
long poll, must not keep the kiosk from ending.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")

BEGIN_AGAIN_S = 5.0


async def abandonable(work: Callable[[], Result], deadline_s: float) -> Result:
    """What `work` returns or raises. Raises TimeoutError when it is not back in time."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # a result when there is no error

    def run() -> None:
        result: Result | None = None
        failed: Exception | None = None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - handed to whoever asked for the work
            failed = error
        try:
            loop.call_soon_threadsafe(settle, result, failed)
        except RuntimeError:
            log.debug("answered after the end")

    threading.Thread(target=run, name="background", daemon=True).start()
    async with asyncio.timeout(deadline_s):
        return await answer


async def unbroken(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` for as long as the kiosk lives: what fails, or ends, is told and begun again."""
    while True:
        try:
            await work()
            log.error("%s ended, and begins again", name)
        except Exception:
            # The top of a task: a fault nobody thought of must not end sync until the next start.
            log.exception("%s failed, and begins again", name)
        await asyncio.sleep(BEGIN_AGAIN_S)
