"""The look of the shop: tokens from `assets/theme.toml`, checked for contrast, scaled to the glass.

No Kivy here: a brand can be checked on any machine.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from kiosk.screens import Mode

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"
THEME = ASSETS / "theme.toml"

DESIGN_LONG, DESIGN_SHORT = 1280, 800
"""The tokens are drawn for this glass; every other one is scaled from it."""

ACTION_MM = 20
KEY_MM = 12
"""Touch targets: EN 301 549 names no size; 20 mm is what a hand that trembles hits."""

SMALLEST_TYPE_SCALE = 0.68
"""Letters shrink less than boxes: on a 7-inch glass a strict scale would be read by nobody."""

REACH_MM = 200
"""How far above the lower edge of a panel on a counter a hand reaches from a wheelchair."""

CAPITAL_MM = 6.1
CAPITAL_SHARE = 0.727
"""A capital seen under 0.7 degrees from half a metre (EN 301 549, 5.1.4) is 6.1 mm tall, and
0.727 of the letters' size in Inter."""

CONTRAST = 4.5
CONTRAST_HIGH = 7.0
CONTRAST_SHAPES = 3.0
"""What tells something without words: WCAG 2.1, 1.4.11."""
CONTRAST_LEAST = 1.5
"""What is drawing only, and must not vanish."""

PAIRS: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "muted"),
    ("ink", "gold_soft"),
    ("ink", "gold_pale"),
    ("ink", "teal_soft"),
    ("soft", "paper"),
    ("soft", "card"),
    ("soft", "muted"),
    ("brand", "paper"),
    ("brand", "card"),
    ("on_brand", "brand"),
    ("on_brand", "brand_dark"),
    ("brand_dark", "gold_soft"),
    ("teal", "card"),
    ("teal", "teal_soft"),
    ("on_ink", "ink"),
    ("on_ink_soft", "ink"),
)
"""Every pair of text and background that a view may use."""

Rgba = tuple[float, float, float, float]


class ThemeError(Exception):
    """The theme cannot be used; the message names the field and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """One set of colours, each with red, green, blue and opacity from 0 to 1."""

    paper: Rgba
    card: Rgba
    line: Rgba
    ink: Rgba
    soft: Rgba
    brand: Rgba
    brand_dark: Rgba
    on_brand: Rgba
    gold: Rgba
    gold_soft: Rgba
    gold_pale: Rgba
    teal: Rgba
    teal_soft: Rgba
    muted: Rgba
    on_ink: Rgba
    on_ink_soft: Rgba

    @property
    def gleam(self) -> Rgba:
        """What is filled on ink: gold, or white in colours whose gold would not be seen there."""
        return self.gold if contrast(self.gold, self.ink) >= CONTRAST_SHAPES else self.on_ink

    @property
    def halo(self) -> Rgba:
        """Behind the card of the invitation: gold, or nothing where it would be lost in that."""
        return self.gold if contrast(self.gold, self.brand) >= CONTRAST_LEAST else self.paper

    @property
    def faded(self) -> Rgba:
        """The ground of a picture that cannot be had yet: never the loudest on the glass."""
        pale = contrast(self.line, self.ink) >= CONTRAST_SHAPES
        return self.line if pale else self.muted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Corners and margins in pixels at 1280 × 800."""

    radius: int
    radius_small: int
    margin: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """Letter heights in pixels at 1280 × 800."""

    hero: int
    title: int
    heading: int
    action: int
    body: int
    small: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """A brand: its name, logo, colours, shapes and letters."""

    name: str
    logo: str
    colours: Colours
    high_contrast: Colours
    shape: Shape
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A theme on one glass: what every widget asks for its sizes and colours.

    `width` and `height` are those of what is drawn on, which in `Mode.LOW` is the lower part only.
    """

    theme: Theme
    width: int
    height: int
    mm_per_px: float
    colours: Colours
    motion: bool
    """Whether anything may move: transitions, and the card of the invitation."""
    large: bool = False
    """Letters for low vision."""
    rtl: bool = False
    """Read from the right: all of it is mirrored."""

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def scale(self) -> float:
        """How many pixels of this glass one pixel of the design is."""
        long, short = max(self.width, self.height), min(self.width, self.height)
        return min(long / DESIGN_LONG, short / DESIGN_SHORT)

    def px(self, design: float) -> int:
        """Pixels on this glass for pixels at 1280 × 800; never 0 for a hairline."""
        return max(1, round(design * self.scale))

    def letters(self, design: float) -> int:
        """The same for letters, which shrink less."""
        return max(
            round(design * self.scale_of_letters),
            self.least_letters if self.large else 0,
        )

    @property
    def scale_of_letters(self) -> float:
        """What `letters` multiplies a size of the design with."""
        return max(self.scale, SMALLEST_TYPE_SCALE)

    @property
    def least_letters(self) -> int:
        """The smallest letters of `Mode.LARGE`, in pixels."""
        return math.ceil(CAPITAL_MM / CAPITAL_SHARE / self.mm_per_px)

    @property
    def action(self) -> int:
        """Least width and height of an action, in pixels."""
        return round(ACTION_MM / self.mm_per_px)

    @property
    def key(self) -> int:
        """Least width and height of a key, in pixels."""
        return round(KEY_MM / self.mm_per_px)

    @property
    def action_height(self) -> int:
        """How tall a row of actions is drawn."""
        return max(self.action, self.px(104))

    @property
    def margin(self) -> int:
        return self.px(self.theme.shape.margin)

    @property
    def gap(self) -> int:
        """Between two things that belong together."""
        return self.px(24)

    @property
    def radius(self) -> int:
        return self.px(self.theme.shape.radius)

    @property
    def radius_small(self) -> int:
        return self.px(self.theme.shape.radius_small)


def offered(height: int, mm_per_px: float, *, voice: bool) -> tuple[Mode, ...]:
    """The modes that make a difference on a glass of that height in pixels."""
    there = {Mode.LOW: height * mm_per_px > REACH_MM, Mode.VOICE: voice}
    return tuple(mode for mode in Mode if there.get(mode, True))


def dressed(
    theme: Theme,
    size: tuple[int, int],
    mm_per_px: float,
    modes: frozenset[Mode],
    *,
    motion: bool,
    rtl: bool = False,
) -> Look:
    """The look of a glass of `size` pixels in those modes."""
    width, height = size
    return Look(
        theme=theme,
        width=width,
        height=min(height, int(REACH_MM / mm_per_px)) if Mode.LOW in modes else height,
        mm_per_px=mm_per_px,
        colours=theme.high_contrast if Mode.CONTRAST in modes else theme.colours,
        motion=motion and Mode.CALM not in modes,
        large=Mode.LARGE in modes,
        rtl=rtl,
    )


def load(path: Path = THEME) -> Theme:
    """The theme in `path`; ThemeError when a field is missing, unknown or hard to read."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"{path.name} cannot be read: {error}") from error
    brand = _table(table, "brand")
    theme = Theme(
        name=str(brand.get("name", "")),
        logo=str(brand.get("logo", "")),
        colours=_colours(table, "colours"),
        high_contrast=_colours(table, "high_contrast"),
        shape=Shape(**_numbers(table, "shape", Shape)),
        type=Type(**_numbers(table, "type", Type)),
    )
    check(theme)
    return theme


