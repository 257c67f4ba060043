"""One line to one backend: what is sent, tried again, and read of what comes back."""

import random
import time
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, Literal, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import BaseModel, TypeAdapter, ValidationError
from requests.auth import AuthBase
from requests.exceptions import (
    ConnectionError as NoConnection,
)
from requests.exceptions import (
    InvalidURL,
    RequestException,
    SSLError,
    Timeout,
)

from backend_client.errors import (
    BackendError,
    BackendNonsense,
    BackendRefused,
    BackendUnavailable,
    NotAuthorised,
)
from backend_client.schemas.base import API, Instant
from backend_client.schemas.problems import PROBLEM, Problem, ProblemName
from loyalty.earning import CurrencyMismatch
from loyalty.errors import (
    AssuranceLimit,
    CodeMistyped,
    EmailRefused,
    Flaw,
    LoyaltyError,
    MemberLimit,
    NotEnoughPoints,
    RewardUnavailable,
    VoucherExpired,
    VoucherRedeemed,
    VoucherUnknown,
    VoucherVoided,
)

Answer = TypeVar("Answer", bound=BaseModel)
Method = Literal["GET", "POST", "PUT", "DELETE"]

CONNECT_TIMEOUT_S = 3.05
"""A little more than 3 s, after which TCP sends its first packet again (RFC 6298)."""
READ_TIMEOUT_S = 10.0
RETRIES = 2
RETRY_FIRST_S = 0.2
RETRY_AFTER_MAX_S = 5.0


