"""Speech as the glass knows it: say, stop, louder. The voice itself is another process.

Nothing here ever waits for the voice. When it cannot be started, or ends, the kiosk goes on
silently and tries again a little later: what is spoken is always on the glass too.
"""

import json
import logging
import subprocess
import sys
import threading
import time
from typing import Protocol

log = logging.getLogger(__name__)

AGAIN_S = 10.0
"""Between two starts of a voice that ended."""

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
    """The voice at a sound output such as `alsa:default`; started when it first speaks."""

    def __init__(self, output: str) -> None:
        self._output = output
        self._process: subprocess.Popen[str] | None = None
        self._tried_at = -AGAIN_S
        self._volume = VOLUME
        self._guard = threading.Lock()

    def say(self, text: str, language: str, earcon: str = "") -> None:
        self._tell({"say": text, "language": language, "earcon": earcon})

    def stop(self) -> None:
        if self._process is not None:
            self._tell({"stop": True})

    def earcon(self, name: str) -> None:
        self._tell({"earcon": name})

    def louder(self, steps: int) -> None:
        self._volume = min(100, max(VOLUME_STEP, self._volume + steps * VOLUME_STEP))
        self._tell({"volume": self._volume})

    def reset(self) -> None:
        self._volume = VOLUME
        if self._process is not None:
            self._tell({"stop": True})
            self._tell({"volume": VOLUME})

    def listen_on(self, output: str) -> None:
        """Speak at that output from now on."""
        if output != self._output:
            self._output = output
            self._tried_at = -AGAIN_S
            self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _tell(self, order: dict[str, object]) -> None:
        with self._guard:
            process = self._running()
            if process is None or process.stdin is None:
                return
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
            except OSError:
                log.warning("the voice ended; it is started again in %d s", AGAIN_S)
                self.close()

    def _running(self) -> subprocess.Popen[str] | None:
        if self._process is not None and self._process.poll() is not None:
            log.warning("the voice ended with %s", self._process.returncode)
            self.close()
        if self._process is None and time.monotonic() - self._tried_at >= AGAIN_S:
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
