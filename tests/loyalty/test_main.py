"""The command line: what an integrator of a till sees."""

import json
import runpy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from loyalty import __main__ as command
from loyalty.explain import Said
from loyalty.vectors import run

PROGRAM = Path(__file__).parents[2] / "assets" / "programs" / "one-euro-one-point.json"
SALE: dict[str, Any] = {
    "sale": {
        "id": "ticket",
        "store": "angers",
        "member": "zoe",
        "currency": "EUR",
        "total": 5000,
        "closed_at": "2026-03-05T10:00:00+01:00",
        "payments": [
            {"means": "voucher", "amount": 500},
            {"means": "points", "amount": 3000},
            {"means": "money", "amount": 1500},
        ],
    },
    "balance": 340,
}


@pytest.fixture
def sale(tmp_path: Path) -> Path:
    path = tmp_path / "sale.json"
    path.write_text(json.dumps(SALE), encoding="utf-8")
    return path


def test_vectors_prints_row_cases_and_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["vectors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["row", "cases", "pass"]
    counted = [line.split() for line in lines[1:-1]]
    assert all(count == passed for _, count, passed in counted)
    assert lines[-1] == f"{len(run.run_all())} cases, {len(run.run_all())} pass"


def test_a_vector_that_does_not_pass_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = run.Outcome(file="till.json", name="two", rows=("CLI-17",), wrong=("points: 1",))
    monkeypatch.setattr(command, "run_all", lambda: (wrong,))
    assert command.main(["vectors"]) == command.WRONG
    told = capsys.readouterr()
    assert told.out.splitlines()[1].split() == ["CLI-17", "1", "0"]
    assert told.err == "till.json: two: points: 1\n"


def test_quote_says_what_a_sale_would_earn(sale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["quote", str(PROGRAM), str(sale)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["earned"], told["balance_before"], told["balance_after"]) == (15, 340, 355)
    assert told["deadline"] == "2027-03-06T00:00:00+01:00"
    assert told["offers"][0] == {"reward": "coffee", "cost": 200, "missing": 0}
    assert told["message"]["fr"] == "1 € = 1 point"


def test_a_member_who_owes_points_is_quoted_what_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sale.json"
    path.write_text(json.dumps({**SALE, "balance": -20}), encoding="utf-8")
    assert command.main(["quote", str(PROGRAM), str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["earned"], told["balance_before"], told["balance_after"]) == (15, -20, -5)


def test_explain_tells_the_calculation(sale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["explain", str(PROGRAM), str(sale)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ratio (program maison-lise, version 1)",
        "  50.00 EUR (TTC)",
        "  − 5.00 EUR voucher",
        "  − 30.00 EUR points",
        "  = 15.00 EUR",
        "  × 1 point for each 1.00 EUR",
        "  = 15 points",
    ]


def sold(**wrong: object) -> str:
    written = SALE["sale"]
    assert isinstance(written, dict)
    return json.dumps({**SALE, "sale": {**written, **wrong}})


def test_a_sale_that_earns_nothing_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sale.json"
    path.write_text(json.dumps({**SALE, "buyer": {"enrolled": False}}), encoding="utf-8")
    assert command.main(["explain", str(PROGRAM), str(path)]) == 0
    assert capsys.readouterr().out == "this sale earns nothing\n"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("{", "document: this is not JSON"),
        ("[]", "document: write fields between { and }"),
        ("{}", "sale: write fields between { and }"),
        (
            sold(total="50,00"),
            "sale.total: write a whole number, without comma or quotes, such as 4200",
        ),
        (sold(id="a/b"), "sale.id: write it without a slash: ids of entries are made of it"),
        (sold(currency="EUS"), "sale.currency: write its three capital letters, such as EUR"),
        (sold(currency="USD"), "sale.currency: write EUR: the sale is in USD, the program in EUR"),
        (sold(closed_at="2026-02-29T10:00:00+01:00"), "sale.closed_at: write a day that exists"),
        (json.dumps({**SALE, "balance": 1.5}), "balance: write a whole number of points"),
        (json.dumps({**SALE, "balance": True}), "balance: write a whole number of points"),
        (json.dumps({**SALE, "zone": "Angers"}), "zone: write a time zone, such as Europe/Paris"),
        (json.dumps({**SALE, "zone": "../x"}), "zone: write a time zone, such as Europe/Paris"),
    ],
)
def test_a_wrong_file_is_refused_with_its_remedy(
    written: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sale.json"
    path.write_text(written, encoding="utf-8")
    assert command.main(["quote", str(PROGRAM), str(path)]) == command.REFUSED
    assert capsys.readouterr().err.startswith(reason)


def test_a_file_that_is_not_there_is_named(
    sale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["quote", str(tmp_path / "none.json"), str(sale)]) == command.REFUSED
    assert "none.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("message", "arguments", "words"),
    [
        ("count.ht", {"amount": 1}, "0.01 EUR (HT)"),
        ("count.typed_visits", {"count": 3}, "3 typed visits"),
        (
            "rate",
            {"points": 1, "per": 2, "of": "visits"},
            "× 1 point for each 2 visits",
        ),
        ("give", {"points": 10, "why": "fixed"}, "+ 10 points (fixed)"),
        ("campaign", {"campaign": "thursday", "factor": Fraction(3, 2)}, "× 3/2 thursday"),
        ("combine.best", {}, "several campaigns: best"),
        ("only", {"campaigns": "garden"}, "on top, for the lines of garden:"),
        ("cap.day", {"points": 30}, "at most 30 points (day)"),
    ],
)
def test_every_line_of_an_explanation_has_its_words(
    message: str, arguments: dict[str, int | Fraction | str], words: str
) -> None:
    assert command.in_words(Said(message=message, arguments=arguments), "EUR") == words


def test_a_currency_without_cents_is_told_without() -> None:
    told = Said(message="basis", arguments={"amount": 1500})
    assert command.in_words(told, "XPF") == "= 1500 XPF"


def test_it_is_a_command(
    sale: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["loyalty", "explain", str(PROGRAM), str(sale)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(command.__file__), run_name="__main__")
    assert ended.value.code == 0
    assert "= 15 points" in capsys.readouterr().out


# --- a past -------------------------------------------------------------------------------------

SOLD = {
    "sold": {
        "id": "t1",
        "store": "angers",
        "member": "zoe",
        "currency": "EUR",
        "total": 10_00,
        "closed_at": "2026-03-02T10:00:00+01:00",
    }
}
RETURNED = {
    "id": "r1",
    "sale": "t1",
    "store": "angers",
    "at": "2026-03-03T10:00:00+01:00",
    "lines": [{"line": 1, "quantity": 1}],
}
STANDS = {
    "id": "w1",
    "member": "ali",
    "kind": "welcome",
    "points": 200,
    "at": "2026-03-01T10:00:00+01:00",
    "store": "angers",
}


def replay_of(folder: Path, **past: object) -> int:
    path = folder / "past.json"
    path.write_text(json.dumps({"facts": [SOLD], **past}), encoding="utf-8")
    program = Path(__file__).parents[2] / "assets/programs/one-euro-one-point.json"
    return command.main(["replay", str(program), str(program), str(path)])


def test_a_past_is_told_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    void = {"voided": {"sale": "t1", "at": "2026-03-04T10:00:00+01:00"}, "booked": 10}
    facts = [{"stands": STANDS}, {**SOLD, "buyer": {"town": "Angers"}, "booked": 10}, void]
    zones = {"zone": "Europe/London", "zones": {"angers": "Europe/Paris"}}
    assert replay_of(tmp_path, facts=facts, threshold=100, point_cost="0.10", **zones) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["members"], found["total"]["members_over"], found["total"]["cost"]) == (2, 1, 0)
    assert found["total"]["difference"] == 0


@pytest.mark.parametrize(
    ("past", "refused"),
    [
        ({"facts": []}, "past.facts: write what happened: at least one sale"),
        ({"facts": [{}]}, "past.facts.0: write one of sold, returned, voided, stands"),
        ({"facts": [{"returned": RETURNED}]}, "past.facts.0.returned.sale: write the sale before"),
        (
            {"facts": [SOLD, {"returned": {**RETURNED, "lines": []}}]},
            "past.facts.1.returned.lines: write the lines that came back",
        ),
        (
            {"facts": [SOLD, {"returned": {**RETURNED, "lines": [{"line": 1}]}}]},
            "past.facts.1.returned.lines.0.quantity: it is missing",
        ),
        (
            {"facts": [{"voided": {"sale": "t1", "at": "2026-03-04T10:00:00+01:00"}}]},
            "past.facts.0.voided.sale: write the sale before",
        ),
        ({"facts": [{"stands": {"id": "e"}}]}, "past.facts.0.stands.member: it is missing"),
        (
            {"facts": [{"sold": {**SOLD["sold"], "lines": [{"quantity": -1}]}}]},
            "past.facts.0.sold.lines.0.quantity: write 1 or more: a return is not a sale",
        ),
        (
            {"facts": [{"sold": {**SOLD["sold"], "currency": "USD"}}]},
            "past.facts.0.sold.currency: write EUR, in which the program counts",
        ),
        ({"zone": "Mars"}, "past.zone: write a time zone"),
        ({"zones": ["Mars"]}, "past.zones: write stores and their zones"),
        ({"point_cost": "0,05"}, "past.point_cost: write it in quotes and with a point"),
        ({"threshold": "many"}, "past.threshold: write a whole number"),
    ],
)
def test_a_past_that_says_something_impossible_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], past: dict[str, object], refused: str
) -> None:
    assert replay_of(tmp_path, **past) == command.REFUSED
    assert capsys.readouterr().err.startswith(refused)


def test_the_end_of_a_past_is_its_last_fact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = [SOLD, {"stands": STANDS}, {"returned": RETURNED}]
    assert replay_of(tmp_path, facts=facts) == 0
    assert json.loads(capsys.readouterr().out)["weeks"].keys() == {"2026-W09", "2026-W10"}
