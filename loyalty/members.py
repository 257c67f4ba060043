"""What a person tells us of themselves, cleaned before it is kept, shown or printed."""

import re
import unicodedata

from loyalty.errors import EmailRefused, Flaw, NameRefused

NAME_MAX = 40
EMAIL_MAX = 254
"""RFC 5321, section 4.5.3.1.3: a path of 256 octets less its brackets."""

_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"[^@\s]{1,64}@(?:[^@\s.]{1,63}\.)+[^@\s.\d]{2,63}")
_IN_A_NAME = {"L", "M"}
"""Unicode's letters and marks; beside them only what names are written with."""
_PUNCTUATION = " '’-.·"


def first_name(typed: str) -> str:
    """The name as it is kept: one line, single spaces, composed letters. Raises NameRefused.

    Emoji, direction marks and control bytes are refused rather than dropped: a name is the
    person's, and it must come out of the printer as it went in.
    """
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", typed)).strip()
    if not name:
        raise NameRefused(Flaw.EMPTY)
    if len(name) > NAME_MAX:
        raise NameRefused(Flaw.TOO_LONG)
    if any(c not in _PUNCTUATION and unicodedata.category(c)[0] not in _IN_A_NAME for c in name):
        raise NameRefused(Flaw.UNREADABLE)
    if not any(unicodedata.category(c)[0] == "L" for c in name):
        raise NameRefused(Flaw.SHAPE)
    return name


def email(typed: str) -> str:
    """The address in lower case. Raises EmailRefused; whether it exists only a mail can tell."""
    address = unicodedata.normalize("NFC", typed).strip().lower()
    if not address:
        raise EmailRefused(Flaw.EMPTY)
    if len(address) > EMAIL_MAX:
        raise EmailRefused(Flaw.TOO_LONG)
    if any(unicodedata.category(c)[0] in "CZ" for c in address):
        raise EmailRefused(Flaw.UNREADABLE)
    if not _EMAIL.fullmatch(address) or ".." in address or address.startswith("."):
        raise EmailRefused(Flaw.SHAPE)
    return address


def masked(address: str) -> str:
    """The address as a kiosk may keep and show it: the first letter and the domain's ending."""
    local, _, domain = address.partition("@")
    ending = domain.rpartition(".")[2]
    return f"{local[:1]}•••@•••.{ending}"
