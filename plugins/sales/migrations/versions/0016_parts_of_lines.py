"""What the bundles of a line are made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LINES = ("sales_quote_line", "sales_order_line", "sales_invoice_line")


def upgrade() -> None:
    for table in LINES:
        with op.batch_alter_table(table) as batch_op:
            column = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
            batch_op.add_column(sa.Column("parts", column, nullable=False, server_default="[]"))
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("parts", server_default=None)


def downgrade() -> None:
    for table in LINES:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("parts")
