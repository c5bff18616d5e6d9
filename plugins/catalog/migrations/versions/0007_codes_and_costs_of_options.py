"""What options are known by, and what they cost the company."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("catalog_option") as batch_op:
        batch_op.add_column(sa.Column("code", sa.String(length=60), nullable=True))
    with op.batch_alter_table("catalog_cost") as batch_op:
        batch_op.add_column(sa.Column("option_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_catalog_cost_option_id"), "catalog_option", ["option_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_catalog_cost_option_id"), ["option_id"])


def downgrade() -> None:
    with op.batch_alter_table("catalog_cost") as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_cost_option_id"))
        batch_op.drop_constraint(batch_op.f("fk_catalog_cost_option_id"), type_="foreignkey")
        batch_op.drop_column("option_id")
    with op.batch_alter_table("catalog_option") as batch_op:
        batch_op.drop_column("code")
