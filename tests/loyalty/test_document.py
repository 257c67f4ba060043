"""A program's document: what is written is what is read; what is wrong is named with its remedy."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.document import FORMAT, json_schema, read_program, write_program
from loyalty.errors import ProgramRefused
from loyalty.ids import StoreId
from loyalty.program import Fixed, Occasion, PerAmount, Reward, Rounding, Validity
from loyalty.terms import (
    AllPoints,
    AmountOff,
    ChosenPoints,
    Cost,
    FixedCost,
    GiftArticle,
    Gives,
    How,
    Nothing,
    PercentOff,
    PerPoint,
    Reached,
    RewardTerms,
    Usable,
    Voucher,
    When,
)
from loyalty.vectors.plain import PROGRAM as PLAIN
from loyalty.vectors.run import HERE, cases

PROGRAMS = Path(__file__).parents[2] / "assets" / "programs"
SCHEMA = PROGRAMS / "program.schema.json"
SHIPPED = sorted(set(PROGRAMS.glob("*.json")) - {SCHEMA})
GOOD: dict[str, Any] = json.loads(
    (PROGRAMS / "one-euro-one-point.json").read_text(encoding="utf-8")
)
GONE = object()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_program_we_ship_is_read_and_written_back_the_same(path: Path) -> None:
    program = read_program(path.read_bytes())
    assert read_program(write_program(program)) == program


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    """If this fails: write json_schema() there again, indented by 2, with a line end."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json_schema()


def test_the_document_says_what_the_program_does() -> None:
    program = read_program(json.dumps(GOOD))
    welcome, ratio = program.earning
    assert (welcome.when, welcome.give) == (Occasion.ENROLMENT, Fixed(points=50))
    assert (ratio.when, ratio.give) == (Occasion.SALE, PerAmount(amount=100, points=1))
    assert (ratio.round, ratio.until) == (Rounding.FLOOR, Validity(months=12))
    assert [reward.cost for reward in program.rewards] == [200, 350, 420, 600]
    assert program.rewards[0].voucher == Validity(months=3)
    assert (program.offline.per_card, program.offline.snapshot_age_h) == (600, 168)
    assert program.valid_from == datetime(2026, 1, 1, tzinfo=UTC)


def test_what_is_left_out_has_its_default() -> None:
    document = deepcopy(GOOD)
    for key in ("point_value", "rule_in_words", "rewards"):
        del document[key]
    del document["earning"][1]["until"], document["earning"][1]["round"]
    program = read_program(json.dumps(document))
    assert (program.point_value, program.rule_in_words, program.rewards) == (None, {}, ())
    assert (program.earning[1].until, program.earning[1].round) == (None, Rounding.FLOOR)
    assert read_program(write_program(program)) == program


@pytest.mark.parametrize("value", [0.05, "0.05", "0.050", 1, "12.5"])
def test_the_value_of_a_point_is_exact(value: object) -> None:
    program = read_program(changed("point_value", value))
    assert program.point_value == Decimal(str(value))
    assert read_program(write_program(program)) == program


words = st.dictionaries(
    st.from_regex(r"\A[a-z]{2}\Z"),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
    min_size=1,
)


@given(
    name=words,
    value=st.none() | st.decimals("0.0001", 1000, places=4),
    valid_from=st.integers(0, 10**9).map(lambda s: datetime.fromtimestamp(s, UTC)),
    rounding=st.sampled_from(Rounding),
    months=st.integers(1, 240),
)
def test_any_program_is_written_and_read_back_the_same(
    name: dict[str, str],
    value: Decimal | None,
    valid_from: datetime,
    rounding: Rounding,
    months: int,
) -> None:
    program = read_program(json.dumps(GOOD))
    rule = replace(program.earning[1], round=rounding, until=Validity(months=months, days=3))
    program = replace(program, name=name, point_value=value, valid_from=valid_from, earning=(rule,))
    assert read_program(write_program(program)) == program


