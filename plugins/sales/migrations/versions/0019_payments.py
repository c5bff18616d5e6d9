"""Payments."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("amount_base", sa.BigInteger(), nullable=False),
        sa.Column("open_amount", sa.BigInteger(), nullable=False),
        sa.Column("refunds_id", sa.Uuid(), nullable=True),
        sa.Column("refunds_note_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sales_payment_amount")),
        sa.CheckConstraint("open_amount >= 0", name=op.f("ck_sales_payment_open_amount")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_payment_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["sales_invoice.id"], name=op.f("fk_sales_payment_invoice_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_payment_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["refunds_id"], ["sales_payment.id"], name=op.f("fk_sales_payment_refunds_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["refunds_note_id"],
            ["sales_invoice.id"],
            name=op.f("fk_sales_payment_refunds_note_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_payment")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_payment_number")),
    )
    with op.batch_alter_table("sales_payment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_payment_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_payment_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_payment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_payment_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_payment_refunds_id"), ["refunds_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_payment_refunds_note_id"), ["refunds_note_id"], unique=False)

    rows = _rows()
    op.drop_table("sales_allocation")
    op.create_table(
        "sales_allocation",
        *_common(),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("credit_note_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_sales_allocation_amount")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["sales_payment.id"], name=op.f("fk_sales_allocation_payment_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["sales_allocation.id"], name=op.f("fk_sales_allocation_reverses_id"), ondelete="RESTRICT"
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_sales_allocation_reverses_id")),
    )
    _index("payment_id", "credit_note_id", "invoice_id", "owner_id")
    op.bulk_insert(_table("sealed_at"), [{**row, "sealed_at": row["created_at"]} for row in rows])


def _common() -> list[Any]:
    """Give what the table of allocations had before and has after."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("allocated_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
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
    ]


def _table(*more: str) -> Any:
    kept = [column for column in _common() if isinstance(column, sa.Column)]
    added = [sa.Column(name, sa.DateTime(timezone=True)) for name in more]
    return sa.Table("sales_allocation", sa.MetaData(), *kept, sa.Column("credit_note_id", sa.Uuid()), *added)


def _rows() -> list[dict[str, Any]]:
    """Read what was allocated of credit notes; SQLite can't change the table's checks but by making it anew."""
    table = _table()
    found = op.get_bind().execute(sa.select(table).where(table.c.credit_note_id.is_not(None)))
    return [dict(row) for row in found.mappings()]


def _index(*columns: str) -> None:
    with op.batch_alter_table("sales_allocation", schema=None) as batch_op:
        for column in columns:
            batch_op.create_index(batch_op.f(f"ix_sales_allocation_{column}"), [column], unique=False)


def downgrade() -> None:
    rows = [row for row in _rows() if row["amount"] > 0]
    op.drop_table("sales_allocation")
    op.create_table(
        "sales_allocation",
        *_common(),
        sa.Column("credit_note_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_sales_allocation_amount")),
    )
    _index("credit_note_id", "invoice_id", "owner_id")
    op.bulk_insert(_table(), rows)
    with op.batch_alter_table("sales_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_payment_refunds_note_id"))
        batch_op.drop_index(batch_op.f("ix_sales_payment_refunds_id"))
        batch_op.drop_index(batch_op.f("ix_sales_payment_reference"))
        batch_op.drop_index(batch_op.f("ix_sales_payment_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_payment_invoice_id"))
        batch_op.drop_index(batch_op.f("ix_sales_payment_customer_id_deleted_at"))

    op.drop_table("sales_payment")
