"""Charts that a page carries itself: SVG drawn here, its words and its table beside it.

No script draws them and no library is loaded: they stand in the page, in the theme's colours, and a
reader who cannot see them has the same numbers in the table that `web/chart.html` puts below.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup, escape

_WIDE, _NARROW = 720, 320
"""Two pictures of each chart, for a desk and for a phone: letters are as large on both."""
_LABELS_MAX = {_WIDE: 13, _NARROW: 5}
_HEIGHT = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 8, 12, 34
_STEPS = 4
_LETTER = 7
"""Pixels of a letter, on average."""
_APART = 8
"""Pixels between one label and the next."""
_ROW = 40
"""Pixels of a row of `shares`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One kind of number, with its value at each label."""

    name: str
    values: Sequence[int]
    colour: str = "ink"
    """A class of charts.css: ink, brand, gold or teal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Numbers side by side at each label, as columns."""

    id: str
    """Its own in the page."""
    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    tell: Callable[[int], str] = str
    """How a number is written."""

    @property
    def svg(self) -> Markup:
        """The picture; its title says what it is, and the table below says the numbers."""
        return _pictures(self.id, self.title, self._drawn)

    def _drawn(self, width: int) -> tuple[int, list[str]]:
        top, bottom = _scale(self)
        # Numbers of seven digits need more room beside the columns than those of three.
        edge = max(_LEFT, max(len(self.tell(end)) for end in (top, bottom)) * _LETTER + _APART * 2)
        parts = [_axis(self, (top, bottom), edge, width)]
        slot = (width - edge - _RIGHT) / max(len(self.labels), 1)
        every = ceil(len(self.labels) / _LABELS_MAX[width]) or 1
        for place, label in enumerate(self.labels):
            left = edge + place * slot
            parts += _columns(self, place, left, slot, (top, bottom))
            if place % every == 0:
                parts.append(_label(label, left + slot / 2, slot * every, width))
        return _HEIGHT, parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """One number a row, as bars from the left: which is more."""

    id: str
    title: str
    rows: Sequence[tuple[str, int]]
    tell: Callable[[int], str] = str

    @property
    def svg(self) -> Markup:
        """The picture."""
        return _pictures(self.id, self.title, self._drawn)

    def _drawn(self, across: int) -> tuple[int, list[str]]:
        most = max((abs(value) for _, value in self.rows), default=0) or 1
        parts = []
        for place, (label, value) in enumerate(self.rows):
            top = place * _ROW
            width = max((across - _LEFT * 2) * abs(value) / most, 2)
            parts.append(
                f'<text class="label" x="0" y="{top + 13}">{escape(label)}</text>'
                f'<rect class="{"ink" if value >= 0 else "brand"}" x="0" y="{top + 18}"'
                f' width="{width:.1f}" height="14" rx="5"/>'
                f'<text class="value" x="{width + 8:.1f}" y="{top + 30}">'
                f"{escape(self.tell(value))}</text>"
            )
        return max(len(self.rows), 1) * _ROW, parts


def _pictures(name: str, title: str, drawn: Callable[[int], tuple[int, Sequence[str]]]) -> Markup:
    """The same for a desk and for a phone; figures.css shows one of them."""
    made = []
    for kind, width in (("wide", _WIDE), ("narrow", _NARROW)):
        height, parts = drawn(width)
        known = f"{escape(name)}-{kind}-title"
        made.append(
            f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img"'
            f' aria-labelledby="{known}"><title id="{known}">{escape(title)}</title>'
            f"{''.join(parts)}</svg>"
        )
    return Markup("".join(made))  # noqa: S704 - every text in it is escaped where it is put in


def _scale(chart: Chart) -> tuple[int, int]:
    """The round numbers at the top and the bottom of the columns."""
    values = [value for series in chart.series for value in series.values]
    highest, lowest = max((0, *values)), min((0, *values))
    step = _round_step((highest - lowest) / _STEPS)
    return max(ceil(highest / step) * step, step), floor(lowest / step) * step


def _round_step(least: float) -> int:
    """The next of 1, 2, 5, 10, 20 and so on."""
    if least <= 1:
        return 1
    size = int(10 ** floor(log10(least)))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= least)


def _height_of(value: float, scale: tuple[int, int]) -> float:
    top, bottom = scale
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (top - value) / (top - bottom)


def _axis(chart: Chart, scale: tuple[int, int], edge: int, width: int) -> str:
    lines = []
    top, bottom = scale
    step = _round_step((top - bottom) / _STEPS)
    for value in range(bottom - bottom % step, top + 1, step):
        at = _height_of(value, (top, bottom))
        kind = "zero" if value == 0 else "line"
        lines.append(
            f'<line class="{kind}" x1="{edge}" x2="{width - _RIGHT}"'
            f' y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text class="label" x="{edge - _APART}" y="{at + 4:.1f}" text-anchor="end">'
            f"{escape(chart.tell(value))}</text>"
        )
    return "".join(lines)


def _label(label: str, middle: float, room: float, width: int) -> str:
    """What stands below a column, cut where its neighbour begins, never beyond the picture."""
    letters = int((room - _APART) / _LETTER)
    said = label if len(label) <= letters else f"{label[: letters - 1].rstrip()}…"
    beyond = middle + len(said) * _LETTER / 2 > width
    anchor, at = ("end", float(width)) if beyond else ("middle", middle)
    return (
        f'<text class="label" x="{at:.1f}" y="{_HEIGHT - 10}" text-anchor="{anchor}">'
        f"{escape(said)}</text>"
    )


def _columns(
    chart: Chart, place: int, left: float, slot: float, scale: tuple[int, int]
) -> list[str]:
    gap = slot * 0.18
    width = (slot - gap) / max(len(chart.series), 1)
    parts = []
    for number, series in enumerate(chart.series):
        value = series.values[place]
        ends = sorted((_height_of(0, scale), _height_of(value, scale)))
        at = left + gap / 2 + number * width
        parts.append(
            f'<rect class="{escape(series.colour)}" x="{at:.1f}" y="{ends[0]:.1f}"'
            f' width="{max(width - 1.5, 1):.1f}" height="{max(ends[1] - ends[0], 0):.1f}" rx="3">'
            f"<title>{escape(chart.labels[place])} · {escape(series.name)}:"
            f" {escape(chart.tell(value))}</title></rect>"
        )
    return parts
