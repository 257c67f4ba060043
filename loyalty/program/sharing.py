"""Where points are good: in all stores, or in those of a group."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from loyalty.ids import StoreId


class Sharing(StrEnum):
    """Where points are good (SW-11, OCT-41)."""

    POOL = "pool"
    """In all stores."""
    SILO = "silo"
    """In the stores of the group that gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """How the stores of a company share points."""

    sharing: Sharing = Sharing.POOL
    groups: Mapping[StoreId, str] = field(default_factory=dict)
    """The group of each store, for silos; a store that has none is a group of its own."""
    clearing: bool = True
    """Whether a store that gave points owes the store which took them (F10)."""

    def group(self, store: StoreId) -> str:
        """Where the points of a store are good; empty for everywhere."""
        if self.sharing is Sharing.POOL:
            return ""
        return self.groups.get(store, store)
