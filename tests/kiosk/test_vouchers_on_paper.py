"""A voucher worth an amount, as a printer gets it: its bytes drawn again, and its code read."""

from pathlib import Path

import pytest
from PIL import Image

from backend_client.seals import code_of
from devices.printers import PrintOutcome, Qr, Text, open_printer
from devices.simulate.printer import VirtualPrinter
from kiosk.words import Words, available
from loyalty.vouchers import mint, parse
from tests.kiosk.test_words_and_tickets import KEY, ticket
from tests.support.paper import ink, qr_codes

pytestmark = pytest.mark.thorough

AMOUNT = 1_234_50
EDGE = 4
"""Dots: letters that touch the edge of the paper were cut off."""


@pytest.mark.parametrize("width", [576, 384], ids=["80 mm", "58 mm"])
def test_an_amount_is_on_the_paper_in_every_language_with_a_code_that_tills_read(
    tmp_path: Path, width: int
) -> None:
    assert "ar" in available()
    with VirtualPrinter(tmp_path, width=width) as virtual:
        paper = open_printer(f"{virtual.target}?width={width}")
        for language in sorted(available()):
            wanted = ticket(language, money=AMOUNT)
            (qr,) = [block for block in wanted.blocks if isinstance(block, Qr)]
            amount = Words(language).money(AMOUNT, "EUR")
            assert amount in [block.text for block in wanted.blocks if isinstance(block, Text)]
            report = paper.print(paper.render(wanted), b"0001")
            assert report.outcome is PrintOutcome.PRINTED
            with Image.open(virtual.cuts[-1].path) as drawn:
                _read(drawn.convert("L"), qr.payload, width)
        assert virtual.complaints == []


def _read(drawn: Image.Image, payload: str, width: int) -> None:
    """What a till's scanner reads is what was sealed; nothing runs off the paper."""
    assert drawn.width >= width
    assert qr_codes(drawn) == [payload]
    assert parse(code_of(KEY, payload)) == mint(12345)
    for left in (0, drawn.width - EDGE):
        # A rule goes from edge to edge, and is two dots high.
        assert ink(drawn.crop((left, 0, left + EDGE, drawn.height))) < 0.02
