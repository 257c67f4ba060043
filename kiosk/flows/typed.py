"""What people type: asked until it can be kept; and codes that were sent, until one is right."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from backend_client.errors import BackendError, BackendRefused
from backend_client.schemas.problems import PROBLEM, ProblemName
from kiosk import phones, screens
from kiosk.background import abandonable
from kiosk.context import Kiosk
from kiosk.flows.asking import ASK_MAX_S
from kiosk.screens import Mistake, Screen, Tell
from kiosk.services.enrol import BirthdayRefused
from loyalty.errors import EmailRefused, NameRefused

Typed = TypeVar("Typed")
Passed = TypeVar("Passed")

PATIENCE_S = 180
"""Silence that is allowed while somebody looks at their phone."""


async def until_good(
    kiosk: Kiosk,
    question: Callable[[Mistake | None], Screen[Typed | None]],
    keep: Callable[[Typed], None],
) -> bool:
    """Whether something was typed that `keep` took; False when the person went back.

    For what cannot be kept, `keep` raises EmailRefused, NameRefused, PhoneRefused or
    BirthdayRefused.
    """
    mistake: Mistake | None = None
    while True:
        typed = await kiosk.ask(question(mistake))
        if typed is None:
            return False
        try:
            keep(typed)
        except (EmailRefused, NameRefused) as refused:
            mistake = Mistake(refused.flaw.value)
        except phones.PhoneRefused as refused:
            mistake = Mistake(refused.flaw)
        except BirthdayRefused:
            mistake = Mistake.SHAPE
        else:
            return True


async def typed_code(
    kiosk: Kiosk, minutes: int, check: Callable[[str], Passed], *, offline: Tell
) -> Passed | Tell | None:
    """What the right code opens; what to tell instead; None when the person went back.

    `offline` is told when nobody answers. Whether the address is anybody's is never said.
    """
    left: int | None = None
    while True:
        with kiosk.patient(PATIENCE_S):
            digits = await kiosk.ask(screens.TypeCode(minutes=minutes, left=left))
        if digits is None:
            return None
        try:
            return await abandonable(partial(check, digits), ASK_MAX_S)
        except BackendRefused as refused:
            if refused.problem.type != PROBLEM + ProblemName.CODE_WRONG:
                return Tell.NOT_NOW
            left = int((refused.problem.model_extra or {}).get("left", 0))
            if not left:
                return Tell.CODE_DEAD
        except (BackendError, TimeoutError):
            return offline
