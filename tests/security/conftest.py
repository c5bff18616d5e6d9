"""Kinds of actors, records of any type, and a look at the whole database."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from core.access import system_actor
from core.database import db, write_unit
from core.records import fields
from core.records.registry import record_types
from core.users import operations
from core.users.models import User
from tests.conftest import PASSWORD, sign_in


@pytest.fixture(autouse=True)
def fresh_limits(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = False


def staff_with(grants: Mapping[str, str | None], email: str = "staff@example.org") -> User:
    """Make a member of staff with exactly these grants."""
    system = system_actor()
    role = operations.save_role(system, None, f"Role of {email}", grants)
    user = operations.add_user(system, email=email, role="", password=PASSWORD)
    operations.set_roles(system, user, [role.id])
    return user


@pytest.fixture
def nobody(app: Flask, administrator: User) -> FlaskClient:
    """Give a member of staff without any right."""
    operations.add_user(system_actor(), email="nobody@example.org", role="", password=PASSWORD)
    return sign_in(app, "nobody@example.org")


@pytest.fixture
def portal(app: Flask, administrator: User) -> FlaskClient:
    """Give a portal user with a session of the portal."""
    from core.web.sessions import COOKIES, AudienceSessions

    user = operations.add_user(system_actor(), email="partner@example.org", role="", password=PASSWORD, kind="portal")
    key = operations.sign_in("partner@example.org", PASSWORD, kind="portal")
    assert user.kind == "portal"
    serializer = AudienceSessions().get_signing_serializer(app)
    assert serializer is not None
    client = app.test_client()
    client.set_cookie(COOKIES["portal"], str(serializer.dumps({"key": key, "_permanent": True})))
    return client


def make_record(model: Any, owner_id: uuid.UUID | None = None, **values: Any) -> Any:
    """Make a record of any model by its columns alone, with the parents that it needs; no rule is asked."""
    for column in inspect(model).columns:
        name = inspect(model).get_property_by_column(column).key
        if name in values or column.nullable or column.default is not None or column.primary_key:
            continue
        values[name] = _parent(column) if column.foreign_keys else _offered(model, name) or _invent(column)
    if owner_id is not None:
        values["owner_id"] = owner_id
    with write_unit() as session:
        record = model(**values)
        session.add(record)
        session.flush()
        return record


def _parent(column: Any) -> uuid.UUID:
    table = next(iter(column.foreign_keys)).column.table
    parent = next(mapper.class_ for mapper in _mappers() if mapper.local_table is table)
    made: uuid.UUID = make_record(parent).id
    return made


def _mappers() -> list[Any]:
    models: list[Any] = [each.model for each in record_types.all_declared()]
    return [inspect(model) for model in models]


def _offered(model: Any, name: str) -> str | None:
    """Give the first of the choices of a field; None where it has none."""
    declared = (
        each
        for record_type in record_types.all_declared()
        if record_type.model is model
        for key, each in record_type.fields.items()
        if isinstance(each, fields.Choice) and (each.column or key) == name
    )
    return next((next(iter(each.choices)) for each in declared), None)


def _invent(column: Any) -> Any:
    try:
        kind: Any = column.type.python_type
    except NotImplementedError:
        return {}
    made: dict[Any, Callable[[], Any]] = {
        str: lambda: uuid.uuid4().hex[: min(column.type.length or 20, 20)],
        int: lambda: 1,
        bool: lambda: False,
        Decimal: lambda: Decimal(1),
        dt.date: lambda: dt.date(2026, 1, 1),
        dt.datetime: lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        uuid.UUID: uuid.uuid4,
        dict: dict,
        list: list,
    }
    return made[kind]()


def database_digest() -> str:
    """Write every row of every table into one number: nothing has changed when it is the same."""
    db.session.rollback()
    digest = hashlib.sha256()
    # When somebody was last seen is written down on purpose, and isn't what they did.
    skipped = {"core_user_session"}
    for table in db.metadata.sorted_tables:
        if table.name in skipped or not inspect(db.engine).has_table(table.name):
            continue
        rows = sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        digest.update(repr((table.name, rows)).encode())
    db.session.rollback()
    return digest.hexdigest()
