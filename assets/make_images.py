#!/usr/bin/env python3
"""Draws the pictures in `assets/images/`: gifts and small scenes in the shop's colours.

    python assets/make_images.py            draw all of them again
    python assets/make_images.py coffee     only this one

The pictures are our own drawings, in the line style of the screens: one rounded stroke, one flat
fill, one accent. The ground is transparent, so that the same picture sits on any panel. They are
committed; run this after changing a colour in `theme.toml`.
"""

import math
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

ASSETS = Path(__file__).resolve().parent
IMAGES = ASSETS / "images"

WIDTH, HEIGHT = 640, 480
OVERSAMPLING = 4
"""Pillow draws without smoothing: draw large, shrink at the end."""
STROKE = 17.0
COLOURS_KEPT = 64
"""Flat drawings: with this many colours the files are a quarter of the size and look the same."""

Point = tuple[float, float]
Path2 = list[Point]


class Sheet:
    """A transparent sheet that takes flat fills and rounded strokes, in units of the final size."""

    def __init__(self) -> None:
        size = (WIDTH * OVERSAMPLING, HEIGHT * OVERSAMPLING)
        colours = tomllib.loads((ASSETS / "theme.toml").read_text(encoding="utf-8"))["colours"]
        self._colours: dict[str, str] = colours
        self._image = Image.new("RGBA", size, (0, 0, 0, 0))
        self._pen = ImageDraw.Draw(self._image)

    def fill(self, path: Sequence[Point], colour: str) -> None:
        """Fill the closed `path` with a colour of the theme."""
        self._pen.polygon(_enlarged(path), fill=self._colours[colour])

    def stroke(
        self,
        path: Sequence[Point],
        colour: str = "brand_dark",
        *,
        width: float = STROKE,
        closed: bool = False,
    ) -> None:
        """Follow `path` with a round pen."""
        points = _enlarged([*path, path[0]] if closed else path)
        pen = width * OVERSAMPLING
        ink = self._colours[colour]
        self._pen.line(points, fill=ink, width=round(pen))
        for x, y in points:
            self._pen.ellipse(_circle_box(x, y, pen / 2), fill=ink)

    def shape(self, path: Sequence[Point], colour: str) -> None:
        """A closed outline with its fill."""
        self.fill(path, colour)
        self.stroke(path, closed=True)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle."""
        self.fill(arc(x, y, radius, radius, 0, 360), colour)

    def save(self, path: Path) -> None:
        """Shrink and write a small PNG."""
        small = self._image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        flat = small.quantize(COLOURS_KEPT, method=Image.Quantize.FASTOCTREE)
        flat.save(path, optimize=True)


def _enlarged(path: Sequence[Point]) -> list[Point]:
    return [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in path]


def _circle_box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)


# --- paths ----------------------------------------------------------------------------------


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Path2:
    """Part of an ellipse; degrees from the right, clockwise as the screen's y goes down."""
    steps = max(8, round(abs(end - start) / 3))
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles]


def curve(start: Point, pull: Point, pull_end: Point, end: Point) -> Path2:
    """A cubic Bézier curve."""
    path = []
    for step in range(41):
        t = step / 40
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        corners = (start, pull, pull_end, end)
        path.append(
            (
                sum(w * p[0] for w, p in zip(weights, corners, strict=True)),
                sum(w * p[1] for w, p in zip(weights, corners, strict=True)),
            )
        )
    return path


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Path2:
    """A rectangle with round corners."""
    return tapered(left, right, top, left, right, bottom, radius)


def tapered(  # six edges and a radius say a trapezium best in order, top then bottom
    top_left: float,
    top_right: float,
    top: float,
    bottom_left: float,
    bottom_right: float,
    bottom: float,
    radius: float,
) -> Path2:
    """A trapezium with round corners."""
    corners = [(top_left, top), (top_right, top), (bottom_right, bottom), (bottom_left, bottom)]
    return softened(corners, radius)


def softened(corners: Sequence[Point], radius: float) -> Path2:
    """The polygon with each corner rounded off."""
    path: Path2 = []
    for index, corner in enumerate(corners):
        before, after = corners[index - 1], corners[(index + 1) % len(corners)]
        enter, leave = _toward(corner, before, radius), _toward(corner, after, radius)
        path += curve(
            enter,
            _toward(corner, before, radius * 0.45),
            _toward(corner, after, radius * 0.45),
            leave,
        )
    return path


def _toward(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end)
    part = min(distance, length / 2) / length
    return (start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part)


