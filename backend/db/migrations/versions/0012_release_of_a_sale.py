"""What a sale earned and what waits for an action can be released."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sale_acts") as acts:
        acts.drop_constraint(op.f("ck_sale_acts_kind"), type_="check")
        acts.create_check_constraint(
            op.f("ck_sale_acts_kind"),
            "kind IN ('void', 'restore', 'return', 'release', 'credit_note')",
        )
