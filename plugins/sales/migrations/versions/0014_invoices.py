"""Invoices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("rounding", sa.String(length=10), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_name", sa.String(length=300), nullable=True),
        sa.Column("printed_address", sa.String(length=1000), nullable=True),
        sa.Column("printed_tax_number", sa.String(length=50), nullable=True),
        sa.Column("rate", sa.BigInteger(), nullable=True),
        sa.Column("net_base", sa.BigInteger(), nullable=True),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
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
        sa.CheckConstraint("open_amount >= 0", name=op.f("ck_sales_invoice_open_amount")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["sales_invoice.id"], name=op.f("fk_sales_invoice_corrects_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_invoice_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_invoice_opportunity_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_invoice_order_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_invoice_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_invoice_number")),
    )
    with op.batch_alter_table("sales_invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_invoice_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_invoice_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_invoice_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_invoice_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_invoice_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_invoice_reference"), ["reference"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_invoice_status_deleted_at_due_on"), ["status", "deleted_at", "due_on"], unique=False
        )

    op.create_table(
        "sales_allocation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sales_allocation_amount")),
        sa.ForeignKeyConstraint(
            ["credit_note_id"],
            ["sales_invoice.id"],
            name=op.f("fk_sales_allocation_credit_note_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["sales_invoice.id"], name=op.f("fk_sales_allocation_invoice_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_allocation_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_allocation")),
    )
    with op.batch_alter_table("sales_allocation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_allocation_credit_note_id"), ["credit_note_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_allocation_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_allocation_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_invoice_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("order_line_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_line_id", sa.Uuid(), nullable=True),
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
        sa.CheckConstraint("discount BETWEEN 0 AND 1000000", name=op.f("ck_sales_invoice_line_discount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_invoice_line_quantity")),
        sa.ForeignKeyConstraint(
            ["corrects_line_id"],
            ["sales_invoice_line.id"],
            name=op.f("fk_sales_invoice_line_corrects_line_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["sales_invoice.id"], name=op.f("fk_sales_invoice_line_invoice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["sales_order_line.id"],
            name=op.f("fk_sales_invoice_line_order_line_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_invoice_line_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_invoice_line_product_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_invoice_line")),
    )
    with op.batch_alter_table("sales_invoice_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_invoice_line_corrects_line_id"), ["corrects_line_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_invoice_line_invoice_id_position"), ["invoice_id", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_invoice_line_order_line_id"), ["order_line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_invoice_line_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_invoice_line_product_id"), ["product_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_invoice_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_invoice_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_line_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_line_order_line_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_line_invoice_id_position"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_line_corrects_line_id"))

    op.drop_table("sales_invoice_line")
    with op.batch_alter_table("sales_allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_allocation_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_allocation_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_sales_allocation_credit_note_id"))

    op.drop_table("sales_allocation")
    with op.batch_alter_table("sales_invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_invoice_status_deleted_at_due_on"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_reference"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_order_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_customer_id_deleted_at"))
        batch_op.drop_index(batch_op.f("ix_sales_invoice_corrects_id"))

    op.drop_table("sales_invoice")
