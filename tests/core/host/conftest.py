"""Small applications with plugins that are written to a temporary folder."""

import importlib
import itertools
import os
import shutil
import sys
import textwrap
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from core.database import configure_database, db
from core.database.base import discard_models
from core.host.doors import current_host
from core.host.host import Host
from core.host.install import install_host
from core.host.migrations import upgrade_core
from core.i18n import configure_languages
from core.jobs.registry import jobs
from core.problems import Problem
from core.records.registry import record_types

MANIFEST = """
    from core.host.manifest import Plugin

    plugin = Plugin(name="{name}", title="{title}", summary="For a test", version="1.0.0", requires={requires!r})
"""

MODELS = """
    from sqlalchemy import String
    from sqlalchemy.orm import Mapped, mapped_column

    from core.database import Id, Record, model_base

    Model = model_base("{name}")


    class Thing(Record, Model):
        title: Mapped[str] = mapped_column(String(80))
"""

VIEWS = """
    from flask import Blueprint

    from core.web.audience import audience

    blueprint = Blueprint("pages", __name__)


    @blueprint.get("/things/")
    @audience("public")
    def things():
        return "things of {name}"


    @blueprint.post("/things/new")
    @audience("public")
    def new():
        return "made"
"""

MIGRATION = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "{name}_thing",
            sa.Column("id", sa.Uuid(), nullable=False),
            sa.Column("title", sa.String(80), nullable=False),
            sa.Column("owner_id", sa.Uuid(), nullable=True),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column(
                "custom",
                sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"),
                nullable=False,
            ),
            sa.ForeignKeyConstraint(
                ["owner_id"], ["core_user.id"], name=op.f("fk_{name}_thing_owner_id"), ondelete="SET NULL"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_{name}_thing")),
        )
        op.create_index(op.f("ix_{name}_thing_owner_id"), "{name}_thing", ["owner_id"])


    def downgrade():
        op.drop_table("{name}_thing")
"""

WritePlugin = Callable[..., str]
MakeApp = Callable[..., Flask]


@pytest.fixture
def write_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WritePlugin]:
    """Write a plugin's package; its rooms are given as keyword arguments, a None leaves a usual room out."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    written: list[str] = []

    def write(
        name: str,
        *,
        manifest: str | None = None,
        requires: tuple[str, ...] = (),
        migrations: Mapping[str, str] | None = None,
        **rooms: str | None,
    ) -> str:
        _forget(name)
        package = folder / name
        shutil.rmtree(package, ignore_errors=True)
        (package / "migrations" / "versions").mkdir(parents=True)
        usual = {"models": MODELS, "views": VIEWS}
        sources = {"__init__": manifest or MANIFEST, **usual, **rooms}
        for room, source in sources.items():
            if source is not None:
                (package / f"{room}.py").write_text(_filled(source, name, requires))
        for file, source in (migrations if migrations is not None else {"0001_things": MIGRATION}).items():
            (package / "migrations" / "versions" / f"{file}.py").write_text(_filled(source, name, requires))
        importlib.invalidate_caches()
        written.append(name)
        return name

    yield write
    for name in set(written):
        _forget(name)


def _filled(source: str, name: str, requires: tuple[str, ...]) -> str:
    source = textwrap.dedent(source)
    for key, value in {"{name}": name, "{title}": name.capitalize(), "{requires!r}": repr(requires)}.items():
        source = source.replace(key, value)
    return source


def _forget(name: str) -> None:
    """Take a test's plugin out of this process."""
    discard_models(name)
    record_types.remove_plugin(name)
    jobs.remove_plugin(name)
    for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
        del sys.modules[module]


@pytest.fixture
def empty_database(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """Make an empty database of the kind that the run asks for."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/test.db"
        return
    server = make_url(os.environ["PELATIS_TEST_POSTGRES_URL"])
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"host_{uuid.uuid4().hex[:12]}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def core_database(empty_database: str) -> str:
    """A database with the core's tables."""
    upgrade_core(empty_database)
    return empty_database


@pytest.fixture
def make_app(core_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """Make an application that has the host, one page of the core's, and nothing else."""
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_group: [])
    made: list[Flask] = []

    def make(*plugins: str, **options: Any) -> Flask:
        app = Flask(f"app{next(_numbers)}")
        app.config["TESTING"] = True
        configure_database(app, core_database)
        configure_languages(app, [(Path("/nowhere"), "core")])
        app.get("/customers")(lambda: ",".join(sorted(current_host().enabled)) or "nothing is on")
        app.register_error_handler(Problem, lambda problem: (str(problem), problem.status))
        install_host(app, extra_plugins=plugins, **options)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


_numbers = itertools.count()


def host_of(app: Flask) -> Host:
    """Give an application's host."""
    host: Host = app.extensions["pelatis_host"]
    return host
