"""Keep when an import began, which cells were empty, and what its undo came to; count rows as a spreadsheet does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
#: The rows of files with headings, which are row 1 now.
OF_TABLES = """UPDATE core_import_issue SET "row" = "row" {change} WHERE import_id IN
    (SELECT id FROM core_import WHERE path NOT LIKE '%.jsonl' AND path NOT LIKE '%.ndjson')"""


def upgrade() -> None:
    op.add_column("core_import", sa.Column("empty_cells", JSON, nullable=False, server_default="{}"))
    op.add_column("core_import", sa.Column("undone", JSON, nullable=True))
    op.add_column("core_import", sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(OF_TABLES.format(change="+ 1"))


def downgrade() -> None:
    op.execute(OF_TABLES.format(change="- 1"))
    with op.batch_alter_table("core_import") as batch_op:
        batch_op.drop_column("started_at")
        batch_op.drop_column("undone")
        batch_op.drop_column("empty_cells")
