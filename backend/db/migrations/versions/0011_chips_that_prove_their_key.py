"""Chips that prove their key: the highest count of each, and where it was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("counter", sa.Integer()))
    op.add_column("cards", sa.Column("counter_at", sa.DateTime(timezone=True)))
    op.add_column("cards", sa.Column("counter_by", sa.String(length=64)))
