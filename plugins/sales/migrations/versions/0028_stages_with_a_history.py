"""A stage through which a deal went stays, as long as the deal's history is there."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _on_delete("RESTRICT")


def downgrade() -> None:
    _on_delete("CASCADE")


def _on_delete(rule: str) -> None:
    with op.batch_alter_table("sales_stage_history", schema=None) as batch_op:
        name = batch_op.f("fk_sales_stage_history_to_stage_id")
        batch_op.drop_constraint(name, type_="foreignkey")
        batch_op.create_foreign_key(name, "sales_stage", ["to_stage_id"], ["id"], ondelete=rule)
