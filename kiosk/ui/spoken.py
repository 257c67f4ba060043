"""What is said aloud of a screen: its texts, then what can be chosen.

A loudspeaker in a shop is heard by everybody (EN 301 549, 5.1.3.9): of a screen that tells of the
person it says what kind of screen it is and what can be chosen, and that the rest needs headphones.
"""

import re
from typing import Any

from kiosk.ui.reading import Choice, Said, read
from kiosk.ui.views.base import View
from kiosk.words import Words

MOST_CHOICES = 9
"""So many are named at once; a keyboard's keys are named one by one, as they are reached."""

_MARKS = str.maketrans({"«": "", "»": "", "“": "", "”": "", "·": ",", "−": "-", "…": ""})


def of_screen(view: View, words: Words, *, headphones: bool) -> str:
    """Everything that is said when `view` comes."""
    items = read(view)
    said = [item for item in items if isinstance(item, Said)]
    open_words = public(view)
    masked = view.private and not headphones
    texts = [item.text for item in said if not masked or item.text in open_words]
    if not masked:
        texts += view.aloud()
    if masked and len(texts) < len(said):
        texts.append(words.t("For your privacy, plug in headphones to hear the rest."))
    offered = [
        of_choice(item, words, headphones=headphones)
        for item in items
        if isinstance(item, Choice) and not item.touch.key
    ]
    if offered:
        texts.append(words.t("You can choose:"))
        texts += offered[:MOST_CHOICES]
    return sentences(texts)


def of_choice(choice: Choice, words: Words, *, headphones: bool) -> str:
    """What a choice is called."""
    if choice.private and not headphones:
        return words.t("Suggestion")
    return choice.text


def of_draft(draft: str, words: Words, *, headphones: bool) -> str:
    """What is said when a letter was typed."""
    return draft if headphones else words.t("Typed")


def public(view: Any) -> frozenset[str]:
    """The words of `view` that everybody may hear."""
    return frozenset(str(getattr(view, name)) for name in view.public if getattr(view, name, ""))


def sentences(texts: list[str]) -> str:
    """Texts as sentences: a voice makes its pauses by full stops."""
    clean = (re.sub(r"\s+", " ", text.translate(_MARKS)).strip() for text in texts)
    return " ".join(text if text[-1] in ".!?:" else f"{text}." for text in clean if text)
