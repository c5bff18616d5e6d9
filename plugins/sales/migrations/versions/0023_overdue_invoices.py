"""When owners were told of overdue invoices; credit notes are used up and not paid."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

#: Status of an invoice to that of a credit note.
USED = {"paid": "used_up", "part_paid": "part_used"}


def upgrade() -> None:
    op.add_column("sales_invoice", sa.Column("told_overdue_at", sa.DateTime(timezone=True), nullable=True))
    for old, new in USED.items():
        _rename(old, new)


def downgrade() -> None:
    for old, new in USED.items():
        _rename(new, old)
    with op.batch_alter_table("sales_invoice", schema=None) as batch_op:
        batch_op.drop_column("told_overdue_at")


def _rename(old: str, new: str) -> None:
    invoices = sa.table("sales_invoice", sa.column("kind"), sa.column("status"))
    op.execute(invoices.update().where(invoices.c.kind == "credit_note", invoices.c.status == old).values(status=new))
