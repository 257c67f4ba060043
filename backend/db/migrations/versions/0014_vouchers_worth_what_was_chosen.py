"""A voucher says how many points were put in, where that was chosen, and what they are worth."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("points", "money"):
        column = sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
        op.add_column("vouchers", column)
