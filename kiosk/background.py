"""Work that may hang: done in a daemon thread, which is abandoned when it takes too long.

Not an executor's thread: Python waits for those at exit, and a printer that never answers, or a
long poll, must not keep the kiosk from ending.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")


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