def turned(path: Sequence[Point], degrees: float, x: float, y: float) -> Path2:
    """`path` turned clockwise around a point."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return [
        (x + (px - x) * cos - (py - y) * sin, y + (px - x) * sin + (py - y) * cos)
        for px, py in path
    ]


def mirrored(path: Sequence[Point]) -> Path2:
    """The other half of something upright in the middle of the sheet."""
    return [(WIDTH - x, y) for x, y in reversed(path)]


def wave(x: float, top: float, bottom: float, swing: float) -> Path2:
    """A rising wisp: steam."""
    middle = (top + bottom) / 2
    third = (bottom - top) / 6
    lower = curve(
        (x, bottom), (x - swing, bottom - third), (x - swing, middle + third), (x, middle)
    )
    upper = curve((x, middle), (x + swing, middle - third), (x + swing, top + third), (x, top))
    return lower + upper


# --- gifts ----------------------------------------------------------------------------------


def coffee(sheet: Sheet) -> None:
    """A cup on its saucer, steaming."""
    sheet.stroke(arc(418, 255, 62, 56, -90, 90), width=STROKE)
    body = [
        (198, 188),
        (422, 188),
        *curve((422, 262), (422, 335), (378, 372), (330, 372))[1:],
        *curve((290, 372), (242, 372), (198, 335), (198, 262)),
    ]
    sheet.fill(body, "card")
    band = [
        (198, 188),
        (422, 188),
        (422, 236),
        *reversed(curve((198, 236), (270, 262), (345, 210), (422, 236))),
    ]
    sheet.fill(band, "gold")
    sheet.stroke(body, closed=True)
    sheet.stroke([(160, 424), (460, 424)])
    sheet.stroke(wave(266, 56, 146, 16))
    sheet.stroke(wave(350, 56, 146, 16))


def tote(sheet: Sheet) -> None:
    """A canvas bag with a heart."""
    handle = [(256, 168), *arc(320, 122, 64, 70, 180, 360), (384, 168)]
    sheet.stroke(handle)
    sheet.shape(tapered(190, 450, 168, 164, 476, 430, 30), "card")
    half = [
        *curve((320, 276), (334, 238), (394, 240), (394, 290)),
        *curve((394, 290), (394, 330), (352, 352), (320, 384))[1:],
    ]
    sheet.fill([*half, *mirrored(half)], "brand")
    sheet.stroke([(256, 168), (256, 206)])
    sheet.stroke([(384, 168), (384, 206)])


def soap(sheet: Sheet) -> None:
    """A bar of soap with its band, and bubbles."""
    bar = rounded(128, 214, 512, 424, 64)
    sheet.fill(bar, "card")
    sheet.fill([(236, 214), (404, 214), (404, 424), (236, 424)], "teal_soft")
    sheet.stroke([(236, 214), (236, 424)], width=11)
    sheet.stroke([(404, 214), (404, 424)], width=11)
    leaf = [
        *curve((276, 352), (272, 296), (304, 274), (364, 280)),
        *curve((364, 280), (370, 336), (344, 366), (276, 352)),
    ]
    sheet.fill(leaf, "teal")
    sheet.stroke(curve((262, 366), (284, 340), (304, 326), (328, 314)), "teal", width=9)
    sheet.stroke(bar, closed=True)
    for x, y, radius in ((214, 142, 34), (306, 92, 46), (398, 150, 24)):
        sheet.shape(arc(x, y, radius, radius, 0, 360), "card")
    sheet.stroke(arc(306, 92, 24, 24, 190, 260), "teal", width=9)


def tea(sheet: Sheet) -> None:
    """A tea box, open, with a bag on its string."""
    sheet.shape(tapered(196, 444, 92, 164, 476, 170, 14), "gold")
    box = rounded(164, 170, 476, 430, 28)
    sheet.fill(box, "card")
    sheet.shape(rounded(232, 238, 408, 372, 22), "teal_soft")
    leaf = [
        *curve((278, 338), (276, 288), (306, 268), (362, 270)),
        *curve((362, 270), (366, 322), (338, 350), (278, 338)),
    ]
    sheet.fill(leaf, "teal")
    sheet.stroke(curve((266, 350), (288, 326), (306, 314), (330, 302)), "teal", width=9)
    sheet.stroke(box, closed=True)
    sheet.stroke(curve((444, 132), (520, 96), (556, 150), (540, 214)), width=9)
    sheet.shape(turned(rounded(506, 214, 574, 286, 12), 6, 540, 250), "card")
    sheet.dot(541, 251, 10, "brand")


def gift(sheet: Sheet) -> None:
    """A wrapped gift: for a reward without a picture of its own."""
    bow_left = [
        *curve((320, 160), (284, 60), (196, 60), (206, 116)),
        *curve((206, 116), (212, 156), (270, 162), (320, 160)),
    ]
    for bow in (bow_left, mirrored(bow_left)):
        sheet.shape(bow, "gold")
    sheet.shape(rounded(176, 238, 464, 430, 26), "card")
    sheet.fill([(286, 166), (354, 166), (354, 430), (286, 430)], "brand")
    sheet.stroke(rounded(176, 238, 464, 430, 26), closed=True)
    lid = rounded(150, 166, 490, 246, 24)
    sheet.fill(lid, "card")
    sheet.fill([(286, 166), (354, 166), (354, 246), (286, 246)], "brand")
    sheet.stroke(lid, closed=True)


# --- scenes ---------------------------------------------------------------------------------


def card_waves(sheet: Sheet) -> None:
    """A loyalty card and the waves of the reader: present the card."""

    def tilted(path: Path2) -> Path2:
        return turned(path, -10, 274, 306)

    slab = rounded(108, 196, 440, 416, 32)
    sheet.fill(tilted(slab), "brand")
    sheet.fill(tilted([(108, 240), (440, 240), (440, 288), (108, 288)]), "brand_dark")
    sheet.fill(tilted(rounded(146, 326, 204, 372, 12)), "gold")
    sheet.stroke(tilted(slab), closed=True)
    for radius in (56, 104, 152):
        sheet.stroke(arc(420, 208, radius, radius, -75, -5))


def phone(sheet: Sheet) -> None:
    """A phone with waves: its number changes each time, so it names nobody."""
    sheet.shape(rounded(208, 48, 392, 432, 36), "card")
    sheet.fill(rounded(232, 108, 368, 352, 10), "gold_soft")
    sheet.stroke([(280, 82), (320, 82)], width=10)
    sheet.stroke([(272, 392), (328, 392)], width=10)
    for radius in (48, 96, 144):
        sheet.stroke(arc(404, 226, radius, radius, -42, 42))


def printer(sheet: Sheet) -> None:
    """The voucher on its way out of the printer."""
    sheet.shape(rounded(140, 210, 500, 424, 36), "card")
    sheet.shape(rounded(196, 210, 444, 252, 18), "ink")
    paper = [
        (224, 232),
        (224, 60),
        *[(224 + step * 32, 60 if step % 2 == 0 else 40) for step in range(1, 6)],
        (416, 60),
        (416, 232),
    ]
    sheet.fill(paper, "paper")
    sheet.stroke(paper)
    sheet.stroke([(264, 112), (376, 112)], "brand", width=14)
    sheet.stroke([(264, 156), (344, 156)], "line", width=14)
    sheet.stroke([(264, 196), (320, 196)], "line", width=14)
    sheet.dot(440, 340, 15, "teal")
    sheet.stroke([(200, 340), (320, 340)], width=14)


def voucher(sheet: Sheet) -> None:
    """A voucher with its notches and its code."""
    paper = [
        *arc(128, 136, 28, 28, 180, 270),
        *arc(512, 136, 28, 28, 270, 360),
        *arc(540, 240, 38, 38, 270, 90),
        *arc(512, 344, 28, 28, 0, 90),
        *arc(128, 344, 28, 28, 90, 180),
        *arc(100, 240, 38, 38, 90, -90),
    ]
    sheet.shape(paper, "card")
    for y in range(144, 345, 40):
        sheet.stroke([(392, y), (392, y + 12)], width=8)
    for column, row in ((0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)):
        x, y = 196 + column * 46, 174 + row * 46
        sheet.fill(rounded(x, y, x + 34, y + 34, 8), "brand_dark")
    sheet.stroke([(432, 200), (468, 200)], "brand", width=14)
    sheet.stroke([(432, 240), (468, 240)], "gold", width=14)
    sheet.stroke([(432, 280), (452, 280)], "gold", width=14)


PICTURES: dict[str, Callable[[Sheet], None]] = {
    "coffee": coffee,
    "tote": tote,
    "soap": soap,
    "tea": tea,
    "gift": gift,
    "card-waves": card_waves,
    "phone": phone,
    "printer": printer,
    "voucher": voucher,
}


def main(names: Sequence[str]) -> int:
    """Draw the named pictures, or all; 2 when one does not exist."""
    unknown = [name for name in names if name not in PICTURES]
    if unknown:
        sys.stderr.write(f"no picture {unknown[0]!r}; there is {', '.join(PICTURES)}\n")
        return 2
    IMAGES.mkdir(exist_ok=True)
    for name in names or PICTURES:
        sheet = Sheet()
        PICTURES[name](sheet)
        sheet.save(IMAGES / f"{name}.png")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
