"""What products may be ordered with."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _create(table: str, columns: list[sa.Column[Any]], foreign_keys: dict[str, str]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["core_user.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="SET NULL"),
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
            for column, target in foreign_keys.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table) as batch_op:
        for column in ("owner_id", *foreign_keys):
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def upgrade() -> None:
    _create(
        "catalog_option_group",
        [
            sa.Column("product_id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.String(length=100), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("min_choices", sa.Integer(), nullable=False),
            sa.Column("max_choices", sa.Integer(), nullable=True),
        ],
        {"product_id": "catalog_product"},
    )
    _create(
        "catalog_option",
        [
            sa.Column("group_id", sa.Uuid(), nullable=False),
            sa.Column("name", sa.String(length=100), nullable=False),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("percent", sa.BigInteger(), nullable=False),
            sa.Column("amount", sa.BigInteger(), nullable=False),
            sa.Column("currency", sa.String(length=3), nullable=False),
            sa.Column("active", sa.Boolean(), nullable=False),
        ],
        {"group_id": "catalog_option_group"},
    )
    _create(
        "catalog_option_rule",
        [
            sa.Column("option_id", sa.Uuid(), nullable=False),
            sa.Column("kind", sa.String(length=10), nullable=False),
            sa.Column("other_id", sa.Uuid(), nullable=False),
            sa.Column("reason", sa.String(length=200), nullable=True),
        ],
        {"option_id": "catalog_option", "other_id": "catalog_option"},
    )


def downgrade() -> None:
    for table in ("catalog_option_rule", "catalog_option", "catalog_option_group"):
        op.drop_table(table)
