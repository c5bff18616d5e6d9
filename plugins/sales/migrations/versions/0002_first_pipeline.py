"""Give a new installation its first pipeline, "New business", with the stages that most companies begin with."""

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PIPELINE = UUID("01993b80-0000-7000-8000-000000000001")

#: id, name, probability in percent, kind, fields asked on entry, days after which a deal stands still.
STAGES: tuple[tuple[str, str, int, str, list[str], int | None], ...] = (
    ("01993b80-0000-7000-8000-000000000011", "Needs", 20, "open", [], 20),
    ("01993b80-0000-7000-8000-000000000012", "Solution", 40, "open", [], 14),
    ("01993b80-0000-7000-8000-000000000013", "Proposal", 50, "open", ["amount"], 14),
    ("01993b80-0000-7000-8000-000000000014", "Negotiation", 65, "open", ["amount", "expected_close_on"], 14),
    ("01993b80-0000-7000-8000-000000000015", "Won", 100, "won", ["amount"], None),
    ("01993b80-0000-7000-8000-000000000016", "Lost", 0, "lost", ["lost_reason"], None),
)


def _table(name: str, *columns: sa.ColumnClause[object]) -> sa.TableClause:
    return sa.table(
        name,
        sa.column("id", sa.Uuid()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("name", sa.String()),
        sa.column("position", sa.Integer()),
        *columns,
    )


def upgrade() -> None:
    now = datetime.now(UTC)
    common = {"version": 1, "created_at": now, "updated_at": now, "custom": {}}
    pipelines = _table("sales_pipeline")
    stages = _table(
        "sales_stage",
        sa.column("pipeline_id", sa.Uuid()),
        sa.column("probability", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("required", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.column("rot_days", sa.Integer()),
    )
    op.bulk_insert(pipelines, [{**common, "id": PIPELINE, "name": "New business", "position": 0}])
    op.bulk_insert(
        stages,
        [
            {
                **common,
                "id": UUID(identity),
                "pipeline_id": PIPELINE,
                "name": name,
                "position": position,
                "probability": probability,
                "kind": kind,
                "required": required,
                "rot_days": rot_days,
            }
            for position, (identity, name, probability, kind, required, rot_days) in enumerate(STAGES)
        ],
    )


def downgrade() -> None:
    for table, column in (("sales_stage", "pipeline_id"), ("sales_pipeline", "id")):
        place = sa.table(table, sa.column(column, sa.Uuid()))
        op.execute(place.delete().where(place.c[column] == PIPELINE))
