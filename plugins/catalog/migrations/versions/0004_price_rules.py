"""For whom price lists hold, and the rules that reckon their prices."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _record() -> list[sa.Column[Any]]:
    return [
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", _json(), nullable=False),
    ]


def _foreign_key(table: str, column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=on_delete)


def upgrade() -> None:
    _extend_price_lists()
    _create_assignments()
    _create_rules()


def _extend_price_lists() -> None:
    with op.batch_alter_table("catalog_price_list") as batch_op:
        batch_op.add_column(sa.Column("roles", _json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("tags", _json(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
        batch_op.add_column(sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("rate", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("catalog_price_list") as batch_op:
        for name in ("roles", "tags", "priority"):
            batch_op.alter_column(name, server_default=None)


def _create_assignments() -> None:
    table = "catalog_list_assignment"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        *_record(),
        _foreign_key(table, "price_list_id", "catalog_price_list", "CASCADE"),
        _foreign_key(table, "customer_id", "core_customer", "CASCADE"),
        _foreign_key(table, "owner_id", "core_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table) as batch_op:
        for column in ("price_list_id", "customer_id", "owner_id"):
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])


def _create_rules() -> None:
    table = "catalog_price_rule"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("price_list_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=True),
        sa.Column("series", sa.String(length=100), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.String(length=10), nullable=False),
        sa.Column("base_list_id", sa.Uuid(), nullable=True),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("rounding_step", sa.BigInteger(), nullable=True),
        sa.Column("ending", sa.BigInteger(), nullable=False),
        sa.Column("min_margin", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        *_record(),
        _foreign_key(table, "price_list_id", "catalog_price_list", "CASCADE"),
        _foreign_key(table, "product_id", "catalog_product", "CASCADE"),
        _foreign_key(table, "base_list_id", "catalog_price_list", "CASCADE"),
        _foreign_key(table, "owner_id", "core_user", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table) as batch_op:
        for column in ("product_id", "base_list_id", "owner_id"):
            batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])
        batch_op.create_index(f"ix_{table}_price_list_id_deleted_at", ["price_list_id", "deleted_at"])


def downgrade() -> None:
    op.drop_table("catalog_price_rule")
    op.drop_table("catalog_list_assignment")
    with op.batch_alter_table("catalog_price_list") as batch_op:
        for name in ("roles", "tags", "country", "priority", "rate"):
            batch_op.drop_column(name)