class _Bearer(AuthBase):
    """Our token, and never what a .netrc file of the machine has for that host."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Line:
    """One backend: sends, retries, and reads what comes back. For the clients of this package."""

    def __init__(self, base_url: str, token: str | None, session: requests.Session | None) -> None:
        self.address = base_url.strip().rstrip("/")
        self._base = self.address + API
        self._auth = _Bearer(token)
        self._session = session or requests.Session()
        self._owns_session = session is None

    def under(self, token: str) -> "Line":
        """The same line with another token; it closes nothing."""
        return Line(self.address, token, self._session)

    def close(self) -> None:
        if self._owns_session:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(
        self,
        method: Method,
        path: str,
        answer: type[Answer],
        body: BaseModel | None = None,
        *,
        query: dict[str, str] | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        retries: int = RETRIES,
    ) -> Answer:
        def once() -> requests.Response:
            return self._send(method, path, body, query, (connect_timeout_s, read_timeout_s))

        response = _with_retries(once, retries)
        return _read(response, answer)

    def fetch(self, path: str) -> bytes:
        """A file, as it is. Raises BackendError."""

        def once() -> requests.Response:
            return self._send("GET", path, None, None, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S))

        response = _with_retries(once, RETRIES)
        if response.status_code != HTTPStatus.OK:
            raise _refusal(response)
        return response.content

    def _send(
        self,
        method: Method,
        path: str,
        body: BaseModel | None,
        query: dict[str, str] | None,
        timeout: tuple[float, float],
    ) -> requests.Response:
        if not _is_web_address(self._base):
            raise BackendNonsense("the backend's address must begin with https:// or http://")
        try:
            response = self._session.request(
                method,
                self._base + path,
                params=query,
                data=None if body is None else body.model_dump_json().encode(),
                headers={"Accept": "application/json"}
                | ({} if body is None else {"Content-Type": "application/json"}),
                auth=self._auth,
                timeout=timeout,
                allow_redirects=False,
            )
        except SSLError as error:
            raise BackendUnavailable("the backend's certificate is not trusted") from error
        except Timeout as error:
            raise BackendUnavailable("the backend did not answer in time") from error
        except InvalidURL as error:
            raise BackendNonsense("the backend's address is not a web address") from error
        except NoConnection as error:
            raise BackendUnavailable("the backend cannot be reached") from error
        except RequestException as error:
            raise BackendUnavailable(f"the backend broke off: {type(error).__name__}") from error
        if _cannot_now(response.status_code):
            raise _ComeBack(response)
        return response


class Client:
    """Whoever asks over a line of their own, closed with them. Safe to use from several threads."""

    def __init__(
        self, base_url: str, token: str, *, session: requests.Session | None = None
    ) -> None:
        """`session` lets tests reach an application without a socket."""
        self._line = Line(base_url, token, session)

    @property
    def address(self) -> str:
        """Where the backend answers, without /v1 and without a slash at the end."""
        return self._line.address

    def close(self) -> None:
        """Close the connections."""
        self._line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _cannot_now(status: int) -> bool:
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


class _ComeBack(BackendUnavailable):
    """Something answered that it cannot now."""

    def __init__(self, response: requests.Response) -> None:
        super().__init__(f"the backend answered {response.status_code}: come back later")
        after = response.headers.get("Retry-After", "")
        self.after_s = min(float(after), RETRY_AFTER_MAX_S) if after.isdigit() else 0.0


def _with_retries(once: Callable[[], requests.Response], retries: int) -> requests.Response:
    for attempt in range(retries):
        try:
            return once()
        except BackendUnavailable as error:
            # Jitter: a thousand kiosks whose backend restarts must not come back in one instant.
            pause = RETRY_FIRST_S * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            time.sleep(max(pause, error.after_s if isinstance(error, _ComeBack) else 0.0))
    return once()


def _read(response: requests.Response, answer: type[Answer]) -> Answer:
    if response.is_redirect:
        # Another host must never get the token; whoever set the address should set the last one.
        raise BackendNonsense("the backend's address leads elsewhere: set the final address")
    if response.status_code in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise BackendNonsense(
                f"{_host(response)} answers, but not as a loyalty backend: check the address"
            ) from error
    raise _refusal(response)


def _refusal(response: requests.Response) -> BackendError | LoyaltyError:
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        problem = None
    if problem is None or not problem.type.startswith(PROBLEM):
        return BackendNonsense(
            f"{_host(response)} answers {response.status_code}, but not as a loyalty backend:"
            " check the address"
        )
    name = problem.type.removeprefix(PROBLEM)
    if name in (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED):
        return NotAuthorised(problem)
    try:
        return _rule(name, problem) or BackendRefused(problem)
    except (KeyError, ValueError):
        return BackendNonsense(f"{_host(response)} answers {name} without saying what it must")


def _rule(name: str, problem: Problem) -> LoyaltyError | None:
    build = _RULES.get(name)
    return None if build is None else build(problem.detail, problem.model_extra or {})


def _redeemed(_: str, members: dict[str, Any]) -> LoyaltyError:
    return VoucherRedeemed(at=_instant(members["at"]), place=str(members["place"]))


def _instant(text: str) -> datetime:
    at: datetime = TypeAdapter(Instant).validate_python(text)
    return at


_RULES: dict[str, Callable[[str, dict[str, Any]], LoyaltyError]] = {
    ProblemName.NOT_ENOUGH_POINTS: lambda _, members: NotEnoughPoints(int(members["missing"])),
    ProblemName.REWARD_UNAVAILABLE: lambda detail, _: RewardUnavailable(detail),
    ProblemName.SOLD_OUT: lambda detail, _: RewardUnavailable(detail),
    ProblemName.ASSURANCE: lambda _, members: AssuranceLimit(int(members["allowed"])),
    ProblemName.MEMBER_LIMIT: lambda _, members: MemberLimit(int(members["times"])),
    ProblemName.CODE_MISTYPED: lambda detail, _: CodeMistyped(detail),
    ProblemName.VOUCHER_UNKNOWN: lambda detail, _: VoucherUnknown(detail),
    ProblemName.VOUCHER_REDEEMED: _redeemed,
    ProblemName.VOUCHER_VOIDED: lambda detail, _: VoucherVoided(detail),
    ProblemName.VOUCHER_EXPIRED: lambda _, members: VoucherExpired(_instant(members["expired_at"])),
    ProblemName.EMAIL_REFUSED: lambda _, members: EmailRefused(Flaw(members["flaw"])),
    ProblemName.CURRENCY: lambda detail, _: CurrencyMismatch(detail),
}


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def segment(text: str) -> str:
    """`text` as one part of an address."""
    return quote(text, safe="")


def _host(response: requests.Response) -> str:
    return urlsplit(str(response.url)).hostname or "something"
