"""The conformance vectors: every rule row has one, every one passes, and a wrong one is told."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from loyalty.sales import LineKind, SaleRefused, check
from loyalty.vectors.read import read_buyer, read_sale
from loyalty.vectors.run import HERE, cases, run, run_all, table

ROOT = Path(__file__).parents[2]
WRITTEN = """
    CLI-01 CLI-07 CLI-08 CLI-09 CLI-10 CLI-11 CLI-14 CLI-15 CLI-16 CLI-17 CLI-18 CLI-19 CLI-20
    CLI-21 CLI-22 CLI-23 CLI-24 CLI-25 CLI-26 CLI-28 CLI-29
    OCT-02 OCT-03 OCT-04 OCT-05 OCT-06 OCT-07 OCT-08 OCT-09 OCT-10 OCT-11 OCT-12 OCT-13 OCT-14
    OCT-15 OCT-16 OCT-17 OCT-19 OCT-20 OCT-21 OCT-22 OCT-23 OCT-24 OCT-41 OCT-42
    GLO-03 GLO-04 GLO-05 GLO-06 GLO-07 GLO-10 GLO-11 GLO-12
    INV-01 INV-02 INV-03 INV-04 INV-05 INV-06 INV-08 INV-09 INV-11 INV-12 INV-13 INV-14 INV-18
    INV-22 INV-23 INV-24 INV-25 INV-26
    LSX-01 LSX-03 LSX-04 LSX-05 LSX-10 LSX-11 LSX-12 LSX-19 LSX-20 LSX-21 LSX-22 LSX-24 LSX-26
    LSX-31 LSX-39 LSX-40 LSX-43 LSX-44 LSX-46 LSX-47 LSX-49 LSX-55 LSX-56 LSX-57 LSX-58
    SW-01 SW-02 SW-03 SW-04 SW-05 SW-06 SW-07 SW-08 SW-09 SW-10 SW-11 SW-12 SW-13 SW-14 SW-15
    SW-16 SW-17
"""
ROWS = frozenset(WRITTEN.split())
"""The rows of the requirements that are rules, and all switches."""
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(HERE.glob("*.json"))
    for case in cases(path)
]


@pytest.mark.parametrize("case", CASES)
def test_the_engine_gives_what_the_vector_says(case: dict[str, Any]) -> None:
    assert run(case).wrong == ()


def test_every_rule_row_and_every_switch_has_vectors_that_pass() -> None:
    found = {row: (cases, passed) for row, cases, passed in table(run_all())}
    assert ROWS - set(found) == set()
    assert {row for row, (cases, passed) in found.items() if cases != passed} == set()


def test_every_row_that_the_engine_owns_is_in_that_list() -> None:
    """The row ledger says which part owns a row; what the engine owns is a rule."""
    written = tomllib.loads((ROOT / "docs" / "rows.toml").read_text(encoding="utf-8"))
    owned = {row for row, told in written.items() if told["by"] == "engine" and "-" in row}
    assert owned - ROWS == {"GLO-16", "GLO-17"}  # bespoke rules, and the ready programs
    assert ROWS - owned == set()


def test_no_two_vectors_of_a_file_have_the_same_name() -> None:
    for path in HERE.glob("*.json"):
        names = [case["name"] for case in cases(path)]
        assert sorted(names) == sorted(set(names)), path.name


def test_amounts_are_whole_numbers_or_text() -> None:
    def floats(value: object) -> bool:
        inner = value.values() if isinstance(value, dict) else value
        return isinstance(value, float) or (
            isinstance(inner, (list, type({}.values()))) and any(map(floats, inner))
        )

    fractions = [
        case["name"] for path in HERE.glob("*.json") for case in cases(path) if floats(case)
    ]
    assert fractions == ["an amount with a fraction"]  # which is refused


def test_what_comes_out_otherwise_is_told() -> None:
    case = {"name": "x", "rows": ["CLI-17"], "sale": {"total": 100}, "expect": {"points": 2}}
    assert run(case).wrong == ("points: 1 instead of 2",)


def test_a_refusal_that_nobody_expected_is_told() -> None:
    case = {"name": "x", "rows": [], "sale": {"total": "1,00"}, "expect": {}}
    assert run(case).wrong == ("refused: sale.total",)


def test_the_table_counts_cases_and_those_that_pass() -> None:
    good = {"name": "x", "rows": ["A"], "sale": {"total": 100}, "expect": {"points": 1}}
    bad = {"name": "y", "rows": ["A", "B"], "sale": {"total": 100}, "expect": {"points": 2}}
    assert list(table(map(run, (good, bad)))) == [("A", 2, 1), ("B", 1, 0)]


def test_the_format_is_documented_field_by_field() -> None:
    """Whatever a vector says is in README.md, which is all that a till's author reads."""
    told = (HERE / "README.md").read_text(encoding="utf-8")
    for path in HERE.glob("*.json"):
        for case in cases(path):
            sale = () if "refused" in case["expect"] else case.get("sale", ())
            names = {*case, *sale, *case.get("buyer", ()), *case["expect"]}
            names -= {"now", "joined", "programs", "refused"}
            assert [name for name in names if f"`{name}`" not in told] == []
            assert f"| `{case.get('do', 'earn')}` |" in told


