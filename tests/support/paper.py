"""Paper for tests: a virtual printer in a thread, and eyes that read what it printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from pyzbar import pyzbar

from devices.simulate.printer import VirtualPrinter


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[VirtualPrinter]:
    """A virtual printer, switched on; `printer.target` opens it."""
    with VirtualPrinter(tmp_path / "paper") as virtual:
        yield virtual


def qr_codes(picture: Path | Image.Image) -> list[str]:
    """What zbar reads from a picture of paper; a QR code on paper has its own quiet zone."""
    if isinstance(picture, Image.Image):
        return _decode(picture)
    with Image.open(picture) as opened:
        return _decode(opened)


def qr_codes_of_last_paper(virtual: VirtualPrinter) -> list[str]:
    """The codes on the piece that was cut last."""
    return qr_codes(virtual.cuts[-1].path)


def ink(picture: Image.Image) -> float:
    """The blackened part of the paper, from 0 to 1."""
    grey = picture.convert("L")
    return ImageOps.invert(grey).histogram()[255] / (grey.width * grey.height)


def _decode(picture: Image.Image) -> list[str]:
    found = pyzbar.decode(picture.convert("L"), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode() for code in found]