A_WHOLE_NUMBER = "write a whole number, without comma or quotes, such as 200"
A_POINT = "write a number with a point, such as 0.05"
A_DATE = "write a day that exists, with its time zone, such as 2026-01-31T00:00:00+01:00"
SMALL_LETTERS = "write small letters, digits and hyphens, such as free-coffee"
REFUSED: list[tuple[str, object, str]] = [
    ("rewards.0.cost", -1, "write a number above 0"),
    ("rewards.0.cost", 0, "write a number above 0"),
    ("rewards.0.cost", 10**9 + 1, "write 1000000000 or less"),
    ("rewards.0.cost", 10**30, "write 1000000000 or less"),
    ("rewards.0.cost", "200", A_WHOLE_NUMBER),
    ("rewards.0.cost", "2,5", A_WHOLE_NUMBER),
    ("rewards.0.cost", 2.5, A_WHOLE_NUMBER),
    ("rewards.0.cost", True, A_WHOLE_NUMBER),
    ("rewards.0.cost", None, A_WHOLE_NUMBER),
    ("rewards.0.cost", float("nan"), A_WHOLE_NUMBER),
    ("rewards.0.cost", float("inf"), A_WHOLE_NUMBER),
    ("rewards.0.cost", GONE, "'cost' is missing: write it"),
    ("rewards.0.article", "", "write at least one letter"),
    ("rewards.0.article", 7, "write it between quotes"),
    ("rewards.0.article", "A" * 65, "write 64 letters at most"),
    ("rewards.0.id", "Free Coffee", SMALL_LETTERS),
    ("rewards.1.id", "coffee", "'coffee' is taken: give it another id"),
    ("rewards.0.voucher", {"days": 0}, "give it at least one day or one month"),
    ("rewards.0.voucher", {}, "give it at least one day or one month"),
    ("rewards.0.voucher", 90, "write fields between { and }"),
    ("rewards.0.voucher.month", 3, "'month' is not known here; was 'months' meant?"),
    ("rewards", None, "write a list between [ and ]"),
    ("earning", {}, "write a list between [ and ]"),
    ("earning.1.id", "welcome", "'welcome' is taken: give it another id"),
    ("earning.1.when", "sales", "write 'enrolment' or 'sale'"),
    ("earning.1.round", "up", "write 'floor', 'half_up' or 'ceil'"),
    ("earning.1.until", {"months": 0}, "give it at least one day or one month"),
    ("earning.1.give", 5, "write fields between { and }"),
    ("earning.1.give.amount", "1,00", A_WHOLE_NUMBER),
    ("earning.1.give.amount", 0, "write a number above 0"),
    ("earning.1.give.points", GONE, "'points' is missing: write it"),
    ("currency", "eur", "write its three capital letters, such as EUR"),
    ("currency", "€", "write its three capital letters, such as EUR"),
    ("valid_from", "2026-01-01", A_DATE),
    ("valid_from", "2026-01-01T00:00:00", A_DATE),
    ("valid_from", "2026-13-01T00:00:00Z", A_DATE),
    ("valid_from", "tomorrow", A_DATE),
    ("valid_from", 1_767_225_600, A_DATE),
    ("point_value", "NaN", "write a number, such as 0.05"),
    ("point_value", float("nan"), "write a number, such as 0.05"),
    ("point_value", "0,05", "write a number with a point, such as 0.05"),
    ("point_value", [], "write a number with a point, such as 0.05"),
    ("point_value", -1, "write a number above 0"),
    ("point_value", "1e400", "write 18 digits at most"),
    ("name", {}, "write it in at least one language"),
    ("name", "Carte", 'write texts by language, such as {"fr": "Un café offert"}'),
    ("name.fr", "", "write at least one letter"),
    ("name.french", "Carte", "write the language as two small letters, such as fr"),
    ("offline.per_card", -1, "write 0 or more"),
    ("offline.snapshot_age_h", 10_000, "write 8784 or less"),
    ("offline", GONE, "'offline' is missing: write it"),
    ("format", "loyalty-program/2", f"write '{FORMAT}'"),
    ("version", 0, "write 1 or more"),
    ("colour", "red", "'colour' is not known here: leave it out"),
    (
        "rewards.0.picture",
        "Coffee.png",
        "write the picture's name in small letters, digits and hyphens, without .png",
    ),
]


