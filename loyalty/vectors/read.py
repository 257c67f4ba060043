"""Sales and buyers as JSON, read strictly: a wrong field is named with what to write there."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from loyalty.ids import MemberId, SaleId, StoreId
from loyalty.program import CURRENCIES
from loyalty.sales import (
    Buyer,
    Channel,
    Line,
    LineKind,
    Means,
    Payment,
    Sale,
    SaleRefused,
    SaleState,
)

Read = Callable[[object, str], Any]


def read_sale(written: object, field: str = "sale") -> Sale:
    """The sale. Raises SaleRefused, also for a currency that is not one."""
    found = read_fields(written, field, _SALE)
    for name in ("id", "store", "member", "total", "currency", "closed_at"):
        if name not in found:
            raise SaleRefused(f"{field}.{name}", "it is missing: write it")
    found.setdefault("channel", Channel.SHOP)
    return Sale(**found)


def read_buyer(written: object, field: str = "buyer") -> Buyer:
    """The buyer. Raises SaleRefused."""
    return Buyer(**read_fields(written, field, _BUYER))


def read_fields(written: object, field: str, readers: Mapping[str, Read]) -> dict[str, Any]:
    """Each field by its reader; raises SaleRefused for one that has none."""
    if not isinstance(written, dict):
        raise SaleRefused(field, "write fields between { and }")
    found = {}
    for name, value in written.items():
        if name not in readers:
            raise SaleRefused(f"{field}.{name}", _meant(str(name), readers))
        found[name] = readers[name](value, f"{field}.{name}")
    return found


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"it is not known here{f'; was {close[0]!r} meant?' if close else ': leave it out'}"


def read_whole(value: object, field: str) -> int:
    """A whole number. Raises SaleRefused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise SaleRefused(field, "write a whole number, without comma or quotes, such as 4200")
    return value


def _whole_or_none(value: object, field: str) -> int | None:
    return None if value is None else read_whole(value, field)


def read_text(value: object, field: str) -> str:
    """A text. Raises SaleRefused."""
    if not isinstance(value, str):
        raise SaleRefused(field, "write it between quotes")
    return value


def _currency(value: object, field: str) -> str:
    text = read_text(value, field)
    if text not in CURRENCIES:
        raise SaleRefused(field, "write its three capital letters, such as EUR")
    return text


def _texts(value: object, field: str) -> tuple[str, ...]:
    return tuple(
        read_text(one, f"{field}.{place}") for place, one in enumerate(read_list(value, field))
    )


def read_list(value: object, field: str) -> list[object]:
    """A list. Raises SaleRefused."""
    if not isinstance(value, list):
        raise SaleRefused(field, "write a list between [ and ]")
    return value


def _flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise SaleRefused(field, "write true or false")
    return value


def _percent(value: object, field: str) -> Decimal:
    return _decimal(value, field, 'write a percentage with a point, such as "5.5"')


def read_decimal(value: object, field: str) -> Decimal:
    """An amount or a rate in text. Raises SaleRefused."""
    return _decimal(value, field, 'write it in quotes and with a point, such as "0.05"')


def _decimal(value: object, field: str, remedy: str) -> Decimal:
    try:
        number = Decimal(read_text(value, field))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise SaleRefused(field, remedy)
    return number


def read_instant(value: object, field: str) -> datetime:
    """A date and time with its zone. Raises SaleRefused."""
    try:
        at = datetime.fromisoformat(read_text(value, field))
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - refused below, as every time without a zone is
    if at.tzinfo is None:
        remedy = "write a day that exists, with its time zone: 2026-01-31T10:00:00+01:00"
        raise SaleRefused(field, remedy)
    return at


def _day(value: object, field: str) -> date | None:
    try:
        return None if value is None else date.fromisoformat(read_text(value, field))
    except ValueError:
        raise SaleRefused(field, "write a day that exists, such as 2026-01-31") from None


def read_one_of(choices: type[StrEnum]) -> Read:
    """A reader of one of those words. Raises SaleRefused."""

    def read(value: object, field: str) -> StrEnum:
        if value not in [choice.value for choice in choices]:
            raise SaleRefused(field, "write " + ", ".join(choices))
        return choices(value)

    return read


def _lines(value: object, field: str) -> tuple[Line, ...]:
    return tuple(
        Line(**read_fields(one, f"{field}.{place}", _LINE))
        for place, one in enumerate(read_list(value, field))
    )


def _payments(value: object, field: str) -> tuple[Payment, ...]:
    readers = {"means": read_one_of(Means), "amount": read_whole}
    found = []
    for place, one in enumerate(read_list(value, field)):
        read = read_fields(one, f"{field}.{place}", readers)
        if len(read) < len(readers):
            raise SaleRefused(f"{field}.{place}", "write means and amount")
        found.append(Payment(**read))
    return tuple(found)


_LINE: dict[str, Read] = {
    **dict.fromkeys(("id", "article", "family", "type", "brand", "group", "price_code"), read_text),
    **dict.fromkeys(("quantity", "unit_price", "discount"), read_whole),
    **dict.fromkeys(("themes", "sets"), _texts),
    "kind": read_one_of(LineKind),
    "tax_rate": _percent,
    "points": _whole_or_none,
    "earns": _flag,
    "components": _lines,
}
_SALE: dict[str, Read] = {
    **dict.fromkeys(("brand", "price_code"), read_text),
    **dict.fromkeys(("total", "discount", "visits"), read_whole),
    "id": lambda value, field: SaleId(read_text(value, field)),
    "store": lambda value, field: StoreId(read_text(value, field)),
    "member": lambda value, field: MemberId(read_text(value, field)),
    "currency": _currency,
    "channel": read_one_of(Channel),
    "state": read_one_of(SaleState),
    "closed_at": read_instant,
    "lines": _lines,
    "payments": _payments,
}
_BUYER: dict[str, Read] = {
    **dict.fromkeys(
        ("record_type", "town", "department", "region", "country", "price_code", "tier"), read_text
    ),
    **dict.fromkeys(("earned_today", "balance", "visits", "tickets_today"), read_whole),
    **dict.fromkeys(("enrolled", "first_purchase"), _flag),
    "themes": _texts,
    "birthday": _day,
    "last_ticket_at": read_instant,
}
