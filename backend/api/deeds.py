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

    def _noted(tx: Transaction) -> T:
        done = deed(tx, *args, **kwargs)
        audit.note(tx, caller.actor, action, about)
        return done

    return database.run(caller.tenant, _noted)


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

    def _noted(tx: Transaction) -> T:
        done = deed(tx, *args, **kwargs)
        if till.by is not None:
            audit.note(tx, till.by, action, about)
        return done

    return database.run(till.tenant, _noted)
