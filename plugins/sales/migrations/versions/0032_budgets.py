"""What a target is of: what is won, invoiced or spent."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sales_target", sa.Column("measure", sa.String(length=10), server_default="won", nullable=False))


def downgrade() -> None:
    op.drop_column("sales_target", "measure")
