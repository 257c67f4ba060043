"""Small grey pictures of the main screens, kept in the tree: what the product looked like.

They are compared with a tolerance: fonts and graphics drivers differ by a shade, a moved button
or a lost word by far more.
"""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from kiosk.words import Words
from tests.screenshots.studio import PANELS, Studio, faces

FOLDER = Path(__file__).with_name("golden")
PANEL = PANELS[2]
LANGUAGE = "fr"
SIZE = (320, 200)

NAMES = (
    "attract",
    "join",
    "first-name",
    "email",
    "consent",
    "claim",
    "welcomed",
    "home",
    "confirm",
    "take-voucher",
    "vouchers",
    "history",
)

SHADE = 16
"""Of 255: a smaller difference of one point is the renderer's, not ours."""

CHANGED_MAX = 0.004
"""Of all points. Measured on "first-name": letters set one pixel further 0.2 %, one line of small
text missing 1.3 %, everything two pixels to the right 4.4 %."""

BLUR = ImageFilter.BoxBlur(1)
"""Both pictures are blurred first: without it a changed letter spacing looks like a lost line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How far a picture is from its golden one."""

    changed: float
    """The part of all points that differ by more than `SHADE`."""

    @property
    def same(self) -> bool:
        """Whether nothing moved."""
        return self.changed <= CHANGED_MAX


def small(studio: Studio, name: str) -> Image.Image:
    """The main screen `name`, small and grey."""
    studio.dress(PANEL)
    picture = studio.picture(faces(LANGUAGE)[name], Words(LANGUAGE))
    return picture.convert("L").resize(SIZE, Image.Resampling.BOX)


def compare(picture: Image.Image, name: str) -> Difference:
    """`picture` beside the golden one of that name."""
    with Image.open(FOLDER / f"{name}.png") as kept:
        blurred = kept.convert("L").filter(BLUR)
    difference = ImageChops.difference(picture.filter(BLUR), blurred)
    histogram = difference.histogram()
    return Difference(changed=sum(histogram[SHADE + 1 :]) / (SIZE[0] * SIZE[1]))


def update(studio: Studio) -> None:
    """Keep the pictures of now."""
    FOLDER.mkdir(exist_ok=True)
    for name in NAMES:
        grey = small(studio, name).quantize(32, dither=Image.Dither.NONE)
        grey.save(FOLDER / f"{name}.png", optimize=True)