@pytest.mark.parametrize(("field", "value", "remedy"), REFUSED)
def test_a_wrong_field_is_named_with_what_to_write_instead(
    field: str, value: object, remedy: str
) -> None:
    assert refusal(changed(field, value)) == (field, remedy)


def test_a_misspelt_field_is_told_as_such_and_not_as_missing() -> None:
    document = deepcopy(GOOD)
    document["rewards"][0]["cots"] = document["rewards"][0].pop("cost")
    remedy = "'cots' is not known here; was 'cost' meant?"
    assert refusal(json.dumps(document)) == ("rewards.0.cots", remedy)


def test_welcome_points_are_not_counted_on_money() -> None:
    assert refusal(changed("earning.0.give", {"amount": 100, "points": 1})) == (
        "earning.0.give",
        "nothing is spent at enrolment: leave out amount, keep points",
    )


def test_one_rule_only_gives_the_welcome_points() -> None:
    document = deepcopy(GOOD)
    document["earning"].append({**document["earning"][0], "id": "second"})
    assert refusal(json.dumps(document)) == (
        "earning.2.when",
        "earning.0 gives the welcome points already: put all of them there",
    )


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("", "this is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{", "this is not JSON: EOF while parsing an object at line 1 column 1"),
        ("[" * 5000, "this is not JSON: recursion limit exceeded at line 1 column 202"),
        ("[]", "write fields between { and }"),
        (b"\xff", "this is not JSON: expected value at line 1 column 1"),
        ("\ud800", "write it in UTF-8"),
    ],
)
def test_what_is_no_document_is_refused_whole(text: str | bytes, remedy: str) -> None:
    assert refusal(text) == ("document", remedy)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
FIELDS = [field for field, _, _ in REFUSED]


@given(st.sampled_from(FIELDS), anything)
def test_whatever_is_written_the_answer_is_a_program_or_a_remedy_in_our_words(
    field: str, value: object
) -> None:
    written = changed(field, value)
    try:
        read_program(written)
    except ProgramRefused:
        named, remedy = refusal(written)
        assert named.split(".")[0] == field.split(".", maxsplit=1)[0]
        assert "nput should" not in remedy


@given(st.text() | st.binary())
def test_any_text_is_a_program_or_refused(text: str | bytes) -> None:
    with pytest.raises(ProgramRefused):
        read_program(text)


def changed(field: str, value: object) -> str:
    """The good document with another value at `field`."""
    document = deepcopy(GOOD)
    document["rewards"][0]["voucher"] = {"months": 3}
    *path, last = field.split(".")
    place: Any = document
    for part in path:
        place = place[int(part) if isinstance(place, list) else part]
    if value is GONE:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return json.dumps(document)


def refusal(text: str | bytes) -> tuple[str, str]:
    with pytest.raises(ProgramRefused) as refused:
        read_program(text)
    return refused.value.field, refused.value.remedy


# --- rules, campaigns, price books, caps, cards and alerts ------------------------------------

TEXTS = {"fr": "Opération"}
VECTOR_PROGRAMS = [
    pytest.param({**PLAIN, **case["program"]}, id=f"{path.stem}: {case['name']}")
    for path in sorted(HERE.glob("*.json"))
    for case in cases(path)
    if "program" in case and "refused" not in case["expect"]
]


@pytest.mark.parametrize("document", VECTOR_PROGRAMS)
def test_every_program_of_the_vectors_is_written_and_read_back_the_same(
    document: dict[str, Any],
) -> None:
    program = read_program(json.dumps(document))
    assert read_program(write_program(program)) == program


def operation(**fields: object) -> dict[str, object]:
    campaign = {"id": "op", "name": TEXTS, "give": {"times": "2"}, **fields}
    return {"campaigns": [campaign]}


def rule(**fields: object) -> dict[str, object]:
    return {"earning": [{"id": "r", "when": "sale", "give": {"points": 1}, **fields}]}


