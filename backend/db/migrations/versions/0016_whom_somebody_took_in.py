"""Records that another took in are found by that other, without a look at everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    some = sa.text("merged_into IS NOT NULL")
    op.create_index(
        "ix_members_absorbed",
        "members",
        ["tenant", "merged_into"],
        sqlite_where=some,
        postgresql_where=some,
    )
