"""The merchant's own pictures, by the hash of their file: fetched once, checked, kept here."""

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from hashlib import sha256
from pathlib import Path

from backend_client.errors import BackendError
from backend_client.rest.terminal import TerminalClient
from kiosk.background import abandonable

log = logging.getLogger(__name__)

FETCH_MAX_S = 60.0
BYTES_MAX = 4 * 1024 * 1024
"""What the backend takes is smaller; more is not a picture."""

# What a file begins with says what it is.
_ENDINGS = ((b"\x89PNG\r\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"RIFF", ".webp"))


def kept(folder: Path) -> dict[str, Path]:
    """The pictures on the disk, by hash."""
    return {path.stem: path for path in folder.glob("*.*") if path.suffix != ".part"}


async def fetch_missing(folder: Path, wanted: Iterable[str], client: TerminalClient) -> int:
    """Fetch what is wanted and not here, and drop what nobody wants; returns how many came.

    A picture that cannot be had is left for the next time: its gift shows a sign meanwhile.
    """
    needed = frozenset(wanted)
    here = await asyncio.to_thread(_only, folder, needed)
    came = 0
    for name in sorted(needed - here):
        try:
            content = await abandonable(partial(client.picture, name), FETCH_MAX_S)
        except (BackendError, TimeoutError) as error:
            log.info("a picture cannot be fetched: %s", type(error).__name__)
            continue
        came += await asyncio.to_thread(_keep, folder, name, content)
    return came


def _only(folder: Path, needed: frozenset[str]) -> frozenset[str]:
    """Which of the needed are here; the others are dropped."""
    folder.mkdir(parents=True, exist_ok=True)
    here = kept(folder)
    for name, path in here.items():
        if name not in needed:
            path.unlink(missing_ok=True)
    return needed & here.keys()


def _keep(folder: Path, name: str, content: bytes) -> bool:
    """Write it down, whole or not at all, if it is the picture of that name."""
    ending = next((end for start, end in _ENDINGS if content.startswith(start)), "")
    if not ending or len(content) > BYTES_MAX or sha256(content).hexdigest() != name:
        log.warning("a picture is not what its hash says: left out")
        return False
    draft = folder / f"{name}.part"
    draft.write_bytes(content)
    draft.replace(folder / f"{name}{ending}")
    return True
