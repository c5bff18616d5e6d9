"""How leads, deals and customers came to people, how many each has, and which leads are late."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, select

from pelatis.api import Actor, Customer, TeamMember, User, db, today, utc_now

from ..models import Absence, Assignment, AssignmentRule, Lead, Opportunity
from ..schemas import OPEN_LEADS
from .papers import papers_of


@dataclass(frozen=True)
class Assigned:
    """What rules give to people.

    Attributes:
        model: whose records.
        column: the column of `Assignment` that names one.
        is_open: what makes one count among those that somebody has.
    """

    model: Any
    column: str
    is_open: ColumnElement[bool]


#: By the keys of `schemas.ASSIGNED`.
KINDS: Final[Mapping[str, Assigned]] = {
    "lead": Assigned(Lead, "lead_id", Lead.status.in_(OPEN_LEADS)),
    "deal": Assigned(Opportunity, "opportunity_id", Opportunity.closed_on.is_(None)),
    "customer": Assigned(Customer, "customer_id", Customer.deleted_at.is_(None)),
}


def kind_of(record: Any) -> str:
    """Tell the key of `KINDS` that a record belongs to; nothing for any other."""
    return next((key for key, kind in KINDS.items() if isinstance(record, kind.model)), "")


def assignments_of(actor: Actor, record: Any) -> list[tuple[Assignment, str | None]]:
    """List how a record came to people, the last time first, each with the person's name."""
    if isinstance(record, Customer):
        return papers_of(actor, record.id).assignments
    column = getattr(Assignment, KINDS[kind_of(record)].column)
    statement = (
        select(Assignment, User.name)
        .outerjoin(User, User.id == Assignment.user_id)
        .where(column == record.id)
        .order_by(Assignment.assigned_at.desc(), Assignment.id.desc())
    )
    return [(given, name) for given, name in db.session.execute(statement)]


def count_open(kind: Assigned, users: Collection[UUID]) -> dict[UUID, int]:
    """Count the open ones that people have; whoever has none isn't in it."""
    statement = (
        select(kind.model.owner_id, func.count())
        .where(kind.model.owner_id.in_(users), kind.is_open, kind.model.deleted_at.is_(None))
        .group_by(kind.model.owner_id)
    )
    rows: Any = db.session.execute(statement)
    return dict(rows.all())


def team_of(rule: AssignmentRule) -> Sequence[Row[UUID, str, bool]]:
    """List the people of a rule's team in their turn: `id`, `name`, whether one `is_away`."""
    day = today()
    away = exists().where(
        Absence.owner_id == User.id,
        Absence.first_day <= day,
        Absence.last_day >= day,
        Absence.deleted_at.is_(None),
    )
    statement = (
        select(User.id, User.name, away.label("is_away"))
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
