"""Assignment of leads."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_sales_absence_days")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_absence_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_absence")),
    )
    with op.batch_alter_table("sales_absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_absence_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_absence_owner_id_last_day"), ["owner_id", "last_day"], unique=False)

    op.create_table(
        "sales_assignment_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("sources", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("languages", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("countries", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("postcodes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("most_open", sa.Integer(), nullable=True),
        sa.Column("passes_on", sa.Boolean(), nullable=False),
        sa.Column("last_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("most_open IS NULL OR most_open > 0", name=op.f("ck_sales_assignment_rule_most_open")),
        sa.ForeignKeyConstraint(
            ["last_id"], ["core_user.id"], name=op.f("fk_sales_assignment_rule_last_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_assignment_rule_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog_product.id"],
            name=op.f("fk_sales_assignment_rule_product_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["core_team.id"], name=op.f("fk_sales_assignment_rule_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_assignment_rule")),
    )
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_last_id"), ["last_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_team_id"), ["team_id"], unique=False)

    op.create_table(
        "sales_lead_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("rule_name", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("open_leads", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["sales_lead.id"], name=op.f("fk_sales_lead_assignment_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_lead_assignment_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["sales_assignment_rule.id"],
            name=op.f("fk_sales_lead_assignment_rule_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_sales_lead_assignment_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead_assignment")),
    )
    with op.batch_alter_table("sales_lead_assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_lead_assignment_lead_id_assigned_at"), ["lead_id", "assigned_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_lead_assignment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_assignment_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_assignment_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sales_lead_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_lead_assignment_user_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_assignment_rule_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_assignment_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_assignment_lead_id_assigned_at"))

    op.drop_table("sales_lead_assignment")
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_team_id"))
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_last_id"))

    op.drop_table("sales_assignment_rule")
    with op.batch_alter_table("sales_absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_absence_owner_id_last_day"))
        batch_op.drop_index(batch_op.f("ix_sales_absence_owner_id"))

    op.drop_table("sales_absence")
