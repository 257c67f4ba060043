"""What a person tells us of themselves, cleaned before it is kept, shown or printed."""

import re
import unicodedata

from loyalty.errors import EmailRefused, Flaw, NameRefused

NAME_MAX = 40
EMAIL_MAX = 254
"""Octets. RFC 5321, section 4.5.3.1.3: a path of 256 octets less its brackets."""
_LOCAL_PART_MAX = 64
"""Octets before the @ (RFC 5321, section 4.5.3.1.1)."""
_TOWER = "M" * 4
"""Marks on one letter: Thai and Devanagari need three, a tower of them leaves its line."""
_IN_A_NAME = " '’-.·"
"""What names are written with, beside letters and their marks."""
_INVISIBLE = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks of Unicode that show nothing: fillers, joiners, variation selectors."""
_WORD = r'[^\s@.,:;()<>\[\]\\"]+'
_LABEL = r"(?!-)[^\s!-,./:-@\[-`{-~]{1,63}(?<!-)"
_EMAIL = re.compile(rf"{_WORD}(?:\.{_WORD})*@(?:{_LABEL}\.)+(?!\d+$)(?=..){_LABEL}")


def first_name(typed: str) -> str:
    """The name as it is kept: one line, single spaces, composed letters. Raises NameRefused.

    Emoji, direction marks and control bytes are refused rather than dropped: a name is the
    person's, and it must come out of the printer as it went in.
    """
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in typed)
    name = unicodedata.normalize("NFC", " ".join(part for part in spaced.split(" ") if part))
    if not name:
        raise NameRefused(Flaw.EMPTY)
    if len(name) > NAME_MAX:
        raise NameRefused(Flaw.TOO_LONG)
    kinds = "".join(_kind(c) for c in name)
    if not all(_shows(c) for c in name) or _TOWER in kinds:
        raise NameRefused(Flaw.UNREADABLE)
    if any(_kind(c) not in "LM" and c not in _IN_A_NAME for c in name):
        raise NameRefused(Flaw.SHAPE)
    if "L" not in kinds or kinds.startswith("M"):
        raise NameRefused(Flaw.SHAPE)
    return name


def name_key(name: str) -> str:
    """What a name is looked up by: small letters without accents, words apart by one space.

    "Élise-Marie O'Neil" is found under "elise marie", and ß under ss.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in plain if _kind(c) != "M")
    return " ".join("".join(c if _kind(c) in "LN" else " " for c in letters).split())


def email(typed: str) -> str:
    """The address in small letters. Raises EmailRefused; whether it exists only a mail can tell.

    Addresses in any script are taken; quoted ones ("anna b"@…) are not: no shop has met one.
    """
    address = unicodedata.normalize("NFC", typed.strip().lower())
    if not address:
        raise EmailRefused(Flaw.EMPTY)
    if not all(_shows(c) for c in address):
        raise EmailRefused(Flaw.UNREADABLE)
    local = address.partition("@")[0]
    if len(address.encode()) > EMAIL_MAX or len(local.encode()) > _LOCAL_PART_MAX:
        raise EmailRefused(Flaw.TOO_LONG)
    if not _EMAIL.fullmatch(address):
        raise EmailRefused(Flaw.SHAPE)
    if any(not c.isascii() and _kind(c) not in "LMN" for c in address):
        raise EmailRefused(Flaw.SHAPE)
    return address


def masked(address: str) -> str:
    """The address as a kiosk may keep and show it: the first letter and the domain's ending."""
    local, _, domain = address.partition("@")
    _, dot, ending = domain.rpartition(".")
    return f"{local[:1]}•••@•••{dot}{ending if dot else ''}"


def masked_phone(number: str) -> str:
    """The number as a kiosk may keep and show it: its last two digits."""
    return f"•• •• •• {number[-2:]}"


def _kind(c: str) -> str:
    """Unicode's kind of a character: Letter, Mark, Number, Punctuation, Symbol, Z (space), C."""
    return unicodedata.category(c)[0]


def _shows(c: str) -> bool:
    """Whether it can be shown and printed: no emoji, control, direction mark or filler."""
    if c.isascii():
        return c.isprintable()
    return (_kind(c) in "LMNP" or unicodedata.category(c) == "Zs") and not _INVISIBLE.match(c)
