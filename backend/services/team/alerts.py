"""What staff should look at, and that somebody has."""

from backend.db import Transaction, alerts
from backend.db.alerts import Alert
from backend.errors import Refused
from backend.services.team import audit
from backend_client.schemas.problems import ProblemName


def close(tx: Transaction, wanted: str, *, by: str) -> Alert:
    """The alert, closed. Raises Refused."""
    found = alerts.alert(tx, wanted)
    if found is None:
        raise Refused(ProblemName.NOT_FOUND, "no alert has this id")
    if found.closed_at is None:
        alerts.close(tx, wanted, by=by)
        audit.note(tx, by, "alert.close", wanted, flag=found.flag)
    closed = alerts.alert(tx, wanted)
    assert closed is not None
    return closed
