"""People and teams as record types: list, import, export and API like any other."""

from typing import Any

from core.access import Actor, SharedAccess
from core.database import db, write_unit
from core.i18n import _l
from core.records.operations import change_record
from core.records.types import RecordType
from core.users.models import Team, TeamMember, User
from core.users.schemas import TeamSchema, UserSchema


def create_person(actor: Actor, values: dict[str, Any]) -> User:
    """Add a person who owns records and can't sign in yet; an import makes them so."""
    with write_unit() as session:
        user = User(**{"active": False, **values})
        session.add(user)
        session.flush()
        user.owner_id = user.id
        _join_team(user)
        return user


def update_person(actor: Actor, user: User, values: dict[str, Any]) -> User:
    """Change what is known of a person."""
    with write_unit() as session:
        change_record(actor, user, values)
        if "team_id" in values:
            _join_team(user)
        session.flush()
        return user


def _join_team(user: User) -> None:
    if user.team_id is None:
        return
    present = db.session.query(TeamMember).filter_by(user_id=user.id, team_id=user.team_id).first()
    if present is None:
        db.session.add(TeamMember(user_id=user.id, team_id=user.team_id))


USERS = RecordType(
    model=User,
    schema=UserSchema,
    label=_l("Person"),
    label_plural=_l("People"),
    path="people",
    icon="user",
    columns=["name", "email", "team", "active"],
    filters=["name", "email", "team", "active"],
    search=["name", "email"],
    sort="name",
    match=["name", "email"],
    access=SharedAccess(),
    create=create_person,
    update=update_person,
    creatable=True,
    nav=False,
)

TEAMS = RecordType(
    model=Team,
    schema=TeamSchema,
    label=_l("Team"),
    label_plural=_l("Teams"),
    path="teams",
    icon="sitemap",
    columns=["name", "parent", "leader"],
    filters=["name", "parent"],
    search=["name"],
    sort="name",
    match=["name"],
    access=SharedAccess(),
    creatable=True,
    nav=False,
)
