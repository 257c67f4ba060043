"""QR codes on pages, on tickets and in mails."""

import io
import struct
import zlib

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

_LETTERS_MAX = 800
"""Of one code: a longer text makes squares that no phone reads from paper."""
_QUIET = 4
"""Light squares around a code (ISO/IEC 18004, 9.1)."""


def svg(text: str) -> bytes:
    """The drawing, sharp at any size; of the first letters, where there are far too many."""
    code = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, border=_QUIET, image_factory=SvgPathImage
    )
    code.add_data(text[:_LETTERS_MAX])
    drawn = io.BytesIO()
    code.make_image().save(drawn)
    return drawn.getvalue()


def png(text: str, dots: int = 6) -> bytes:
    """The same as a picture of so many dots a square: mailboxes show no drawings.

    Written here: black and white in rows of squares needs no library of pictures.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET)
    code.add_data(text[:_LETTERS_MAX])
    rows = code.get_matrix()
    side = len(rows) * dots
    # One bit a dot, 1 for light; each line begins with its filter, 0 for none.
    pixels = b"".join((b"\0" + _packed(row, dots)) * dots for row in rows)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _packed(row: list[bool], dots: int) -> bytes:
    """A line of dots, eight a byte, the first in the highest bit; the last is filled with light."""
    bits = "".join(("0" if dark else "1") * dots for dark in row)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