ENDS_BEFORE = "it ends before it starts: write 2026-03-08 or later"
LATE = {"first_day": "2026-03-08", "last_day": "2026-03-07"}
REFUSED_RULES: list[tuple[dict[str, object], str, str]] = [
    (operation(**LATE), "campaigns.0.last_day", ENDS_BEFORE),
    (
        operation(first_day="8 mars"),
        "campaigns.0.first_day",
        "write a day that exists, such as 2026-01-31",
    ),
    (
        operation(first_day=3),
        "campaigns.0.first_day",
        "write a day that exists, such as 2026-01-31",
    ),
    (
        operation(hours=[{"start": "9h", "end": "12:00"}]),
        "campaigns.0.hours.0.start",
        "write an hour, such as 09:30",
    ),
    (
        operation(hours=[{"start": "12:00", "end": "12:00"}]),
        "campaigns.0.hours.0.end",
        "it ends before it starts: write the hours after midnight on their own",
    ),
    (operation(weekdays="thursday"), "campaigns.0.weekdays", "write a list between [ and ]"),
    (operation(birthday="week"), "campaigns.0.birthday", "write 'day' or 'month'"),
    (operation(first_purchase=1), "campaigns.0.first_purchase", "write true or false"),
    (operation(give={"times": "0"}), "campaigns.0.give.times", "write a number above 0"),
    (operation(give={"times": "1,5"}), "campaigns.0.give.times", A_POINT),
    (
        operation(give={"points": 5, "each": True}),
        "campaigns.0.give.each",
        "say for each what: write buy or spend",
    ),
    (
        operation(line={"families": ["x"]}),
        "campaigns.0.line",
        "'line' is not known here; was 'lines' meant?",
    ),
    (
        operation(when={"first_day": "2026-05-01"}),
        "campaigns.0.when",
        "'when' is not known here: leave it out",
    ),
    (
        {"campaigns": [{"id": "welcome", "name": TEXTS, "give": {"points": 5}}]},
        "campaigns.0.id",
        "'welcome' is taken: give it another id",
    ),
    (rule(give={"bands": []}), "earning.0.give.bands", "write at least one"),
    (rule(give={"coefficient": "x"}), "earning.0.give.coefficient", A_POINT),
    (
        rule(give={"bands": [{"start": 5, "below": 5, "points": 1}]}),
        "earning.0.give.bands.0.below",
        "write more than 5, its start",
    ),
    (
        rule(give={"bands": [{"start": 5, "points": 1}, {"start": 9, "points": 2}]}),
        "earning.0.give.bands.1.start",
        "it overlaps the band before: start where that one ends, smallest band first",
    ),
    (
        rule(give={"per_article": {"A": "10"}}),
        "earning.0.give.per_article.A",
        A_WHOLE_NUMBER,
    ),
    (
        rule(on={"count": "money"}),
        "earning.0.on.count",
        "write 'ttc', 'ht', 'visits', 'typed_visits' or 'articles'",
    ),
    (rule(only={"towns": [""]}), "earning.0.only.towns.0", "write at least one letter"),
    (rule(active="no"), "earning.0.active", "write true or false"),
    (
        rule(when="enrolment", give={"coefficient": "1"}),
        "earning.0.give",
        "nothing is spent at enrolment: leave out amount, keep points",
    ),
    (
        {"price_books": [{"code": "A"}, {"code": "A"}]},
        "price_books.1.code",
        "'A' is taken: give it another code",
    ),
    ({"card": {}}, "card", "write either last_day or days"),
    ({"card": {"days": 9, "last_day": "2026-03-08"}}, "card", "write either last_day or days"),
    ({"card": LATE}, "card.last_day", ENDS_BEFORE),
    (
        {"caps": {"ticket_share": "10"}},
        "caps.ticket_share",
        "say what a point is worth in point_value",
    ),
    ({"caps": {"per_day": 0}}, "caps.per_day", "write a number above 0"),
    ({"alerts": [{"id": "a", "message": TEXTS}]}, "alerts.0", "write points or visits"),
    (
        {"alerts": [{"id": "a", "message": TEXTS, "points": 5, "both": True}]},
        "alerts.0",
        "write both points and visits",
    ),
    ({"combine": "sum"}, "combine", "write 'best', 'multiply' or 'add'"),
    ({"counts_from": "2026-01-01"}, "counts_from", A_DATE),
]


