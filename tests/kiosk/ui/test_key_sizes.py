"""A finger needs 12 mm for a key, on every glass and in every language; to half a pixel."""

import pytest

from kiosk.ui.theme import KEY_MM, dressed, load
from kiosk.ui.widgets import layouts
from kiosk.ui.widgets.keyboard_plan import ROWS, typing_plan
from tests.kiosk.ui.bench import SIZES

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "ar")
COUNTRIES = tuple((code, code) for code in ("FR", "BE", "CH", "DE", "GB"))


def every_layout(language: str) -> tuple[layouts.Layout, ...]:
    return (
        layouts.name_layout(language),
        layouts.email_layout(language),
        layouts.phone_layout(COUNTRIES),
        layouts.digits_layout(),
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_is_twelve_millimetres(size: tuple[int, int, float], language: str) -> None:
    width, height, mm = size
    look = dressed(load(), (width, height), mm, frozenset(), motion=False)
    plan = typing_plan(look)
    room = width - 2 * (plan.margin - look.px(6))
    for layout in every_layout(language):
        for page in layout.pages:
            assert len(page.rows) == ROWS
            narrowest = room / page.across * min(key.width for key in page.keys)
            assert narrowest * mm >= KEY_MM - mm / 2, f"{page.name}: {narrowest * mm:.1f} mm wide"
    assert plan.key * mm >= KEY_MM - mm / 2, f"{plan.key * mm:.1f} mm tall"
    assert plan.used <= height
