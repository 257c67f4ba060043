"""What is refused is told in the reader's language, whoever refused it."""

import string

import pytest

from backend.errors import Refused, phrase
from backend.web.refusals import SAID, by_id, in_words, why
from backend.web.words import words_in
from backend_client.schemas.problems import ProblemName
from loyalty.document import read_program
from loyalty.errors import (
    EmailRefused,
    Flaw,
    LoyaltyError,
    NotEnoughPoints,
    ProgramRefused,
    VoucherUnknown,
)
from loyalty.sentences import ENGLISH, say

FRENCH, ENGLISH_WORDS = words_in("fr"), words_in("en")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_message_of_the_engine_has_its_french() -> None:
    assert SAID.keys() == ENGLISH.keys()
    for message, english in ENGLISH.items():
        arguments = dict.fromkeys(blanks(english), 7) | {"at": "2026-03-01T10:00:00+01:00"}
        said = by_id(message, arguments, FRENCH)
        assert said, message
        assert "{" not in said, message
        assert blanks(SAID[message]) <= blanks(english), message


def test_a_document_is_refused_in_the_words_of_who_fills_in_a_form() -> None:
    with pytest.raises(ProgramRefused) as refused:
        read_program("{}")
    assert in_words(refused.value.remedy, FRENCH) == "À remplir"
    assert in_words(say("number.least", least="3"), FRENCH) == "Au moins 3"
    assert in_words(say("number.least", least="3"), ENGLISH_WORDS) == "At least 3"


@pytest.mark.parametrize(
    ("no", "french"),
    [
        (NotEnoughPoints(1200), "il manque 1\u202f200 points"),
        (VoucherUnknown(phrase("no such voucher")), "ce bon n’existe pas"),
        (EmailRefused(Flaw.TOO_LONG), "C’est trop long"),
        (Refused(ProblemName.NOT_FOUND, "no such member"), "ce client n’existe pas"),
        (
            Refused.at("stores.0", phrase("there is no such store")),
            "ce magasin n’existe pas",
        ),
        (
            Refused(ProblemName.INVALID, phrase("{column}: not a day", column="earned_on")),
            "Gagnés le\u202f: ce n’est pas une date",
        ),
        (Refused(ProblemName.NOT_FOUND, "what nobody translated"), "what nobody translated"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_refusal_is_told_in_french(no: Refused | LoyaltyError, french: str) -> None:
    assert why(no, FRENCH) == french
