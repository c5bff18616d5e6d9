"""The territory of a deal's customer in the daily snapshots."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sales_opportunity_snapshot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("territory_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_opportunity_snapshot_territory_id"),
            "core_territory",
            ["territory_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_sales_opportunity_snapshot_territory_id"), ["territory_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_opportunity_snapshot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_snapshot_territory_id"))
        batch_op.drop_constraint(batch_op.f("fk_sales_opportunity_snapshot_territory_id"), type_="foreignkey")
        batch_op.drop_column("territory_id")
