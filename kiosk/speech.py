"""Speech as the glass knows it: say, stop, louder. The voice itself is another process.

Nothing here ever waits for the voice. When it cannot be started, or ends, the kiosk goes on
silently and tries again a little later: what is spoken is always on the glass too.
"""

import json
import logging
import queue
import subprocess
import sys
import threading
import time
from typing import Protocol

log = logging.getLogger(__name__)

AGAIN_S = 10.0
"""Between two starts of a voice that ended."""

CLOSE_MAX_S = 5.0

VOLUME, VOLUME_STEP = 70, 10
"""Percent; every visit begins there (EN 301 549, 5.1.3.13)."""


class Voice(Protocol):
    """What can speak."""

    def say(self, text: str, language: str, earcon: str = "") -> None:
        """Say `text` instead of whatever is being said, after a short sound."""
        ...

    def stop(self) -> None:
        """Be silent at once."""
        ...

    def earcon(self, name: str) -> None:
        """A short sound: "tap", "success" or "refusal"."""
        ...

    def louder(self, steps: int) -> None:
        """Louder by so many steps, softer for a negative number."""
        ...

    def reset(self) -> None:
        """Silent, and as loud as at the beginning."""


class Mute:
    """A kiosk without a voice."""

    def say(self, text: str, language: str, earcon: str = "") -> None:
        """Nothing is heard."""

    def stop(self) -> None:
        """Nothing is heard."""

    def earcon(self, name: str) -> None:
        """Nothing is heard."""

    def louder(self, steps: int) -> None:
        """Nothing is heard."""

    def reset(self) -> None:
        """Nothing is heard."""


class VoiceProcess:
    """The voice at a sound output such as `alsa:default`; started when it first speaks.

    Orders go through a thread of ours: making a process takes longer than a frame, and a pipe that
    is full waits.
    """

    def __init__(self, output: str) -> None:
        self._output = output
        self._process: subprocess.Popen[str] | None = None
        self._tried_at = -AGAIN_S
        self._volume = VOLUME
        self._orders: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
        self._clerk = threading.Thread(target=self._deliver, name="voice orders", daemon=True)
        self._clerk.start()

    def warm(self) -> None:
        """Have the process there before somebody waits for it."""
        self._orders.put({"volume": self._volume, "start": True})

    def say(self, text: str, language: str, earcon: str = "") -> None:
        self._orders.put({"say": text, "language": language, "earcon": earcon, "start": True})

    def stop(self) -> None:
        self._orders.put({"stop": True})

    def earcon(self, name: str) -> None:
        self._orders.put({"earcon": name, "start": True})

    def louder(self, steps: int) -> None:
        self._volume = min(100, max(VOLUME_STEP, self._volume + steps * VOLUME_STEP))
        self._orders.put({"volume": self._volume})

    def reset(self) -> None:
        self._volume = VOLUME
        self._orders.put({"stop": True})
        self._orders.put({"volume": VOLUME})

    def listen_on(self, output: str) -> None:
        """Speak at that output from now on."""
        self._orders.put({"output": output})

    def close(self) -> None:
        """End the process, and the thread that speaks to it."""
        self._orders.put(None)
        self._clerk.join(CLOSE_MAX_S)
        self._end()

    def _deliver(self) -> None:
        """Hand order after order to the process, until there are no more."""
        while (order := self._orders.get()) is not None:
            if "output" in order:
                self._move(str(order["output"]))
            else:
                self._tell(order)

    def _move(self, output: str) -> None:
        if output != self._output:
            self._output = output
            self._tried_at = -AGAIN_S
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _tell(self, order: dict[str, object]) -> None:
        process = self._running(start=bool(order.pop("start", False)))
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        except OSError:
            log.warning("the voice ended; it is started again in %d s", AGAIN_S)
            self._end()

    def _running(self, *, start: bool) -> subprocess.Popen[str] | None:
        """The process; what is no speech does not start one."""
        if self._process is not None and self._process.poll() is not None:
            log.warning("the voice ended with %s", self._process.returncode)
            self._end()
        if start and self._process is None and time.monotonic() - self._tried_at >= AGAIN_S:
            self._tried_at = time.monotonic()
            self._process = self._start()
        return self._process

    def _start(self) -> subprocess.Popen[str] | None:
        command = [sys.executable, "-m", "kiosk.voice", "--output", self._output]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            log.warning("the voice cannot be started: %s", error)
            return None
        assert process.stdin is not None
        process.stdin.write(json.dumps({"volume": self._volume}) + "\n")
        return process
