"""A pseudo-language in which everything is at least 40 % longer than in English.

German, Finnish or a hasty translator can write that much: a layout that holds it holds them. The
letters stay readable, so that a picture in this language can still be understood.
"""

import re

from kiosk.words import Words

EXPANSION = 1.4

_ACCENTED = str.maketrans("aeiouyAEIOUY", "âéïöûýÂÉÏÖÛÝ")
_PLACE = re.compile(r"(\{[^{}]*\})")
_FILLER = "îñég"


class Expanded(Words):
    """Words in the pseudo-language; numbers and dates are French, which are long ones."""

    def __init__(self) -> None:
        super().__init__("fr")

    def t(self, text: str, /, **values: object) -> str:
        """The English text made longer, with its values filled in."""
        return expanded(text).format(**values)

    def tn(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The form for `count` made longer."""
        text = expanded(one if count == 1 else many)
        return text.format(count=self.number(count), **values)


def expanded(text: str) -> str:
    """`text` with accents on its vowels and 40 % more letters; ``{places}`` stay as they are."""
    parts = [part if _PLACE.fullmatch(part) else _longer(part) for part in _PLACE.split(text)]
    return "".join(parts)


def _longer(part: str) -> str:
    return re.sub(r"\w+", lambda found: _longer_word(found[0]), part)


def _longer_word(word: str) -> str:
    """A longer word, not more words: long words are what breaks a layout."""
    accented = word.translate(_ACCENTED)
    missing = -(-len(word) * 4 // 10)
    return accented + (_FILLER * (missing // len(_FILLER) + 1))[:missing]
