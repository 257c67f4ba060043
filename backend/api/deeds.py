"""What callers do, written down: the deed and its line in the audit log, in one transaction."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from backend.api.callers import Caller
from backend.db import Database, Transaction
from backend.db.access import Till
from backend.services.team import audit

P = ParamSpec("P")
T = TypeVar("T")


def doing(
    database: Database,
    caller: Caller,
    action: str,
    about: str,
    deed: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What the deed returns. When it is refused, nothing is written: no deed, no line."""
    noted = _noted(caller.actor, action, about, deed)
    return database.run(caller.tenant, noted, *args, **kwargs)


def ringing(
    database: Database,
    till: Till,
    action: str,
    about: str,
    deed: Callable[Concatenate[Transaction, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What the deed at a till returns. The sale tells which till; who of the staff, the log."""
    noted = deed if till.by is None else _noted(till.by, action, about, deed)
    return database.run(till.tenant, noted, *args, **kwargs)


def _noted(
    actor: str, action: str, about: str, deed: Callable[Concatenate[Transaction, P], T]
) -> Callable[Concatenate[Transaction, P], T]:
    def both(tx: Transaction, /, *args: P.args, **kwargs: P.kwargs) -> T:
        done = deed(tx, *args, **kwargs)
        audit.note(tx, actor, action, about)
        return done

    return both
