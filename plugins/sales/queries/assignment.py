"""How leads came to people, and which ones are late."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, select

from pelatis.api import TeamMember, User, db, today, utc_now

from ..models import Absence, AssignmentRule, Lead, LeadAssignment
from ..schemas import OPEN_LEADS


def assignments_of(lead: UUID) -> list[Any]:
    """List how a lead came to people, the last time first: rows of `LeadAssignment` and the person's `name`."""
    statement = (
        select(LeadAssignment, User.name)
        .outerjoin(User, User.id == LeadAssignment.user_id)
        .where(LeadAssignment.lead_id == lead)
        .order_by(LeadAssignment.assigned_at.desc(), LeadAssignment.id.desc())
    )
    return list(db.session.execute(statement))


def team_of(rule: AssignmentRule) -> Sequence[Row[Any]]:
    """List the people of a rule's team in their turn: `id`, `name`, how many `open` leads, whether one `is_away`."""
    day = today()
    open_leads = (
        select(func.count())
        .where(Lead.owner_id == User.id, Lead.status.in_(OPEN_LEADS), Lead.deleted_at.is_(None))
        .scalar_subquery()
    )
    away = exists().where(
        Absence.owner_id == User.id,
        Absence.first_day <= day,
        Absence.last_day >= day,
        Absence.deleted_at.is_(None),
    )
    statement = (
        select(User.id, User.name, open_leads.label("open"), away.label("is_away"))
        .join(TeamMember, TeamMember.user_id == User.id)
        .where(
            TeamMember.team_id == rule.team_id,
            TeamMember.deleted_at.is_(None),
            User.deleted_at.is_(None),
            User.active.is_(True),
        )
        .order_by(TeamMember.created_at, TeamMember.user_id)
    )
    return db.session.execute(statement).all()


def late_leads(after: UUID | None, limit: int) -> Sequence[UUID]:
    """List new leads whose clock has run out, where any rule passes leads on."""
    passing = exists().where(
        AssignmentRule.passes_on.is_(True), AssignmentRule.is_on.is_(True), AssignmentRule.deleted_at.is_(None)
    )
    statement = select(Lead.id).where(
        Lead.status == "new", Lead.deleted_at.is_(None), Lead.respond_by < utc_now(), passing
    )
    if after is not None:
        statement = statement.where(Lead.id > after)
    return list(db.session.scalars(statement.order_by(Lead.id).limit(limit)))
