"""Who works at the kiosk now, and the desk that the backend opened for them."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from backend_client.errors import BackendError, BackendRefused, NotAuthorised
from backend_client.rest.desk import DeskClient
from backend_client.schemas.events import StaffDeed
from backend_client.schemas.staff import StaffUnlock, StaffUnlocked
from kiosk import screens
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.db.transaction import Colleague
from kiosk.screens import Tell
from kiosk.services import staff as service
from loyalty.errors import LoyaltyError

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

ASK_MAX_S = 20.0
"""How long the backend is waited for; staff would rather hear that it does not answer."""


@dataclass(slots=True)
class Shift:
    """Somebody of the staff at work. `digest` opens the desk, and is gone with the shift."""

    kiosk: Kiosk
    who: Colleague
    digest: str
    unlocked: StaffUnlocked | None = None

    def may(self, right: str) -> bool:
        """Whether this person has that right."""
        return right in self.who.rights

    async def did(self, deed: StaffDeed, about: str = "") -> None:
        """Write down what was done."""
        kiosk = self.kiosk
        await kiosk.db.run(service.did, self.who.id, deed, now=kiosk.now(), about=about)
        kiosk.sync.wake()

    async def tell(self, what: Tell) -> None:
        """Say one thing, until it is read."""
        await self.kiosk.ask(screens.Told(what=what))

    async def asked(self, ask: Callable[[DeskClient], Answer]) -> Answer | Tell:
        """What the backend answers in this person's name, or what to tell them instead."""
        try:
            return await abandonable(lambda: ask(self._desk()), ASK_MAX_S)
        except NotAuthorised:
            self.unlocked = None
            return Tell.NOT_ALLOWED
        except (BackendRefused, LoyaltyError) as no:
            log.info("refused at the staff's desk: %s", type(no).__name__)
            return Tell.REFUSED
        except (BackendError, TimeoutError) as error:
            log.info("no desk for the staff: %s", type(error).__name__)
            return Tell.NEEDS_NETWORK

    def _desk(self) -> DeskClient:
        """The desk, opened with the first thing that needs it. Called on a thread of its own."""
        client = self.kiosk.client
        if self.unlocked is None or self.unlocked.ends_at <= self.kiosk.now():
            self.unlocked = client.unlock(StaffUnlock(staff=self.who.id, pin=self.digest))
        return DeskClient.of(client, self.unlocked.token)

    async def close(self) -> None:
        """The work is done, here and at the backend."""
        await self.did("close")
        unlocked, self.unlocked, self.digest = self.unlocked, None, ""
        if unlocked is None:
            return
        client = self.kiosk.client
        try:
            await abandonable(lambda: client.lock(unlocked.staff, unlocked.session), ASK_MAX_S)
        except (BackendError, LoyaltyError, TimeoutError):
            log.info("the staff's session ends by itself")
