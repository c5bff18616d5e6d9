"""Sessions that open nothing any more don't stay for ever."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from core.database import db, utc_now, write_unit
from core.jobs import jobs
from core.users import operations
from core.users.jobs import forget_old_sessions
from core.users.models import User, UserSession
from tests.conftest import PASSWORD


def test_old_sessions_are_forgotten_and_the_others_stay(app: Flask, administrator: User) -> None:
    ages = {"fresh": (0, None), "over": (40, 35), "old": (70, None), "just over": (40, 5)}
    for name, (age, ended) in ages.items():
        operations.sign_in(administrator.email or "", PASSWORD, user_agent=name)
        with write_unit() as session:
            found = session.scalars(select(UserSession).where(UserSession.user_agent == name)).one()
            found.created_at = utc_now() - timedelta(days=age)
            found.ended_at = utc_now() - timedelta(days=ended) if ended else None
    nothing: Any = None
    forget_old_sessions(nothing)
    assert sorted(db.session.scalars(select(UserSession.user_agent))) == ["fresh", "just over"]


def test_it_runs_each_night(app: Flask) -> None:
    found = jobs.get("core.forget_old_sessions")
    assert found is not None
    assert found.every is not None
