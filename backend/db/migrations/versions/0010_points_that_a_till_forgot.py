"""Points that a till set aside and forgot are found without reading every use there ever was."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    held = sa.text("state = 'held'")
    op.create_index(
        op.f("ix_point_uses_tenant_recorded_at"),
        "point_uses",
        ["tenant", "recorded_at"],
        sqlite_where=held,
        postgresql_where=held,
    )
