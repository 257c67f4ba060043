"""Products, price books, gifts and their stock; brands and groups of stores."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
