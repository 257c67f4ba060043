"""Every line of every calculation has words, in French and in English."""

import re

import pytest

from kiosk.screens import Because
from kiosk.words import Counted, Measure, Words
from loyalty.ledger import StepKind
from loyalty.program import Advantage, Combine, Count

pytestmark = pytest.mark.ui

MESSAGES = (
    *(f"count.{count.value}" for count in Count),
    "count.article_points",
    "count.line_points",
    *(f"deduct.{advantage.value}" for advantage in Advantage),
    *(f"combine.{combine.value}" for combine in Combine),
    *("basis", "rate", "rate.returned", "give", "campaign", "only", "cap.ticket", "cap.day"),
    *("cap.balance", "cap.ticket_share", "points", "nature"),
)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("message", MESSAGES)
def test_a_line_has_words(message: str, language: str) -> None:
    from kiosk.ui.views.why import in_words

    because = Because(
        message=message, amount=1234, count=3, points=15, per=100, factor="1.5", name="Jeudi"
    )
    told = in_words(because, Words(language))
    assert told is not None
    assert told[0]


def test_every_kind_of_step_has_a_message() -> None:
    heads = {message.partition(".")[0] for message in MESSAGES}
    assert {"factor" if kind is StepKind.FACTOR else kind.value for kind in StepKind} - heads == {
        "factor"
    }
    assert "campaign" in heads, "which is what a factor is told as"


def test_a_message_from_the_future_is_left_out() -> None:
    from kiosk.ui.views.why import in_words

    assert in_words(Because(message="moonshine"), Words("fr")) is None
    assert in_words(Because(message="count.moons"), Words("fr")) is None


def test_the_reference_calculation_reads_as_in_the_texts() -> None:
    """50 € − 5 € voucher − 30 € paid in points = 15 €, 1 € = 1 point: 15 points."""
    from kiosk.ui.views.why import in_words
    from tests.kiosk.ui.samples import WHY

    told = [in_words(because, Words("fr")) for because in WHY]
    flat = re.sub(r"\s", " ", " | ".join(" ".join(line) for line in told if line))
    assert flat == (
        "Votre achat 50,00 € | Bons − 5,00 € | Payé en points − 30,00 € | "
        "Ce qui compte 15,00 € | 1 point pour 1,00 €  | Soit 15 points"
    )


@pytest.mark.parametrize(
    ("measure", "said"),
    [
        (Measure(), ["1 point", "1 234 points"]),
        (Measure(counted=Counted.VISITS), ["1 visite", "1 234 visites"]),
        (Measure(counted=Counted.ARTICLES), ["1 article", "1 234 articles"]),
        (Measure(counted=Counted.MONEY), ["0,01 €", "12,34 €"]),
    ],
)
def test_a_balance_is_said_in_what_the_program_counts(measure: Measure, said: list[str]) -> None:
    words = Words("fr", measure=measure)
    assert [re.sub(r"\s", " ", words.counted(number)) for number in (1, 1234)] == said
