"""What the records layer is told about people and teams."""

from core.access import SharedAccess
from core.i18n import _l
from core.records.types import RecordType
from core.users.models import Team, User
from core.users.operations import create_team, create_user, update_team, update_user
from core.users.schemas import TeamSchema, UserSchema

USERS = RecordType(
    model=User,
    schema=UserSchema,
    label=_l("Person"),
    label_plural=_l("People"),
    path="users",
    icon="user",
    subtitle=("email",),
    columns=("name", "email", "team", "active"),
    filters=("name", "email", "team", "active", "language"),
    search=("name", "email"),
    sort="name",
    match=("email", "name"),
    create=create_user,
    update=update_user,
    access=SharedAccess(),
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
    columns=("name", "parent", "leader"),
    filters=("name", "parent", "leader"),
    search=("name",),
    sort="name",
    match=("name",),
    create=create_team,
    update=update_team,
    access=SharedAccess(),
    creatable=True,
    nav=False,
)
