"""Points that a till set aside and forgot: it broke down, or the customer walked away."""

from datetime import timedelta

from backend.db import Transaction, uses
from backend.services.keeping.working import Work
from backend.services.selling import uses as use_desk

AFTER = timedelta(days=1)
"""A till that was without a network over night still finds its points where it put them."""
AT_ONCE = 100


def give_back(work: Work) -> int:
    """How many uses of points were voided, with their points and pieces back."""
    done = 0
    while found := work.database.run(work.tenant, _some):
        done += found
        work.go_on()
    return done


def _some(tx: Transaction) -> int:
    found = uses.forgotten(tx, tx.now - AFTER, AT_ONCE)
    for row in found:
        use_desk.give_up(tx, row)
    return len(found)
