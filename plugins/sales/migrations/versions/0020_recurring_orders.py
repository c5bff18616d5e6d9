"""Recurring orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_recurring_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ends_after", sa.Integer(), nullable=True),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("pricing", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("ends_after IS NULL OR ends_after > 0", name=op.f("ck_sales_recurring_order_ends_after")),
        sa.CheckConstraint("every BETWEEN 1 AND 120", name=op.f("ck_sales_recurring_order_every")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["core_customer.id"],
            name=op.f("fk_sales_recurring_order_customer_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_recurring_order_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_recurring_order_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_recurring_order")),
    )
    with op.batch_alter_table("sales_recurring_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_recurring_order_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_recurring_order_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_recurring_order_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_recurring_order_status_next_on"), ["status", "next_on"], unique=False
        )

    op.create_table(
        "sales_repeated_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recurring_order_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_repeated_order_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_repeated_order_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["recurring_order_id"],
            ["sales_recurring_order.id"],
            name=op.f("fk_sales_repeated_order_recurring_order_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_repeated_order")),
        sa.UniqueConstraint(
            "recurring_order_id", "due_on", name=op.f("uq_sales_repeated_order_recurring_order_id_due_on")
        ),
    )
    with op.batch_alter_table("sales_repeated_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_repeated_order_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_repeated_order_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_repeated_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_repeated_order_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_repeated_order_order_id"))

    op.drop_table("sales_repeated_order")
    with op.batch_alter_table("sales_recurring_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_recurring_order_status_next_on"))
        batch_op.drop_index(batch_op.f("ix_sales_recurring_order_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_recurring_order_order_id"))
        batch_op.drop_index(batch_op.f("ix_sales_recurring_order_customer_id_deleted_at"))

    op.drop_table("sales_recurring_order")
