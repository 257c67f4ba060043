"""A card may be the one that a member's phone shows."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("on_phone", sa.Integer, nullable=False, server_default="0"))
