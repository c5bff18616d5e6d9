"""Core tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_clock")),
    )
    op.create_table(
        "core_event_cursor",
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failing_sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("plugin", name=op.f("pk_core_event_cursor")),
    )
    op.create_table(
        "core_generation",
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("topic", name=op.f("pk_core_generation")),
    )
    op.create_table(
        "core_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("arguments", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(length=400), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("cursor", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_job")),
    )
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_job_name"), ["name"], unique=False)
        batch_op.create_index("ix_core_job_state_next_try_at", ["state", "next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_job_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "core_job_schedule",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("last_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_job_schedule")),
    )
    op.create_table(
        "core_journal",
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(length=10), nullable=False),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_core_journal")),
    )
    with op.batch_alter_table("core_journal", schema=None) as batch_op:
        batch_op.create_index("ix_core_journal_import_id", ["import_id", "sequence"], unique=False)
        batch_op.create_index("ix_core_journal_record", ["record_type", "record_id", "sequence"], unique=False)
        batch_op.create_index("ix_core_journal_transaction_id", ["transaction_id"], unique=False)

    op.create_table(
        "core_parked_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_parked_event")),
    )
    with op.batch_alter_table("core_parked_event", schema=None) as batch_op:
        batch_op.create_index("ix_core_parked_event_plugin", ["plugin", "sequence"], unique=True)

    op.create_table(
        "core_plugin",
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tripped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tripped_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_core_plugin")),
    )
    op.create_table(
        "core_search_entry",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_core_search_entry")),
        sa.UniqueConstraint("record_type", "record_id", name=op.f("uq_core_search_entry_record_type_record_id")),
    )
    op.create_table(
        "core_setting",
        sa.Column("plugin", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "scope", "key", name=op.f("pk_core_setting")),
    )
    op.create_table(
        "core_tagging",
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record_type", "field", "value", "record_id", name=op.f("pk_core_tagging")),
    )
    with op.batch_alter_table("core_tagging", schema=None) as batch_op:
        batch_op.create_index("ix_core_tagging_record_id", ["record_id"], unique=False)

    op.create_table(
        "core_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("theme", sa.String(length=10), nullable=False),
        sa.Column("density", sa.String(length=12), nullable=False),
        sa.Column("single_keys", sa.Boolean(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["manager_id"], ["core_user.id"], name=op.f("fk_core_user_manager_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_user_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user")),
        sa.UniqueConstraint("email", name=op.f("uq_core_user_email")),
    )
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_user_manager_id"), ["manager_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_team_id"), ["team_id"], unique=False)

    op.create_table(
        "core_api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grants", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_api_token_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_api_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_api_token_token_hash")),
    )
    with op.batch_alter_table("core_api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_api_token_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_custom_field",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("label_el", sa.String(length=80), nullable=True),
        sa.Column("label_pl", sa.String(length=80), nullable=True),
        sa.Column("help", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("filterable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_custom_field_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_custom_field")),
    )
    with op.batch_alter_table("core_custom_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_custom_field_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "uq_core_custom_field_record_type_name",
            ["record_type", "name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "core_customer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=600), nullable=False),
        sa.Column("match_key", sa.String(length=200), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=True),
        sa.Column("given_name", sa.String(length=100), nullable=True),
        sa.Column("family_name", sa.String(length=100), nullable=True),
        sa.Column("roles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tags", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("tax_number", sa.String(length=32), nullable=True),
        sa.Column("industry", sa.String(length=80), nullable=True),
        sa.Column("founded_year", sa.Integer(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column("annual_revenue", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("parent_id != id", name=op.f("ck_core_customer_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_customer_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_customer.id"], name=op.f("fk_core_customer_parent_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_customer")),
    )
    with op.batch_alter_table("core_customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_customer_city"), ["city"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_country"), ["country"], unique=False)
        batch_op.create_index("ix_core_customer_created_at", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_industry"), ["industry"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_match_key"), ["match_key"], unique=False)
        batch_op.create_index("ix_core_customer_name_key", ["name_key", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_phone"), ["phone"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_customer_tax_number"), ["tax_number"], unique=False)

    op.create_table(
        "core_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("mapping", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("total_rows", sa.Integer(), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["core_user.id"], name=op.f("fk_core_import_actor_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import")),
    )
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_import_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_import_created_at"), ["created_at"], unique=False)

    op.create_table(
        "core_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("grants", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_role_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_role")),
        sa.UniqueConstraint("name", name=op.f("uq_core_role_name")),
    )
    with op.batch_alter_table("core_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_role_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "core_saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_type", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_saved_view_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_saved_view")),
    )
    with op.batch_alter_table("core_saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_saved_view_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_core_saved_view_record_type", ["record_type"], unique=False)

    op.create_table(
        "core_team",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["leader_id"], ["core_user.id"], name=op.f("fk_core_team_leader_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_team_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["core_team.id"], name=op.f("fk_core_team_parent_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_team")),
    )
    with op.batch_alter_table("core_team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_team_leader_id"), ["leader_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_team_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_team_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_team_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "core_user_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_user_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user_session")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_core_user_session_key_hash")),
    )
    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("postcode", sa.String(length=20), nullable=True),
        sa.Column("city", sa.String(length=100), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_core_address_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_address_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_address")),
    )
    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_address_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_address_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "core_contact_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column("normalised", sa.String(length=300), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core_customer.id"], name=op.f("fk_core_contact_point_customer_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_contact_point_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_contact_point")),
    )
    with op.batch_alter_table("core_contact_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_contact_point_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index("ix_core_contact_point_normalised", ["kind", "normalised"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_contact_point_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "core_import_issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("cells", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["core_import.id"], name=op.f("fk_core_import_issue_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_import_issue")),
    )
    with op.batch_alter_table("core_import_issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_import_issue_import_id_row"), ["import_id", "row"], unique=False)

    op.create_table(
        "core_relationship",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.CheckConstraint("from_id != to_id", name=op.f("ck_core_relationship_two_parties")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["core_customer.id"], name=op.f("fk_core_relationship_from_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_relationship_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["core_customer.id"], name=op.f("fk_core_relationship_to_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_relationship")),
    )
    with op.batch_alter_table("core_relationship", schema=None) as batch_op:
        batch_op.create_index("ix_core_relationship_from_id", ["from_id", "kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_relationship_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_core_relationship_to_id", ["to_id", "kind"], unique=False)

    op.create_table(
        "core_team_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_team_member_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["core_team.id"], name=op.f("fk_core_team_member_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_team_member_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_team_member")),
        sa.UniqueConstraint("team_id", "user_id", name=op.f("uq_core_team_member_team_id_user_id")),
    )
    with op.batch_alter_table("core_team_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_team_member_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_team_member_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_team_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_user_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["core_user.id"], name=op.f("fk_core_user_role_owner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["core_role.id"], name=op.f("fk_core_user_role_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_user_role_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_core_user_role_user_id_role_id")),
    )
    with op.batch_alter_table("core_user_role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_user_role_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_role_role_id"), ["role_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_user_role_user_id"), ["user_id"], unique=False)

    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_core_user_team_id"), "core_team", ["team_id"], ["id"], ondelete="SET NULL"
        )
    # The one row from which the journal draws its numbers.
    op.execute("INSERT INTO core_clock (id, sequence) VALUES (1, 0)")


def downgrade() -> None:
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_user_team_id"), type_="foreignkey")

    with op.batch_alter_table("core_user_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_user_role_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_user_role_role_id"))
        batch_op.drop_index(batch_op.f("ix_core_user_role_owner_id"))

    op.drop_table("core_user_role")
    with op.batch_alter_table("core_team_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_team_member_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_team_member_team_id"))
        batch_op.drop_index(batch_op.f("ix_core_team_member_owner_id"))

    op.drop_table("core_team_member")
    with op.batch_alter_table("core_relationship", schema=None) as batch_op:
        batch_op.drop_index("ix_core_relationship_to_id")
        batch_op.drop_index(batch_op.f("ix_core_relationship_owner_id"))
        batch_op.drop_index("ix_core_relationship_from_id")

    op.drop_table("core_relationship")
    with op.batch_alter_table("core_import_issue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_import_issue_import_id_row"))

    op.drop_table("core_import_issue")
    with op.batch_alter_table("core_contact_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_contact_point_owner_id"))
        batch_op.drop_index("ix_core_contact_point_normalised")
        batch_op.drop_index(batch_op.f("ix_core_contact_point_customer_id"))

    op.drop_table("core_contact_point")
    with op.batch_alter_table("core_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_address_owner_id"))
        batch_op.drop_index(batch_op.f("ix_core_address_customer_id"))

    op.drop_table("core_address")
    with op.batch_alter_table("core_user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_user_session_user_id"))

    op.drop_table("core_user_session")
    with op.batch_alter_table("core_team", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_team_parent_id"))
        batch_op.drop_index(batch_op.f("ix_core_team_owner_id"))
        batch_op.drop_index(batch_op.f("ix_core_team_name"))
        batch_op.drop_index(batch_op.f("ix_core_team_leader_id"))

    op.drop_table("core_team")
    with op.batch_alter_table("core_saved_view", schema=None) as batch_op:
        batch_op.drop_index("ix_core_saved_view_record_type")
        batch_op.drop_index(batch_op.f("ix_core_saved_view_owner_id"))

    op.drop_table("core_saved_view")
    with op.batch_alter_table("core_role", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_role_owner_id"))

    op.drop_table("core_role")
    with op.batch_alter_table("core_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_import_created_at"))
        batch_op.drop_index(batch_op.f("ix_core_import_actor_id"))

    op.drop_table("core_import")
    with op.batch_alter_table("core_customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_customer_tax_number"))
        batch_op.drop_index(batch_op.f("ix_core_customer_phone"))
        batch_op.drop_index(batch_op.f("ix_core_customer_parent_id"))
        batch_op.drop_index(batch_op.f("ix_core_customer_owner_id"))
        batch_op.drop_index("ix_core_customer_name_key")
        batch_op.drop_index(batch_op.f("ix_core_customer_match_key"))
        batch_op.drop_index(batch_op.f("ix_core_customer_industry"))
        batch_op.drop_index(batch_op.f("ix_core_customer_email"))
        batch_op.drop_index("ix_core_customer_created_at")
        batch_op.drop_index(batch_op.f("ix_core_customer_country"))
        batch_op.drop_index(batch_op.f("ix_core_customer_city"))

    op.drop_table("core_customer")
    with op.batch_alter_table("core_custom_field", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_core_custom_field_record_type_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_core_custom_field_owner_id"))

    op.drop_table("core_custom_field")
    with op.batch_alter_table("core_api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_api_token_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_api_token_owner_id"))

    op.drop_table("core_api_token")
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_user_team_id"))
        batch_op.drop_index(batch_op.f("ix_core_user_owner_id"))
        batch_op.drop_index(batch_op.f("ix_core_user_name"))
        batch_op.drop_index(batch_op.f("ix_core_user_manager_id"))

    op.drop_table("core_user")
    with op.batch_alter_table("core_tagging", schema=None) as batch_op:
        batch_op.drop_index("ix_core_tagging_record_id")

    op.drop_table("core_tagging")
    op.drop_table("core_setting")
    op.drop_table("core_search_entry")
    op.drop_table("core_plugin")
    with op.batch_alter_table("core_parked_event", schema=None) as batch_op:
        batch_op.drop_index("ix_core_parked_event_plugin")

    op.drop_table("core_parked_event")
    with op.batch_alter_table("core_journal", schema=None) as batch_op:
        batch_op.drop_index("ix_core_journal_transaction_id")
        batch_op.drop_index("ix_core_journal_record")
        batch_op.drop_index("ix_core_journal_import_id")

    op.drop_table("core_journal")
    op.drop_table("core_job_schedule")
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_job_subject_id"))
        batch_op.drop_index("ix_core_job_state_next_try_at")
        batch_op.drop_index(batch_op.f("ix_core_job_name"))

    op.drop_table("core_job")
    op.drop_table("core_generation")
    op.drop_table("core_event_cursor")
    op.drop_table("core_clock")
