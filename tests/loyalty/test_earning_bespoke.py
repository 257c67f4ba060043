"""Bespoke rules: found by entry point, used by name, and named in every trace."""

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty import extensions
from loyalty.document import read_program, write_program
from loyalty.earning import earn
from loyalty.explain import recompute
from loyalty.extensions import ExtensionMissing, Extensions, Settings, installed
from loyalty.ids import StoreId
from loyalty.ledger import Entry, Step, StepKind
from loyalty.rewards import Option, Price, Refusal, Situation, options
from loyalty.sales import Buyer, Line, Sale
from loyalty.terms import Worth
from loyalty.vectors.plain import PROGRAM, SALE
from loyalty.vectors.read import read_sale

DOC = (Path(__file__).parents[2] / "docs" / "bespoke-rules.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOC, flags=re.DOTALL)
    assert found is not None
    return found[1]


PROGRAM_OF_THE_EXAMPLE = json.dumps({**PROGRAM, **json.loads(example("json"))})
TWO_LOOSE = {
    "total": 1500,
    "lines": [
        {"unit_price": 500, "family": "loose"},
        {"unit_price": 500, "family": "loose"},
        {"unit_price": 500, "family": "bread"},
    ],
}


@pytest.fixture
def jars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Extensions:
    """The example of the documentation, installed."""
    (tmp_path / "jars.py").write_text(example("python"), encoding="utf-8")
    info = tmp_path / "jars-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: jars\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[loyalty.extensions]\njars = jars:Jars\n")
    monkeypatch.syspath_prepend(tmp_path)
    return installed()


def earned(sale: dict[str, object], known: Extensions) -> tuple[Entry, ...]:
    return earn(
        read_sale({**SALE, **sale}),
        read_program(PROGRAM_OF_THE_EXAMPLE),
        zone=ZoneInfo("Europe/Paris"),
        extensions=known,
    )


def test_the_example_of_the_documentation_works(jars: Extensions) -> None:
    (entry,) = earned(TWO_LOOSE, jars)
    assert entry.points == 10
    assert entry.trace is not None
    assert entry.trace.steps == (
        Step(StepKind.COUNT, "ttc", 1500),
        Step(StepKind.GIVE, "jars@1", 10),
    )
    assert recompute(entry.trace) == 10


def test_the_criterion_of_the_example_is_asked(jars: Extensions) -> None:
    assert earned({"total": 999, "lines": [{"unit_price": 999, "family": "loose"}]}, jars) == ()


def test_a_program_whose_extension_is_not_installed_refuses_the_sale() -> None:
    with pytest.raises(ExtensionMissing, match="jars"):
        earned(TWO_LOOSE, {})


def test_a_program_with_an_extension_is_written_and_read_back() -> None:
    program = read_program(PROGRAM_OF_THE_EXAMPLE)
    assert read_program(write_program(program)) == program


class OnlyRewards:
    version = "2"

    def worth(self, balance: int, settings: Settings) -> int:
        return balance * int(settings["cents"])


class OnlyCriteria:
    version = "2"

    def fits(self, sale: Sale, buyer: Buyer, settings: Settings) -> bool:
        return sale.visits > buyer.visits + len(settings)


class LessThanNothing:
    version = "3"

    def points(self, lines: tuple[Line, ...], basis: int, settings: Settings) -> int:
        return -len(lines) - basis - len(settings)

    def fits(self, sale: Sale, buyer: Buyer, settings: Settings) -> bool:
        return bool(sale.id and buyer.enrolled and settings)


def test_an_extension_is_asked_only_what_it_can() -> None:
    known: Extensions = {"gift": OnlyRewards(), "when": OnlyCriteria()}
    assert extensions.reward(known, "gift").worth(10, {"cents": 5}) == 50
    assert extensions.criterion(known, "when").version == "2"
    with pytest.raises(ExtensionMissing, match="no earning rule 'gift'"):
        extensions.earning(known, "gift")
    with pytest.raises(ExtensionMissing, match="no criterion 'gift'"):
        extensions.criterion(known, "gift")
    with pytest.raises(ExtensionMissing, match="no reward 'when'"):
        extensions.reward(known, "when")


def test_a_campaign_and_a_whole_program_ask_their_criteria_of_the_sale() -> None:
    known: Extensions = {"when": OnlyCriteria()}
    asked = {"bespoke": [{"extension": "when"}]}
    doubled = {"id": "x2", "name": {"en": "Twice"}, "give": {"times": "2"}, "only": asked}
    given: tuple[tuple[dict[str, object], int], ...] = (
        ({}, 15),
        ({"only": asked}, 0),
        ({"campaigns": [doubled]}, 15),
    )
    for changes, points in given:
        program = read_program(json.dumps({**PROGRAM, **changes}))
        for visits, gives in ((0, points), (1, 15 + 15 * ("campaigns" in changes))):
            sale = read_sale({**SALE, "total": 1500, "visits": visits})
            found = earn(sale, program, zone=ZoneInfo("Europe/Paris"), extensions=known)
            assert sum(entry.points for entry in found) == gives, (changes, visits)


def test_an_extension_cannot_take_points_away() -> None:
    assert earned(TWO_LOOSE, {"jars": LessThanNothing()}) == ()


# --- a reward of one's own --------------------------------------------------------------------


def refill(balance: int, known: Extensions, ticket: int = 50_00) -> Option:
    (reward,) = read_program(PROGRAM_OF_THE_EXAMPLE).rewards
    seen = Situation(
        balance=balance,
        store=StoreId("angers"),
        currency="EUR",
        ticket=ticket,
        extensions=known,
    )
    (found,) = options({reward.id: reward.terms}, seen)
    return found


def test_the_reward_of_the_documentation_is_worth_what_it_says(jars: Extensions) -> None:
    assert refill(49, jars).refusal is Refusal.THRESHOLD
    assert refill(149, jars).price == Price(points=149, money=2_40)
    assert refill(150, jars).price == Price(points=150, money=3_60)
    assert refill(150, jars, ticket=3_00).price == Price(points=150, money=3_00)
    used = refill(150, jars).price
    assert used is not None
    assert used.steps == (Step(StepKind.GIVE, "jars@1", 150),), "the version is in the trace"


def test_a_reward_that_says_less_than_nothing_gives_nothing() -> None:
    for owed in (0, -5):
        known: Extensions = {"jars": Fixed(owed)}
        assert refill(150, known).price == Price(points=150, money=0)


class Fixed:
    """Worth so much, whatever the balance."""

    version = "1"

    def __init__(self, money: int) -> None:
        self.money = money

    def worth(self, balance: int, settings: Settings) -> int:
        del balance, settings
        return self.money


def test_a_reward_whose_extension_is_not_here_is_refused_and_not_guessed() -> None:
    with pytest.raises(ExtensionMissing, match="no reward 'jars'"):
        refill(150, extensions.NONE)


def test_a_reward_of_ones_own_is_written_and_read_back_and_is_for_the_till() -> None:
    program = read_program(PROGRAM_OF_THE_EXAMPLE)
    assert read_program(write_program(program)) == program
    assert program.rewards[0].gives == Worth(name="jars", settings={"jars": 50, "cents": 120})
    assert not program.rewards[0].on_paper
