"""Silly and hostile input: a named problem, nothing written, never a mistake of ours."""

import json
from datetime import timedelta
from typing import Any

import pytest

from backend.api.guard import BODY_MAX
from backend_client.schemas.problems import PROBLEM
from loyalty.vouchers import mint
from tests.support.facts import Journal, Kiosk, now, sale_of
from tests.support.server import Connected, new_id

pytestmark = pytest.mark.thorough


@pytest.fixture
def member(line: Connected, kiosk: Kiosk, journal: Journal) -> str:
    joined = kiosk.enrolled()
    line.terminal.push(journal.write(joined, kiosk.welcomed(joined.member)))
    return joined.member


def sale(of: str, **other: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(sale_of(of, 1000).model_dump_json())
    return body | other


def refused(line: Connected, status: int, name: str, **call: Any) -> dict[str, Any]:
    answer = line.raw(**call)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["type"]) == (status, PROBLEM + name)
    assert problem["status"] == status
    assert problem["title"]
    return problem


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", "12,50"),
        ("total", "1250"),
        ("total", 12.5),
        ("total", -1),
        ("total", True),
        ("total", None),
        ("total", float("nan")),
        ("total", float("inf")),
        ("total", 10**12 + 1),
        ("total", 10**30),
        ("total", []),
        ("currency", "euro"),
        ("currency", ""),
        ("closed_at", "2026-03-01T10:00:00"),
        ("closed_at", "yesterday"),
        ("closed_at", "0001-01-01T00:00:00+02:00"),
        ("closed_at", "9999-12-31T23:59:59-05:00"),
        ("closed_at", 1e400),
        ("member", "../../etc"),
        ("member", "a" * 65),
        ("member", "\ud800"),
        ("id", ""),
        ("channel", "fax"),
        ("unknown", 1),
    ],
)
def test_a_sale_that_makes_no_sense_names_its_field(
    line: Connected, member: str, field: str, value: object
) -> None:
    body = sale(member, **{field: value})
    problem = refused(line, 422, "invalid", method="POST", path="/v1/sales", body=body, till=True)
    assert field in [error["field"] for error in problem["errors"]]
    assert line.till.account(member).balance == 50


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN", "1" * 5000, "01", "0x10", "1e5"])
def test_numbers_that_are_none_are_refused(line: Connected, member: str, number: str) -> None:
    text = json.dumps(sale(member, total=0)).replace('"total": 0', f'"total": {number}')
    answer = line.raw("POST", "/v1/sales", data=text.encode(), till=True)
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert line.till.account(member).balance == 50


@pytest.mark.parametrize("years", [-10, 10])
def test_a_till_whose_clock_is_years_off_is_told_so(
    line: Connected, member: str, years: int
) -> None:
    at = (now() + timedelta(days=365 * years)).isoformat()
    body = sale(member, closed_at=at)
    problem = refused(line, 422, "clock-off", method="POST", path="/v1/sales", body=body, till=True)
    assert "closed_at" in problem["detail"]


def test_a_sale_in_another_currency_is_refused(line: Connected, member: str) -> None:
    body = sale(member, currency="CHF")
    refused(line, 422, "currency-mismatch", method="POST", path="/v1/sales", body=body, till=True)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe", b'{"id": "\xe9"}', b"[" * 100_000, b'{"a":' * 20_000, b"\x00"],
)
@pytest.mark.parametrize("path", ["/v1/sales", "/v1/members/find"])
def test_a_body_that_is_not_json_in_utf8_is_refused(
    line: Connected, path: str, data: bytes
) -> None:
    answer = line.raw("POST", path, data=data, till=True)
    assert answer.status_code in (400, 422)
    assert answer.json()["type"].startswith(PROBLEM)


@pytest.mark.parametrize("data", [b"null", b"3", b'"sale"', b"[]", b"{}"])
def test_json_that_is_no_message_is_refused(line: Connected, data: bytes) -> None:
    refused(line, 422, "invalid", method="POST", path="/v1/sales", data=data, till=True)


def test_a_body_of_ten_megabytes_is_refused(line: Connected) -> None:
    big = b"[" + b"1," * (5 * BODY_MAX) + b"1]"
    refused(line, 413, "too-large", method="POST", path="/v1/events", data=big)


def test_a_body_that_hides_its_length_is_refused_and_nothing_of_it_done(
    line: Connected, member: str
) -> None:
    padded = json.dumps(sale(member)).encode() + b" " * (2 * BODY_MAX)
    chunked = {"Transfer-Encoding": "chunked"}
    call = {"method": "POST", "path": "/v1/sales", "data": padded, "headers": chunked}
    refused(line, 413, "too-large", **call, till=True)
    assert line.till.account(member).balance == 50


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "json"])
def test_a_body_of_another_kind_is_refused(line: Connected, kind: str) -> None:
    refused(
        line,
        415,
        "media-type",
        method="POST",
        path="/v1/sales",
        data=b"{}",
        till=True,
        headers={"Content-Type": kind},
    )


