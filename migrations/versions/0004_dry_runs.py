"""Keep what a dry run of an import came to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kept = sa.Column("trial", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
    op.add_column("core_import", kept)


def downgrade() -> None:
    with op.batch_alter_table("core_import") as batch_op:
        batch_op.drop_column("trial")
