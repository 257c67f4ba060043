"""The wires to a printer: a TCP port or a device file, both with a deadline on every call."""

import os
import selectors
import socket
import time
import tty
from typing import Protocol

READ_SIZE = 4096


class LinkLost(Exception):
    """The other end is gone, or takes no more bytes; `sent` were handed to the system."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.sent = sent


class Link(Protocol):
    """An open wire. Deadlines are values of `time.monotonic()`."""

    def send(self, data: bytes, deadline: float) -> None:
        """Hand over all of `data`. Raises LinkLost with the number of bytes that were taken."""

    def receive(self, deadline: float) -> bytes:
        """What has come, empty when the deadline passed first. Raises LinkLost at the end."""

    def close(self) -> None:
        """Let go; harmless when already closed."""


class SocketLink:
    """A printer on the network."""

    def __init__(self, host: str, port: int, deadline: float) -> None:
        """Connects before the deadline, or raises OSError."""
        wait = max(0.01, deadline - time.monotonic())
        self._socket = socket.create_connection((host, port), timeout=wait)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes, deadline: float) -> None:
        sent = 0
        try:
            while sent < len(data):
                self._socket.settimeout(_left(deadline, sent))
                sent += self._socket.send(data[sent:])
        except OSError as error:
            raise LinkLost(str(error) or type(error).__name__, sent) from error

    def receive(self, deadline: float) -> bytes:
        wait = deadline - time.monotonic()
        if wait <= 0:
            return b""
        self._socket.settimeout(wait)
        try:
            data = self._socket.recv(READ_SIZE)
        except TimeoutError:
            return b""
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("the printer closed the link")
        return data

    def close(self) -> None:
        self._socket.close()


class FileLink:
    """A printer behind a device file: ``/dev/usb/lp0``, a serial line, a pseudo terminal."""

    def __init__(self, path: str) -> None:
        """Opens the file for both directions, or raises OSError."""
        # Not blocking, because a printer without paper would hold the write for ever.
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        self._open = True
        if os.isatty(self._file):
            tty.setraw(self._file)

    def send(self, data: bytes, deadline: float) -> None:
        sent = 0
        try:
            while sent < len(data):
                if not self._wait(selectors.EVENT_WRITE, _left(deadline, sent)):
                    raise LinkLost("the printer takes no more bytes", sent)
                sent += os.write(self._file, data[sent : sent + READ_SIZE])
        except OSError as error:
            raise LinkLost(str(error), sent) from error

    def receive(self, deadline: float) -> bytes:
        wait = deadline - time.monotonic()
        try:
            if wait <= 0 or not self._wait(selectors.EVENT_READ, wait):
                return b""
            data = os.read(self._file, READ_SIZE)
        except OSError as error:
            raise LinkLost(str(error)) from error
        if not data:
            raise LinkLost("the device file ended")
        return data

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._file)

    def _wait(self, event: int, seconds: float) -> bool:
        with selectors.SelectSelector() as selector:  # regular files and devices alike
            selector.register(self._file, event)
            return bool(selector.select(seconds))


def _left(deadline: float, sent: int) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise LinkLost("the printer takes no more bytes", sent)
    return left
