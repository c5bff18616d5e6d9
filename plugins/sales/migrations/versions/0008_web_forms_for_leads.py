"""Web forms for leads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_lead_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("needed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("intro", sa.Text(), nullable=True),
        sa.Column("thanks", sa.Text(), nullable=True),
        sa.Column("redirect_url", sa.String(length=500), nullable=True),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("assign_to_id", sa.Uuid(), nullable=True),
        sa.Column("origins", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["assign_to_id"], ["core_user.id"], name=op.f("fk_sales_lead_form_assign_to_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_lead_form_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead_form")),
        sa.UniqueConstraint("token", name=op.f("uq_sales_lead_form_token")),
    )
    with op.batch_alter_table("sales_lead_form", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_lead_form_assign_to_id"), ["assign_to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_form_owner_id"), ["owner_id"], unique=False)

    with op.batch_alter_table("sales_lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("form_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("submission", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("consent", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(length=5), nullable=True))
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
        batch_op.add_column(sa.Column("postcode", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("product_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_sales_lead_form_id"), ["form_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_product_id"), ["product_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_sales_lead_submission"), ["submission"])
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_lead_form_id"), "sales_lead_form", ["form_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_lead_product_id"), "catalog_product", ["product_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("sales_lead", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sales_lead_product_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_sales_lead_form_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_sales_lead_submission"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_sales_lead_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_form_id"))
        batch_op.drop_column("product_id")
        batch_op.drop_column("postcode")
        batch_op.drop_column("country")
        batch_op.drop_column("language")
        batch_op.drop_column("consented_at")
        batch_op.drop_column("consent")
        batch_op.drop_column("submission")
        batch_op.drop_column("form_id")

    with op.batch_alter_table("sales_lead_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_lead_form_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_form_assign_to_id"))

    op.drop_table("sales_lead_form")
