"""Count customers by the index that sorts them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_core_customer_name_key", "core_customer")
    op.create_index("ix_core_customer_name_key", "core_customer", ["name_key", "id", "deleted_at"])


def downgrade() -> None:
    op.drop_index("ix_core_customer_name_key", "core_customer")
    op.create_index("ix_core_customer_name_key", "core_customer", ["name_key", "id"])
