"""Find the newest leads of a status, as the columns of their board show them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sales_lead_status_deleted_at_id", "sales_lead", ["status", "deleted_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_sales_lead_status_deleted_at_id", "sales_lead")
