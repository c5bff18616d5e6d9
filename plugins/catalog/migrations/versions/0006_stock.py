"""What is on hand, expected and promised."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _create(table: str, columns: list[sa.Column[Any]], *others: sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["core_user.id"], name=op.f(f"fk_{table}_owner_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["product_id"], ["catalog_product.id"], name=op.f(f"fk_{table}_product_id"), ondelete="CASCADE"
        ),
        *others,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_owner_id"), ["owner_id"])


def upgrade() -> None:
    _create(
        "catalog_stock_level",
        [
            sa.Column("location", sa.String(length=60), nullable=False),
            sa.Column("on_hand", sa.BigInteger(), nullable=False),
        ],
        sa.UniqueConstraint("product_id", "location", name=op.f("uq_catalog_stock_level_product_id_location")),
    )
    _create(
        "catalog_stock_movement",
        [
            sa.Column("location", sa.String(length=60), nullable=False),
            sa.Column("quantity", sa.BigInteger(), nullable=False),
            sa.Column("moved_on", sa.Date(), nullable=False),
            sa.Column("kind", sa.String(length=10), nullable=False),
            sa.Column("reason", sa.String(length=200), nullable=True),
        ],
    )
    _create(
        "catalog_expected_delivery",
        [
            sa.Column("location", sa.String(length=60), nullable=False),
            sa.Column("quantity", sa.BigInteger(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False),
            sa.Column("reason", sa.String(length=200), nullable=True),
            sa.Column("received_on", sa.Date(), nullable=True),
        ],
    )
    _create(
        "catalog_reservation",
        [
            sa.Column("quantity", sa.BigInteger(), nullable=False),
            sa.Column("due_on", sa.Date(), nullable=False),
            sa.Column("reference_type", sa.String(length=80), nullable=True),
            sa.Column("reference_id", sa.Uuid(), nullable=True),
            sa.Column("reason", sa.String(length=200), nullable=True),
        ],
    )
    for table, columns in _INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


_INDEXES = (
    ("catalog_stock_movement", ("product_id", "moved_on")),
    ("catalog_expected_delivery", ("product_id", "due_on")),
    ("catalog_reservation", ("product_id", "due_on")),
    ("catalog_reservation", ("reference_id", "reference_type")),
)


def downgrade() -> None:
    for table in ("reservation", "expected_delivery", "stock_movement", "stock_level"):
        op.drop_table(f"catalog_{table}")
