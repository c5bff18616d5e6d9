"""Quotes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_approval_limit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("max_discount", sa.BigInteger(), nullable=True),
        sa.Column("min_margin", sa.BigInteger(), nullable=True),
        sa.Column("from_amount", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("max_discount BETWEEN 0 AND 1000000", name=op.f("ck_sales_approval_limit_max_discount")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_approval_limit_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_approval_limit")),
    )
    with op.batch_alter_table("sales_approval_limit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_approval_limit_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_number_series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_number_series_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_number_series")),
        sa.UniqueConstraint("kind", "year", name=op.f("uq_sales_number_series_kind_year")),
    )
    with op.batch_alter_table("sales_number_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_number_series_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_quote",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("root_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("rounding", sa.String(length=10), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_set_id", sa.Uuid(), nullable=True),
        sa.Column("decline_reason", sa.String(length=500), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_quote_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_quote_opportunity_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote")),
        sa.UniqueConstraint("root_id", "revision", name=op.f("uq_sales_quote_root_id_revision")),
    )
    with op.batch_alter_table("sales_quote", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_quote_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_quote_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_quote_status_deleted_at_valid_until"),
            ["status", "deleted_at", "valid_until"],
            unique=False,
        )

    op.create_table(
        "sales_quote_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["core_user.id"], name=op.f("fk_sales_quote_approval_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["core_user.id"], name=op.f("fk_sales_quote_approval_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_approval_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_quote_approval_quote_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote_approval")),
    )
    with op.batch_alter_table("sales_quote_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_quote_approval_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_approval_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_approval_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_quote_approval_quote_id_asked_at"), ["quote_id", "asked_at"], unique=False
        )

    op.create_table(
        "sales_quote_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("last_opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_link_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_quote_link_quote_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote_link")),
    )
    with op.batch_alter_table("sales_quote_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_quote_link_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_link_quote_id"), ["quote_id"], unique=False)

    op.create_table(
        "sales_quote_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
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
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_set_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_quote_set_quote_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote_set")),
    )
    with op.batch_alter_table("sales_quote_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_quote_set_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_quote_set_quote_id_position"), ["quote_id", "position"], unique=False
        )

    op.create_table(
        "sales_quote_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("optional", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
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
        sa.CheckConstraint("discount BETWEEN 0 AND 1000000", name=op.f("ck_sales_quote_line_discount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_sales_quote_line_quantity")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_line_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_quote_line_product_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_quote_line_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["sales_quote_set.id"], name=op.f("fk_sales_quote_line_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote_line")),
    )
    with op.batch_alter_table("sales_quote_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_quote_line_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_line_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_line_quote_id"), ["quote_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_line_set_id_position"), ["set_id", "position"], unique=False)

    op.create_table(
        "sales_quote_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("drawing", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_quote_signature_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["sales_quote.id"], name=op.f("fk_sales_quote_signature_quote_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["set_id"], ["sales_quote_set.id"], name=op.f("fk_sales_quote_signature_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_quote_signature")),
    )
    with op.batch_alter_table("sales_quote_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_quote_signature_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_signature_quote_id"), ["quote_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_quote_signature_set_id"), ["set_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_quote_signature", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_signature_set_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_signature_quote_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_signature_owner_id"))

    op.drop_table("sales_quote_signature")
    with op.batch_alter_table("sales_quote_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_line_set_id_position"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_line_quote_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_line_owner_id"))

    op.drop_table("sales_quote_line")
    with op.batch_alter_table("sales_quote_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_set_quote_id_position"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_set_owner_id"))

    op.drop_table("sales_quote_set")
    with op.batch_alter_table("sales_quote_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_link_quote_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_link_owner_id"))

    op.drop_table("sales_quote_link")
    with op.batch_alter_table("sales_quote_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_approval_quote_id_asked_at"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_approval_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_approval_decided_by_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_approval_asked_by_id"))

    op.drop_table("sales_quote_approval")
    with op.batch_alter_table("sales_quote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_quote_status_deleted_at_valid_until"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_number"))
        batch_op.drop_index(batch_op.f("ix_sales_quote_customer_id_deleted_at"))

    op.drop_table("sales_quote")
    with op.batch_alter_table("sales_number_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_number_series_owner_id"))

    op.drop_table("sales_number_series")
    with op.batch_alter_table("sales_approval_limit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_approval_limit_owner_id"))

    op.drop_table("sales_approval_limit")
