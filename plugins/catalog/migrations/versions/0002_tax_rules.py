"""Tax rules, and the class of each product that they go by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.add_column(sa.Column("tax_class", sa.String(length=20), nullable=False, server_default="standard"))
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.alter_column("tax_class", server_default=None)
    op.create_table(
        "catalog_tax_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("postcodes", sa.String(length=400), nullable=False),
        sa.Column("tax_class", sa.String(length=20), nullable=True),
        sa.Column("buyer", sa.String(length=20), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_catalog_tax_rule_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_tax_rule")),
    )
    with op.batch_alter_table("catalog_tax_rule") as batch_op:
        batch_op.create_index(batch_op.f("ix_catalog_tax_rule_owner_id"), ["owner_id"])
        batch_op.create_index(
            "ix_catalog_tax_rule_country_tax_class_deleted_at", ["country", "tax_class", "deleted_at"]
        )


def downgrade() -> None:
    op.drop_table("catalog_tax_rule")
    with op.batch_alter_table("catalog_product") as batch_op:
        batch_op.drop_column("tax_class")
