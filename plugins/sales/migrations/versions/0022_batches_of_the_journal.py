"""Batches of the journal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_journal_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("accounts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("documents > 0", name=op.f("ck_sales_journal_batch_documents")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_journal_batch_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_journal_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_journal_batch_number")),
    )
    with op.batch_alter_table("sales_journal_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_journal_batch_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_journal_batch_reference"), ["reference"], unique=False)

    op.create_table(
        "sales_journal_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["sales_journal_batch.id"],
            name=op.f("fk_sales_journal_document_batch_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_journal_document_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_journal_document")),
        sa.UniqueConstraint("document_id", name=op.f("uq_sales_journal_document_document_id")),
    )
    with op.batch_alter_table("sales_journal_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_journal_document_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_journal_document_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_journal_document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_journal_document_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_journal_document_batch_id"))

    op.drop_table("sales_journal_document")
    with op.batch_alter_table("sales_journal_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_journal_batch_reference"))
        batch_op.drop_index(batch_op.f("ix_sales_journal_batch_owner_id"))

    op.drop_table("sales_journal_batch")
