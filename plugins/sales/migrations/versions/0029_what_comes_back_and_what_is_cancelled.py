"""What came back of a delivery, and what of an order will never go out."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cancelled", sa.BigInteger(), server_default="0", nullable=False))
    _check("quantity - cancelled")
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_sales_order_line_cancelled"), "cancelled >= 0")
    with op.batch_alter_table("sales_delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reverses_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_delivery_reverses_id"), "sales_delivery", ["reverses_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_sales_delivery_reverses_id"), ["reverses_id"], unique=False)
    _quantity("quantity <> 0")


def downgrade() -> None:
    _quantity("quantity > 0")
    with op.batch_alter_table("sales_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_delivery_reverses_id"))
        batch_op.drop_constraint(batch_op.f("fk_sales_delivery_reverses_id"), type_="foreignkey")
        batch_op.drop_column("reverses_id")
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_sales_order_line_cancelled"), type_="check")
    _check("quantity")
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.drop_column("cancelled")


def _check(most: str) -> None:
    """Hold what went out and what was invoiced of a line between nothing and what it may be at most."""
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        for name in ("delivered", "invoiced"):
            key = batch_op.f(f"ck_sales_order_line_{name}")
            batch_op.drop_constraint(key, type_="check")
            batch_op.create_check_constraint(key, f"{name} BETWEEN 0 AND {most}")


def _quantity(rule: str) -> None:
    with op.batch_alter_table("sales_delivery_line", schema=None) as batch_op:
        key = batch_op.f("ck_sales_delivery_line_quantity")
        batch_op.drop_constraint(key, type_="check")
        batch_op.create_check_constraint(key, rule)
