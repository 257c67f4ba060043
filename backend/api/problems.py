"""Every error as an RFC 9457 problem: the same few members, whatever went wrong."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from backend.api.headers import HEADERS
from backend.errors import STATUS, DatabaseBusy, Refused
from backend.logs import request_id
from backend_client.schemas.problems import PROBLEM, Problem, ProblemName
from loyalty.earning import CurrencyMismatch
from loyalty.errors import (
    AdjustmentRefused,
    AssuranceLimit,
    CodeMistyped,
    EarnOnlyCard,
    EmailRefused,
    HouseholdCap,
    HouseholdRefused,
    LoyaltyError,
    MemberLimit,
    NameRefused,
    NotEnoughPoints,
    NotInHousehold,
    RewardUnavailable,
    ValueDateRefused,
    VoucherExpired,
    VoucherRedeemed,
    VoucherUnknown,
    VoucherVoided,
)
from loyalty.extensions import ExtensionMissing

MEDIA_TYPE = "application/problem+json"
REQUEST = "urn:loyalty:request:"
"""With the number that the log has of the request: what somebody on the phone reads out."""
_RETRY_AFTER_S = "1"

_RULES: dict[type[LoyaltyError], ProblemName] = {
    NotEnoughPoints: ProblemName.NOT_ENOUGH_POINTS,
    RewardUnavailable: ProblemName.REWARD_UNAVAILABLE,
    MemberLimit: ProblemName.MEMBER_LIMIT,
    CodeMistyped: ProblemName.CODE_MISTYPED,
    VoucherUnknown: ProblemName.VOUCHER_UNKNOWN,
    VoucherRedeemed: ProblemName.VOUCHER_REDEEMED,
    VoucherVoided: ProblemName.VOUCHER_VOIDED,
    VoucherExpired: ProblemName.VOUCHER_EXPIRED,
    EmailRefused: ProblemName.EMAIL_REFUSED,
    NameRefused: ProblemName.NAME_REFUSED,
    AdjustmentRefused: ProblemName.ADJUSTMENT_REFUSED,
    ValueDateRefused: ProblemName.VALUE_DATE,
    HouseholdRefused: ProblemName.HOUSEHOLD,
    NotInHousehold: ProblemName.HOUSEHOLD,
    EarnOnlyCard: ProblemName.EARN_ONLY,
    HouseholdCap: ProblemName.HOUSEHOLD_CAP,
    AssuranceLimit: ProblemName.ASSURANCE,
    CurrencyMismatch: ProblemName.CURRENCY,
    ExtensionMissing: ProblemName.EXTENSION,
}

OF_HTTP: Mapping[int, ProblemName] = {
    HTTPStatus.BAD_REQUEST: ProblemName.MALFORMED,
    HTTPStatus.NOT_FOUND: ProblemName.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemName.METHOD,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemName.TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY: ProblemName.INVALID,
}
"""The name of what the framework says no to."""


BODY = (ProblemName.MALFORMED, ProblemName.TOO_LARGE, ProblemName.MEDIA_TYPE, ProblemName.INVALID)
"""What any route with a body may answer."""
TOKEN = (ProblemName.NOT_AUTHORISED, ProblemName.NOT_ALLOWED)
"""What any route for a token may answer."""
KEY = (*TOKEN, ProblemName.TOO_MANY)
"""What any route for a key may answer."""


def problem(
    name: ProblemName,
    detail: str = "",
    members: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer that tells a problem."""
    status, title = STATUS[name]
    always = {
        ProblemName.NOT_AUTHORISED: {"WWW-Authenticate": "Bearer"},
        ProblemName.BUSY: {"Retry-After": _RETRY_AFTER_S},
    }.get(name, {})
    return JSONResponse(
        {
            "type": PROBLEM + name,
            "title": title,
            "status": status,
            "detail": detail,
            "instance": REQUEST + request_id.get(),
        }
        | dict(members or {}),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**always, **(headers or {})},
    )


class Refusing(Protocol):
    """How somebody is told what is refused before any route is asked."""

    def __call__(
        self,
        scope: Scope,
        name: ProblemName,
        detail: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer."""


def refuse(
    scope: Scope, name: ProblemName, detail: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """To programs: the problem, whoever asked."""
    del scope
    return problem(name, detail, headers=headers)


def problem_of(error: Refused | LoyaltyError) -> Problem:
    """The same as a part of an answer that tells of several things."""
    if isinstance(error, Refused):
        name, detail, members = error.name, error.detail, dict(error.members)
    else:
        name, detail, members = _RULES[type(error)], str(error), _members(error)
    status, title = STATUS[name]
    said = {"type": PROBLEM + name, "title": title, "status": status, "detail": detail}
    return Problem.model_validate(members | said)


def tell_problems(app: FastAPI) -> None:
    """Make the application answer every error with a problem."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(LoyaltyError, _rule)
    app.add_exception_handler(DatabaseBusy, _busy)
    app.add_exception_handler(Exception, our_mistake)


def documented(*names: ProblemName) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of a route's problems."""
    answers: dict[int | str, dict[str, Any]] = {}
    for name in (*names, ProblemName.INTERNAL, ProblemName.BUSY):
        status, title = STATUS[name]
        told = answers.setdefault(status, {"model": Problem, "description": ""})
        told["description"] += f"{'; ' if told['description'] else ''}`{name}`: {title}"
    return answers


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(ProblemName.MALFORMED, "the body is not JSON")
    # Never what was sent: it may be somebody's address, or not even be writable as JSON.
    fields = [{"field": _field(each["loc"]), "message": each["msg"]} for each in found]
    first = fields[0]
    return problem(ProblemName.INVALID, f"{first['field']}: {first['message']}", {"errors": fields})


def _field(place: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in place]
    return ".".join(parts[1:] or parts)


async def of_http(_: Request, error: Exception) -> JSONResponse:
    """What the framework itself says no to, such as an address that does not exist."""
    assert isinstance(error, HTTPException)
    name = OF_HTTP.get(error.status_code, ProblemName.MALFORMED)
    return problem(name, headers=error.headers)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    wait = error.members.get("retry_after_s")
    return problem(
        error.name,
        error.detail,
        error.members,
        None if wait is None else {"Retry-After": str(wait)},
    )


async def _rule(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, LoyaltyError)
    return problem(_RULES[type(error)], str(error), _members(error))


def _members(error: LoyaltyError) -> dict[str, object]:
    said: dict[str, object] = {}
    match error:
        case NotEnoughPoints():
            said["missing"] = error.missing
        case MemberLimit():
            said["times"] = error.times
        case VoucherRedeemed():
            said |= {"at": error.at.isoformat(), "place": error.place}
        case VoucherExpired():
            said["expired_at"] = error.expired_at.isoformat()
        case HouseholdCap() | AssuranceLimit():
            said["allowed"] = error.allowed
        case EmailRefused() | NameRefused():
            said["flaw"] = error.flaw.value
    return said


async def _busy(_: Request, __: Exception) -> JSONResponse:
    return problem(ProblemName.BUSY, "come back in a second")


async def our_mistake(_: Request, __: Exception) -> JSONResponse:
    """What a program is told when the server itself failed."""
    # The server logs it, with its trace: the exception goes on to it after this answer.
    # This answer does not pass the door, where the others get their headers.
    detail = "it was written down; try again or call support"
    return problem(ProblemName.INTERNAL, detail, headers=HEADERS)
