"""A reader whose cards are put down by calls, for flows and development without PC/SC.

It keeps the promises of a real one: events come in order from its own thread, a card that lies
there is found at the start and after an outage, and every card ends with one CardGone.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final

from devices.cards.uid import medium_of
from devices.readers import (
    CardGone,
    CardTap,
    CardUnreadable,
    Medium,
    ReaderDown,
    ReaderEvent,
    ReaderUp,
    Trouble,
)
from devices.readers.delivery import Delivery

STOP_S: Final = 1.8


def connect(location: str) -> "SimulatedReader":
    """A simulated reader; `location` is its name in events, ``simulated`` when empty."""
    return SimulatedReader(location or "simulated")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """What lies on the reader: an identity, or the trouble of having none."""

    uid: bytes = b""
    medium: Medium = Medium.CARD
    chip: str = ""
    text: str = ""
    trouble: Trouble | None = None


class SimulatedReader:
    """A card reader worked by calls, from any thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._guard = threading.Lock()
        self._card: _Card | None = None
        self._failure: str | None = None
        self._session: _Session | None = None

    def start(self, deliver: Callable[[ReaderEvent], None]) -> None:
        with self._guard:
            assert self._session is None, "this reader is already watched"
            self._session = _Session(deliver)
            self._session.start()
            if self._failure is None:
                self._tell_up()
            else:
                self._tell(ReaderDown(reason=self._failure))

    def stop(self) -> None:
        with self._guard:
            session, self._session = self._session, None
        if session is not None:
            session.stop()

    def present(
        self, uid: bytes, *, medium: Medium | None = None, chip: str = "", text: str = ""
    ) -> None:
        """Put a card on the reader, in the place of the one that lies there.

        Without `medium`, the UID tells: random ones are recognised as a real reader does.
        """
        self._put(_Card(uid=uid, medium=medium or medium_of(uid), chip=chip, text=text))

    def trouble(self, trouble: Trouble) -> None:
        """Put something on the reader that cannot be identified, for this reason."""
        self._put(_Card(trouble=trouble))

    def remove(self) -> None:
        """Take away what lies on the reader. Harmless when nothing does."""
        self._put(None)

    def fail(self, reason: str) -> None:
        """Lose the reader, until `recover`. What lies on it stays there."""
        with self._guard:
            if self._failure is None:
                self._tell_gone()
                self._tell(ReaderDown(reason=reason))
            self._failure = reason

    def recover(self) -> None:
        """Find the reader again, and what lies on it. Harmless when it was not lost."""
        with self._guard:
            if self._failure is not None:
                self._failure = None
                self._tell_up()

    def _put(self, card: _Card | None) -> None:
        with self._guard:
            if self._failure is None:
                self._tell_gone()
            self._card = card
            if self._failure is None:
                self._tell_card()

    def _tell_up(self) -> None:
        self._tell(ReaderUp(reader=self.name))
        self._tell_card()

    def _tell_gone(self) -> None:
        if self._card is not None:
            self._tell(CardGone(reader=self.name))

    def _tell_card(self) -> None:
        if self._card is not None:
            self._tell(self._seen(self._card))

    def _tell(self, event: ReaderEvent) -> None:
        if self._session is not None:
            self._session.events.put(event)

    def _seen(self, card: _Card) -> ReaderEvent:
        if card.trouble is not None:
            return CardUnreadable(reader=self.name, trouble=card.trouble)
        return CardTap(
            uid=card.uid,
            medium=card.medium,
            chip=card.chip,
            reader=self.name,
            reported_at=time.monotonic(),
            text=card.text,
        )


class _Session(threading.Thread):
    """Hands the events of one watch to its listener, from start to stop."""

    def __init__(self, deliver: Callable[[ReaderEvent], None]) -> None:
        super().__init__(name="simulated card reader", daemon=True)
        self.events: SimpleQueue[ReaderEvent | None] = SimpleQueue()
        self._delivery = Delivery(deliver)

    def run(self) -> None:
        while (event := self.events.get()) is not None:
            self._delivery.tell(event)

    def stop(self) -> None:
        self.events.put(None)
        self._delivery.close(STOP_S)
