"""Which customers belong to a territory by its rule, and which stay where somebody put them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_WORDS = ("countries", "postcodes", "tags")


def upgrade() -> None:
    op.add_column("core_territory", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
    words = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    for name in _WORDS:
        op.add_column("core_territory", sa.Column(name, words, server_default="[]", nullable=False))
    pinned = sa.Column("territory_pinned", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("core_customer", pinned)


def downgrade() -> None:
    op.drop_column("core_customer", "territory_pinned")
    with op.batch_alter_table("core_territory") as table:
        for name in (*_WORDS, "position"):
            table.drop_column(name)
