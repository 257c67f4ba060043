"""ETags: told with a thing, and given back by whoever changes it."""

from typing import Annotated

from fastapi import Depends, Header, Response

from backend.services.expected import Expected, tag
from backend_client.schemas.base import Wire

_MAX = 400


def _expected(
    if_match: Annotated[
        str | None,
        Header(max_length=_MAX, description="The ETag that you have read: refused if it changed."),
    ] = None,
    if_none_match: Annotated[
        str | None,
        Header(max_length=_MAX, description='"*" to add it only where there is none.'),
    ] = None,
) -> Expected:
    tags = None
    if if_match is not None:
        tags = frozenset(each.strip().removeprefix("W/").strip('"') for each in if_match.split(","))
    return Expected(tags=tags, absent=if_none_match is not None and if_none_match.strip() == "*")


WhatWasSeen = Annotated[Expected, Depends(_expected)]
"""What a route that changes a thing takes; it documents `ProblemName.CHANGED_SINCE`."""


def tagged(response: Response, thing: Wire) -> None:
    """Tell the thing's ETag with the answer."""
    response.headers["ETag"] = f'"{tag(thing)}"'
