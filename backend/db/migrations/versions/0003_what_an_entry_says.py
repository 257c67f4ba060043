"""What an entry says of who made it, when it may be spent and what it still owes."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
