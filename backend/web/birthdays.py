"""Birthdays as people write and read them: day first, with the year or without."""

import re

_DAY_FIRST = re.compile(r"(\d{1,2})[/. ](\d{1,2})(?:[/. ](\d{4}))?")


def kept(typed: str) -> str | None:
    """`14/3` and `14/03/1980` as `03-14` and `1980-03-14`; None for nothing, the rest as it is."""
    found = _DAY_FIRST.fullmatch(typed)
    if found is None:
        return typed or None
    day, month, year = found.groups()
    return "-".join(([year] if year else []) + [f"{int(month):02}", f"{int(day):02}"])


def typed(birthday: str | None) -> str:
    """As a form holds it: `14/03`, `14/03/1980`."""
    return "/".join(reversed((birthday or "").split("-")))
