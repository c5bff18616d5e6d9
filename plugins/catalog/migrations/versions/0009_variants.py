"""Variants of products, and in what they differ."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _json() -> Any:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.add_column(sa.Column("template_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("features", _json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("surcharge", sa.BigInteger(), nullable=True))
        batch_op.alter_column("bundle_discount", existing_type=sa.BigInteger(), nullable=True)
        batch_op.create_foreign_key(
            batch_op.f("fk_catalog_product_template_id"),
            "catalog_product",
            ["template_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_index(batch_op.f("ix_catalog_product_template_id"), ["template_id"])
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.alter_column("features", server_default=None)
    op.execute("UPDATE catalog_product SET bundle_discount = NULL WHERE bundle_discount = 0")
    op.create_table(
        "catalog_product_attribute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("choices", _json(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", _json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog_product.id"],
            name=op.f("fk_catalog_product_attribute_product_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_product_attribute_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_product_attribute")),
    )
    with op.batch_alter_table("catalog_product_attribute") as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_product_attribute_owner_id"), ["owner_id"])
        batch_op.create_index("ix_catalog_product_attribute_product_id_position", ["product_id", "position"])


def downgrade() -> None:
    op.drop_table("catalog_product_attribute")
    op.execute("UPDATE catalog_product SET bundle_discount = 0 WHERE bundle_discount IS NULL")
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalog_product_template_id"))
        batch_op.drop_constraint(batch_op.f("fk_catalog_product_template_id"), type_="foreignkey")
        batch_op.alter_column("bundle_discount", existing_type=sa.BigInteger(), nullable=False)
        for name in ("surcharge", "features", "template_id"):
            batch_op.drop_column(name)
