"""What every test may ask for: an application on a fresh database, actors, and clients.

Each worker makes one template database per kind, with all tables and the bundled plugins switched on; a test gets
a copy of it. Tests that use `app` run on SQLite, and on PostgreSQL where `PELATIS_TEST_POSTGRES_URL` names a server;
`--database sqlite` or `--database postgresql` chooses one.
"""

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import NullPool, create_engine, event, text
from sqlalchemy.engine import make_url

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.app import create_app
from core.database import db
from core.host.doors import hookimpl
from core.operation.first_run import prepare_database
from core.settings import Settings
from core.users import passwords
from core.web.limits import limiter

# A worker keeps half a million objects; looking through them for garbage again and again takes a tenth of its time.
gc.set_threshold(20_000, 20, 20)

PASSWORD = "correct horse battery"
#: The product's own; hashing with it would take a third of the tests' time, so all but its own test use a quick one.
REAL_HASHER = passwords._hasher
POSTGRES_URL = os.environ.get("PELATIS_TEST_POSTGRES_URL", "")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one choose a kind of database."""
    parser.addoption("--database", choices=("sqlite", "postgresql"), help="run on this kind of database alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that asks for a database on every kind that there is, or on the kind alone that its mark names."""
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = [chosen] if chosen else ["sqlite", *(["postgresql"] if POSTGRES_URL else [])]
        only = metafunc.definition.get_closest_marker("only_on")
        kinds = [kind for kind in kinds if only is None or kind in only.args]
        metafunc.parametrize("database_kind", kinds, scope="session")


@pytest.fixture(scope="session", autouse=True)
def quick_hasher() -> Iterator[None]:
    """Hash the tests' passwords quickly."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@dataclass
class Site:
    """One application of a worker, whose database is put back to the template before each test."""

    kind: str
    folder: Path
    settings: Settings
    app: Flask
    template: str = field(default="")

    def reset(self) -> None:
        """Put the database back to the template."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.kind == "sqlite":
            live = self.folder / "live.db"
            for leftover in self.folder.glob("live.db*"):
                leftover.unlink()
            shutil.copy(self.template, live)
            return
        with _server() as connection:
            name = make_url(self.settings.database_url).database
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"'))


def _server() -> Any:
    return create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()


def make_settings(folder: Path, database_url: str, **more: str) -> Settings:
    """Make the settings of a test's installation, apart from the machine's own environment."""
    usual = {"PELATIS_DATA_DIR": str(folder / "data"), "PELATIS_DATABASE_URL": database_url}
    return Settings.from_environment(usual | {"PELATIS_SECRET_KEY": "t" * 40} | more)


_sites: dict[str, Site] = {}


@pytest.fixture(scope="session")
def site(database_kind: str, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give the worker's application for one kind of database."""
    if database_kind not in _sites:
        _sites[database_kind] = _make_site(database_kind, tmp_path_factory.mktemp(database_kind))
    return _sites[database_kind]


def _make_site(kind: str, folder: Path) -> Site:
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'live.db'}"
        template = str(folder / "template.db")
    else:
        base = make_url(POSTGRES_URL)
        token = uuid.uuid4().hex[:10]
        template = f"pelatis_template_{token}"
        url = base.set(database=f"pelatis_live_{token}").render_as_string(hide_password=False)
        with _server() as connection:
            connection.execute(text(f'CREATE DATABASE "pelatis_live_{token}"'))
    settings = make_settings(folder, url)
    site = Site(kind, folder, settings, create_app(settings), template)
    with site.app.app_context(), acting_as(system_actor()):
        prepare_database()
        db.session.remove()
        db.engine.dispose()
    gc.collect()
    gc.freeze()
    if kind == "sqlite":
        _checkpoint(folder / "live.db")
        shutil.copy(folder / "live.db", template)
    else:
        with _server() as connection:
            connection.execute(text(f'CREATE DATABASE "{template}" TEMPLATE "{make_url(url).database}"'))
    return site


def _checkpoint(file: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.fixture
def app(site: Site) -> Iterator[Flask]:
    """Give the application on a fresh database, inside its context, as the system."""
    site.reset()
    limiter.reset()  # tests sign in more often than people may
    with site.app.app_context(), acting_as(system_actor()):
        yield site.app
        db.session.remove()


@pytest.fixture
def database_url(site: Site) -> str:
    """Tell the URL of the present test's database."""
    return site.settings.database_url


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Collect the SQL statements that run, transactions and pragmas left out."""
    seen: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "SET ", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", listen)
    yield seen
    event.remove(db.engine, "before_cursor_execute", listen)


def staff(user_id: uuid.UUID | None = None, **grants: str) -> Actor:
    """Make a staff actor with grants such as customer__view="own" (two underscores stand for the dot)."""
    given = {name.replace("__", "."): Scope(scope) for name, scope in grants.items()}
    return Actor(Kind.staff, user_id=user_id, name="Tester", grants=given)


@pytest.fixture
def answering(app: Flask) -> Iterator[Callable[..., None]]:
    """Let functions answer hooks, by the hooks' names, as one more plugin would that comes before all others."""
    host: Any = app.extensions["pelatis_host"]
    module = ModuleType("answers")

    def answer(**functions: Callable[..., Any]) -> None:
        for name, function in functions.items():
            setattr(module, name, hookimpl(function))
        host.hooks.register(module, "core:answers")
        host.snapshot.answers.clear()

    yield answer
    if host.hooks.is_registered(module):
        host.hooks.unregister(module)
    host.snapshot.answers.clear()


@pytest.fixture
def administrator(app: Flask) -> Any:
    """Make a user who may do everything."""
    from core.users.operations import add_user

    return add_user(
        system_actor(), email="admin@example.org", role="administrator", password=PASSWORD, name="Anna Administrator"
    )


def sign_in(app: Flask, email: str, password: str = PASSWORD) -> FlaskClient:
    """Sign a user in by the page and give the client that holds the session."""
    client = app.test_client()
    answer = client.post("/login", data={"email": email, "password": password})
    assert answer.status_code == 303, answer.text
    return client


@pytest.fixture
def client(app: Flask, administrator: Any) -> FlaskClient:
    """Give a client that is signed in as an administrator; CSRF is off for it, its own tests turn it on."""
    app.config["WTF_CSRF_ENABLED"] = False
    return sign_in(app, administrator.email)


@pytest.fixture
def api(app: Flask, administrator: Any) -> FlaskClient:
    """Give a client that carries an administrator's token."""
    from core.users.operations import make_token

    token = make_token(system_actor(), administrator.email, "tests")
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client
