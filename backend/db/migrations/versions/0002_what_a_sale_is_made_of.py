"""What a sale is made of: its lines, its payments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales", sa.Column("detail", sa.Text(), nullable=True))
