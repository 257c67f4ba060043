"""What a draft becomes when something is typed, on the glass or on a real keyboard."""

import unicodedata
from collections.abc import Callable

NAME_MAX = 40
EMAIL_MAX = 254
"""As long as the account takes (see `loyalty.members`): what is typed beyond would be refused."""

Typing = Callable[[str, str], str]
"""(draft, text) → the new draft."""


def add_to_name(draft: str, text: str) -> str:
    """`draft` with `text` at its end, if a name may hold it: no leading or double space."""
    if _has_control(text) or len(draft + text) > NAME_MAX:
        return draft
    if text == " " and (not draft or draft.endswith(" ")):
        return draft
    return unicodedata.normalize("NFC", draft + text)


def capital_next(draft: str) -> bool:
    """Whether the next letter of a name is a capital: the first of each part, as in Anne-Marie."""
    return not draft or draft[-1] in " -"


def add_to_email(draft: str, text: str) -> str:
    """`draft` with `text` at its end: no spaces, one @, small letters."""
    if _has_control(text) or text.isspace() or len(draft + text) > EMAIL_MAX:
        return draft
    if text == "@" and "@" in draft:
        return draft
    return draft + text.lower()


def with_domain(draft: str, domain: str) -> str:
    """The address at `domain`, whatever came after its @; unchanged while nothing precedes it."""
    local = draft.partition("@")[0]
    return f"{local}@{domain}" if local else draft


def with_suffix(draft: str, suffix: str) -> str:
    """`draft` ending in `suffix`, such as ".fr", without a second dot or the same ending twice."""
    if not draft or draft.endswith(suffix):
        return draft
    return add_to_email(draft.rstrip("."), suffix)


def without_last(draft: str) -> str:
    """What is left after one backspace; a letter goes with the marks that stand on it."""
    end = len(draft) - 1
    while end > 0 and unicodedata.combining(draft[end]):
        end -= 1
    return draft[: max(end, 0)]


def _has_control(text: str) -> bool:
    """Controls and direction marks are not typed, but a scanner can send them."""
    return any(unicodedata.category(c)[0] == "C" for c in text)
