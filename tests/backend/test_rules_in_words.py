"""Programs in a merchant's words: nothing of a document is lost between it and the forms."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.datastructures import FormData

from backend.backoffice.rules import reading, sentences, shapes, telling
from backend.backoffice.rules.known import FIELDS, Known
from backend.backoffice.rules.parts import PARTS, SERIES, place
from backend.backoffice.rules.shapes import Shape
from backend.backoffice.rules.showing import Node, nodes
from backend.backoffice.rules.telling_campaigns import campaign
from backend.backoffice.rules.words_choices import CHOICES
from backend.web.forms import Form
from backend.web.words import words_in
from backend_client.schemas.programs import Difference
from loyalty.document import read_program, write_program

PROGRAMS = sorted(
    path
    for path in Path(__file__).parents[2].joinpath("assets/programs").glob("*.json")
    if not path.name.endswith(".schema.json")
)
REFERENCE = Path(__file__).parents[2] / "docs" / "program-reference.md"


def whole() -> Iterator[Shape]:
    waiting = list(shapes.program().values())
    while waiting:
        shape = waiting.pop()
        yield shape
        waiting += shape.inside
        for variant in shape.variants.values():
            waiting += variant


def known(document: dict[str, Any], language: str = "fr") -> Known:
    return Known(
        words=words_in(language),
        currency="EUR",
        in_money=document.get("unit") == "money",
        zone=ZoneInfo("Europe/Paris"),
    )


def sent(found: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
    """What a browser sends of a form as it is shown."""
    for node in found:
        if node.kind in ("flag", "several", "picks", "choice", "one_of", "part"):
            yield from _chosen(node)
        elif node.kind == "rows":
            for row in node.rows:
                yield from sent(row)
        elif node.inside:
            yield from sent(node.inside)
        else:
            yield node.path, node.value


def _chosen(node: Node) -> Iterator[tuple[str, str]]:
    if node.kind == "flag" and node.on:
        yield node.path, "true"
    if node.kind == "part":
        if node.optional and node.on:
            yield f"{node.path}!on", "true"
        yield from sent(node.inside)
    name = f"{node.path}!kind" if node.kind == "one_of" else node.path
    yield from ((name, value) for value, _, chosen in node.choices if chosen)
    for _, _, inside in node.variants:
        yield from sent(inside)


def examples() -> Iterator[Any]:
    for path in PROGRAMS:
        yield pytest.param(path.read_text(encoding="utf-8"), id=path.stem)
    base, more = REFERENCE.read_text(encoding="utf-8").split("```json\n")[1:3]
    both = json.loads(base.split("```")[0]) | json.loads(more.split("```")[0])
    yield pytest.param(json.dumps(both), id="all-of-the-reference")


@pytest.mark.parametrize("text", list(examples()))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_form_sent_back_as_it_is_shown_is_the_same_program(text: str, language: str) -> None:
    document = json.loads(text)
    known_ = known(document, language)
    made = {name: document[name] for name in ("format", "id", "version", "valid_from")}
    for part in PARTS.values():
        shown = nodes(part.shapes, document, "", known_)
        form = Form(FormData(list(sent(shown))), known_.words)
        made |= reading.part(part.shapes, "", form, known_)
    for name, series in SERIES.items():
        rows = []
        for number, rule in enumerate(document.get(name, [])):
            about = known_.about(rule)
            shown = nodes(series.inside, rule, f"{name}.{number}", about)
            form = Form(FormData(list(sent(shown))), known_.words)
            rows.append(reading.part(series.inside, f"{name}.{number}", form, about))
        made |= {name: rows}
    assert write_program(read_program(json.dumps(made))) == write_program(read_program(text))


def test_every_field_has_a_label_and_every_choice_its_words() -> None:
    found = list(whole())
    assert {shape.key for shape in found if shape.name != "id"} == set(FIELDS)
    for shape in found:
        assert set(shape.choices) <= CHOICES.get(shape.words, {}).keys(), shape.key
        assert set(shape.variants) <= CHOICES.get(shape.words, {}).keys(), shape.key


def test_every_field_of_a_program_is_on_one_page() -> None:
    fields = [*SERIES, *(name for part in PARTS.values() for name in part.fields)]
    assert sorted(fields) == sorted(set(shapes.program()) - {"id"})
    assert place("earning.2.give.amount") == "rules/earning/2"
    assert place("caps.per_day") == "rules/limits"


def test_rules_are_told_as_sentences() -> None:
    here = known({}, "en")
    rule = {"when": "sale", "give": {"amount": 200, "points": 3}, "until": {"months": 6}}
    assert sentences.earning(rule, here) == "3 points for every €2.00 spent, good for 6 months"
    visits = {"when": "sale", "on": {"count": "visits"}, "give": {"amount": 1, "points": 1}}
    assert sentences.earning(visits, here) == "1 point for every 1 visit"
    reward = {"cost": 300, "article": "BON", "gives": {"amount": 500}}
    assert sentences.reward(reward, here) == "for 300 points: €5.00 off the ticket"
    each = {"cost": 500, "article": "BON", "gives": {"per_point": "0.02"}}
    assert sentences.reward(each, here) == "for 500 points: €0.02 off for each point"
    chosen = {"cost": 500, "article": "BON", "gives": {"articles": ["BON", "TASSE"]}}
    named = replace(here, picks={"articles": [("TASSE", "Stone mug")]})
    assert sentences.reward(chosen, named) == "for 500 points: one of BON, Stone mug"
    bands = [{"start": 0, "below": 5000, "points": 10}, {"start": 5000, "points": 25}]
    said = sentences.earning({"when": "sale", "give": {"bands": bands}}, here)
    assert said == "10 points from €0.00 to less than €50.00 · 25 points from €50.00"
    coefficient = {"when": "sale", "give": {"coefficient": "15"}}
    assert sentences.earning(coefficient, here) == "15 points for every €1.00 spent"
    part = {**rule, "only": {"price_codes": ["PART"]}, "active": False}
    assert sentences.earning(part, here).startswith("switched off, 3 points for every €2.00 spent")
    assert sentences.earning(part, here).endswith("Price codes: PART")
    for takes, said in (("nothing", "and takes none"), ("all", "and takes all")):
        told = sentences.reward({"cost": 50, "article": "BON", "takes": takes}, here)
        assert told == f"from 50 points on, {said}: the article BON"
    chosen = {**reward, "cost": 1, "takes": "chosen", "usable": {"from_points": 200}}
    assert sentences.reward(chosen, here).startswith("from 200 points on, as many")


def test_campaigns_are_told_as_sentences() -> None:
    here, there = known({}, "fr"), known({}, "en")
    afternoon = {
        "give": {"times": "1.5"},
        "first_day": "2026-11-27",
        "last_day": "2026-11-27",
        "hours": [{"start": "14:00", "end": "16:00"}],
    }
    assert campaign(afternoon, here) == "points × 1,5, le 27 nov. 2026, de 14:00 à 16:00"
    week = {"give": {"times": "3"}, "weekdays": ["friday", "thursday"], "first_purchase": True}
    assert campaign(week, here) == "points × 3, le jeudi, vendredi, au premier achat"
    assert campaign(week, there) == "points × 3, on Thursday, Friday, on a first purchase"
    spring = {"give": {"points": 5, "each": True}, "first_day": "2026-03-01", "buy": 3}
    spring |= {"lines": {"families": ["Savons"]}, "only": {"towns": ["Angers"]}}
    assert campaign(spring, there) == (
        "5 points on top each time, from 1 Mar 2026 on, Towns: Angers, Families: Savons,"
        " from 3 pieces on"
    )
    birthday = {"give": {"times": "2"}, "last_day": "2026-12-31", "birthday": "month", "spend": 100}
    assert campaign(birthday, there) == (
        "points × 2, until 31 Dec 2026, in the month of the customer’s birthday,"
        " from €1.00 spent on"
    )


def test_a_change_is_told_with_its_place_and_both_values() -> None:
    here = known({}, "en")
    changes = [
        Difference(field="rewards.1.cost", was=300, now=250),
        Difference(field="caps.per_day", was=None, now=500),
        Difference(field="negative", was="allow", now="clamp"),
    ]
    assert list(telling.changes(changes, here)) == [
        ("Rewards › 2 › Points needed", "300", "250"),
        ("The most that purchases give › Points of a member in a day", "nothing", "500"),
        (
            "When the points to take back are spent already",
            "The member owes them",
            "The rest is the shop’s loss",
        ),
    ]
