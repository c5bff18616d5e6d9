"""Tables of activities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activities_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("duration_minutes", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("about_type", sa.String(length=80), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_activities_call_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_activities_call_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities_call")),
    )
    with op.batch_alter_table("activities_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_call_about_id"), ["about_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_call_customer_id_done_at_starts_at"),
            ["customer_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_activities_call_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_call_owner_id_done_at_starts_at"),
            ["owner_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activities_call_owner_id_starts_at"), ["owner_id", "starts_at"], unique=False
        )

    op.create_table(
        "activities_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("about_type", sa.String(length=80), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_activities_meeting_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_activities_meeting_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities_meeting")),
    )
    with op.batch_alter_table("activities_meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_meeting_about_id"), ["about_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_meeting_customer_id_done_at_starts_at"),
            ["customer_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_activities_meeting_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_meeting_owner_id_done_at_starts_at"),
            ["owner_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activities_meeting_owner_id_starts_at"), ["owner_id", "starts_at"], unique=False
        )

    op.create_table(
        "activities_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("about_type", sa.String(length=80), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_activities_note_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_activities_note_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities_note")),
    )
    with op.batch_alter_table("activities_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_note_about_id"), ["about_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_note_customer_id_written_at"), ["customer_id", "written_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_activities_note_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "activities_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.String(length=10), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("about_type", sa.String(length=80), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_activities_task_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_activities_task_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities_task")),
    )
    with op.batch_alter_table("activities_task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_task_about_id"), ["about_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_task_customer_id_done_at_due_on"),
            ["customer_id", "done_at", "due_on"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_activities_task_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_task_owner_id_done_at_due_on"), ["owner_id", "done_at", "due_on"], unique=False
        )

    op.create_table(
        "activities_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("about_type", sa.String(length=80), nullable=True),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_activities_visit_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_activities_visit_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities_visit")),
    )
    with op.batch_alter_table("activities_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activities_visit_about_id"), ["about_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_visit_customer_id_done_at_starts_at"),
            ["customer_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_activities_visit_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_activities_visit_owner_id_done_at_starts_at"),
            ["owner_id", "done_at", "starts_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_activities_visit_owner_id_starts_at"), ["owner_id", "starts_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("activities_visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_visit_owner_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_visit_owner_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_visit_owner_id"))
        batch_op.drop_index(batch_op.f("ix_activities_visit_customer_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_visit_about_id"))

    op.drop_table("activities_visit")
    with op.batch_alter_table("activities_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_task_owner_id_done_at_due_on"))
        batch_op.drop_index(batch_op.f("ix_activities_task_owner_id"))
        batch_op.drop_index(batch_op.f("ix_activities_task_customer_id_done_at_due_on"))
        batch_op.drop_index(batch_op.f("ix_activities_task_about_id"))

    op.drop_table("activities_task")
    with op.batch_alter_table("activities_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_note_owner_id"))
        batch_op.drop_index(batch_op.f("ix_activities_note_customer_id_written_at"))
        batch_op.drop_index(batch_op.f("ix_activities_note_about_id"))

    op.drop_table("activities_note")
    with op.batch_alter_table("activities_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_meeting_owner_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_meeting_owner_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_meeting_owner_id"))
        batch_op.drop_index(batch_op.f("ix_activities_meeting_customer_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_meeting_about_id"))

    op.drop_table("activities_meeting")
    with op.batch_alter_table("activities_call", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activities_call_owner_id_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_call_owner_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_call_owner_id"))
        batch_op.drop_index(batch_op.f("ix_activities_call_customer_id_done_at_starts_at"))
        batch_op.drop_index(batch_op.f("ix_activities_call_about_id"))

    op.drop_table("activities_call")