def check(theme: Theme) -> None:
    """ThemeError naming the first pair of colours that people could not read."""
    for colours, least, where in (
        (theme.colours, CONTRAST, "colours"),
        (theme.high_contrast, CONTRAST_HIGH, "high_contrast"),
    ):
        for text, background in PAIRS:
            ratio = contrast(getattr(colours, text), getattr(colours, background))
            if ratio < least:
                raise ThemeError(
                    f"[{where}] {text} on {background} has a contrast of {ratio:.1f}:1, "
                    f"{least}:1 is the least: make one darker or the other lighter"
                )


def contrast(one: Rgba, other: Rgba) -> float:
    """The contrast of two colours as WCAG 2.1 computes it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgba) -> float:
    red, green, blue = (_linear(part) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    """Light from a part of sRGB (WCAG 2.1, relative luminance)."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _table(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = table.get(name)
    if not isinstance(found, dict):
        raise ThemeError(f"the theme lacks the section [{name}]")
    return found


def _colours(table: Mapping[str, object], name: str) -> Colours:
    section = _table(table, name)
    wanted = {field.name for field in fields(Colours)}
    _same_keys(section, wanted, name)
    return Colours(**{key: _rgba(str(section[key]), f"[{name}] {key}") for key in wanted})


def _numbers(table: Mapping[str, object], name: str, of: type[Shape | Type]) -> dict[str, int]:
    section = _table(table, name)
    wanted = {field.name for field in fields(of)}
    _same_keys(section, wanted, name)
    numbers = {}
    for key in wanted:
        value = section[key]
        if not isinstance(value, int) or value <= 0:
            raise ThemeError(f"[{name}] {key} must be a whole number of pixels above 0")
        numbers[key] = value
    return numbers


def _same_keys(section: Mapping[str, object], wanted: set[str], name: str) -> None:
    if missing := sorted(wanted - section.keys()):
        raise ThemeError(f"[{name}] lacks {missing[0]}")
    if unknown := sorted(section.keys() - wanted):
        raise ThemeError(
            f"[{name}] does not know {unknown[0]}; it knows {', '.join(sorted(wanted))}"
        )


def _rgba(text: str, where: str) -> Rgba:
    digits = text.removeprefix("#")
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise ThemeError(f"{where} must be a colour such as #C4391F, not {text!r}") from None
    return (red / 255, green / 255, blue / 255, 1.0)
