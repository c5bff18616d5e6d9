"""Count customers by an index alone."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_core_customer_deleted_at", "core_customer", ["deleted_at"])


def downgrade() -> None:
    op.drop_index("ix_core_customer_deleted_at", "core_customer")
