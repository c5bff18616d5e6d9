"""Territories, who looks after them, and the customers that belong there."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_territory",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        *_record_columns("core_territory"),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_territory.id"], name=op.f("fk_core_territory_parent_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["core_user.id"], name=op.f("fk_core_territory_manager_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_territory")),
    )
    for column in ("name", "code", "parent_id", "manager_id", "owner_id"):
        op.create_index(op.f(f"ix_core_territory_{column}"), "core_territory", [column])
    op.create_table(
        "core_territory_member",
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        *_record_columns("core_territory_member"),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["core_territory.id"],
            name=op.f("fk_core_territory_member_territory_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_territory_member_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_territory_member")),
        sa.UniqueConstraint("territory_id", "user_id", name=op.f("uq_core_territory_member_territory_id_user_id")),
    )
    for column in ("territory_id", "user_id", "owner_id"):
        op.create_index(op.f(f"ix_core_territory_member_{column}"), "core_territory_member", [column])
    with op.batch_alter_table("core_customer") as table:
        table.add_column(sa.Column("territory_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f("fk_core_customer_territory_id"), "core_territory", ["territory_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index(op.f("ix_core_customer_territory_id"), "core_customer", ["territory_id"])


def _record_columns(table: str) -> list[Any]:
    """Give the columns that every record has."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["core_user.id"], name=f"fk_{table}_owner_id", ondelete="SET NULL"),
    ]


def downgrade() -> None:
    op.drop_index(op.f("ix_core_customer_territory_id"), "core_customer")
    with op.batch_alter_table("core_customer") as table:
        table.drop_constraint(op.f("fk_core_customer_territory_id"), type_="foreignkey")
        table.drop_column("territory_id")
    op.drop_table("core_territory_member")
    op.drop_table("core_territory")
