"""Numbers of the whole database for whoever watches over the server."""

from sqlalchemy import func, select

from backend.db import tables
from backend.db.engine import Database


def gauges(database: Database) -> dict[str, tuple[str, int]]:
    """What waits for somebody, by the name of the measure, with its meaning. DatabaseBusy."""
    alerts, approvals, terminals = tables.alerts, tables.approvals, tables.terminals
    with database.across() as connection:
        return {
            "loyalty_alerts_open": (
                "Alerts that nobody has closed.",
                connection.execute(
                    select(func.count()).select_from(alerts).where(alerts.c.closed_at.is_(None))
                ).scalar_one(),
            ),
            "loyalty_approvals_waiting": (
                "What waits for a second person.",
                connection.execute(
                    select(func.count())
                    .select_from(approvals)
                    .where(approvals.c.state == "waiting")
                ).scalar_one(),
            ),
            "loyalty_terminals": (
                "Kiosks that were claimed and not revoked.",
                connection.execute(
                    select(func.count())
                    .select_from(terminals)
                    .where(terminals.c.claimed_at.is_not(None), terminals.c.revoked_at.is_(None))
                ).scalar_one(),
            ),
        }
