"""A merchant reads and writes mails without a template's marks, and loses nothing by it."""

import re
from collections.abc import Mapping

import pytest

from backend.backoffice.messages import KINDS as OFFERED
from backend.backoffice.messages import notation_of
from backend.mail import KINDS, MailKind, Value
from backend.mail.kinds import ALWAYS, Amount
from backend.mail.words import LANGUAGES, Words, WordsRefused, check, ours, written
from loyalty.program import Unit

EVERYTHING = [(kind, language) for kind in OFFERED for language in LANGUAGES]


@pytest.mark.parametrize(("kind", "language"), EVERYTHING)
def test_our_words_are_shown_without_marks_and_come_back_the_same(
    kind: MailKind, language: str
) -> None:
    notation, words = notation_of(kind, language), ours(kind, language)
    shown = notation.shown(words)
    assert shown is not None
    assert not any(mark in shown.subject + shown.body for mark in ("{{", "{%", "plural", "_"))
    again = notation.template(shown)
    check(kind, again)
    full = {**ALWAYS, **KINDS[kind].values}
    nothing: dict[str, Value] = dict.fromkeys(KINDS[kind].may_lack, "")
    for values in (full, full | {"first_name": ""}, full | nothing):
        assert _told(again, values, language) == _told(words, values, language)


def _told(words: Words, values: Mapping[str, Value], language: str) -> list[str]:
    made = written(words, values, language)
    return [made.subject, *made.body.split()]


def test_what_a_reader_lacks_takes_its_words_along() -> None:
    notation = notation_of(MailKind.WELCOME, "fr")
    body = "Bonjour [prénom],\n\nVoici [points : point / points].\n\nVotre page :\n[LIEN]\n\nLise"
    made = notation.template(Words(subject="Bienvenue{, [Prenom]}{ !}", body=body))
    poor = {**ALWAYS, **KINDS[MailKind.WELCOME].values, "first_name": "", "points": 0, "link": ""}
    told = written(made, poor, "fr")
    assert (told.subject, told.body.split()) == ("Bienvenue{ !}", ["Bonjour,", "Lise"])
    rich = written(made, {**poor, "first_name": "Ada", "points": 1, "link": "https://x.test"}, "fr")
    assert rich.subject == "Bienvenue, Ada{ !}"
    assert [line for line in rich.body.splitlines() if line] == [
        *("Bonjour Ada,", "Voici 1 point.", "Votre page :", "https://x.test", "Lise")
    ]


@pytest.mark.parametrize("inside", ["prenon", "points : point", "prénom : a / b", 'points:"/b', ""])
def test_what_no_value_is_called_is_refused_by_name(inside: str) -> None:
    with pytest.raises(WordsRefused, match="there is no") as refused:
        notation_of(MailKind.WELCOME, "fr").template(Words(subject="x", body=f"[{inside}]"))
    assert refused.value.field == "body"


@pytest.mark.parametrize(
    "body",
    [
        "{% if points > 10 %}many{% endif %}",
        "{{ first_name | upper }}",
        "{% if points %}{{ points }}{% else %}none{% endif %}",
        "{% if shop %}Hello{% endif %}",
    ],
)
def test_what_only_a_template_can_say_stays_a_template(body: str) -> None:
    assert notation_of(MailKind.WELCOME, "en").shown(Words(subject="x", body=body)) is None


@pytest.mark.parametrize(
    ("unit", "language", "said"),
    [
        (Unit.MONEY, "fr", ["12,50 € à utiliser avant", "12,50 € seront perdus"]),
        (Unit.MONEY, "en", ["€12.50 to use before", "€12.50 are lost on"]),
        (Unit.VISITS, "fr", ["1 250 passages à utiliser", "1 250 de vos passages seront perdus"]),
        (Unit.VISITS, "en", ["1,250 visits to use before", "1,250 of your visits are lost"]),
    ],
)
def test_a_balance_is_told_as_the_program_counts_it(
    unit: Unit, language: str, said: list[str]
) -> None:
    amount = Amount(number=1250, unit=unit, currency="EUR")
    values = {**ALWAYS, **KINDS[MailKind.DEADLINE].values, "points": amount, "balance": amount}
    made = written(ours(MailKind.DEADLINE, language), values, language)
    text = re.sub(r"\s", " ", f"{made.subject} {made.body}")
    assert all(each in text for each in said), text
