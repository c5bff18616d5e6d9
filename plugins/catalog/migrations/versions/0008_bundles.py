"""Products made of parts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.add_column(sa.Column("bundle_price", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("bundle_discount", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.alter_column("bundle_discount", server_default=None)
    op.create_table(
        "catalog_bundle_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_catalog_bundle_part_quantity")),
        sa.ForeignKeyConstraint(
            ["bundle_id"], ["catalog_product.id"], name=op.f("fk_catalog_bundle_part_bundle_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["catalog_product.id"], name=op.f("fk_catalog_bundle_part_part_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_bundle_part_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_bundle_part")),
    )
    with op.batch_alter_table("catalog_bundle_part") as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_bundle_part_owner_id"), ["owner_id"])
        batch_op.create_index(batch_op.f("ix_catalog_bundle_part_part_id"), ["part_id"])
        batch_op.create_index("ix_catalog_bundle_part_bundle_id_position", ["bundle_id", "position"])


def downgrade() -> None:
    op.drop_table("catalog_bundle_part")
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.drop_column("bundle_discount")
        batch_op.drop_column("bundle_price")
