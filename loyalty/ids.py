"""The names of things: one type per noun, so that a member's id is never taken for a card's."""

from hashlib import sha1
from typing import NewType
from uuid import UUID

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

_NAMESPACE = UUID("6f1c1f3a-52a5-4f8e-9f0e-6a1c6b6d2f10").bytes
_VERSION_5 = (0x5 << 76) | (0x8 << 60)
"""The bits that mark a UUID of version 5 (RFC 9562, section 5.5)."""
_OTHER_BITS = ~((0xF << 76) | (0xC << 60))


def derived_entry(*parts: str) -> EntryId:
    """The id of the entry that a fact must have, made of the fact's own id.

    Whoever writes the entry, and however often, it is the same entry: a retry cannot double it.
    """
    name = "/".join(parts)
    assert name.count("/") == len(parts) - 1, "an id with a slash could pass for two"
    # As `uuid.uuid5` does it, without an object for each: this is a fifth of what a ticket costs.
    digest = sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()
    bits = int.from_bytes(digest[:16], "big") & _OTHER_BITS | _VERSION_5
    text = f"{bits:032x}"
    return EntryId(f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}")
