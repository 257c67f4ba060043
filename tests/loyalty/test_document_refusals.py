"""What a program's document cannot say: each is refused with its place and its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.document import json_schema, read_program
from loyalty.errors import ProgramRefused
from loyalty.program import Program

PLAIN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "older" / "one-euro-one-point.json").read_text(encoding="utf-8")
)


def read(**fields: object) -> Program:
    return read_program(json.dumps({**PLAIN, **fields}))


LEVELS = [{"id": "basic", "start": 0}, {"id": "gold", "start": 500}]
A_WHOLE_NUMBER = "write a whole number, without comma or quotes, such as 200"
UNKNOWN_TIER = "there is no tier 'glod'; was 'gold' meant?"
BRACES = "write {first_name}, {points}, {shop}"
REFUSED: list[tuple[dict[str, object], str, str]] = [
    ({"negative": "forbid"}, "negative", "write 'allow', 'clamp' or 'refuse'"),
    (
        {"adjustments": {"value_date": "editable"}},
        "adjustments.value_date",
        "write 'today' or 'with_right'",
    ),
    ({"adjustments": {"alone": "1,0"}}, "adjustments.alone", A_WHOLE_NUMBER),
    (
        {"adjustments": {"nature": []}},
        "adjustments.nature",
        "'nature' is not known here; was 'natures' meant?",
    ),
    ({"stores": {"sharing": "both"}}, "stores.sharing", "write 'pool' or 'silo'"),
    (
        {"stores": {"groups": {"loire": ["angers"]}}},
        "stores.groups",
        "a pool has no groups: write sharing as silo, or leave them out",
    ),
    (
        {"stores": {"sharing": "silo", "groups": {"loire": ["angers"], "sud": ["angers"]}}},
        "stores.groups.sud",
        "'angers' is in 'loire' already: take it out of one",
    ),
    (
        {"stores": {"sharing": "silo", "groups": ["angers"]}},
        "stores.groups",
        'write the stores of each group, such as {"loire": ["angers", "nantes"]}',
    ),
    (
        {"stores": {"sharing": "silo", "groups": {"Loire!": ["angers"]}}},
        "stores.groups.Loire!",
        "write small letters, digits and hyphens, such as free-coffee",
    ),
    (
        {"price_books": [{"code": "STAFF", "points": 5}]},
        "price_books.0.points",
        'write points by article, such as {"CAFE": 10}',
    ),
    ({"card_price": {}}, "card_price.article", "'article' is missing: write it"),
    ({"card_price": {"article": ""}}, "card_price.article", "write at least one letter"),
    (
        {"card_price": {"article": "CARTE", "amount": 0}},
        "card_price.amount",
        "write a number above 0",
    ),
    ({"enrolment": {"existing": "all"}}, "enrolment.existing", "write 'explicit' or 'automatic'"),
    (
        {"invitations": {"valid": {}}},
        "invitations.valid",
        "give it at least one day or one month",
    ),
    (
        {"welcome_mail": {"subject": {"fr": "Bonjour {name}"}}},
        "welcome_mail.subject.fr",
        f"{{name}} is not known: {BRACES}",
    ),
    (
        {"welcome_mail": {"body": {"en": "{points:d}"}}},
        "welcome_mail.body.en",
        f"{{points}} is not known: {BRACES}",
    ),
    (
        {"welcome_mail": {"body": {"en": "{points"}}},
        "welcome_mail.body.en",
        f"{BRACES}; for a brace, write it twice",
    ),
    ({"households": {"members": 1}}, "households.members", "write 2 or more"),
    ({"tiers": {"levels": []}}, "tiers.levels", "write at least one"),
    (
        {"tiers": {"levels": [LEVELS[1], LEVELS[0]]}},
        "tiers.levels.1.start",
        "write more than 500: the lowest tier comes first",
    ),
    (
        {"tiers": {"levels": [LEVELS[0], {"id": "basic", "start": 5}]}},
        "tiers.levels.1.id",
        "'basic' is taken: give it another id",
    ),
    (
        {"tiers": {"levels": LEVELS, "period": {}}},
        "tiers.period",
        "write either calendar, or months and days",
    ),
    (
        {"tiers": {"levels": LEVELS, "period": {"calendar": "year", "days": 1}}},
        "tiers.period",
        "write either calendar, or months and days",
    ),
    (
        {"only": {"tiers": ["gold"]}},
        "only.tiers",
        "there is no tier 'gold': write it in tiers.levels",
    ),
    (
        {
            "tiers": {"levels": LEVELS},
            "earning": [
                {"id": "r", "when": "sale", "give": {"points": 1}, "only": {"tiers": ["glod"]}}
            ],
        },
        "earning.0.only.tiers",
        UNKNOWN_TIER,
    ),
    (
        {
            "tiers": {"levels": LEVELS},
            "campaigns": [
                {
                    "id": "x2",
                    "name": {"fr": "Or"},
                    "give": {"times": "2"},
                    "only": {"tiers": ["glod"]},
                }
            ],
        },
        "campaigns.0.only.tiers",
        UNKNOWN_TIER,
    ),
    (
        {
            "tiers": {"levels": LEVELS},
            "rewards": [{**PLAIN["rewards"][0], "usable": {"tiers": ["glod"]}}],
        },
        "rewards.0.usable.tiers",
        UNKNOWN_TIER,
    ),
    (
        {"rewards": [{**PLAIN["rewards"][0], "usable": {"per": "month"}}]},
        "rewards.0.usable.per",
        "say how many times: write per_member",
    ),
    ({"reminders": {"channels": []}}, "reminders.channels", "write at least one"),
    (
        {"reminders": {"channels": ["sms"]}},
        "reminders.channels.0",
        "write 'mail', 'kiosk' or 'receipt'",
    ),
    (
        {"reminders": {"quiet": {"start": "20:00", "end": "20:00"}}},
        "reminders.quiet.end",
        "write another hour than start",
    ),
    ({"reminders": {"within_months": 0}}, "reminders.within_months", "write 1 or more"),
    ({"assurance": {"pin": {}}}, "assurance.pin", "'pin' is not known here: leave it out"),
    ({"assurance": {"uid": {"at_once": -1}}}, "assurance.uid.at_once", "write 0 or more"),
    ({"guard": {"cooldown_s": 90_000}}, "guard.cooldown_s", "write 86400 or less"),
    ({"currency": "EUS"}, "currency", "'EUS' is no currency; was 'EUR' meant?"),
    ({"currency": "QQQ"}, "currency", "'QQQ' is no currency: write one of ISO 4217, such as EUR"),
    ({"point_value": 0}, "point_value", "write a number above 0"),
]


@pytest.mark.parametrize(("fields", "field", "remedy"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_is_named_with_its_remedy(
    fields: dict[str, object], field: str, remedy: str
) -> None:
    with pytest.raises(ProgramRefused) as refused:
        read(**fields)
    assert (refused.value.field, refused.value.remedy) == (field, remedy)


@pytest.mark.parametrize(
    ("pending", "until", "field"),
    [
        ({}, None, "pending"),
        ({"days": 3, "until_released": True}, None, "pending"),
        ({"days": 10}, {"days": 10}, "pending.days"),
        ({"days": 9}, {"days": 10}, None),
        ({"days": 28}, {"months": 1}, "pending.days"),
        ({"days": 27}, {"months": 1}, None),
        ({"until_released": True}, {"days": 1}, None),
    ],
)
def test_points_that_die_before_they_can_be_spent_are_refused(
    pending: dict[str, object], until: dict[str, int] | None, field: str | None
) -> None:
    rule = {"id": "r", "when": "sale", "give": {"points": 1}, "pending": pending, "until": until}
    if field is None:
        assert read(earning=[rule]).earning[0].pending is not None
        return
    with pytest.raises(ProgramRefused) as refused:
        read(earning=[rule])
    assert refused.value.field == f"earning.0.{field}"


# --- whatever is written ----------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
SCHEMA = json_schema()
SECTIONS = sorted(set(SCHEMA["properties"]) - {"format"})


def fields_of(section: str) -> list[str]:
    """The fields of a section, or of the parts of which it is a list."""
    told = SCHEMA["properties"][section]
    kinds = [told, *told.get("anyOf", ()), told.get("items", {})]
    parts = [SCHEMA["$defs"][kind["$ref"].rsplit("/", 1)[-1]] for kind in kinds if "$ref" in kind]
    return [field for part in parts for field in part.get("properties", {})]


written = st.sampled_from(SECTIONS).flatmap(
    lambda section: st.tuples(
        st.just(section), st.sampled_from([None, *fields_of(section)]), anything
    )
)


@given(written)
def test_whatever_is_written_anywhere_the_answer_is_a_program_or_a_remedy_in_our_words(
    told: tuple[str, str | None, object],
) -> None:
    section, field, value = told
    if field is not None:
        value = {field: value}
        value = [value] if "items" in SCHEMA["properties"][section] else value
    answer = place_and_remedy(section, value)
    assert answer is None or answer[0].split(".")[0] == section, "the place is told"
    assert answer is None or "nput should" not in answer[1], "not in the words of a library"


def place_and_remedy(section: str, value: object) -> tuple[str, str] | None:
    """Where and what to write instead; None where it is a program."""
    try:
        read(**{section: value})
    except ProgramRefused as no:
        return no.field, no.remedy
    return None
