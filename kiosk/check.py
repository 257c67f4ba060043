"""What works and what does not, part by part, for the installer with one hour."""

import contextlib
import queue
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from backend_client.errors import BackendError
from backend_client.rest import TerminalClient
from devices.errors import DeviceError
from devices.printers import open_printer
from devices.readers import ReaderDown, ReaderEvent, ReaderUp, open_reader
from kiosk.config import Config, ConfigError, load_credentials

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
    yield _backend(config)
    yield _outbox(config)
    yield _reader(config)
    yield _printer(config)


def _storage(config: Config) -> Finding:
    folder = config.storage.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / "check.db"
        with sqlite3.connect(trial) as connection:
            connection.execute("CREATE TABLE trial (x)")
        connection.close()
        trial.unlink()
    except (OSError, sqlite3.Error) as error:
        return Finding(part="storage", good=False, says=f"{folder} cannot be written: {error}")
    return Finding(part="storage", good=True, says=str(folder))


def _backend(config: Config) -> Finding:
    url = config.backend.url
    try:
        credentials = load_credentials(config.storage.folder)
    except ConfigError as error:
        return Finding(part="backend", good=False, says=str(error))
    if credentials is None:
        says = "not claimed yet: python -m kiosk claim CODE"
        return Finding(part="backend", good=False, says=says)
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
        event = heard.get(timeout=READER_WAIT_S)
    except queue.Empty:
        return Finding(part="reader", good=False, says="no word from the reader")
    finally:
        reader.stop()
    match event:
        case ReaderDown(reason=reason):
            return Finding(part="reader", good=False, says=reason)
        case ReaderUp(reader=name):
            return Finding(part="reader", good=True, says=name)
        case _:
            return Finding(part="reader", good=True, says="a card lies on it")


def _printer(config: Config) -> Finding:
    if not config.printer.target:
        return Finding(part="printer", good=True, says="none configured: vouchers on screen")
    try:
        printer = open_printer(config.printer.target)
    except DeviceError as error:
        return Finding(part="printer", good=False, says=str(error))
    status = printer.status()
    printer.close()
    says = f"{config.printer.target}: paper {status.paper.value}"
    if not status.reachable:
        says = f"{config.printer.target} does not answer: cable, power, target?"
    elif status.cover_open:
        says = "cover open"
    return Finding(part="printer", good=status.ready, says=says)
