"""Teams, and who belongs to them."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from core.access import Actor, require
from core.database import db, write_unit
from core.i18n import _
from core.problems import Problem
from core.records.operations import change_record, save
from core.records.trees import ids_below
from core.users.models import Team, TeamMember, User


def create_team(actor: Actor, values: dict[str, Any]) -> Team:
    """Make a team; its leader becomes a member."""
    with write_unit():
        team = save(actor, Team(**{name: value for name, value in values.items() if value is not None}))
        _let_leader_in(team)
        return team  # type: ignore[no-any-return]


def update_team(actor: Actor, team: Team, values: dict[str, Any]) -> Team:
    """Change a team; teams stay a tree.

    Raises:
        Problem: `users.team_circle` when its new place would be below itself.
    """
    with write_unit():
        parent_id = values.get("parent_id")
        if parent_id is not None and parent_id in ids_below(Team, team.id):
            message = _("A team can't stand below itself.")
            raise Problem("users.team_circle", message, fields={"parent": [message]})
        change_record(actor, team, values)
        _let_leader_in(team)
        return team


def _let_leader_in(team: Team) -> None:
    if team.leader_id is not None:
        _join(team.id, team.leader_id)


def set_members(actor: Actor, team: Team, user_ids: Iterable[uuid.UUID]) -> None:
    """Let exactly these people belong to a team.

    Raises:
        Problem: 403 or 404 without the right to edit the team.
    """
    require(actor, Team, "edit", team)
    with write_unit() as session:
        wanted = set(session.scalars(select(User.id).where(User.id.in_(list(user_ids)), User.deleted_at.is_(None))))
        if team.leader_id is not None:
            wanted.add(team.leader_id)
        for member in list(session.scalars(select(TeamMember).where(TeamMember.team_id == team.id))):
            if member.user_id not in wanted:
                _leave(member)
        for user_id in wanted:
            _join(team.id, user_id)


def _leave(member: TeamMember) -> None:
    user = db.session.get(User, member.user_id)
    if user is not None and user.team_id == member.team_id:
        user.team_id = None
    db.session.delete(member)


def _join(team_id: uuid.UUID, user_id: uuid.UUID) -> None:
    belongs = (TeamMember.team_id == team_id, TeamMember.user_id == user_id)
    if db.session.scalars(select(TeamMember.id).where(*belongs)).first() is None:
        db.session.add(TeamMember(team_id=team_id, user_id=user_id))
        user = db.session.get(User, user_id)
        if user is not None and user.team_id is None:
            user.team_id = team_id
        db.session.flush()


def place_in_team(user: User, team_id: uuid.UUID | None) -> None:
    """Make a team the one that a person's figures count for: they leave the last one and join this one."""
    if user.team_id is not None and user.team_id != team_id:
        left = (TeamMember.team_id == user.team_id, TeamMember.user_id == user.id)
        for member in list(db.session.scalars(select(TeamMember).where(*left))):
            db.session.delete(member)
    user.team_id = team_id
    db.session.flush()
    if team_id is not None:
        _join(team_id, user.id)
