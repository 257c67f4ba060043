"""Lists, a page at a time: everything once, and a cursor that is not ours is refused."""

from base64 import urlsafe_b64encode

import pytest

from backend.api.pages import Paging, page
from backend.errors import Refused


def pages_of(things: list[int], limit: int) -> list[tuple[int, ...]]:
    told: list[tuple[int, ...]] = []
    cursor: str | None = ""
    while cursor is not None:
        paging = Paging(cursor=cursor, limit=limit)
        after = paging.after(int)
        found = [thing for thing in things if after is None or thing > after[0]][: limit + 1]
        some, cursor = page(found, paging, lambda thing: (thing,))
        told.append(some)
    return told


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_every_thing_is_told_once_whatever_the_size_of_a_page(limit: int) -> None:
    told = pages_of([1, 2, 3, 4], limit)
    assert [thing for some in told for thing in some] == [1, 2, 3, 4]
    assert all(some for some in told)


def test_an_empty_list_is_one_empty_page() -> None:
    assert pages_of([], 10) == [()]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "====",
        *(
            urlsafe_b64encode(place).decode()
            for place in (b"3", b"[]", b'["a"]', b"[1,2]", b"[true]", b"[9223372036854775808]")
        ),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Refused, match="cursor"):
        Paging(cursor=cursor, limit=1).after(int)


def test_a_cursor_never_brings_a_nul_to_the_database() -> None:
    cursor = urlsafe_b64encode(b'["a\\u0000"]').decode()
    with pytest.raises(Refused, match="cursor"):
        Paging(cursor=cursor, limit=1).after(str)
