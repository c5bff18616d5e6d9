"""The volume of deals, and how long leads of an assignment rule may wait."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales_opportunity", sa.Column("volume", sa.BigInteger(), nullable=True))
    op.add_column("sales_opportunity", sa.Column("volume_unit", sa.String(length=20), nullable=True))
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_within", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_sales_assignment_rule_answer_within"), "answer_within IS NULL OR answer_within > 0"
        )


def downgrade() -> None:
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_sales_assignment_rule_answer_within"), type_="check")
        batch_op.drop_column("answer_within")
    op.drop_column("sales_opportunity", "volume_unit")
    op.drop_column("sales_opportunity", "volume")
