"""A QR code as a picture, with the quiet zone that readers need."""

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.widgets.mirror import readable

QUIET_MODULES = 4
"""The white border that ISO/IEC 18004 asks for."""

BLACK, WHITE = b"\x00", b"\xff"


class Qr(Widget):
    """`payload` as a QR code, as large as whole pixels per module allow, centred on white."""

    payload = StringProperty("")

    def __init__(self, **values: object) -> None:
        self._place = Clock.create_trigger(self._arrange, -1)
        self._modules = 0
        super().__init__(**values)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._code = Rectangle(size=(0, 0))
        self.fbind("payload", self._encode)
        for name in ("pos", "size"):
            self.fbind(name, self._place)
        self._encode()

    def _encode(self, *_: object) -> None:
        self._modules = 0
        self._code.texture = None
        if self.payload:
            rows = matrix(str(self.payload))
            self._modules = len(rows)
            self._code.texture = _texture(rows)
        self._place()

    def _arrange(self, *_: object) -> None:
        if not self._modules:
            self._code.size = (0, 0)
            return
        # A module of a whole number of pixels: otherwise some are wider, and cameras mind.
        self._code.tex_coords = readable(self._code.texture)
        side = max(1, int(min(self.size) // self._modules)) * self._modules
        self._code.size = (side, side)
        self._code.pos = (
            round(self.x + (self.width - side) / 2),
            round(self.y + (self.height - side) / 2),
        )


def matrix(payload: str) -> list[list[bool]]:
    """The modules, True is black, quiet zone included. Level M bears a smeared glass."""
    import qrcode

    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, border=QUIET_MODULES, box_size=1
    )
    code.add_data(payload)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _texture(rows: list[list[bool]]) -> Any:
    side = len(rows)
    texture = Texture.create(size=(side, side), colorfmt="luminance", bufferfmt="ubyte")
    pixels = b"".join(BLACK if module else WHITE for row in reversed(rows) for module in row)
    texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
    texture.mag_filter = "nearest"
    return texture
