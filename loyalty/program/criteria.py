"""Which sales, buyers and lines a rule is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loyalty.sales import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Bespoke:
    """A rule or criterion that an extension brings, with what the merchant set on it."""

    name: str
    settings: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCriteria:
    """Which lines: in every list that is not empty, one word must be the line's."""

    articles: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    except_themes: frozenset[str] = frozenset()
    """Lines with one of these never fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Which sales and buyers: in every list that is not empty, one word must be theirs."""

    brands: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    price_codes: frozenset[str] = frozenset()
    record_types: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    bespoke: tuple[Bespoke, ...] = ()
    """Criteria of extensions: each must agree."""


ANY_LINE = LineCriteria()
ANYONE = Criteria()