@pytest.mark.parametrize(("fields", "field", "remedy"), REFUSED_RULES)
def test_a_rule_that_cannot_be_is_named_with_what_to_write_instead(
    fields: dict[str, object], field: str, remedy: str
) -> None:
    assert refusal(json.dumps({**GOOD, **fields})) == (field, remedy)


def test_a_card_of_a_fixed_period_and_an_alert_of_both_are_read() -> None:
    card = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
    alert = {"id": "a", "message": TEXTS, "points": 5, "visits": 2, "both": True}
    program = read_program(json.dumps({**GOOD, "card": card, "alerts": [alert]}))
    assert program.card is not None
    assert program.card.last_day == date(2026, 12, 31)
    assert program.alerts[0].both


# --- rewards: cost, gives, usable -------------------------------------------------------------


def reward_of(**fields: object) -> Reward:
    written = {"id": "r", "name": TEXTS, "cost": 200, "article": "REM", **fields}
    program = read_program(json.dumps({**GOOD, "rewards": [written]}))
    assert read_program(write_program(program)) == program
    return program.rewards[0]


def test_a_reward_without_more_words_is_its_article_for_its_cost() -> None:
    assert reward_of().terms == RewardTerms(
        cost=FixedCost(points=200),
        gives=GiftArticle(articles=("REM",)),
        usable=Usable(from_points=200),
    )


@pytest.mark.parametrize(
    ("written", "gives"),
    [
        ({"articles": ["A", "B"]}, GiftArticle(articles=("A", "B"))),
        ({"percent": "10"}, PercentOff(percent=Decimal(10))),
        ({"amount": 500}, AmountOff(amount=500)),
        ({"per_point": "0.02"}, PerPoint(value=Decimal("0.02"))),
        ({"other": "voucher"}, Voucher()),
        ({"other": "nothing"}, Nothing()),
    ],
)
def test_a_reward_gives_what_is_written(written: dict[str, object], gives: Gives) -> None:
    assert reward_of(gives=written).terms.gives == gives


@pytest.mark.parametrize(
    ("takes", "cost"),
    [
        ("cost", FixedCost(points=200)),
        ("nothing", FixedCost(points=0)),
        ("all", AllPoints()),
        ("chosen", ChosenPoints()),
    ],
)
def test_a_reward_takes_what_is_written_from_its_cost_on(takes: str, cost: Cost) -> None:
    terms = reward_of(takes=takes).terms
    assert (terms.cost, terms.usable.from_points) == (cost, 200)


def test_a_reward_is_usable_as_is_written() -> None:
    usable = reward_of(
        usable={
            "from_points": 300,
            "reached": "more_than",
            "when": "same_ticket",
            "how": "automatic",
            "keeps_rest": False,
            "ticket_share": "50",
            "per_member": 2,
            "stores": ["angers"],
        }
    ).terms.usable
    assert usable == Usable(
        from_points=300,
        reached=Reached.MORE_THAN,
        when=When.SAME_TICKET,
        how=How.AUTOMATIC,
        keeps_rest=False,
        ticket_share=Decimal(50),
        per_member=2,
        stores=frozenset({StoreId("angers")}),
    )


@pytest.mark.parametrize(
    ("fields", "field", "remedy"),
    [
        ({"gives": {"articles": []}}, "gives.articles", "write at least one"),
        ({"gives": {"percent": "101"}}, "gives.percent", "write 100 or less"),
        ({"gives": {"amount": "5"}}, "gives.amount", A_WHOLE_NUMBER),
        ({"gives": {"per_point": "0"}}, "gives.per_point", "write a number above 0"),
        ({"gives": {"other": "car"}}, "gives.other", "write 'voucher' or 'nothing'"),
        ({"takes": "some"}, "takes", "write 'cost', 'nothing', 'all' or 'chosen'"),
        ({"usable": {"when": "now"}}, "usable.when", "write 'next_ticket' or 'same_ticket'"),
    ],
)
def test_a_reward_that_cannot_be_is_named_with_its_remedy(
    fields: dict[str, object], field: str, remedy: str
) -> None:
    with pytest.raises(ProgramRefused) as refused:
        reward_of(**fields)
    assert (refused.value.field, refused.value.remedy) == (f"rewards.0.{field}", remedy)
