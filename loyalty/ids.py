"""The names of things: one type per noun, so that a member's id is never taken for a card's."""

from typing import NewType
from uuid import UUID, uuid5

TenantId = NewType("TenantId", str)
StoreId = NewType("StoreId", str)
TerminalId = NewType("TerminalId", str)
MemberId = NewType("MemberId", str)
ProgramId = NewType("ProgramId", str)
RuleId = NewType("RuleId", str)
RewardId = NewType("RewardId", str)
SaleId = NewType("SaleId", str)
EntryId = NewType("EntryId", str)
RedemptionId = NewType("RedemptionId", str)

Points = int
"""Points in the program's smallest unit: a currency program counts cents."""

_NAMESPACE = UUID("6f1c1f3a-52a5-4f8e-9f0e-6a1c6b6d2f10")


def derived_entry(*parts: str) -> EntryId:
    """The id of the entry that a fact must have, made of the fact's own id.

    Whoever writes the entry, and however often, it is the same entry: a retry cannot double it.
    """
    assert not any("/" in part for part in parts), "an id with a slash could pass for two"
    return EntryId(str(uuid5(_NAMESPACE, "/".join(parts))))
