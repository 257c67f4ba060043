"""The simulator's remote control: for tests, the demo and the command line."""

import http.client
import json
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from devices.printers import Paper
from devices.simulate.state import Rig, SimulatorState

TIMEOUT_S = 10.0
"""Plugging the reader waits for its service to come up."""
POLL_S = 0.05


class SimulatorError(Exception):
    """The simulator is away, or refuses; the text says which."""


class SimulatorClient:
    """Works a running simulator. Every call raises SimulatorError."""

    def __init__(self, control_url: str) -> None:
        parts = urlsplit(control_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80

    @classmethod
    def from_state_file(cls, path: Path) -> Self:
        """The simulator that wrote `path` when it started."""
        return cls(read_rig(path).control_url)

    def state(self) -> SimulatorState:
        """How everything stands."""
        return SimulatorState.from_json(self._ask("GET", "/state").decode())

    def act(self, *words: str) -> SimulatorState:
        """Any words of the bench, such as ``("paper", "out")``; how everything stands then."""
        answer = self._ask("POST", "/act", json.dumps({"words": words}).encode())
        return SimulatorState.from_json(answer.decode())

    def tap(self, card: str) -> SimulatorState:
        """Lay ``known``, ``unknown``, ``blocked`` or ``phone`` on the reader."""
        return self.act("tap", card)

    def lift(self) -> SimulatorState:
        return self.act("lift")

    def pull(self, what: str) -> SimulatorState:
        """Pull ``reader``, ``printer`` or ``network``."""
        return self.act("pull", what)

    def plug(self, what: str) -> SimulatorState:
        return self.act("plug", what)

    def paper(self, level: Paper) -> SimulatorState:
        return self.act("paper", level.value)

    def cover(self, *, is_open: bool) -> SimulatorState:
        return self.act("cover", "open" if is_open else "closed")

    def slow(self, delay_ms: int) -> SimulatorState:
        """Delay each packet on the network cable; 0 ends it."""
        return self.act("slow", str(delay_ms))

    def picture(self, index: int) -> bytes:
        """The piece of paper number `index`, from 1, as PNG."""
        return self._ask("GET", f"/paper/{index}.png")

    def wait_for_pieces(self, count: int, timeout_s: float = 20.0) -> SimulatorState:
        """The state, once `count` pieces of paper were cut since the start."""
        deadline = time.monotonic() + timeout_s
        while True:
            state = self.state()
            if state.pieces >= count:
                return state
            if time.monotonic() >= deadline:
                raise SimulatorError(f"{state.pieces} of {count} pieces after {timeout_s:g} s")
            time.sleep(POLL_S)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise SimulatorError(f"the simulator does not answer: {error}") from error
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise SimulatorError(answer.decode(errors="replace"))
        return answer


def read_rig(path: Path) -> Rig:
    """What a running simulator wrote about itself. Raises SimulatorError."""
    try:
        return Rig.from_json(path.read_text())
    except OSError as error:
        remedy = "start it with: python -m devices.simulate"
        raise SimulatorError(f"no simulator runs here ({error}); {remedy}") from error
    except ValueError as error:
        raise SimulatorError(f"{path} is not a simulator's state: {error}") from error


def await_rig(path: Path, timeout_s: float = 15.0) -> Rig:
    """The same, once a simulator that is starting has written it."""
    deadline = time.monotonic() + timeout_s
    while not path.exists():
        if time.monotonic() >= deadline:
            raise SimulatorError(f"no simulator came up within {timeout_s:g} s")
        time.sleep(POLL_S)
    return read_rig(path)
