"""Lists, a page at a time: where the next page begins is a text that only we read.

A cursor holds the place of the last thing that was told, never a count of things: what is added
meanwhile is neither told twice nor left out. A route takes a `Paging`, asks its service for
`paging.limit + 1` things after `paging.after(…)`, and gives them to `page`:

    found = some_service(tx, after=paging.after(str, int), limit=paging.limit + 1)
    things, following = page(found, paging, lambda thing: (thing.at, thing.position))
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query

from backend.errors import Refused
from backend_client.schemas.problems import ProblemName

LIMIT = 50
LIMIT_MAX = 200
_CURSOR_MAX = 400
"""Characters. What one of our cursors holds is a time and an id or two."""

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Which page is asked for."""

    cursor: str
    limit: int

    def after(self, *kinds: type[str | int]) -> tuple[Any, ...] | None:
        """The place after which to go on, a value of each kind; None to begin. Raises Refused."""
        if not self.cursor:
            return None
        try:
            place = json.loads(urlsafe_b64decode(self.cursor.encode("ascii")))
        except ValueError:
            raise _no_cursor() from None
        if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
            raise _no_cursor()
        if any(not -(2**63) <= part < 2**63 for part in place if isinstance(part, int)):
            raise _no_cursor()
        if any("\0" in part for part in place if isinstance(part, str)):
            raise _no_cursor()
        return tuple(place)


def page(
    found: Sequence[Thing], paging: Paging, place: Callable[[Thing], tuple[str | int, ...]]
) -> tuple[tuple[Thing, ...], str | None]:
    """The things of the page, and the cursor of the next one; None where it was the last."""
    told = tuple(found[: paging.limit])
    more = len(found) > paging.limit
    return told, _cursor(place(told[-1])) if more else None


def place_in_time(asked: Paging) -> tuple[datetime, str] | None:
    """The moment and the id of the thing after which to go on. Raises Refused."""
    place = asked.after(str, str)
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        raise _no_cursor() from None
    if at.tzinfo is None:
        raise _no_cursor()
    return at, place[1]


def _paging(
    cursor: Annotated[
        str, Query(max_length=_CURSOR_MAX, description="`next` of the page before; none to begin.")
    ] = "",
    limit: Annotated[
        int, Query(ge=1, le=LIMIT_MAX, description="How many things a page holds at most.")
    ] = LIMIT,
) -> Paging:
    return Paging(cursor=cursor, limit=limit)


Asked = Annotated[Paging, Depends(_paging)]
"""What a route that tells a list takes; it documents `ProblemName.INVALID`."""


def _cursor(place: tuple[str | int, ...]) -> str:
    return urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode()


def _no_cursor() -> Refused:
    return Refused(ProblemName.INVALID, "cursor: give back `next` of the page before, as it was")
