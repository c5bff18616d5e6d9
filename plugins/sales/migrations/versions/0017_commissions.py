"""Commissions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_commission_settlement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by_id"],
            ["core_user.id"],
            name=op.f("fk_sales_commission_settlement_approved_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_commission_settlement_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["core_user.id"], name=op.f("fk_sales_commission_settlement_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"],
            ["sales_commission_settlement.id"],
            name=op.f("fk_sales_commission_settlement_reverses_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_commission_settlement")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_commission_settlement_number")),
    )
    with op.batch_alter_table("sales_commission_settlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_commission_settlement_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_commission_settlement_person_id_period_deleted_at"),
            ["person_id", "period", "deleted_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sales_commission_settlement_reverses_id"), ["reverses_id"], unique=False)

    op.create_table(
        "sales_commission_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("base", sa.String(length=20), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("tiers", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_commission_plan_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog_product.id"],
            name=op.f("fk_sales_commission_plan_product_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_commission_plan")),
    )
    with op.batch_alter_table("sales_commission_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_commission_plan_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_commission_plan_product_id"), ["product_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_commission_plan_status_deleted_at_begins_on"),
            ["status", "deleted_at", "begins_on"],
            unique=False,
        )

    op.create_table(
        "sales_commission_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_commission_member_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["core_user.id"], name=op.f("fk_sales_commission_member_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["sales_commission_plan.id"],
            name=op.f("fk_sales_commission_member_plan_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["core_team.id"], name=op.f("fk_sales_commission_member_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_commission_member")),
    )
    with op.batch_alter_table("sales_commission_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_commission_member_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_commission_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_commission_member_plan_id_deleted_at"), ["plan_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_commission_member_team_id"), ["team_id"], unique=False)

    op.create_table(
        "sales_commission_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("payable", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("settlement_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("percent BETWEEN 0 AND 1000000", name=op.f("ck_sales_commission_entry_percent")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["sales_invoice.id"], name=op.f("fk_sales_commission_entry_invoice_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_commission_entry_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["core_user.id"], name=op.f("fk_sales_commission_entry_person_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["sales_commission_plan.id"],
            name=op.f("fk_sales_commission_entry_plan_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["sales_commission_settlement.id"],
            name=op.f("fk_sales_commission_entry_settlement_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_commission_entry")),
    )
    with op.batch_alter_table("sales_commission_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_commission_entry_invoice_id_person_id_plan_id"),
            ["invoice_id", "person_id", "plan_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sales_commission_entry_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_commission_entry_person_id_settlement_id_happened_on"),
            ["person_id", "settlement_id", "happened_on"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sales_commission_entry_plan_id_person_id_period"),
            ["plan_id", "person_id", "period"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_sales_commission_entry_settlement_id"), ["settlement_id"], unique=False)

    op.create_table(
        "sales_commission_split",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("shares", sa.Text(), nullable=False),
        sa.Column("parts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["sales_invoice.id"], name=op.f("fk_sales_commission_split_invoice_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_commission_split_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["sales_order.id"], name=op.f("fk_sales_commission_split_order_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_commission_split_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_commission_split")),
    )
    with op.batch_alter_table("sales_commission_split", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_commission_split_invoice_id"), ["invoice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_commission_split_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_commission_split_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_commission_split_owner_id"), ["owner_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_commission_split", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_commission_split_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_split_order_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_split_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_split_invoice_id"))

    op.drop_table("sales_commission_split")
    with op.batch_alter_table("sales_commission_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_commission_entry_settlement_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_entry_plan_id_person_id_period"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_entry_person_id_settlement_id_happened_on"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_entry_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_entry_invoice_id_person_id_plan_id"))

    op.drop_table("sales_commission_entry")
    with op.batch_alter_table("sales_commission_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_commission_member_team_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_member_plan_id_deleted_at"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_member_owner_id"))

    op.drop_table("sales_commission_member")
    with op.batch_alter_table("sales_commission_plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_commission_plan_status_deleted_at_begins_on"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_plan_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_plan_owner_id"))

    op.drop_table("sales_commission_plan")
    with op.batch_alter_table("sales_commission_settlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_commission_settlement_reverses_id"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_settlement_person_id_period_deleted_at"))
        batch_op.drop_index(batch_op.f("ix_sales_commission_settlement_owner_id"))

    op.drop_table("sales_commission_settlement")
