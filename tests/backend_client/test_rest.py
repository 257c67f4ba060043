"""The SDK against servers that answer wrongly, late, or not at all."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from backend_client.errors import (
    BackendNonsense,
    BackendRefused,
    BackendUnavailable,
    NotAuthorised,
)
from backend_client.rest import line
from backend_client.rest.terminal import TerminalClient, claim
from backend_client.rest.till import TillClient
from backend_client.schemas.problems import PROBLEM, ProblemName
from backend_client.schemas.redemptions import RedemptionRequest
from backend_client.schemas.terminals import ClaimRequest
from backend_client.schemas.tills import MemberQuery, VoucherRedemption
from loyalty.earning import CurrencyMismatch
from loyalty.errors import (
    CodeMistyped,
    EmailRefused,
    Flaw,
    LoyaltyError,
    NotEnoughPoints,
    RewardUnavailable,
    VoucherExpired,
    VoucherRedeemed,
    VoucherUnknown,
    VoucherVoided,
)
from loyalty.vouchers import mint
from tests.support.wire import Reply, web

PAGE = Reply(body=b'{"changes": [], "cursor": "a-1", "more": false}')
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOLD = RedemptionRequest(id="r", member="m", program="p", reward="w", code=mint(1), at=NOW)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between tries, hardly a pause."""
    monkeypatch.setattr(line, "RETRY_FIRST_S", 0.001)
    monkeypatch.setattr(line, "RETRY_AFTER_MAX_S", 0.001)


def problem(name: str, status: int = 409, **members: Any) -> Reply:
    body = {"type": PROBLEM + name, "title": "No", "status": status, "detail": "why", **members}
    return Reply(
        status=status,
        body=json.dumps(body).encode(),
        headers={"Content-Type": "application/problem+json"},
    )


@pytest.mark.parametrize(
    "first", [None, Reply(status=500), Reply(status=502, body=b"<html>"), Reply(status=429)]
)
def test_a_stumble_is_tried_again(first: Reply | None) -> None:
    with web(lambda n: first if n == 1 else PAGE) as server:
        with TerminalClient(server.url, "t") as client:
            assert client.changes("").cursor == "a-1"
        assert len(server.asked) == 2


def test_a_server_that_stays_down_is_given_up_after_a_few_tries() -> None:
    with web(lambda _: Reply(status=503, headers={"Retry-After": "3600"})) as server:
        with TerminalClient(server.url, "t") as client, pytest.raises(BackendUnavailable):
            client.changes("")
        assert len(server.asked) == 1 + line.RETRIES


def test_a_hold_and_a_claim_are_asked_once() -> None:
    with web(lambda _: Reply(status=503)) as server:
        with TerminalClient(server.url, "t") as client, pytest.raises(BackendUnavailable):
            client.hold(HOLD, 0.8)
        with pytest.raises(BackendUnavailable):
            claim(server.url, ClaimRequest(code="ABCDEFGH"))
        assert [each.path for each in server.asked] == ["/v1/redemptions", "/v1/terminals/claim"]


def test_a_hold_without_a_word_ends_in_time() -> None:
    answer = threading.Event()

    def late(_: int) -> Reply:
        answer.wait(20)
        return Reply()

    with web(late) as server, TerminalClient(server.url, "t") as client:
        began = monotonic()
        with pytest.raises(BackendUnavailable, match="in time"):
            client.hold(HOLD, 0.2)
        assert monotonic() - began < 2
        answer.set()


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with TerminalClient(url, "t") as client, pytest.raises(BackendUnavailable):
            client.changes("")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<html>It works!</html>", headers={"Content-Type": "text/html"}),
        Reply(body=b'{"hello": "other API"}'),
        Reply(body=b"\xff\xfe"),
        Reply(body=b""),
        Reply(status=404, body=b"<html>Not here</html>"),
        Reply(status=401, body=b'{"detail": "Unauthorized"}'),
        Reply(status=201, body=PAGE.body),
        problem("not-enough-points"),
        problem("voucher-redeemed", at="yesterday", place="Angers"),
    ],
)
def test_what_is_not_our_api_is_nonsense_and_says_to_check_the_address(reply: Reply) -> None:
    with web(lambda _: reply) as server, TerminalClient(server.url, "t") as client:
        with pytest.raises(BackendNonsense) as nonsense:
            client.changes("")
        assert "127.0.0.1" in str(nonsense.value)


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere() -> None:
    with web(lambda _: PAGE) as elsewhere:
        away = Reply(status=307, headers={"Location": elsewhere.url})
        with (
            web(lambda _: away) as server,
            TerminalClient(server.url, "t") as client,
            pytest.raises(BackendNonsense, match="leads elsewhere"),
        ):
            client.changes("")
        assert elsewhere.asked == []


