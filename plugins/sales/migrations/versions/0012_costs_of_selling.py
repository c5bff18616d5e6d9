"""What selling costs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "sales_sales_cost"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_base", sa.BigInteger(), nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{TABLE}_{column}"), ondelete="SET NULL")
            for column, target in (
                ("opportunity_id", "sales_opportunity"),
                ("customer_id", "core_customer"),
                ("owner_id", "core_user"),
            )
        ],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_opportunity_id_deleted_at"), TABLE, ["opportunity_id", "deleted_at"])
    op.create_index(op.f(f"ix_{TABLE}_customer_id_deleted_at"), TABLE, ["customer_id", "deleted_at"])
    op.create_index("ix_sales_sales_cost_spent", TABLE, ["spent_on", "deleted_at", "owner_id", "kind", "amount_base"])
    op.create_index(op.f(f"ix_{TABLE}_owner_id"), TABLE, ["owner_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
