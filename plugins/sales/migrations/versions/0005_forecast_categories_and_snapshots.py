"""How certain the forecast takes deals to be, and what it knew of them on each day."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

#: What stands on the index of the forecast, of deals and of snapshots alike.
CERTAINTY = ["owner_id", "forecast_category", "probability", "amount_base"]


def upgrade() -> None:
    with op.batch_alter_table("sales_stage") as batch_op:
        batch_op.add_column(sa.Column("forecast_category", sa.String(length=10), nullable=True))
    _tell_categories()
    with op.batch_alter_table("sales_stage") as batch_op:
        batch_op.alter_column("forecast_category", existing_type=sa.String(length=10), nullable=False)
    op.add_column("sales_opportunity", sa.Column("forecast_category", sa.String(length=10), nullable=True))
    op.create_index(
        "ix_sales_opportunity_forecast",
        "sales_opportunity",
        ["deleted_at", "stage_id", "expected_close_on", *CERTAINTY],
    )
    _create_snapshots()
    _create_days()


def _tell_categories() -> None:
    stage = sa.table("sales_stage", *[sa.column(name) for name in ("kind", "probability", "forecast_category")])
    category = sa.case(
        (stage.c.kind == "won", "closed"),
        (stage.c.kind == "lost", "omitted"),
        (stage.c.probability >= 65, "commit"),
        (stage.c.probability >= 50, "best_case"),
        else_="pipeline",
    )
    op.execute(stage.update().values(forecast_category=category))


def _housekeeping(table: str) -> list[sa.Column[Any] | sa.Constraint]:
    return [
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["core_user.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _create_snapshots() -> None:
    table = "sales_opportunity_snapshot"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opportunity_id", sa.Uuid(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("stage_id", sa.Uuid(), nullable=True),
        sa.Column("forecast_category", sa.String(length=10), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("amount_base", sa.BigInteger(), nullable=True),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        *_housekeeping(table),
        sa.ForeignKeyConstraint(
            ["opportunity_id"], ["sales_opportunity.id"], name=op.f(f"fk_{table}_opportunity_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["sales_stage.id"], name=op.f(f"fk_{table}_stage_id"), ondelete="SET NULL"
        ),
    )
    op.create_index(op.f(f"ix_{table}_opportunity_id_until_on"), table, ["opportunity_id", "until_on"])
    op.create_index(f"ix_{table}_forecast", table, ["expected_close_on", "from_on", "until_on", *CERTAINTY])
    op.create_index(op.f(f"ix_{table}_stage_id"), table, ["stage_id"])
    op.create_index(op.f(f"ix_{table}_owner_id"), table, ["owner_id"])


def _create_days() -> None:
    table = "sales_snapshot_day"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        *_housekeeping(table),
        sa.UniqueConstraint("day", name=op.f(f"uq_{table}_day")),
    )
    op.create_index(op.f(f"ix_{table}_owner_id"), table, ["owner_id"])


def downgrade() -> None:
    op.drop_table("sales_snapshot_day")
    op.drop_table("sales_opportunity_snapshot")
    op.drop_index("ix_sales_opportunity_forecast", "sales_opportunity")
    op.drop_column("sales_opportunity", "forecast_category")
    op.drop_column("sales_stage", "forecast_category")
