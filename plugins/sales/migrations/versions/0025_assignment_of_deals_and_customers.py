"""Assignment rules for deals and customers, and for the people of a territory."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
#: What both tables of assignments have.
KEPT = (
    "id, lead_id, rule_id, rule_name, user_id, assigned_at, missed_at, method, skipped, owner_id, version, created_at, "
    "updated_at, deleted_at, custom"
)


def upgrade() -> None:
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("about", sa.String(length=10), server_default="lead", nullable=False))
        batch_op.add_column(sa.Column("goes_to", sa.String(length=10), server_default="team", nullable=False))
        batch_op.add_column(sa.Column("last_ones", JSON, server_default="{}", nullable=False))
        batch_op.alter_column("team_id", existing_type=sa.Uuid(), nullable=True)
    _keep_last_ones()
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sales_assignment_rule_last_id"))
        batch_op.drop_constraint(batch_op.f("fk_sales_assignment_rule_last_id"), type_="foreignkey")
        batch_op.drop_column("last_id")
    _create_assignments("assignment", "had", sa.Column("lead_id", sa.Uuid(), nullable=True), *_others())
    op.execute(
        f"INSERT INTO sales_assignment ({KEPT}, had) SELECT {KEPT}, open_leads FROM sales_lead_assignment"  # noqa: S608
    )
    op.drop_table("sales_lead_assignment")


def _keep_last_ones() -> None:
    """Let whoever is next by a rule stay it."""
    rule = sa.table(
        "sales_assignment_rule",
        sa.column("id", sa.Uuid()),
        sa.column("team_id", sa.Uuid()),
        sa.column("last_id", sa.Uuid()),
        sa.column("last_ones", JSON),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(rule).where(rule.c.last_id.is_not(None))).all():
        last_ones = {str(row.team_id): str(row.last_id)}
        connection.execute(sa.update(rule).where(rule.c.id == row.id).values(last_ones=last_ones))


def _others() -> list[sa.Column[object]]:
    return [
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
    ]


def _create_assignments(name: str, count: str, *subjects: sa.Column[object]) -> None:
    table = f"sales_{name}"
    targets = {
        "lead_id": ("sales_lead.id", "CASCADE"),
        "opportunity_id": ("sales_opportunity.id", "CASCADE"),
        "customer_id": ("core_customer.id", "CASCADE"),
        "rule_id": ("sales_assignment_rule.id", "SET NULL"),
        "user_id": ("core_user.id", "SET NULL"),
        "owner_id": ("core_user.id", "SET NULL"),
    }
    named = {each.name for each in subjects} | {"rule_id", "user_id", "owner_id"}
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *subjects,
        sa.Column("rule_id", sa.Uuid(), nullable=True),
        sa.Column("rule_name", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column(count, sa.Integer(), nullable=False),
        sa.Column("skipped", JSON, nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("custom", JSON, nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete=action)
            for column, (target, action) in targets.items()
            if column in named
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_lead_id_assigned_at"), table, ["lead_id", "assigned_at"], unique=False)
    for column in sorted(named - {"lead_id"}):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    _create_assignments("lead_assignment", "open_leads", sa.Column("lead_id", sa.Uuid(), nullable=False))
    op.execute(
        f"INSERT INTO sales_lead_assignment ({KEPT}, open_leads) SELECT {KEPT}, had FROM sales_assignment "  # noqa: S608
        "WHERE lead_id IS NOT NULL"
    )
    op.drop_table("sales_assignment")
    op.execute("DELETE FROM sales_assignment_rule WHERE about <> 'lead' OR team_id IS NULL")
    with op.batch_alter_table("sales_assignment_rule", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sales_assignment_rule_last_id"), "core_user", ["last_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index(batch_op.f("ix_sales_assignment_rule_last_id"), ["last_id"], unique=False)
        batch_op.alter_column("team_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("last_ones")
        batch_op.drop_column("goes_to")
        batch_op.drop_column("about")