def test_an_address_that_is_none_of_ours_is_a_problem_too(line: Connected) -> None:
    refused(line, 404, "not-found", method="GET", path="/v1/nowhere")
    refused(line, 404, "not-found", method="GET", path="/nowhere")
    refused(line, 404, "not-found", method="GET", path="/v1/members/a%2Fb/c")
    refused(line, 422, "invalid", method="GET", path="/v1/members/%00")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_method_that_is_not_for_it_is_a_problem_too(line: Connected, method: str) -> None:
    refused(line, 405, "method-not-allowed", method=method, path="/v1/sales")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"card_uid": "04a1b2c3d4e5f6", "email": "a@b.fr"},
        {"card_uid": "xyz"},
        {"card_uid": "04a"},
        {"email": 3},
    ],
)
def test_a_search_needs_one_thing_to_look_for(line: Connected, query: object) -> None:
    refused(line, 422, "invalid", method="POST", path="/v1/members/find", body=query, till=True)


def test_a_search_for_what_is_no_address_says_so(line: Connected) -> None:
    problem = refused(
        line,
        422,
        "email-refused",
        method="POST",
        path="/v1/members/find",
        body={"email": "nobody"},
        till=True,
    )
    assert problem["flaw"] == "shape"


def test_what_was_sent_is_never_sent_back(line: Connected, kiosk: Kiosk) -> None:
    event = json.loads(Journal().write(kiosk.enrolled())[0].model_dump_json())
    event["event"]["first_name"] = "Secret" * 20
    event["event"]["email"] = ["secret@example.org"]
    answer = line.raw("POST", "/v1/events", {"events": [event]})
    assert answer.status_code == 422
    assert "ecret" not in answer.text
    assert answer.json()["errors"][0]["field"].startswith("events.0.event")


@pytest.mark.parametrize(
    "code", ["ABC", "I0I0-I0I0-I0I0", "é" * 12, "LKV1:", "%F0%9F%99%82", "%ED%A0%80", "A" * 64]
)
def test_a_code_that_is_none_is_mistyped(line: Connected, code: str) -> None:
    refused(line, 422, "code-mistyped", method="GET", path=f"/v1/vouchers/{code}", till=True)
    refused(
        line,
        422,
        "code-mistyped",
        method="POST",
        path=f"/v1/vouchers/{code}/redemption",
        body={"id": new_id(), "at": now().isoformat()},
        till=True,
    )


def test_too_many_facts_at_once_are_refused(line: Connected, kiosk: Kiosk) -> None:
    written = json.loads(Journal().write(kiosk.abandoned(new_id()))[0].model_dump_json())
    refused(
        line, 422, "invalid", method="POST", path="/v1/events", body={"events": [written] * 501}
    )


def test_a_sequence_that_no_database_holds_is_refused(line: Connected, kiosk: Kiosk) -> None:
    written = json.loads(Journal().write(kiosk.abandoned(new_id()))[0].model_dump_json())
    body = {"events": [written | {"sequence": 10**30}]}
    refused(line, 422, "invalid", method="POST", path="/v1/events", body=body)


def test_an_entry_of_strange_numbers_is_flagged_or_refused_but_never_our_mistake(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    written = json.loads(Journal().write(kiosk.welcomed(member))[0].model_dump_json())
    for factor in ("1e999999", "-0", "NaN", "sNaN", "1e-999999", 1e308):
        written["event"]["id"] = new_id()
        written["event"]["entry"]["trace"]["factor"] = factor
        answer = line.raw("POST", "/v1/events", {"events": [written]})
        assert answer.status_code in (200, 422)
    assert line.till.account(member).balance == 50


def test_a_hold_for_nobody_or_for_nothing_is_refused(
    line: Connected, kiosk: Kiosk, member: str
) -> None:
    request = json.loads(kiosk.request(member).model_dump_json())
    for change, status, name in (
        ({"member": "nobody"}, 404, "not-found"),
        ({"program": "nothing"}, 404, "not-found"),
        ({"reward": "castle"}, 409, "reward-unavailable"),
        ({"code": "ABCD"}, 422, "code-mistyped"),
        ({"code": mint(5)[::-1]}, 422, "code-mistyped"),
    ):
        refused(line, status, name, method="POST", path="/v1/redemptions", body=request | change)
    assert line.till.account(member).account.position == 1


def test_a_sale_that_would_earn_more_than_an_account_can_hold_is_refused(
    line: Connected, member: str
) -> None:
    body = sale(member, total=10**12)
    problem = refused(line, 422, "invalid", method="POST", path="/v1/sales", body=body, till=True)
    assert problem["detail"].startswith("total")
    assert line.till.account(member).balance == 50
