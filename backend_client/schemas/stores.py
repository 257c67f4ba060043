"""Stores, the signs above their doors, and the groups in which they share points."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from backend_client.schemas.base import Id, Wire
from backend_client.schemas.catalogue import Name


def _a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone: write it like Europe/Paris") from None
    return name


TimeZone = Annotated[
    str,
    Field(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9_+/-]*$", description="IANA name."),
    AfterValidator(_a_zone),
]


def _on_paper(text: str) -> str:
    if any(ord(letter) < ord(" ") and letter != "\n" for letter in text):
        raise ValueError("leave out control characters, but for the ends of its lines")
    return text


def _on_one_line(text: str) -> str:
    if any(ord(letter) < ord(" ") for letter in text):
        raise ValueError("leave out control characters")
    return text


class StoreSettings(Wire):
    """What a merchant sets on a store."""

    name: Name
    address: Annotated[str, Field(max_length=400), AfterValidator(_on_paper)] = ""
    time_zone: TimeZone = Field(description="The zone in which its days end, as Europe/Paris.")
    program: Id = Field(description="The program that its tills and kiosks work with.")
    brand: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description='Its sign ("enseigne"), put under /v1/brands; empty for none.',
    )
    group: Id | None = Field(
        default=None, description="The group it belongs to, put under /v1/store-groups."
    )
    closed: bool = Field(
        default=False,
        description="True once it is closed: nothing new begins in it, and it stays in the books.",
    )


class StoreFound(StoreSettings):
    """A store as it stands."""

    id: Id


class StoresFound(Wire):
    """Every store, by name."""

    stores: tuple[StoreFound, ...]


class BrandBody(Wire):
    """A sign above a shop's door."""

    name: Name


class BrandFound(BrandBody):
    """A sign as it stands."""

    id: Id


class BrandsFound(Wire):
    """Every sign, by id."""

    brands: tuple[BrandFound, ...]


class GroupBody(Wire):
    """Stores that belong together: a program in silos keeps points within each group."""

    name: Name


class GroupFound(GroupBody):
    """A group as it stands."""

    id: Id


class GroupsFound(Wire):
    """Every group, by id."""

    groups: tuple[GroupFound, ...]


class CompanyBody(Wire):
    """What the company is called, on pages, in mails and on vouchers."""

    name: Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_on_one_line)]
