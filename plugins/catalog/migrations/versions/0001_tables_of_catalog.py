"""Tables of catalog."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_price_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_price_list_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_price_list")),
    )
    with op.batch_alter_table("catalog_price_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_price_list_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "catalog_product",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(length=60), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("series", sa.String(length=100), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_product_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_product")),
    )
    with op.batch_alter_table("catalog_product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_product_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_product_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_product_series"), ["series"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_product_sku"), ["sku"], unique=False)

    op.create_table(
        "catalog_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_price_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["catalog_price_list.id"],
            name=op.f("fk_catalog_price_price_list_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_catalog_price_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_price")),
    )
    with op.batch_alter_table("catalog_price", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_price_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalog_price_price_list_id"), ["price_list_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_catalog_price_product_id_price_list_id_min_quantity"),
            ["product_id", "price_list_id", "min_quantity"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("catalog_price", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_price_product_id_price_list_id_min_quantity"))
        batch_op.drop_index(batch_op.f("ix_catalog_price_price_list_id"))
        batch_op.drop_index(batch_op.f("ix_catalog_price_owner_id"))

    op.drop_table("catalog_price")
    with op.batch_alter_table("catalog_product", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_product_sku"))
        batch_op.drop_index(batch_op.f("ix_catalog_product_series"))
        batch_op.drop_index(batch_op.f("ix_catalog_product_owner_id"))
        batch_op.drop_index(batch_op.f("ix_catalog_product_name"))

    op.drop_table("catalog_product")
    with op.batch_alter_table("catalog_price_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_price_list_owner_id"))

    op.drop_table("catalog_price_list")
