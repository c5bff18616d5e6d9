"""What a process remembers of people holds until anybody changes it, by whichever door, and not one request longer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import bulk_update, db, utc_now, write_unit
from core.users import operations
from core.users.models import ApiToken, Role, Team, TeamMember, User, UserRole, UserSession
from core.users.queries import SESSION_LIFETIME, signed_in_by_session, signed_in_by_token
from tests.conftest import PASSWORD


@dataclass
class Known:
    """Somebody whom the process remembers by a session and by a token."""

    user: User
    key: str
    token: str

    def __post_init__(self) -> None:
        assert self.by_session() is not None
        assert self.by_token() is not None

    def by_session(self) -> Any:
        """Ask by the session's key."""
        return signed_in_by_session(self.key)

    def by_token(self) -> Any:
        """Ask by the token."""
        return signed_in_by_token(self.token)


@pytest.fixture
def known(app: Flask) -> Known:
    system = system_actor()
    user = operations.add_user(system, email="eleni@example.org", role="salesperson", password=PASSWORD, name="Eleni")
    team = operations.create_team(system, {"name": "Patras"})
    operations.set_members(system, team, [user.id])
    token = operations.make_token(system, "eleni@example.org", "Test")
    return Known(user, str(operations.sign_in("eleni@example.org", PASSWORD)), token)


def in_unit(change: Callable[[], object]) -> None:
    """Change something as any operation may: in a unit of work, through the session."""
    with write_unit():
        change()


def first(model: Any) -> Any:
    return db.session.scalars(select(model)).first()


def of(known: Known, model: Any) -> Any:
    return db.session.scalars(select(model).where(model.user_id == known.user.id)).one()


@pytest.mark.parametrize(
    "change",
    [
        lambda known: setattr(db.session.get(User, known.user.id), "active", False),
        lambda known: setattr(db.session.get(User, known.user.id), "deleted_at", utc_now()),
        lambda known: bulk_update(User, [({"id": known.user.id, "active": True}, {"active": False})]),
    ],
)
def test_somebody_who_left_is_nobody_at_once(known: Known, change: Callable[[Known], None]) -> None:
    in_unit(lambda: change(known))
    assert known.by_session() is None
    assert known.by_token() is None


@pytest.mark.parametrize(
    "change",
    [
        lambda known: db.session.delete(of(known, UserRole)),
        lambda known: setattr(db.session.get(Role, of(known, UserRole).role_id), "grants", {}),
        lambda known: setattr(db.session.get(Role, of(known, UserRole).role_id), "deleted_at", utc_now()),
    ],
)
def test_a_right_that_was_taken_is_gone_at_once(known: Known, change: Callable[[Known], None]) -> None:
    assert known.by_session().actor.grants
    in_unit(lambda: change(known))
    assert known.by_session().actor.grants == {}
    assert known.by_token().actor.grants == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda known: db.session.delete(of(known, TeamMember)),
        lambda _known: setattr(first(Team), "deleted_at", utc_now()),
    ],
)
def test_a_team_that_was_left_is_gone_at_once(known: Known, change: Callable[[Known], None]) -> None:
    assert known.by_session().actor.team_ids
    in_unit(lambda: change(known))
    assert not known.by_session().actor.team_ids


def test_a_team_below_ones_own_is_reached_at_once(known: Known) -> None:
    below = operations.create_team(system_actor(), {"name": "Pyrgos", "parent_id": first(Team).id})
    assert below.id in known.by_session().actor.team_ids


def test_an_ended_session_opens_nothing(known: Known) -> None:
    operations.sign_out(of(known, UserSession).id)
    assert known.by_session() is None
    assert known.by_token() is not None


def test_a_revoked_token_opens_nothing(known: Known) -> None:
    operations.revoke_token(known.by_session().actor, of(known, ApiToken).id)
    assert known.by_token() is None
    assert known.by_session() is not None


def test_what_is_remembered_ends_in_its_own_time(known: Known) -> None:
    with time_machine.travel(utc_now() + SESSION_LIFETIME - timedelta(minutes=1), tick=False):
        assert known.by_session() is not None
    with time_machine.travel(utc_now() + SESSION_LIFETIME + timedelta(minutes=1), tick=False):
        assert known.by_session() is None


def test_a_change_that_is_rolled_back_changes_nothing(known: Known) -> None:
    with pytest.raises(ZeroDivisionError), write_unit():
        _disable_and_fail(known)
    assert known.by_session() is not None


def _disable_and_fail(known: Known) -> None:
    db.session.get_one(User, known.user.id).active = False
    db.session.flush()
    raise ZeroDivisionError


def test_use_is_written_down_without_making_anybody_read_again(
    app: Flask, client: FlaskClient, statements: list[str]
) -> None:
    with time_machine.travel(utc_now() + timedelta(minutes=20)) as clock:
        client.get("/settings").close()
        db.session.rollback()  # what a test reads began before the use was written down
        clock.shift(timedelta(minutes=5))
        client.get("/settings").close()  # reads who it is once more, because the use was written down
        statements.clear()
        client.post("/settings/rail", data={"value": "folded"})
    assert [each for each in statements if "core_user_session" in each] == []
    assert of_administrator(UserSession).last_seen_at > utc_now() + timedelta(minutes=19)


def of_administrator(model: Any) -> Any:
    return db.session.scalars(select(model).order_by(model.created_at.desc())).first()
