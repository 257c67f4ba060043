"""How a merchant reads and writes the words of a mail: names in brackets, and no conditions.

    Bonjour [prénom],
    Votre solde est de [solde : point / points].

`[name]` is filled in for each reader; `[name : one / many]` writes a number with the word that fits
it. A first name that nobody knows takes the space before it along. A paragraph about something that
this reader does not have is left out, and so is what stands in `{ }`. What is kept, and what the
API speaks, is the template of `words`: this only puts it in another way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from backend.errors import phrase
from backend.mail.kinds import ALWAYS, KINDS, MailKind
from backend.mail.words import Words, WordsRefused
from loyalty.members import name_key

_VALUE = re.compile(r"\{\{ ?(\w+) ?\}\}")
_PLURAL = re.compile(r'\{\{ ?(\w+) ?\| ?plural\("([^"\[\]/]*)", ?"([^"\[\]/]*)"\) ?\}\}')
_KNOWN_NAME = re.compile(r"\{% if first_name %\}([ \u00a0]\{\{ first_name \}\})\{% endif %\}")
_NAME = re.compile(r"[ \u00a0]\{\{ first_name \}\}")
_PARAGRAPH = re.compile(r"^\{% if [\w ]+ %\}\n(.*?)\n\{% endif %\}$", re.DOTALL | re.MULTILINE)
_PIECE = re.compile(r"\{% if [\w ]+ %\}((?:(?!\{%)[^\n])*)\{% endif %\}")
_CONDITION = re.compile(r"\{% if ([\w ]+) %\}")
_BRACKETS = re.compile(r"\[([^\[\]\n]*)\]")
_BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Notation:
    """The words of one kind of mail, with a name in brackets for each of its values."""

    kind: MailKind
    names: Mapping[str, str]
    """What stands in the brackets: `{"first_name": "prénom"}`."""
    understood: Mapping[str, str]
    """The value that a name means, in every language, by its `name_key`."""
    colon: str = ": "
    """What stands before the words to count with: French leaves a space before it."""

    def shown(self, words: Words) -> Words | None:
        """The template as a merchant reads it; None where it says what this cannot say."""
        shown = Words(subject=self._shown(words.subject), body=self._shown(words.body))
        try:
            again = self.template(shown)
        except WordsRefused:
            return None
        # A condition that was there is there again: it may only have gained some.
        was, now = ({*_CONDITION.findall(f"{each.subject} {each.body}")} for each in (words, again))
        left = any(mark in f"{shown.subject} {shown.body}" for mark in ("{{", "{%", "{#"))
        return None if left or not was <= now else shown

    def template(self, words: Words) -> Words:
        """The template of what a merchant wrote. Raises WordsRefused."""
        body = ""
        for part in re.split(r"\n{2,}", words.body.replace("\r\n", "\n").strip("\n")):
            said, lacking = self._filled("body", part)
            between = "\n" if lacking or body.endswith("{% endif %}") else "\n\n"
            about = " and ".join(sorted(lacking))
            whole = f"{{% if {about} %}}\n{said}\n{{% endif %}}" if lacking else said
            body += (between if body else "") + whole
        return Words(subject=self._filled("subject", words.subject)[0], body=body)

    def example(self, value: str, one: str, many: str) -> str:
        """What a button inserts for a value: a number comes with a word to count."""
        if isinstance({**ALWAYS, **KINDS[self.kind].values}[value], int):
            return f"[{self.names[value]}{self.colon}{one} / {many}]"
        return f"[{self.names[value]}]"

    def _shown(self, template: str) -> str:
        # Around a paragraph that is left out there is no empty line in the template.
        text = _PARAGRAPH.sub(r"\n\1\n", template)
        text = _PIECE.sub(r"{\1}", _KNOWN_NAME.sub(r"\1", text))
        text = _PLURAL.sub(
            lambda found: f"[{self._name(found[1])}{self.colon}{found[2]} / {found[3]}]", text
        )
        text = _VALUE.sub(lambda found: f"[{self._name(found[1])}]", text)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _name(self, value: str) -> str:
        return self.names.get(value, value)

    def _filled(self, place: str, text: str) -> tuple[str, frozenset[str]]:
        """A paragraph with its values, and those outside of braces that a reader may lack."""
        said, outside = "", frozenset[str]()
        for number, part in enumerate(_BRACES.split(text)):
            lacking = frozenset(self._meant(place, found)[0] for found in _BRACKETS.findall(part))
            lacking &= {*KINDS[self.kind].may_lack, *(("first_name",) if number % 2 else ())}
            inside = _BRACKETS.sub(lambda found: self._written(place, found[1]), part)
            if number % 2 == 0:
                said, outside = said + inside, outside | lacking
            elif lacking:
                said += f"{{% if {' and '.join(sorted(lacking))} %}}{inside}{{% endif %}}"
            else:
                said += f"{{{inside}}}"
        known = "{{% if first_name %}}{}{{% endif %}}"
        named = _NAME.sub(lambda found: known.format(found[0]), said)
        return named if "if first_name" not in said else said, outside

    def _written(self, place: str, inside: str) -> str:
        value, words = self._meant(place, inside)
        if not words:
            return f"{{{{ {value} }}}}"
        one, many = words
        return f'{{{{ {value} | plural("{one}", "{many}") }}}}'

    def _meant(self, place: str, inside: str) -> tuple[str, tuple[str, ...]]:
        """The value that stands in brackets, and the words to count it with. WordsRefused."""
        name, colon, rest = inside.partition(":")
        value = self.understood.get(name_key(name), "")
        words = tuple(each.strip() for each in rest.split("/"))
        counts = isinstance({**ALWAYS, **KINDS[self.kind].values}.get(value), int)
        fits = len(words) == 2 and counts and '"' not in rest if colon else True  # noqa: PLR2004 - one and many
        if not value or not fits:
            names = ", ".join(f"[{each}]" for each in self.names.values())
            said = phrase("there is no {name}; there is {names}", name=f"[{inside}]", names=names)
            raise WordsRefused(said, place)
        return value, words if colon else ()
