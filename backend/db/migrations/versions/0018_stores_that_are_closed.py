"""A store that is closed stays in the books, and is offered nowhere."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
