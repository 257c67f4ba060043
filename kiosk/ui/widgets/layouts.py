"""Keyboard layouts as data: which keys, on which pages, how wide, and what each of them does.

Several keyboards, because they serve several questions. A name needs accents, a hyphen and
capitals; an e-mail address needs @, a dot, its domain in one touch, and never a capital or a space.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Act(Enum):
    """What a key does."""

    TYPE = "type"
    DOMAIN = "domain"
    """Completes an address with everything after the @."""
    SUFFIX = "suffix"
    """Completes a domain: ".fr"."""
    COUNTRY = "country"
    """Chooses where a number is read."""
    BACKSPACE = "backspace"
    SHIFT = "shift"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key."""

    act: Act
    name: str
    """Stable in every language and state: "key:a", "key:space", "key:domain:gmail.com"."""
    label: str = ""
    text: str = ""
    """What it types; for a page key, the page it opens."""
    width: float = 1.0
    """In letter keys."""


Row = tuple[Key, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on the glass at one time."""

    name: str
    rows: tuple[Row, ...]
    least_columns: float = 0
    """A keypad of few keys is not stretched: so many letter keys would fit beside each other."""
    once: bool = False
    """Left by itself after one letter: who wanted one accent goes on with plain letters."""

    @property
    def columns(self) -> float:
        """The width of the widest row, in letter keys."""
        return max(sum(key.width for key in row) for row in self.rows)

    @property
    def across(self) -> float:
        """How many letter keys the glass is divided into."""
        return max(self.columns, self.least_columns)

    @property
    def keys(self) -> Row:
        """Every key, row by row."""
        return tuple(key for row in self.rows for key in row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A keyboard: the page it opens with comes first."""

    pages: tuple[Page, ...]
    domains: Row = ()
    """Always in view above the pages."""

    def after(self, once: Page) -> str:
        """Where one goes on after one letter of that page: to the letters it came from."""
        shown = [key.text for key in once.keys if key.act is Act.PAGE]
        return next((name for name in shown if not self.page(name).once), self.pages[0].name)

    def page(self, name: str) -> Page:
        """The page of that name; KeyError is our own mistake."""
        return {page.name: page for page in self.pages}[name]


LETTERS, DIGITS, ACCENTS, MORE_ACCENTS = "letters", "digits", "accents", "more"
LATIN, HAMZAS = "latin", "hamzas"

BACKSPACE = Key(act=Act.BACKSPACE, name="key:backspace")
SHIFT = Key(act=Act.SHIFT, name="key:shift")

ALPHABETS = {
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiop", "asdfghjkl", "yxcvbnm"),
    # Arabic 101 as far as ten keys a row allow: 12 mm for each finger come first.
    "arabic": ("ضصثقفغعهخح", "شسيبلاتنمك", "ذظطزوةىردج"),
}

KEYBOARD_OF = {"fr": "azerty", "de": "qwertz"}
"""By language; every other one gets QWERTY."""

# The providers that most customers have, by the language they chose; a shop's region can differ.
DOMAINS = {
    "fr": ("gmail.com", "orange.fr", "free.fr", "hotmail.fr", "icloud.com"),
    "de": ("gmail.com", "gmx.de", "web.de", "t-online.de", "icloud.com"),
    "en": ("gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com"),
}
SUFFIXES = {"fr": (".fr", ".com"), "de": (".de", ".com"), "en": (".com", ".net")}


def name_layout(language: str) -> Layout:
    """The keyboard for a first name, as people of this language know it."""
    if language == "ar":
        return _arabic_names()
    letters = {"fr": _french_names, "de": _german_names}.get(language, _english_names)()
    return Layout(
        pages=(
            Page(name=LETTERS, rows=letters),
            Page(name=ACCENTS, rows=_accents(), once=True),
            Page(name=MORE_ACCENTS, rows=_more_accents(), once=True),
        )
    )


def email_layout(language: str) -> Layout:
    """The keyboard for an e-mail address, with the domains of this language."""
    own = language if language in DOMAINS else "en"
    return Layout(
        pages=(
            Page(name=LETTERS, rows=(*_letters(language), _address_row(TO_DIGITS, SUFFIXES[own]))),
            Page(name=DIGITS, rows=_address_digits(SUFFIXES[own])),
        ),
        domains=tuple(
            Key(act=Act.DOMAIN, name=f"key:domain:{domain}", label=domain, text=domain)
            for domain in DOMAINS[own]
        ),
    )


def phone_layout(countries: Sequence[tuple[str, str]]) -> Layout:
    """The keypad of a telephone, and the countries as (code, words)."""
    return Layout(
        pages=(_keypad(_typing("+", width=_PAD)),),
        domains=tuple(
            Key(act=Act.COUNTRY, name=f"key:country:{code}", label=words, text=code)
            for code, words in countries
        ),
    )


def digits_layout() -> Layout:
    """The keypad for a day."""
    return Layout(pages=(_keypad(()),))


def address_layout(language: str) -> Layout:
    """The keyboard for the address of a server: digits as near as letters."""
    own = SUFFIXES[language if language in SUFFIXES else "en"]
    return Layout(
        pages=(
            Page(name=LETTERS, rows=(*_letters(language), _server_row(TO_DIGITS, own))),
            Page(
                name=DIGITS,
                rows=(
                    _typing("1234567890"),
                    (*_typing("-_", width=4), replace(BACKSPACE, width=2)),
                    _server_row(TO_LETTERS, own),
                ),
            ),
        )
    )


def code_layout(letters: str) -> Layout:
    """Three rows of `letters`: those of a code, and none besides."""
    return Layout(
        pages=(
            Page(
                name=LETTERS,
                rows=(
                    _typing(letters[:10]),
                    _typing(letters[10:20]),
                    (*_typing(letters[20:]), BACKSPACE),
                ),
            ),
        )
    )


_PAD = 2.0
"""A keypad's keys are this much wider than letter keys."""


def _keypad(left: Row) -> Page:
    """Three by four, as on a telephone; `left` stands beside the zero."""
    zero = _typing("0", width=_PAD if left else 2 * _PAD)
    return Page(
        name=DIGITS,
        rows=(
            *(_typing(three, width=_PAD) for three in ("123", "456", "789")),
            (*left, *zero, replace(BACKSPACE, width=_PAD)),
        ),
        least_columns=10,
    )


def _letters(language: str) -> tuple[Row, Row, Row]:
    top, middle, bottom = ALPHABETS[KEYBOARD_OF.get(language, "qwerty")]
    # AZERTY is ten, ten and six letters; the others ten, nine and seven.
    rows = (middle, "-" + bottom + "_") if len(middle) == len(top) else (middle + "-", bottom + "_")
    return (
        _typing(top),
        _typing(rows[0]),
        (*_typing(rows[1]), replace(BACKSPACE, width=2)),
    )


def _address_digits(suffixes: Sequence[str]) -> tuple[Row, ...]:
    # Only the signs that addresses are really written with: a full page of them frightens.
    return (
        _typing("1234567890"),
        _typing("-_+&'", width=2),
        (*_typing("!#=~", width=2), replace(BACKSPACE, width=2)),
        _address_row(TO_LETTERS, suffixes),
    )


# The rows of the letters for a name. The accents of French first names (Zoé, Inès, Loïc, Joël,
# François) are in view without looking for them; the others are one touch away.


def _french_names() -> tuple[Row, ...]:
    top, middle, bottom = ALPHABETS["azerty"]
    return (
        _typing(top),
        _typing(middle),
        (SHIFT, *_typing(bottom), *_typing("'-"), BACKSPACE),
        (
            _page_key("key:accents", "âôü…", ACCENTS),
            *_typing("éè"),
            _space(3),
            *_typing("ëïç"),
        ),
    )


def _english_names() -> tuple[Row, ...]:
    top, middle, bottom = ALPHABETS["qwerty"]
    return (
        _typing(top),
        _typing(middle + "'"),
        (SHIFT, *_typing(bottom), *_typing("-"), BACKSPACE),
        (_page_key("key:accents", "éèà…", ACCENTS), _space(8)),
    )


def _german_names() -> tuple[Row, ...]:
    top, middle, bottom = ALPHABETS["qwertz"]
    return (
        _typing(top + "ü"),
        _typing(middle + "öä"),
        (SHIFT, *_typing(bottom), *_typing("ß-"), BACKSPACE),
        (_page_key("key:accents", "éèà…", ACCENTS), _space(8), *_typing("'")),
    )


def _arabic_names() -> Layout:
    """Arabic letters first; a name may be written in Latin letters as well."""
    top, middle, bottom = ALPHABETS["arabic"]
    hamzas = _page_key("key:hamzas", "أإآء", HAMZAS)
    latin = _page_key("key:latin", "abc", LATIN)
    back = _page_key("key:letters", "ابت", LETTERS)
    space, backspace = _space(4), replace(BACKSPACE, width=2)
    english = _english_names()
    accents = _page_key("key:accents", "éèà", ACCENTS)
    return Layout(
        pages=(
            Page(
                name=LETTERS,
                rows=(
                    *(_typing(row) for row in (top, middle, bottom)),
                    (latin, hamzas, space, backspace),
                ),
            ),
            Page(
                name=HAMZAS,
                rows=(
                    _typing("ءأإآؤئپچڤگ"),
                    _typing("ژکیھٹڈڑںے"),
                    _typing("'-", width=2),
                    (back, _space(6), backspace),
                ),
                once=True,
            ),
            Page(name=LATIN, rows=(*english[:3], (back, accents, _space(6)))),
            Page(name=ACCENTS, rows=_accents(LATIN), once=True),
            Page(name=MORE_ACCENTS, rows=_more_accents(LATIN), once=True),
        )
    )


def _accents(letters: str = LETTERS) -> tuple[Row, ...]:
    back = _page_key(f"key:{letters}", "abc", letters)
    more = _page_key("key:more", "łšž", MORE_ACCENTS, width=1)
    return (
        _typing("àâäáãåæçñß"),
        _typing("éèêëîïíìýÿ"),
        (SHIFT, *_typing("ôöóòõøœ"), more, BACKSPACE),
        (back, *_typing("ùûüú"), _space(2), *_typing("'-")),
    )


def _more_accents(letters: str = LETTERS) -> tuple[Row, ...]:
    back = _page_key(f"key:{letters}", "abc", letters)
    fewer = _page_key("key:accents", "éèà", ACCENTS, width=1)
    return (
        _typing("ąćčďđęěğıķ"),
        _typing("łńňőřśšşșť"),
        (SHIFT, *_typing("țůűźżžð"), fewer, BACKSPACE),
        (back, *_typing("þāēī"), _space(2), *_typing("'-")),
    )


def _typing(letters: str, width: float = 1.0) -> Row:
    return tuple(
        Key(act=Act.TYPE, name=f"key:{letter}", label=letter, text=letter, width=width)
        for letter in letters
    )


def _space(width: float) -> Key:
    return Key(act=Act.TYPE, name="key:space", text=" ", width=width)


def _page_key(name: str, label: str, page: str, width: float = 2.0) -> Key:
    return Key(act=Act.PAGE, name=name, label=label, text=page, width=width)


TO_DIGITS = _page_key("key:digits", "123", DIGITS)
TO_LETTERS = _page_key("key:letters", "abc", LETTERS)


def _address_row(page_key: Key, suffixes: Sequence[str]) -> Row:
    return (page_key, *_typing("@", width=2), *_typing(".", width=2), *_endings(suffixes))


def _server_row(page_key: Key, suffixes: Sequence[str]) -> Row:
    return (page_key, *_typing(".", width=2), *_typing("/:"), *_endings(suffixes))


def _endings(suffixes: Sequence[str]) -> Row:
    return tuple(
        Key(act=Act.SUFFIX, name=f"key:suffix:{suffix}", label=suffix, text=suffix, width=2)
        for suffix in suffixes
    )


MakeLayout = Callable[[str], Layout]


def touches(layout: Layout, text: str) -> list[str]:
    """The names of the keys that type `text` in small letters, starting on the first page.

    For whoever works the keyboard from outside: a test, a demonstration. KeyError names the
    letter that no page holds.
    """
    names: list[str] = []
    page = layout.pages[0]
    while text:
        for domain in layout.domains:
            if text == f"@{domain.text}" and names:
                return [*names, domain.name]
        letter, text = text[0], text[1:]
        way, page = _way(layout, page, letter)
        names += way
        if page.once and letter.isalpha():
            page = layout.page(layout.after(page))
    return names


def _way(layout: Layout, page: Page, letter: str) -> tuple[list[str], Page]:
    """The keys from `page` to the one that types `letter`, breadth first."""
    ways: list[tuple[list[str], Page]] = [([], page)]
    seen: set[str] = set()
    while ways:
        names, here = ways.pop(0)
        for key in here.keys:
            if key.act is Act.TYPE and key.text == letter:
                return [*names, key.name], here
        seen.add(here.name)
        ways += [
            ([*names, key.name], layout.page(key.text))
            for key in here.keys
            if key.act is Act.PAGE and key.text not in seen
        ]
    raise KeyError(letter)
