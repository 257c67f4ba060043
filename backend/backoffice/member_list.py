"""The list of members as its reader wants it: which columns, who of them, in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from backend.backoffice.reading import Standing
from backend.errors import Refused
from backend.services.people.contacts import phone
from backend.web.words import later
from backend_client.schemas.members import MemberFilter, MemberSearch, MemberSort
from backend_client.schemas.problems import ProblemName

COLUMNS_COOKIE = "loyalty_members"
USUAL = ("points", "email", "phone", "town", "joined_at")
_UID_MIN, _KEY_LENGTH = 8, 64
_HEX = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing that the list can say of each."""

    name: str
    label: str
    sort: MemberSort | None = None
    numeric: bool = False


COLUMNS = (
    Column(name="points", label=later("Points"), sort=MemberSort.POINTS, numeric=True),
    Column(name="email", label=later("Mail address"), sort=MemberSort.EMAIL),
    Column(name="phone", label=later("Phone")),
    Column(name="joined_at", label=later("Joined"), sort=MemberSort.JOINED),
    Column(name="bought_at", label=later("Last purchase")),
    Column(name="town", label=later("Town"), sort=MemberSort.TOWN),
    Column(name="department", label=later("Department"), sort=MemberSort.DEPARTMENT),
    Column(name="region", label=later("Region"), sort=MemberSort.REGION),
    Column(name="country", label=later("Country"), sort=MemberSort.COUNTRY),
    Column(name="record_type", label=later("Kind of customer"), sort=MemberSort.RECORD_TYPE),
    Column(name="price_code", label=later("Price code"), sort=MemberSort.PRICE_CODE),
    Column(name="language", label=later("Language of the customer")),
    Column(name="loyalty", label=later("Loyalty")),
)
"""The name comes first, always."""

_LISTS = ("record_type", "town", "department", "region", "country", "theme", "price_code")
_CHOSEN = ("language", "store")
_YES_NO = ("loyalty", "has_email", "has_phone")
_POINTS = ("points_from", "points_to")
_PLAIN = ("birth_month", "agrees_to", *_POINTS)
_DAYS = ("joined_from", "joined_to", "bought_from", "bought_to")
FILTERS = (*_LISTS, *_CHOSEN, *_YES_NO, *_PLAIN, *_DAYS)
"""The fields of a filter, by the names that they have in the page's address."""


def columns_of(cookie: str | None) -> tuple[Column, ...]:
    """The columns that were chosen, in their order; the usual ones when none were."""
    wanted = USUAL if cookie is None else tuple(cookie.split("."))
    return tuple(column for column in COLUMNS if column.name in wanted)


def search_of(asked: Mapping[str, str], zone: ZoneInfo, here: Standing) -> MemberSearch:
    """Who is looked for, of a page's address. Raises Refused for what cannot be looked for."""
    sort = asked.get("sort", "")
    known = sort in set(MemberSort)
    try:
        return MemberSearch.model_validate(
            {
                **typed(asked.get("q", "").strip()),
                "segment": asked.get("segment") or None,
                "only": filter_of(asked, zone, here),
                "sort": sort if known else MemberSort.NAME,
                "descending": known and asked.get("descending") == "1",
                "program": here.program.id,
            }
        )
    except ValidationError as wrong:
        field = ".".join(map(str, wrong.errors()[0]["loc"]))
        raise Refused(ProblemName.INVALID, f"{field}: nobody can be looked for so") from wrong


def of_query(query: str) -> Mapping[str, str]:
    """A page's address again, as a form kept it."""
    return dict(parse_qsl(query))


def typed(text: str) -> dict[str, Any]:
    """What was typed into the one field: an address, a number, a card, or a name."""
    if "@" in text:
        return {"email": text}
    letters = text.replace(":", "").replace(" ", "")
    if letters and set(letters) <= _HEX and any(each.isdigit() for each in letters):
        if len(letters) == _KEY_LENGTH:
            return {"card": letters.lower()}
        if _is_phone(text):
            return {"phone": text}
        if len(letters) >= _UID_MIN and len(letters) % 2 == 0:
            return {"card_uid": letters}
    return {"phone": text} if _is_phone(text) else {"name": text}


def _is_phone(text: str) -> bool:
    try:
        phone(text)
    except Refused:
        return False
    return True


def filter_of(asked: Mapping[str, str], zone: ZoneInfo, here: Standing) -> MemberFilter:
    """Who fits, of a page's address. Raises ValidationError."""
    said: dict[str, Any] = {}
    for name in FILTERS:
        value = asked.get(name, "").strip()
        if value:
            said[name] = here.counted(value) if name in _POINTS else _read(name, value, zone)
    return MemberFilter.model_validate(said)


def _read(name: str, value: str, zone: ZoneInfo) -> object:
    if name in _LISTS:
        return [word for part in value.split(",") if (word := part.strip())]
    if name in _CHOSEN:
        return [value]
    if name in _YES_NO:
        return value == "yes"
    if name in _DAYS:
        try:
            return datetime.fromisoformat(value).replace(tzinfo=zone)
        except ValueError:
            return value
    return value


def asked_of(only: MemberFilter, zone: ZoneInfo, here: Standing) -> dict[str, str]:
    """A filter as the fields of the page's form."""
    told: dict[str, str] = {}
    for name in only.model_fields_set:
        value = getattr(only, name)
        if isinstance(value, tuple):
            told[name] = ", ".join(value)
        elif isinstance(value, bool):
            told[name] = "yes" if value else "no"
        elif isinstance(value, datetime):
            told[name] = value.astimezone(zone).date().isoformat()
        elif value is not None:
            told[name] = here.typed(value) if name in _POINTS else str(value)
    return told
