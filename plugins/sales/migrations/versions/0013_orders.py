"""Orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("rounding", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("gross", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("taxes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_order_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_order_opportunity_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_order_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_order_quote_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_sales_order_quote_id")),
    )
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_order_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_order_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_reference"), ["reference"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_order_status_deleted_at_due_on"), ["status", "deleted_at", "due_on"], unique=False
        )

    op.create_table(
        "sales_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_delivery_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_delivery_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_delivery")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_delivery_number")),
    )
    with op.batch_alter_table("sales_delivery", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_delivery_order_id_delivered_on"), ["order_id", "delivered_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_delivery_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_order_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=False),
        sa.Column("invoiced", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("tax_rule_id", sa.Uuid(), nullable=True),
        sa.Column("tax_name", sa.String(length=100), nullable=True),
        sa.Column("tax_note", sa.String(length=300), nullable=True),
        sa.Column("tax_rate", sa.BigInteger(), nullable=True),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("delivered BETWEEN 0 AND quantity", name=op.f("ck_sales_order_line_delivered")),
        sa.CheckConstraint("discount BETWEEN 0 AND 1000000", name=op.f("ck_sales_order_line_discount")),
        sa.CheckConstraint("invoiced BETWEEN 0 AND quantity", name=op.f("ck_sales_order_line_invoiced")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_order_line_quantity")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_line_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_order_line_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_order_line_product_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order_line")),
    )
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_order_line_order_id_position"), ["order_id", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_order_line_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_order_line_product_id"), ["product_id"], unique=False)

    op.create_table(
        "sales_delivery_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_delivery_line_quantity")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["sales_delivery.id"], name=op.f("fk_sales_delivery_line_delivery_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_sales_delivery_line_order_line_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_delivery_line_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_delivery_line")),
    )
    with op.batch_alter_table("sales_delivery_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_delivery_line_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_delivery_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_delivery_line_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_delivery_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_delivery_line_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_delivery_line_order_line_id"))
        batch_op.drop_index(batch_op.f("ix_sales_delivery_line_delivery_id"))

    op.drop_table("sales_delivery_line")
    with op.batch_alter_table("sales_order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_order_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_line_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_line_order_id_position"))

    op.drop_table("sales_order_line")
    with op.batch_alter_table("sales_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_delivery_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_delivery_order_id_delivered_on"))

    op.drop_table("sales_delivery")
    with op.batch_alter_table("sales_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_order_status_deleted_at_due_on"))
        batch_op.drop_index(batch_op.f("ix_sales_order_reference"))
        batch_op.drop_index(batch_op.f("ix_sales_order_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_order_customer_id_deleted_at"))

    op.drop_table("sales_order")
