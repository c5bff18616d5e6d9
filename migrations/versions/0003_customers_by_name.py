"""Find customers by their very names, as imports do for each row."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_core_customer_name", "core_customer", ["name"])


def downgrade() -> None:
    op.drop_index("ix_core_customer_name", "core_customer")
