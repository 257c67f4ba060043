"""How a screen with a keyboard shares its height: the keys first, on every glass."""

from dataclasses import dataclass

from kiosk.ui.theme import Look

ROWS = 4
"""Rows of keys on every page of every layout."""

COLUMNS = 10

KEY_TALLEST = 1.1
"""Of its width: taller keys would look stretched on an upright glass."""

UPRIGHT_MARGIN = 16
"""An upright glass of 10 inches has 12 mm for each of ten keys only when they reach its edges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypingPlan:
    """Heights in pixels of this glass, from top to bottom. What is left is air above the title."""

    header: int
    title: int
    beside: bool
    """The title stands to the left of the field, not above it: a low glass has no room for both."""
    field: int
    strip: int
    """One row for the domain keys, a hint, or a kind word about a mistake."""
    strip_rows: int
    key: int
    """One row of keys with its gap: this is what a finger can hit."""
    actions: int
    bottom: int
    gap: int
    margin: int
    """Beside the keys."""

    @property
    def keyboard(self) -> int:
        """All rows of keys."""
        return self.key * ROWS

    @property
    def used(self) -> int:
        """Everything but the air."""
        head = self.field if self.beside else self.title + self.field
        return (
            self.header + head + self.strip + self.keyboard + self.actions + self.bottom
            + 3 * self.gap
        )  # fmt: skip


def typing_plan(look: Look) -> TypingPlan:
    """The roomy plan where its keys are 12 mm tall, else the one that leaves them the most."""
    roomy = _upright(look) if look.portrait else _roomy(look)
    return roomy if roomy.key >= look.key or look.portrait else _low(look)


def _roomy(look: Look) -> TypingPlan:
    gap = look.px(16)
    parts = {
        "header": look.px(96),
        "title": look.px(68),
        "field": look.px(84),
        "strip": max(look.px(64), look.key),
        "actions": max(look.px(76), look.key),
        "bottom": look.px(20),
    }
    return TypingPlan(
        **parts,
        beside=False,
        strip_rows=1,
        gap=gap,
        margin=look.margin,
        key=_key(look, look.height - sum(parts.values()) - 3 * gap, look.margin),
    )


def _low(look: Look) -> TypingPlan:
    gap = look.px(10)
    parts = {
        "header": look.px(76),
        "field": look.px(84),
        "strip": look.px(72),
        "actions": max(look.px(84), look.key),
        "bottom": look.px(16),
    }
    return TypingPlan(
        **parts,
        title=0,
        beside=True,
        strip_rows=1,
        gap=gap,
        margin=look.margin,
        key=_key(look, look.height - sum(parts.values()) - 3 * gap, look.margin),
    )


def _upright(look: Look) -> TypingPlan:
    gap = look.px(24)
    parts = {
        "header": look.px(132),
        "title": look.px(90),
        "field": look.px(100),
        "strip": look.px(148),
        "actions": look.action_height,
        "bottom": look.px(48),
    }
    return TypingPlan(
        **parts,
        beside=False,
        strip_rows=2,
        gap=gap,
        margin=look.px(UPRIGHT_MARGIN),
        key=_key(look, look.height - sum(parts.values()) - 3 * gap, look.px(UPRIGHT_MARGIN)),
    )


def _key(look: Look, room: int, margin: int) -> int:
    widest = (look.width - 2 * margin) / COLUMNS
    return int(min(room / ROWS, widest * KEY_TALLEST))
