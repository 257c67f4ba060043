"""Who came back, and who agrees to news, is counted in an index alone."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_consents_last_word", "consents", ["tenant", "purpose", "member", "at", "given", "event"]
    )
    op.drop_index("ix_sales_by_time", "sales")
    op.create_index(
        "ix_sales_by_time",
        "sales",
        ["tenant", "closed_at", "member", "total", "stage", "store"],
    )
