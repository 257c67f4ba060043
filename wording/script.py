"""Letters as they are drawn: Arabic ones joined, and every line laid out from its own side.

Neither Kivy nor the printer's typesetter knows scripts: both draw one letter after the other, from
the left. So what they get is drawn already: the joined forms of Unicode, in the order of the eye.
This is the only place that does so, for glass and paper.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

RIGHT_TO_LEFT = frozenset({"ar"})
"""The languages that are read from the right."""

_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_PLAIN = str.maketrans({"−": "-"})
"""Signs that the Arabic fonts lack, and what stands for them."""


def from_the_right(language: str) -> bool:
    """Whether that language is read from the right."""
    return language in RIGHT_TO_LEFT


def is_arabic(text: str) -> bool:
    """Whether there is a letter that needs an Arabic font."""
    return _ARABIC.search(text) is not None


def drawn(line: str, *, rtl: bool) -> str:
    """One line as it is drawn from left to right; `rtl` when the sentence is read from the right.

    A line without an Arabic letter, such as an address, a price or a code, is as it was.
    """
    if not is_arabic(line):
        return line
    from bidi.algorithm import get_display

    joined = _reshaper().reshape(line.translate(_PLAIN))
    shown = str(get_display(joined, base_dir="R" if rtl else "L"))
    # The marks have done their work: drawn, they would be boxes.
    return "".join(letter for letter in shown if unicodedata.category(letter) != "Cf")


@lru_cache(maxsize=1)
def _reshaper() -> Any:  # noqa: ANN401 - the library has no types
    from arabic_reshaper import ArabicReshaper

    # Its default also joins whole words into one sign, which few fonts have.
    return ArabicReshaper(configuration={"delete_harakat": True, "ARABIC LIGATURE ALLAH": False})
