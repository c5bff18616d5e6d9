"""Users, roles, teams, sessions, tokens and settings.

Whatever decides who may see what is a `Record`, so that the journal tells who gave which right to whom.
"""

from typing import Any, ClassVar

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, Id, JsonDict, Record, UtcDateTime, new_id, ref, utc_now
from core.database.types import json_type
from core.i18n import DEFAULT_ZONE

STAFF = "staff"
PORTAL = "portal"


class User(Record, Base):
    """A person who signs in, or one who only owns records: imports make inactive users without a mail address."""

    __journal_exclude__: ClassVar[frozenset[str]] = frozenset({"password_hash", "theme", "density", "single_keys"})

    name: Mapped[str] = mapped_column(String(120), index=True)
    #: What they sign in with, in lower case.
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    #: Argon2id; empty until they have chosen a password.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    #: `staff` or `portal`; it never changes.
    kind: Mapped[str] = mapped_column(String(10), default=STAFF)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(5), default="en")
    #: An IANA time zone.
    zone: Mapped[str] = mapped_column(String(60), default=DEFAULT_ZONE)
    #: `auto` (as the device has it), `light` or `dark`.
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    #: `airy` or `dense`: the height of a list's rows.
    density: Mapped[str] = mapped_column(String(12), default="dense")
    #: Whether single keys (`j`, `k`, `c`) act; WCAG 2.1.4 wants that they can be switched off.
    single_keys: Mapped[bool] = mapped_column(default=True)
    #: The team that their figures count for; they are a member of it, and may be of others.
    team_id: Mapped[Id | None] = mapped_column(
        # Teams point at their owners and leaders, so one of the two keys has to be added after both tables.
        ForeignKey("core_team.id", ondelete="SET NULL", use_alter=True),
        index=True,
    )

    #: Whom they report to.
    manager_id: Mapped[Id | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)


class Team(Record, Base):
    """A group of people; teams form a tree, and whoever reaches a team reaches everything below it."""

    name: Mapped[str] = mapped_column(String(120), index=True)
    parent_id: Mapped[Id | None] = ref("core_team", on_delete="set null")
    leader_id: Mapped[Id | None] = ref(User, on_delete="set null")


class TeamMember(Record, Base):
    """That a person belongs to a team."""

    __table_args__ = (UniqueConstraint("team_id", "user_id"),)

    team_id: Mapped[Id] = ref(Team, on_delete="cascade")
    user_id: Mapped[Id] = ref(User, on_delete="cascade")


class Role(Record, Base):
    """A named set of permissions, each with how far it reaches."""

    #: Its name for the shell and for programs, `sales_manager`.
    name: Mapped[str] = mapped_column(String(60), unique=True)
    #: What people call it; empty for the roles that come with Pelatis, whose titles are translated.
    title: Mapped[str] = mapped_column(String(120), default="")
    #: Permission to scope, `{"sales.opportunity.edit": "team"}`; `core.users.roles` tells what the general ones mean.
    grants: Mapped[JsonDict] = mapped_column(default=dict)


class UserRole(Record, Base):
    """That a person has a role."""

    __table_args__ = (UniqueConstraint("user_id", "role_id"),)

    user_id: Mapped[Id] = ref(User, on_delete="cascade")
    role_id: Mapped[Id] = ref(Role, on_delete="cascade")


class ApiToken(Record, Base):
    """A key with which a program acts for a person, with at most that person's rights."""

    __journal_exclude__: ClassVar[frozenset[str]] = frozenset({"token_hash", "last_used_at"})

    user_id: Mapped[Id] = ref(User, on_delete="cascade")
    name: Mapped[str] = mapped_column(String(120))
    #: SHA-256 of the token; the token itself is shown once and kept nowhere.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[UtcDateTime | None]
    last_used_at: Mapped[UtcDateTime | None]
    #: Permission to scope, cut to the owner's own at each use; None for all that the owner may do.
    grants: Mapped[dict[str, Any] | None]


class UserSession(Base):
    """One browser that somebody is signed in with. It is kept after its end for as long as its row tells something."""

    id: Mapped[Id] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[Id] = ref(User, on_delete="cascade")
    #: SHA-256 of the key in the cookie, which changes with each sign-in.
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: The cookie it belongs to: `staff` or `portal`.
    kind: Mapped[str] = mapped_column(String(10), default=STAFF)
    created_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    last_seen_at: Mapped[UtcDateTime] = mapped_column(default=utc_now)
    #: When it was signed out or revoked.
    ended_at: Mapped[UtcDateTime | None]
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(60), default="")


class Setting(Base):
    """One value that was set on a screen."""

    __tablename__ = "core_setting"

    #: The plugin that it belongs to, or `core`.
    plugin: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Whom it holds for: empty for everybody, else `user:<id>` or `team:<id>`.
    scope: Mapped[str] = mapped_column(String(60), primary_key=True, default="")
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: Any JSON value; a secret is kept encrypted.
    value: Mapped[Any] = mapped_column(json_type)
    updated_at: Mapped[UtcDateTime] = mapped_column(default=utc_now, onupdate=utc_now)
