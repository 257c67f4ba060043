"""The audit log: who did what, and when. It can be added to and read; nothing changes it.

It holds no personal data: who is meant is said by id, what was changed by the names of the fields.
So a person can be erased and the log still tells that they were, by whom.
"""

import json
import re

from backend.db import Transaction, audit
from backend.db.audit import Line, Wanted

PAGE = 200
SYSTEM = "system"
"""The actor of what no person asked for: jobs, commands of the operator."""

_WORD = re.compile(r"[A-Za-z0-9_.:/*+-]{0,140}")
"""Ids, codes, names of fields and times; no room for what people type."""

Detail = str | int | bool | None | tuple[str, ...]


def note(tx: Transaction, actor: str, action: str, about: str = "", **detail: Detail) -> None:
    """Write a line: `note(tx, caller.actor, "member.view", member)`.

    `actor` is `staff:ID`, `till:ID`, `terminal:ID` or "system"; `action` is a noun and a verb,
    "adjustment.book"; `about` an id; `detail` numbers, ids, names of fields. Raises ValueError for
    anything that could be somebody's name, address or words. Needs a transaction that may write.
    """
    words = [actor, action, about]
    for value in detail.values():
        words += [value] if isinstance(value, str) else value if isinstance(value, tuple) else ()
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError("the audit log takes ids, numbers and names of fields only")
    text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
    audit.append(tx, actor=actor, action=action, about=about, detail=text)


def page(tx: Transaction, wanted: Wanted, limit: int = PAGE) -> tuple[Line, ...]:
    """The latest lines that fit, latest first."""
    return audit.lines(tx, wanted, limit)


def fault(tx: Transaction) -> str | None:
    """The first line that was changed or removed; None when the log is whole."""
    return audit.first_fault(tx)
