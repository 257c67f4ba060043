"""What works and what does not, part by part, for the installer with one hour."""

import contextlib
import queue
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from backend_client.errors import BackendError
from backend_client.rest.terminal import TerminalClient
from devices.errors import DeviceError
from devices.printers import open_printer
from devices.readers import ReaderDown, ReaderEvent, ReaderUp, open_reader
from kiosk.config import Config, ConfigError, load_credentials, writable
from kiosk.words import available

READER_WAIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part, and how it is."""

    part: str
    good: bool
    says: str


def findings(config: Config) -> Iterator[Finding]:
    """Each part in turn, as it is tried."""
    yield _storage(config)
    yield _languages(config)
    yield _backend(config)
    yield _outbox(config)
    yield _reader(config)
    yield _printer(config)


def _storage(config: Config) -> Finding:
    folder = config.storage.folder
    try:
        writable(folder)
    except OSError as error:
        return Finding(part="storage", good=False, says=f"{folder} cannot be written: {error}")
    return Finding(part="storage", good=True, says=str(folder))


def _languages(config: Config) -> Finding:
    known = available()
    missing = [code for code in config.screen.languages if code not in known]
    if missing:
        says = f"no words for {', '.join(missing)}; there is {', '.join(known)}"
        return Finding(part="languages", good=False, says=says)
    return Finding(part="languages", good=True, says=", ".join(config.screen.languages))


def _backend(config: Config) -> Finding:
    try:
        credentials = load_credentials(config.storage.folder)
    except ConfigError as error:
        return Finding(part="backend", good=False, says=str(error))
    if credentials is None:
        says = "not claimed yet: type the code on the glass, or python -m kiosk claim CODE"
        return Finding(part="backend", good=False, says=says)
    url = credentials.address(config)
    client = TerminalClient(url, credentials.token)
    try:
        client.changes("", 0.0)
    except BackendError as error:
        return Finding(part="backend", good=False, says=f"{url}: {error}")
    finally:
        client.close()
    return Finding(part="backend", good=True, says=f"{url} knows this kiosk as {credentials.name}")


def _outbox(config: Config) -> Finding:
    path = config.storage.folder / "kiosk.db"
    if not path.exists():
        return Finding(part="outbox", good=True, says="nothing was recorded yet")
    try:
        # Read-only: the kiosk may be running, and it is the only writer.
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            waiting = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
    except sqlite3.Error as error:
        return Finding(part="outbox", good=False, says=f"{path} cannot be read: {error}")
    says = f"{waiting} facts wait for the backend" if waiting else "all sent"
    return Finding(part="outbox", good=True, says=says)


def _reader(config: Config) -> Finding:
    heard: queue.Queue[ReaderEvent] = queue.Queue()
    try:
        reader = open_reader(config.reader.target)
    except DeviceError as error:
        return Finding(part="reader", good=False, says=str(error))
    reader.start(heard.put)
    try:
        return _reader_says(heard)
    finally:
        reader.stop()


def _reader_says(heard: "queue.Queue[ReaderEvent]") -> Finding:
    """The reader's word; one that is only starting has a few seconds."""
    says, until = "no word from the reader", time.monotonic() + READER_WAIT_S
    while (left := until - time.monotonic()) > 0:
        try:
            event = heard.get(timeout=left)
        except queue.Empty:
            break
        if isinstance(event, ReaderUp):
            return Finding(part="reader", good=True, says=event.reader)
        if isinstance(event, ReaderDown):
            says = event.reason
    return Finding(part="reader", good=False, says=says)


def _printer(config: Config) -> Finding:
    if not config.printer.target:
        return Finding(part="printer", good=True, says="none configured: vouchers on screen")
    try:
        printer = open_printer(config.printer.target)
    except DeviceError as error:
        return Finding(part="printer", good=False, says=str(error))
    with contextlib.closing(printer):
        status = printer.status()
    says = f"{config.printer.target}: paper {status.paper.value}"
    if not status.reachable:
        says = f"{config.printer.target} does not answer: cable, power, target?"
    elif status.cover_open:
        says = "cover open"
    return Finding(part="printer", good=status.ready, says=says)
