"""List deals and leads by an index that has their order."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("sales_opportunity", "sales_lead")


def upgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_created_at_id_deleted_at", table, ["created_at", "id", "deleted_at"])


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_created_at_id_deleted_at", table)
