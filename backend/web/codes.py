"""QR codes on pages and tickets, as drawings that are sharp at any size."""

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

_LETTERS_MAX = 800
"""Of one code: a longer text makes squares that no phone reads from paper."""


def svg(text: str) -> bytes:
    """The drawing; of the first letters, where there are far too many."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, image_factory=SvgPathImage)
    code.add_data(text[:_LETTERS_MAX])
    drawn = io.BytesIO()
    code.make_image().save(drawn)
    return drawn.getvalue()
