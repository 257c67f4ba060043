"""A machine that is nobody's yet: where the backend is, the code, and it is the shop's."""

import asyncio
import ipaddress
import logging
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from backend_client.errors import BackendNonsense, BackendRefused, BackendUnavailable
from backend_client.schemas.problems import PROBLEM, ProblemName
from kiosk import screens
from kiosk.claiming import OtherShop, claim_here
from kiosk.display import Display
from kiosk.screens import OutOfOrder, SetUpFault, Tell
from loyalty.errors import CodeMistyped
from loyalty.vouchers import ALPHABET

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

PATIENCE_S = 300.0
"""Silence that is allowed while somebody fetches the code from the back office."""
TOLD_S = 4.0
"""How long the good news stands."""


_FAULT_OF: dict[type[Exception], SetUpFault] = {
    CodeMistyped: SetUpFault.MISTYPED,
    BackendUnavailable: SetUpFault.SILENT,
    BackendNonsense: SetUpFault.STRANGER,
    OtherShop: SetUpFault.OTHER_SHOP,
    OSError: SetUpFault.DISK,
}


async def set_up(display: Display, folder: Path, address: str) -> bool:
    """Whether this machine became a terminal; False when whoever began it went away.

    `address` is where the backend answers as far as kiosk.toml knows; it may be corrected.
    """
    fault: SetUpFault | None = None
    while True:
        typed = await _asked(display, screens.TypeAddress(draft=address, fault=fault))
        if typed is None:
            display.forget()
            return False
        address = whole_address(typed) or typed
        fault = SetUpFault.NO_ADDRESS
        if whole_address(typed):
            outcome = await _claimed(display, folder, address)
            if outcome is True:
                return True
            fault = outcome or None


async def _claimed(display: Display, folder: Path, address: str) -> bool | SetUpFault:
    """True when the code was good, False for "back"; or what is wrong with the address."""
    code, fault = "", None
    while True:
        typed = await _asked(
            display,
            screens.TypeClaimCode(address=address, letters=ALPHABET, draft=code, fault=fault),
        )
        if typed is None:
            return False
        code = typed
        display.tell(screens.OutOfService(reason=OutOfOrder.STARTING))
        fault = await _tried(display, folder, address, code)
        if fault is None:
            return True
        log.warning("not claimed: %s", fault.value)
        if fault in {SetUpFault.SILENT, SetUpFault.STRANGER}:
            return fault


async def _tried(display: Display, folder: Path, address: str, code: str) -> SetUpFault | None:
    """Use the code; None when this machine is a terminal now."""
    try:
        answer = await asyncio.to_thread(claim_here, folder, address, code, typed=True)
    except BackendRefused as refused:
        # Another "no" comes from an address beside the right one.
        ours = refused.problem.type == PROBLEM + ProblemName.CLAIM_CODE
        return SetUpFault.USED_UP if ours else SetUpFault.STRANGER
    except tuple(_FAULT_OF) as error:
        return next(fault for kind, fault in _FAULT_OF.items() if isinstance(error, kind))
    log.warning("claimed on the glass: this is %s", answer.terminal)
    told = screens.Told(what=Tell.CLAIMED, contact=f"{answer.name} · {answer.store.name}")
    await _asked(display, told, within_s=TOLD_S)
    return None


def whole_address(typed: str) -> str:
    """The address with its scheme, without a slash at the end; empty when it is none.

    The back office's own pages lie below /office, and what stands in the browser may be one.

    Without a scheme it is https, but for a machine in the shop's own network, which has no
    certificate: an address of numbers that no other network reaches, or a name below .local
    (RFC 6762), which machines tell each other without any name server.
    """
    text = typed.strip().partition("/office")[0]
    try:
        if "://" not in text:
            plain = _in_the_shop(urlsplit(f"//{text}").hostname or "")
            text = f"{'http' if plain else 'https'}://{text}"
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises ValueError when it is no number
    except ValueError:
        return ""
    good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return text.rstrip("/") if good and not set(" \t@?#") & set(text) else ""


def _in_the_shop(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".local")


async def _asked(
    display: Display, screen: screens.Screen[Answer], within_s: float | None = None
) -> Answer | None:
    """The answer; None when nobody is there any more."""
    try:
        async with asyncio.timeout(PATIENCE_S if within_s is None else within_s):
            return await display.ask(screen)
    except TimeoutError:
        return None
