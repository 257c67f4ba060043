"""Asking the backend for the person at the glass: its answer, or what to tell them instead."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar

from backend_client.errors import BackendError, BackendRefused
from backend_client.schemas.problems import PROBLEM, ProblemName
from kiosk.background import abandonable
from kiosk.screens import Tell
from loyalty.errors import LoyaltyError

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

ASK_MAX_S = 12.0
"""How long a person waits for an answer before they are told that there is none."""

_TELL_OF: Mapping[str, Tell] = {
    ProblemName.TOO_MANY_CODES: Tell.TOO_MANY,
    ProblemName.NO_EMAIL: Tell.NO_EMAIL,
}
"""What a refusal means to the person; all else is for the staff."""


async def asked(call: Callable[[], Answer]) -> Answer | Tell:
    """The backend's answer; else OFFLINE, or what its refusal means."""
    try:
        return await abandonable(call, ASK_MAX_S)
    except BackendRefused as refused:
        log.info("the backend refuses: %s", refused.problem.type)
        return _TELL_OF.get(refused.problem.type.removeprefix(PROBLEM), Tell.NOT_NOW)
    except LoyaltyError as no:
        log.info("the rules refuse: %s", type(no).__name__)
        return Tell.NOT_NOW
    except (BackendError, TimeoutError) as error:
        log.info("nobody answers: %s", type(error).__name__)
        return Tell.OFFLINE
