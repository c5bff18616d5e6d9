"""List tasks by an index that has their order."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_activities_task_due_on_id_deleted_at", "activities_task", ["due_on", "id", "deleted_at"])


def downgrade() -> None:
    op.drop_index("ix_activities_task_due_on_id_deleted_at", "activities_task")
