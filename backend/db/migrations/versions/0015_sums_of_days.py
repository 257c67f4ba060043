"""Points are summed by day as they move; lists and comparisons read an index, not every row."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Days of UTC since 1970. SQLite keeps times as text, and its Julian days begin at noon.
_DAY = {
    "sqlite": "CAST(julianday(substr({at}, 1, 10)) - 2440587.5 AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM {at}) / 86400) AS INTEGER)",
}


def upgrade() -> None:
    op.create_table(
        "daily_points",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("happened", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(64), nullable=False),
        sa.Column("store", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("gives", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("gives IN (0, 1)", name=op.f("ck_daily_points_gives")),
        sa.CheckConstraint("entries >= 1", name=op.f("ck_daily_points_entries")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_daily_points_tenant")),
        sa.PrimaryKeyConstraint(
            *("tenant", "happened", "booked", "program", "store", "kind", "gives"),
            name=op.f("pk_daily_points"),
        ),
    )
    op.create_index("ix_daily_points_by_booking", "daily_points", ["tenant", "booked"])
    day = _DAY[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO daily_points"  # noqa: S608 - our own names, and no values
        " (tenant, happened, booked, program, store, kind, gives, points, entries)"
        f" SELECT tenant, {day.format(at='occurred_at')}, {day.format(at='recorded_at')},"
        " program, store, kind, CASE WHEN points > 0 THEN 1 ELSE 0 END, SUM(points), COUNT(*)"
        " FROM entries GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
    _indexes()


def _indexes() -> None:
    op.drop_index("ix_entries_by_time", "entries")
    op.create_index(
        "ix_entries_by_time", "entries", ["tenant", "occurred_at", "kind", "member", "program"]
    )
    op.create_index("ix_entries_by_booking", "entries", ["tenant", "recorded_at"])
    op.create_index("ix_sales_by_time", "sales", ["tenant", "closed_at", "member", "total"])
    op.create_index("ix_members_alike", "members", ["tenant", "last_key", "first_key", "birthday"])
    op.create_index(op.f("ix_vouchers_tenant_entry"), "vouchers", ["tenant", "entry"])
    in_debt = sa.text("debt > 0")
    op.create_index(
        "ix_accounts_in_debt",
        "accounts",
        ["tenant", "program", "debt"],
        sqlite_where=in_debt,
        postgresql_where=in_debt,
    )
