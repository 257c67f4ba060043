"""What an entry says of who made it, when it may be spent and what it still owes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONCE = sa.text("kind IN ('reversal', 'expiry', 'release')")


def upgrade() -> None:
    _entries()
    _accounts()


def _entries() -> None:
    with op.batch_alter_table("entries") as batch:
        batch.add_column(sa.Column("made_by", sa.String(64)))
        batch.add_column(sa.Column("available_from", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("owes", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("adjustment", sa.Text()))
        batch.drop_constraint(op.f("uq_entries_tenant_kind_about"), type_="unique")
        batch.drop_constraint(op.f("ck_entries_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_entries_kind"),
            "(kind IN ('welcome', 'earn') AND points > 0 AND about IS NULL)"
            " OR (kind IN ('redeem', 'forfeit') AND points < 0 AND about IS NULL)"
            " OR (kind = 'reversal' AND about IS NOT NULL)"
            " OR (kind = 'expiry' AND points < 0 AND about IS NOT NULL)"
            " OR (kind = 'release' AND points = 0 AND about IS NOT NULL)"
            " OR (kind IN ('return', 'transfer') AND points <> 0)"
            " OR (kind = 'opening' AND points <> 0 AND about IS NULL)"
            " OR (kind = 'adjustment' AND points <> 0 AND about IS NULL)",
        )
        batch.create_check_constraint(
            op.f("ck_entries_adjustment"), "(kind = 'adjustment') = (adjustment IS NOT NULL)"
        )
        batch.create_check_constraint(op.f("ck_entries_owes"), "owes IN (0, 1)")
    op.create_index(op.f("ix_entries_tenant_about"), "entries", ["tenant", "about"])
    op.create_index(
        "uq_entries_once",
        "entries",
        ["tenant", "kind", "about"],
        unique=True,
        sqlite_where=ONCE,
        postgresql_where=ONCE,
    )


def _accounts() -> None:
    """Snapshots stay as they are: each is made anew from its journal when it next moves."""
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("moved_at", sa.DateTime(timezone=True)))
        batch.add_column(sa.Column("shape", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("debt", sa.BigInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("debt_max", sa.BigInteger(), nullable=False, server_default="0"))
        batch.create_check_constraint(op.f("ck_accounts_debt"), "debt >= 0 AND debt <= debt_max")
