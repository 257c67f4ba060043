"""Every text on its way to the glass: one function all labels call, the fonts, the pictograms."""

import unicodedata

from kiosk.ui.theme import ASSETS
from wording import script

FONTS = ASSETS / "fonts"

WEIGHTS = {
    "medium": "Inter-Medium.otf",
    "semibold": "Inter-SemiBold.otf",
    "bold": "Inter-Bold.otf",
    "extrabold": "Inter-ExtraBold.otf",
    "mono": "JetBrainsMono-Bold.ttf",
    "icons": "Lucide.ttf",
}
"""Kivy knows regular and bold only, so each weight is registered as a font of its own."""

ARABIC = {
    "medium": "NotoSansArabic-Regular.ttf",
    "semibold": "NotoSansArabic-Bold.ttf",
    "bold": "NotoSansArabic-Bold.ttf",
    "extrabold": "NotoSansArabic-Bold.ttf",
    "mono": "NotoSansArabic-Bold.ttf",
}
"""What stands for each weight where there are Arabic letters, which Inter lacks."""
_WITH_ARABIC = "-arabic"

# Codepoints from the font's own table (lucide-static, font/codepoints.json).
ICONS = {
    "accessibility": 58007,
    "calm": 57815,
    "contrast": 57501,
    "large": 58759,
    "low": 58453,
    "arrow-down": 57410,
    "arrow-left": 57416,
    "arrow-right": 57417,
    "arrow-up": 57418,
    "back": 57454,
    "backspace": 57518,
    "box": 57441,
    "card": 57514,
    "check": 57452,
    "circle-check": 57894,
    "circle-x": 57476,
    "clock": 57479,
    "close": 57778,
    "coffee": 57494,
    "frown": 57563,
    "gift": 57569,
    "globe": 57576,
    "heart": 57586,
    "history": 57845,
    "hourglass": 58006,
    "lock": 57611,
    "mail": 57615,
    "more": 57455,
    "nfc": 58307,
    "party": 58179,
    "printer": 57665,
    "qr": 57823,
    "receipt": 58323,
    "retry": 57672,
    "shift": 57828,
    "smartphone": 57699,
    "soap": 58386,
    "star": 57718,
    "tea": 58065,
    "ticket": 57871,
    "tote": 57691,
    "user": 57759,
    "warning": 57747,
    "wifi-off": 57775,
    "voice": 57771,
    "wine": 58104,
    "wrench": 57777,
}

DEFAULT_PICTURE = "gift"

LANGUAGES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
}
"""What each language calls itself."""


POINTS_ASIDE = frozenset({"arrow-left", "arrow-right", "back", "more", "history", "retry"})
"""Pictograms that turn around with the reading direction."""


def shown(text: str) -> str:
    """`text` as it may be drawn: without control and direction marks, in composed letters.

    Names are typed by people, and a right-to-left override would turn a whole line around.
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        letter
        for letter in composed
        if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co"}
    )


def faced(weight: str, text: str) -> str:
    """The font for `text` in that weight."""
    return weight + _WITH_ARABIC if weight in ARABIC and script.is_arabic(text) else weight


def laid_out(line: str, *, rtl: bool) -> str:
    """One line as Kivy has to draw it: it takes letters from the left, one after the other."""
    return script.drawn(line, rtl=rtl)


def icon(name: str) -> str:
    """The letter that draws a pictogram in the font "icons"; KeyError for one we do not have."""
    return chr(ICONS[name])


def picture(name: str) -> str:
    """The pictogram for a gift's picture name; a parcel when we have none of that name."""
    return icon(name if name in ICONS else DEFAULT_PICTURE)


def register_fonts() -> None:
    """Make the weights known to Kivy under their names."""
    from kivy.core.text import LabelBase

    for name, file in WEIGHTS.items():
        LabelBase.register(name, str(FONTS / file))
    for name, file in ARABIC.items():
        LabelBase.register(name + _WITH_ARABIC, str(FONTS / file))