BAD: list[tuple[str, object, str, str]] = [
    ("sale", [], "sale", "write fields between { and }"),
    ("sale", {"totals": 1}, "sale.totals", "it is not known here; was 'total' meant?"),
    ("sale", {"colour": 1}, "sale.colour", "it is not known here: leave it out"),
    ("sale", {"id": 7}, "sale.id", "write it between quotes"),
    ("sale", {"id": "t"}, "sale.store", "it is missing: write it"),
    ("sale", {"lines": {}}, "sale.lines", "write a list between [ and ]"),
    ("sale", {"lines": [{"earns": 1}]}, "sale.lines.0.earns", "write true or false"),
    (
        "sale",
        {"lines": [{"kind": "box"}]},
        "sale.lines.0.kind",
        "write " + ", ".join(LineKind),
    ),
    ("sale", {"payments": [{"amount": 1}]}, "sale.payments.0", "write means and amount"),
    (
        "sale",
        {"total": True},
        "sale.total",
        "write a whole number, without comma or quotes, such as 4200",
    ),
    (
        "sale",
        {"lines": [{"tax_rate": "NaN"}]},
        "sale.lines.0.tax_rate",
        'write a percentage with a point, such as "5.5"',
    ),
    (
        "buyer",
        {"birthday": "2 mars"},
        "buyer.birthday",
        "write a day that exists, such as 2026-01-31",
    ),
    ("buyer", {"themes": ["a", 1]}, "buyer.themes.1", "write it between quotes"),
]


@pytest.mark.parametrize(("what", "written", "field", "remedy"), BAD)
def test_a_wrong_field_of_a_sale_is_named_with_its_remedy(
    what: str, written: object, field: str, remedy: str
) -> None:
    with pytest.raises(SaleRefused) as refused:
        read_sale(written) if what == "sale" else read_buyer(written)
    assert (refused.value.field, refused.value.remedy) == (field, remedy)


def test_what_a_sale_leaves_out_has_its_default() -> None:
    written = {
        "id": "t",
        "store": "angers",
        "member": "zoe",
        "total": 1,
        "currency": "EUR",
        "closed_at": "2026-03-02T10:00:00+01:00",
        "lines": [{"unit_price": 1, "points": None}],
    }
    sale = read_sale(written)
    assert (sale.channel, sale.state, sale.lines[0].points) == ("shop", "closed", None)
    assert read_buyer({"birthday": None}).birthday is None


def test_the_vectors_are_files_that_any_till_can_read() -> None:
    for path in Path(HERE).glob("*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["format"] == "loyalty-vectors/1"


def test_a_sale_whose_id_could_pass_for_two_words_is_refused_before_anything_is_done() -> None:
    written = {
        "id": "t/1",
        "store": "angers",
        "member": "zoe",
        "total": 1,
        "currency": "EUR",
        "closed_at": "2026-03-02T10:00:00+01:00",
    }
    with pytest.raises(SaleRefused) as refused:
        check(read_sale(written))
    assert refused.value.field == "id"
