"""Assignment rules for leads of a territory."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("territory_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_assignment_rule_territory_id"),
            "core_territory",
            ["territory_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_territory_id"), ["territory_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_territory_id"))
        batch_op.drop_constraint(batch_op.f("fk_sales_assignment_rule_territory_id"), type_="foreignkey")
        batch_op.drop_column("territory_id")
