"""What members still have is summed by program, store and deadline, as accounts change."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# The lots stand in each account's snapshot, as JSON; an account that was never saved has none.
# CROSS JOIN is SQLite's word for "in this order": the other way round takes hours in a large shop.
_COUNTED = {
    "sqlite": """
        SELECT a.tenant, a.program, e.store,
               COALESCE(CAST(strftime('%s', substr(json_extract(l.value, '$.deadline'), 1, 19))
                   AS INTEGER), 0),
               SUM(json_extract(l.value, '$.left'))
        FROM accounts a
        CROSS JOIN json_each(a.snapshot, '$.lots') l
        CROSS JOIN entries e ON e.tenant = a.tenant AND e.id = json_extract(l.value, '$.entry')
        WHERE json_extract(l.value, '$.left') > 0
        GROUP BY 1, 2, 3, 4
    """,
    "postgresql": """
        SELECT a.tenant, a.program, e.store,
               COALESCE(floor(extract(epoch FROM (l.value ->> 'deadline')::timestamptz)), 0)
                   ::bigint,
               SUM((l.value ->> 'left')::bigint)
        FROM accounts a CROSS JOIN LATERAL jsonb_array_elements(a.snapshot::jsonb -> 'lots')
             AS l(value)
        JOIN entries e ON e.tenant = a.tenant AND e.id = l.value ->> 'entry'
        WHERE (l.value ->> 'left')::bigint > 0
        GROUP BY 1, 2, 3, 4
    """,
}


def upgrade() -> None:
    op.create_table(
        "open_points",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("program", sa.String(64), nullable=False),
        sa.Column("store", sa.String(64), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.id"], name=op.f("fk_open_points_tenant")),
        sa.PrimaryKeyConstraint(
            *("tenant", "program", "store", "deadline"), name=op.f("pk_open_points")
        ),
    )
    op.execute(
        sa.text(
            "INSERT INTO open_points (tenant, program, store, deadline, points)"
            + _COUNTED[op.get_bind().dialect.name]
        )
    )
