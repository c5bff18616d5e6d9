"""Who has a part in deals, and who else is after them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_competitor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("strengths", sa.Text(), nullable=True),
        sa.Column("weaknesses", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_competitor_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_competitor")),
    )
    with op.batch_alter_table("sales_competitor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_competitor_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_competitor_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_contact_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_contact_role_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_contact_role_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_contact_role_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_contact_role")),
    )
    with op.batch_alter_table("sales_contact_role", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_contact_role_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_sales_contact_role_opportunity_id_deleted_at"),
            ["opportunity_id", "deleted_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sales_contact_role_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_deal_competitor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("competitor_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["competitor_id"],
            ["sales_competitor.id"],
            name=op.f("fk_sales_deal_competitor_competitor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_deal_competitor_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_deal_competitor_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_deal_competitor")),
    )
    with op.batch_alter_table("sales_deal_competitor", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_deal_competitor_competitor_id_deleted_at"),
            ["competitor_id", "deleted_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sales_deal_competitor_opportunity_id_deleted_at"),
            ["opportunity_id", "deleted_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sales_deal_competitor_owner_id"), ["owner_id"], unique=False)

    with op.batch_alter_table("sales_opportunity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("lost_to_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_sales_opportunity_lost_to_id"), ["lost_to_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_opportunity_lost_to_id"),
            "sales_competitor",
            ["lost_to_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("sales_opportunity", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sales_opportunity_lost_to_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_lost_to_id"))
        batch_op.drop_column("lost_to_id")

    with op.batch_alter_table("sales_deal_competitor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_deal_competitor_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_deal_competitor_opportunity_id_deleted_at"))
        batch_op.drop_index(batch_op.f("ix_sales_deal_competitor_competitor_id_deleted_at"))

    op.drop_table("sales_deal_competitor")
    with op.batch_alter_table("sales_contact_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_contact_role_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_contact_role_opportunity_id_deleted_at"))
        batch_op.drop_index(batch_op.f("ix_sales_contact_role_customer_id_deleted_at"))

    op.drop_table("sales_contact_role")
    with op.batch_alter_table("sales_competitor", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_competitor_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_competitor_name"))

    op.drop_table("sales_competitor")
