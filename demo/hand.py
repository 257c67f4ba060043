"""The other end of the remote hand: touch, type, look and photograph the kiosk."""

import json
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class HandError(Exception):
    """The kiosk is away, or does not show what was expected."""


class Hand:
    """A customer's hand and eyes. Every call raises HandError."""

    def __init__(self, path: Path, within_s: float = 20.0) -> None:
        self._channel = _connect(path, within_s)
        self._lines = self._channel.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()
        self._channel.close()

    def see(self, screen: str, within_s: float = 8.0) -> dict[str, Any]:
        """The data of the screen, once one of that type is on the glass."""
        seen = self._ask({"do": "await", "screen": screen, "within_s": within_s})
        data: dict[str, Any] = seen["data"]
        return data

    def look(self) -> dict[str, Any]:
        """What is on the glass: screen, data, and what can be touched."""
        return self._ask({"do": "look"})

    def touch(self, target: str, within_s: float = 5.0) -> None:
        """Touch the thing of that name."""
        self._ask({"do": "touch", "target": target, "within_s": within_s})

    def type_name(self, name: str, language: str) -> None:
        """Type a first name on the keyboard; it sets the capital at the beginning by itself."""
        self._ask({"do": "type", "kind": "name", "text": name.lower(), "language": language})

    def type_email(self, address: str, language: str) -> None:
        """Type an address on the keyboard, the domain in one touch where there is a key for it."""
        self._ask({"do": "type", "kind": "email", "text": address, "language": language})

    def picture(self, path: Path) -> Path:
        """Photograph the glass."""
        self._ask({"do": "picture", "path": str(path)})
        return path

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        try:
            self._channel.sendall(json.dumps(command).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            raise HandError(f"the kiosk is gone: {error}") from error
        if not line:
            raise HandError("the kiosk has ended")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise HandError(answer["error"])
        return answer


def _connect(path: Path, within_s: float) -> socket.socket:
    deadline = time.monotonic() + within_s
    while True:
        channel = socket.socket(socket.AF_UNIX)
        channel.settimeout(60)
        try:
            channel.connect(str(path))
        except OSError as error:
            channel.close()
            if time.monotonic() > deadline:
                raise HandError(f"no kiosk came up within {within_s:g} s") from error
            time.sleep(0.05)
        else:
            return channel
