"""Tables of sales."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sales_exchange_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_sales_exchange_rate_rate")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_exchange_rate_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_exchange_rate")),
    )
    with op.batch_alter_table("sales_exchange_rate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sales_exchange_rate_currency_valid_from"), ["currency", "valid_from"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_exchange_rate_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_pipeline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_pipeline_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_pipeline")),
    )
    with op.batch_alter_table("sales_pipeline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_pipeline_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "sales_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("required", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("rot_days", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_sales_stage_probability")),
        sa.CheckConstraint("rot_days IS NULL OR rot_days > 0", name=op.f("ck_sales_stage_rot_days")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_stage_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["sales_pipeline.id"], name=op.f("fk_sales_stage_pipeline_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_stage")),
    )
    with op.batch_alter_table("sales_stage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_stage_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_stage_pipeline_id"), ["pipeline_id"], unique=False)

    op.create_table(
        "sales_opportunity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("pipeline_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_base", sa.BigInteger(), nullable=True),
        sa.Column("probability", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("engaged_on", sa.Date(), nullable=True),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("lost_reason", sa.String(length=20), nullable=True),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint(
            "probability IS NULL OR probability BETWEEN 0 AND 100", name=op.f("ck_sales_opportunity_probability")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_opportunity_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_opportunity_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["sales_pipeline.id"], name=op.f("fk_sales_opportunity_pipeline_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f("fk_sales_opportunity_product_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["sales_stage.id"], name=op.f("fk_sales_opportunity_stage_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_opportunity")),
    )
    with op.batch_alter_table("sales_opportunity", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sales_opportunity_closed",
            ["deleted_at", "stage_id", "closed_on", "owner_id", "amount_base"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_sales_opportunity_customer_id_deleted_at"), ["customer_id", "deleted_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_opportunity_expected_close_on"), ["expected_close_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_opportunity_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_opportunity_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_opportunity_reference"), ["reference"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_opportunity_stage_id_deleted_at_stage_since_id"),
            ["stage_id", "deleted_at", "stage_since", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_sales_opportunity_sums",
            ["deleted_at", "pipeline_id", "stage_id", "owner_id", "probability", "amount_base"],
            unique=False,
        )

    op.create_table(
        "sales_lead",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disqualified_reason", sa.String(length=20), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_sales_lead_customer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["sales_opportunity.id"], name=op.f("fk_sales_lead_opportunity_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_lead_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_lead")),
    )
    with op.batch_alter_table("sales_lead", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_lead_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_opportunity_id"), ["opportunity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_lead_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_lead_status_deleted_at_respond_by"),
            ["status", "deleted_at", "respond_by"],
            unique=False,
        )

    op.create_table(
        "sales_stage_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=True),
        sa.Column("to_stage_id", sa.Uuid(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["from_stage_id"],
            ["sales_stage.id"],
            name=op.f("fk_sales_stage_history_from_stage_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["moved_by_id"], ["core_user.id"], name=op.f("fk_sales_stage_history_moved_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["sales_opportunity.id"],
            name=op.f("fk_sales_stage_history_opportunity_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_sales_stage_history_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["to_stage_id"], ["sales_stage.id"], name=op.f("fk_sales_stage_history_to_stage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_stage_history")),
    )
    with op.batch_alter_table("sales_stage_history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sales_stage_history_from_stage_id"), ["from_stage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sales_stage_history_moved_by_id"), ["moved_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_stage_history_opportunity_id_moved_at"), ["opportunity_id", "moved_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_sales_stage_history_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_sales_stage_history_to_stage_id_moved_at"), ["to_stage_id", "moved_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("sales_stage_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_stage_history_to_stage_id_moved_at"))
        batch_op.drop_index(batch_op.f("ix_sales_stage_history_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_stage_history_opportunity_id_moved_at"))
        batch_op.drop_index(batch_op.f("ix_sales_stage_history_moved_by_id"))
        batch_op.drop_index(batch_op.f("ix_sales_stage_history_from_stage_id"))

    op.drop_table("sales_stage_history")
    with op.batch_alter_table("sales_lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_lead_status_deleted_at_respond_by"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_opportunity_id"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_email"))
        batch_op.drop_index(batch_op.f("ix_sales_lead_customer_id"))

    op.drop_table("sales_lead")
    with op.batch_alter_table("sales_opportunity", schema=None) as batch_op:
        batch_op.drop_index("ix_sales_opportunity_sums")
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_stage_id_deleted_at_stage_since_id"))
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_reference"))
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_product_id"))
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_expected_close_on"))
        batch_op.drop_index(batch_op.f("ix_sales_opportunity_customer_id_deleted_at"))
        batch_op.drop_index("ix_sales_opportunity_closed")

    op.drop_table("sales_opportunity")
    with op.batch_alter_table("sales_stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_stage_pipeline_id"))
        batch_op.drop_index(batch_op.f("ix_sales_stage_owner_id"))

    op.drop_table("sales_stage")
    with op.batch_alter_table("sales_pipeline", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_pipeline_owner_id"))

    op.drop_table("sales_pipeline")
    with op.batch_alter_table("sales_exchange_rate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_exchange_rate_owner_id"))
        batch_op.drop_index(batch_op.f("ix_sales_exchange_rate_currency_valid_from"))

    op.drop_table("sales_exchange_rate")
