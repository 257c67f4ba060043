"""The words of mails: ours and the merchant's, and a mail's values written into them.

A merchant may write names in double braces, filters of the short list below, and
`{% if %} … {% else %} … {% endif %}`. Nothing else is taken: no loops, no calls, no arithmetic, so
that no text of a merchant can reach anything, or keep the server busy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Self

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.errors import phrase
from backend.mail.kinds import ALWAYS, KINDS, Amount, MailKind, Value, samples
from loyalty.program import Unit
from loyalty.sentences import Sentence

LANGUAGES = ("fr", "en")
"""Those in which we have words for everything; readers of another get the last."""
SUBJECT_MAX = 200
BODY_MAX = 20_000
_RENDERED_MAX = 60_000

_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
)
FILTERS = ("upper", "lower", "capitalize", "title", "trim", "plural")


class WordsRefused(Exception):
    """The text cannot be used: where and why, for the merchant."""

    def __init__(self, why: Sentence, field: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.field = field
        """Where, when `why` does not say it: in the subject or in the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a mail says."""

    subject: str
    body: str


def language_of(language: str) -> str:
    """The language in which a reader of `language` is written to."""
    return language if language in LANGUAGES else LANGUAGES[-1]


@lru_cache(maxsize=64)
def ours(kind: MailKind, language: str) -> Words:
    """Our own words for a kind of mail, as a template."""
    file = resources.files("backend") / "templates" / "mail" / f"{kind}.{language_of(language)}.txt"
    subject, _, body = file.read_text(encoding="utf-8").partition("\n\n")
    return Words(subject=subject.removeprefix("Subject: "), body=body.rstrip("\n"))


def from_braces(text: str) -> str:
    """A text of a program, with `{name}` where a value comes, as a template: `{{ name }}`."""
    parts = []
    for said, name, _, _ in Formatter().parse(text):
        # What would begin something in a template is only a brace here.
        parts.append(re.sub(r"\{[{%#]", lambda found: "{{ '" + found[0] + "' }}", said))
        parts.append("" if name is None else f"{{{{ {name} }}}}")
    return "".join(parts)


def check(kind: MailKind, words: Words) -> None:
    """Raises WordsRefused when the words cannot be used for that kind of mail."""
    if len(words.subject) > SUBJECT_MAX or len(words.body) > BODY_MAX:
        raise WordsRefused(
            phrase(
                "at most {subject} letters of subject, {body} of body",
                subject=SUBJECT_MAX,
                body=BODY_MAX,
            )
        )
    for place, text in (("subject", words.subject), ("body", words.body)):
        if not text.strip():
            raise WordsRefused(phrase("{place}: say something", place=place))
        _check_text(kind, place, text)
    for language in LANGUAGES:
        written(words, {**ALWAYS, **KINDS[kind].values}, language)


def written(words: Words, values: Mapping[str, Value], language: str) -> Words:
    """The words with the values in them. Raises WordsRefused."""
    told = {name: _written(value, language) for name, value in values.items()}
    subject = " ".join(_rendered("subject", words.subject, told).split())
    body = _rendered("body", words.body, told)
    if len(body) > _RENDERED_MAX:
        raise WordsRefused(phrase("body: it is too long"))
    return Words(subject=subject[:SUBJECT_MAX], body=body.strip())


def example(kind: MailKind, name: str, language: str) -> str:
    """What a value of that kind of mail may look like to a reader of the language."""
    return str(_written({**ALWAYS, **samples(kind, language)}[name], language))


def _check_text(kind: MailKind, place: str, text: str) -> None:
    known = {*ALWAYS, *KINDS[kind].values}
    try:
        tree = _environment().parse(text)
    except TemplateError as error:
        raise WordsRefused(
            phrase("{place}: {error}", place=place, error=str(error.message))
        ) from error
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            raise WordsRefused(
                phrase(
                    "{place}, line {line}: {what} is not for mails",
                    place=place,
                    line=node.lineno,
                    what=what,
                )
            )
        if isinstance(node, nodes.Name) and node.name not in known:
            names = ", ".join(sorted(known))
            raise WordsRefused(
                phrase(
                    "{place}, line {line}: there is no {name}; there is {names}",
                    place=place,
                    line=node.lineno,
                    name=node.name,
                    names=names,
                )
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise WordsRefused(
                phrase(
                    "{place}, line {line}: there is no filter {name}",
                    place=place,
                    line=node.lineno,
                    name=node.name,
                )
            )


def _rendered(place: str, text: str, told: Mapping[str, object]) -> str:
    try:
        return _environment().from_string(text).render(told)
    except (TemplateError, TypeError, ValueError) as error:
        raise WordsRefused(phrase("{place}: {error}", place=place, error=str(error))) from error


def _written(value: Value, language: str) -> object:
    """Numbers stay numbers where they are compared, and are written the reader's way."""
    if isinstance(value, date):
        return format_date(value, format="long", locale=_CLDR.get(language, language))
    if isinstance(value, Amount):
        return _Number(value.number, language, value)
    if isinstance(value, int):
        return _Number(value, language)
    return value


_COUNTS = {Unit.VISITS: ("visit", "passage"), Unit.ARTICLES: ("article", "article")}
"""What stands for "point" where an account counts other things: in English, in French."""
_POINT = re.compile(r"\bpoint(?=s?\b)")
_POINTS_OF = re.compile(r"(?:\bde vos |\bof your )?\bpoints?\b")


_CLDR = {"en": "en_GB"}
"""A shop in Europe writes the day before the month, in English too."""


class _Number(int):
    """A number that writes itself in a language."""

    _language: str
    _amount: Amount | None

    def __new__(cls, value: int, language: str, amount: Amount | None = None) -> Self:
        made = super().__new__(cls, value)
        made._language, made._amount = language, amount
        return made

    def __str__(self) -> str:
        if self._amount is None or self._amount.unit is not Unit.MONEY:
            return str(format_decimal(int(self), locale=self._language))
        digits = get_currency_precision(self._amount.currency)
        money = Decimal(int(self)).scaleb(-digits)
        return str(format_currency(money, self._amount.currency, locale=self._language))

    def word(self, said: str) -> str:
        """A word for points as this balance counts: of money none, for visits theirs."""
        if self._amount is None or self._amount.unit is Unit.POINTS:
            return said
        if self._amount.unit is Unit.MONEY:
            return _POINTS_OF.sub("", said).strip()
        return _POINT.sub(_COUNTS[self._amount.unit][self._language == "fr"], said)


def _plural(number: int, one: str, many: str) -> str:
    """`{{ points | plural("point", "points") }}`: the number with the word that fits it."""
    language = getattr(number, "_language", LANGUAGES[-1])
    single = abs(number) < 2 if language == "fr" else number == 1  # noqa: PLR2004 - 1,5 point
    said = one if single else many
    return f"{number} {number.word(said) if isinstance(number, _Number) else said}".strip()


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    # Plain text: the page that is made of it escapes it.
    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    made.filters["plural"] = _plural
    return made
