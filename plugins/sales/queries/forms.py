"""What came of a form for leads."""

from uuid import UUID

from sqlalchemy import func, select

from pelatis.api import Actor, db, visible

from ..models import Lead


def leads_of(actor: Actor, form: UUID) -> int:
    """Count the leads that a form has brought, as far as the actor may see them."""
    statement = select(func.count()).where(Lead.form_id == form, Lead.deleted_at.is_(None), visible(actor, Lead))
    return int(db.session.scalar(statement) or 0)
