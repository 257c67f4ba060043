"""Lists of members by name and by joining, and sums of a time, begin without reading everything."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_members_by_name", "members", ["tenant", "last_key", "first_key", "id"], unique=False
    )
    op.create_index("ix_members_by_joining", "members", ["tenant", "enrolled_at"], unique=False)
    op.create_index("ix_entries_by_time", "entries", ["tenant", "occurred_at"], unique=False)