@pytest.mark.parametrize(
    "url", ["", "backend", "ftp://x", "http://", "http://[bad", "file:///etc/passwd", "https:///x"]
)
def test_an_address_that_is_none_is_nonsense(url: str) -> None:
    with TerminalClient(url, "t") as client, pytest.raises(BackendNonsense, match="https://"):
        client.changes("")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (problem("not-enough-points", missing=13), NotEnoughPoints),
        (problem("reward-unavailable"), RewardUnavailable),
        (problem("code-mistyped", 422), CodeMistyped),
        (problem("voucher-unknown", 404), VoucherUnknown),
        (problem("voucher-redeemed", at=NOW.isoformat(), place="Angers"), VoucherRedeemed),
        (problem("voucher-voided"), VoucherVoided),
        (problem("voucher-expired", expired_at=NOW.isoformat()), VoucherExpired),
        (problem("email-refused", 422, flaw="shape"), EmailRefused),
        (problem("currency-mismatch", 422), CurrencyMismatch),
    ],
)
def test_a_no_of_the_rules_is_the_engines_own(reply: Reply, error: type[LoyaltyError]) -> None:
    with web(lambda _: reply) as server, TillClient(server.url, "k") as till:
        with pytest.raises(error) as no:
            till.redeem(mint(1), VoucherRedemption(id="r", at=NOW))
        assert len(server.asked) == 1
    match no.value:
        case NotEnoughPoints():
            assert no.value.missing == 13
        case VoucherRedeemed():
            assert (no.value.at, no.value.place) == (NOW, "Angers")
        case VoucherExpired():
            assert no.value.expired_at == NOW
        case EmailRefused():
            assert no.value.flaw is Flaw.SHAPE


@pytest.mark.parametrize("name", ["not-authorised", "not-allowed"])
def test_a_token_that_is_not_good_is_said(name: str) -> None:
    with web(lambda _: problem(name, 401)) as server, TerminalClient(server.url, "t") as client:
        with pytest.raises(NotAuthorised) as refused:
            client.changes("")
        assert refused.value.problem.type.endswith(name)


def test_another_no_carries_its_problem() -> None:
    with web(lambda _: problem(ProblemName.ID_REUSED)) as server:
        with TerminalClient(server.url, "t") as client, pytest.raises(BackendRefused) as refused:
            client.hold(HOLD, 5)
        assert (refused.value.problem.status, refused.value.problem.detail) == (409, "why")


def test_a_mistyped_code_does_not_even_leave_the_till() -> None:
    with web(lambda _: Reply()) as server:
        with TillClient(server.url, "k") as till, pytest.raises(CodeMistyped):
            till.voucher("ABCD/../EFGH")
        assert server.asked == []


def test_the_token_is_ours_whatever_the_machine_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with web(lambda _: PAGE) as server:
        with TerminalClient(f" {server.url}/ ", "mine") as client:
            client.changes("x y&wait=9", 2.5)
        with pytest.raises(BackendNonsense):
            claim(server.url, ClaimRequest(code="ABCDEFGH"))
        asked, claimed = server.asked
    assert asked.headers["Authorization"] == "Bearer mine"
    assert asked.path == "/v1/changes?cursor=x+y%26wait%3D9&wait=2.5"
    assert "Authorization" not in claimed.headers


def test_the_answers_must_be_those_to_the_facts() -> None:
    other = Reply(body=b'{"results": [{"id": "x", "status": "known"}]}')
    with (
        web(lambda _: other) as server,
        TerminalClient(server.url, "t") as client,
        pytest.raises(BackendNonsense),
    ):
        client.push([])


def test_a_search_needs_exactly_one_thing() -> None:
    for wrong in ({}, {"card_uid": "04a1b2c3", "email": "a@b.fr"}):
        with pytest.raises(ValueError, match="only one"):
            MemberQuery(**wrong)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_that_nobody_signed_is_not_trusted(tmp_path: Path) -> None:
    made = [tmp_path / "key.pem", tmp_path / "cert.pem"]
    subprocess.run(  # noqa: S603 - a fixed command
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1"
        f" -keyout {made[0]} -out {made[1]}".split(),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made[1], made[0])
    with web(lambda _: PAGE, context) as server:
        with TerminalClient(server.url, "t") as client, pytest.raises(BackendUnavailable) as no:
            client.changes("")
        assert "certificate" in str(no.value)
        assert server.asked == []
