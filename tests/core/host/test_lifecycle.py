"""Enable, disable, purge, upgrade: each is one transaction, and nothing is ever half done."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text

from core.database import db, ddl_engine, utc_now, write_unit
from core.host import migrations, schema
from core.host.histories import MigrationError, core_history, plugin_history, table_names
from core.host.lifecycle import disable_plugin, enable_plugin, upgrade_all, write_plugin_migration
from core.host.models import Plugin
from core.host.purging import purge_plugin, purge_preview
from core.host.schema import ADVISORY_LOCK, schema_transaction
from core.host.states import State
from core.imports.models import Import, ImportIssue
from core.jobs.models import Job
from core.problems import Problem
from core.users.company import set_company
from core.users.models import Role, User
from tests.core.host.conftest import MIGRATION, MODELS, MakeApp, WritePlugin, host_of

SECOND = """
    import sqlalchemy as sa
    from alembic import op

    revision = "0002"
    down_revision = "0001"


    def upgrade():
        with op.batch_alter_table("{name}_thing") as batch:
            batch.add_column(sa.Column("weight", sa.Integer(), nullable=True))


    def downgrade():
        with op.batch_alter_table("{name}_thing") as batch:
            batch.drop_column("weight")
"""
HEAVIER = MODELS + "        weight: Mapped[int | None]\n"
FAILING = SECOND.replace(
    "def upgrade():",
    "def upgrade():\n        op.create_table('{name}_half', sa.Column('id', sa.Integer()))\n        1 / 0",
)
NAMING = """
    from core.database import db
    from core.host.doors import hookimpl
    from core.i18n import get_language
    from {name}.models import Thing


    @hookimpl
    def crm_set_up_company():
        db.session.add(Thing(title=get_language()))
"""
CHILD = """
    from sqlalchemy.orm import Mapped

    from core.database import Id, Record, model_base, ref

    Model = model_base("{name}")


    class Part(Record, Model):
        thing_id: Mapped[Id] = ref("lower_thing", on_delete="cascade")
"""


def state(app: Flask, name: str) -> State:
    with app.app_context():
        return host_of(app).status(name).state


def tables(url: str) -> frozenset[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = table_names(connection)
    engine.dispose()
    return found


def plugin_rows(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(select(Plugin.name).order_by(Plugin.name)).scalars().all()
    engine.dispose()
    return list(found)


def test_enabling_migrates_and_disabling_keeps_the_data(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    assert "alpha_thing" not in tables(core_database)
    with app.app_context():
        host = host_of(app)
        thing = _thing(app)
        assert enable_plugin(host, "alpha") == ["alpha"]
        with write_unit() as session:
            session.add(thing(title="kept"))
        disable_plugin(host, "alpha")
        assert host.status("alpha").state is State.disabled
        enable_plugin(host, "alpha")
        assert db.session.scalars(select(thing.title)).all() == ["kept"]
    assert {"alpha_thing", "core_migration_alpha"} <= tables(core_database)


def _thing(app: Flask, plugin: str = "alpha") -> Any:
    return host_of(app).loaded[plugin].rooms["models"].Thing


def test_what_comes_to_a_company_later_is_named_in_its_language(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha", hooks=NAMING), write_plugin("omega", hooks=NAMING))
    with app.app_context():
        host = host_of(app)
        enable_plugin(host, "alpha")  # nobody has set the company up
        set_company(company_name="Αιγίς", language="el", currency="EUR")
        for _again in range(2):
            enable_plugin(host, "omega")
            disable_plugin(host, "omega")
        assert [db.session.scalars(select(_thing(app, name).title)).all() for name in ("alpha", "omega")] == [
            [],
            ["el"],
        ]


def test_what_is_required_must_be_on_first_or_comes_along(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("lower"), write_plugin("upper", requires=("lower",)))
    with app.app_context():
        host = host_of(app)
        with pytest.raises(Problem, match=r"Upper needs Lower\. Switch that on first") as refused:
            enable_plugin(host, "upper")
        assert (refused.value.status, refused.value.extra) == (409, {"requires": ["lower"]})
        assert enable_plugin(host, "upper", with_required=True) == ["lower", "upper"]
        with pytest.raises(Problem, match=r"Lower is needed by Upper\. Switch that off first"):
            disable_plugin(host, "lower")
        assert disable_plugin(host, "lower", with_dependants=True) == ["upper", "lower"]
        assert host.enabled == frozenset()


def test_unknown_plugin_is_a_404_that_names_the_known_ones(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context(), pytest.raises(Problem, match=r"no plugin called nosuch\. There are: alpha") as unknown:
        enable_plugin(host_of(app), "nosuch")
    assert unknown.value.status == 404


def test_plugin_that_cannot_run_cannot_be_enabled_and_can_be_disabled(
    write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    sound = make_app(write_plugin("alpha"))
    with sound.app_context():
        enable_plugin(host_of(sound), "alpha")
    app = make_app(write_plugin("alpha", views="1 / 0"))
    with app.app_context():
        with pytest.raises(Problem, match="can't be switched on"):
            enable_plugin(host_of(app), "alpha")
        assert host_of(app).status("alpha").switched_on
        disable_plugin(host_of(app), "alpha")
        assert not host_of(app).status("alpha").switched_on
        assert host_of(app).status("alpha").state is State.failed


def test_failing_migration_leaves_nothing_and_says_what_happened(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    name = write_plugin("alpha", migrations={"0001_things": MIGRATION, "0002_weight": FAILING})
    app = make_app(name)
    before = tables(core_database)
    with app.app_context():
        with pytest.raises(Problem, match="Alpha was left as it is: ZeroDivisionError") as failed:
            enable_plugin(host_of(app), "alpha")
        assert failed.value.status == 409
        assert host_of(app).status("alpha").state is State.discovered
    assert tables(core_database) == before
    assert plugin_rows(core_database) == []


KILLED = """
import sys
from pathlib import Path
from flask import Flask
from core.database import configure_database
from core.host.install import install_host
from core.host.lifecycle import enable_plugin
from core.i18n import configure_languages
app = Flask("killed")
configure_database(app, sys.argv[1])
configure_languages(app, [(Path("/nowhere"), "core")])
host = install_host(app, extra_plugins=["alpha"])
with app.app_context():
    enable_plugin(host, "alpha")
"""


@pytest.mark.parametrize("moment", ["inside the second migration", "after everything but the commit"])
def test_kill_9_inside_enable_leaves_nothing_half_done(
    moment: str, write_plugin: WritePlugin, make_app: MakeApp, core_database: str, tmp_path: Path
) -> None:
    kill = "__import__('os').kill(__import__('os').getpid(), 9)"
    if moment.startswith("inside"):
        second = SECOND.replace(
            "def upgrade():",
            f"def upgrade():\n        op.create_table('alpha_half', sa.Column('id', sa.Integer()))\n        {kill}",
        )
        script = KILLED
    else:
        second = SECOND
        script = KILLED.replace(
            "with app.app_context():",
            f"from core.host import lifecycle\nlifecycle.raise_generation = lambda *_: {kill}\nwith app.app_context():",
        )
    write_plugin("alpha", models=HEAVIER, migrations={"0001_things": MIGRATION, "0002_weight": second})
    before = tables(core_database)
    path = os.pathsep.join([str(tmp_path / "packages"), str(Path.cwd())])
    killed = subprocess.run(
        [sys.executable, "-c", script, core_database],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert tables(core_database) == before
    assert plugin_rows(core_database) == []
    write_plugin("alpha", models=HEAVIER, migrations={"0001_things": MIGRATION, "0002_weight": SECOND})
    app = make_app("alpha")
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        assert host_of(app).is_enabled("alpha")


def test_newer_code_waits_for_its_migration_and_upgrade_applies_it(
    write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    old = make_app(write_plugin("alpha"))
    with old.app_context():
        enable_plugin(host_of(old), "alpha")
    newer = {"0001_things": MIGRATION, "0002_weight": SECOND}
    app = make_app(write_plugin("alpha", models=HEAVIER, migrations=newer))
    assert state(app, "alpha") is State.pending_migration
    assert app.test_client().get("/alpha/things/").status_code == 404
    with app.app_context():
        assert [(each.name, each.done) for each in upgrade_all(host_of(app))] == [("core", False), ("alpha", True)]
        assert [(each.name, each.done) for each in upgrade_all(host_of(app))] == [("core", False)]
    assert app.test_client().get("/alpha/things/").status_code == 200
    older = make_app(write_plugin("alpha"))
    assert state(older, "alpha") is State.incompatible


def test_upgrade_goes_on_after_a_plugin_that_fails(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    names = [write_plugin("alpha"), write_plugin("beta")]
    old = make_app(*names)
    with old.app_context():
        for name in names:
            enable_plugin(host_of(old), name)
    for name, second in (("alpha", FAILING), ("beta", SECOND)):
        write_plugin(name, models=HEAVIER, migrations={"0001_things": MIGRATION, "0002_weight": second})
    app = make_app(*names)
    with app.app_context():
        results = {each.name: (each.done, bool(each.error)) for each in upgrade_all(host_of(app))}
        assert results == {"core": (False, False), "alpha": (False, True), "beta": (True, False)}
        assert host_of(app).enabled == {"beta"}


def test_migration_that_recreates_a_table_keeps_the_rows_that_point_at_it(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        with write_unit() as session:
            user = User(name="Maria")
            session.add(user)
            session.flush()
            session.add(_thing(app)(title="hers", owner_id=user.id))
    with schema_transaction(core_database) as connection:
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("core_user") as batch:
            batch.alter_column("name", existing_type=db.String(120), nullable=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(_thing(app)).where(_thing(app).owner_id.is_not(None)))


def test_rows_that_point_at_nothing_stop_the_commit(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        with write_unit() as session:
            user = User(name="Maria")
            session.add(user)
            session.flush()
            session.add(_thing(app)(title="hers", owner_id=user.id))
    # SQLite only finds it at the end; PostgreSQL sets the reference to NULL by itself.
    if core_database.startswith("sqlite"):
        with (
            pytest.raises(MigrationError, match="1 rows point at nothing: alpha_thing → core_user"),
            schema_transaction(core_database) as connection,
        ):
            connection.execute(text("DELETE FROM core_user"))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == 1


def test_purge_deletes_what_is_the_plugins_and_nothing_else(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("field"), write_plugin("field_sync"))
    before = tables(core_database)
    with app.app_context():
        host = host_of(app)
        for name in ("field", "field_sync"):
            enable_plugin(host, name)
            with write_unit() as session:
                session.add(_thing(app, name)(title="mine"))
                session.add(Job(name=f"{name}.remind", worker="", next_try_at=utc_now()))
        with pytest.raises(Problem, match="Field is on"):
            purge_plugin(host, "field")
        disable_plugin(host, "field")
        preview = purge_preview(host, "field")
        assert (preview.tables, preview.shared, preview.rows) == ({"field_thing": 1}, {"core_job": 1}, 2)
        assert preview.allowed
        purge_plugin(host, "field")
        assert host.status("field").state is State.discovered
        assert host.enabled == {"field_sync"}
        assert db.session.scalars(select(Job.name)).all() == ["field_sync.remind"]
        enable_plugin(host, "field")
        assert db.session.scalar(select(func.count()).select_from(_thing(app, "field"))) == 0
    added = tables(core_database) - before
    assert added == {"field_thing", "field_sync_thing", "core_migration_field", "core_migration_field_sync"}


def test_purge_takes_imports_with_what_was_said_of_their_rows(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("field"))
    with app.app_context():
        host = host_of(app)
        enable_plugin(host, "field")
        with write_unit() as session:
            brought = Import(record_type="field.thing", file_name="things.csv", path="things.csv")
            session.add(brought)
            session.flush()
            session.add(ImportIssue(import_id=brought.id, row=2, level="warning", code="near", message="odd"))
        disable_plugin(host, "field")

        purge_plugin(host, "field")

        assert host.status("field").state is State.discovered
        assert db.session.scalar(select(func.count()).select_from(ImportIssue)) == 0


def test_purge_of_a_missing_plugin_finds_its_tables_by_name(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    before = tables(core_database)
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        disable_plugin(host_of(app), "alpha")
    gone = make_app()
    with gone.app_context():
        purge_plugin(host_of(gone), "alpha")
        assert host_of(gone).statuses() == []
    assert tables(core_database) == before


def test_purge_is_refused_while_anything_leans_on_it(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(
        write_plugin("lower"), write_plugin("upper", models=CHILD, migrations={}, views=None, requires=("lower",))
    )
    with app.app_context():
        enable_plugin(host_of(app), "lower")
        write_plugin_migration(host_of(app), "upper", "Parts of things")
    again = make_app("lower", "upper")
    with again.app_context():
        host = host_of(again)
        enable_plugin(host, "upper")
        with pytest.raises(Problem, match="Lower is needed by Upper"):
            purge_plugin(host, "lower")
        disable_plugin(host, "lower", with_dependants=True)
        with pytest.raises(Problem, match="tables point at those of Lower: upper_part"):
            purge_plugin(host, "lower")
        purge_plugin(host, "upper")
        purge_plugin(host, "lower")


def test_written_migration_makes_the_models_and_leaves_no_difference(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha", migrations={}))
    with app.app_context():
        path = write_plugin_migration(host_of(app), "alpha", "Things to keep")
        assert path.name == "0001_things_to_keep.py"
        source = path.read_text()
        assert "import core" not in source
        assert "UtcDateTimeType" not in source
        assert "core_" not in source.replace("core_user", "")
    assert "core_migration_alpha" not in tables(core_database)
    again = make_app("alpha")
    with again.app_context():
        host = host_of(again)
        enable_plugin(host, "alpha")
        history = plugin_history(host.loaded["alpha"])
        with schema_transaction(core_database) as connection:
            assert migrations.differences(connection, history, host.names()) == []
        with pytest.raises(Problem, match="match its tables"):
            write_plugin_migration(host, "alpha", "Nothing")


def test_core_migrations_make_what_the_core_models_say(app_models: None, core_database: str) -> None:
    with schema_transaction(core_database) as connection:
        assert migrations.differences(connection, core_history(), ()) == []
        assert connection.execute(text("SELECT sequence FROM core_clock WHERE id = 1")).scalar() == 0
        migrations.downgrade(connection, core_history(), ())
        assert table_names(connection) <= {"core_migration_core"}


@pytest.fixture
def app_models() -> None:
    """Import all of the core, so that every table is described."""
    import importlib
    import pkgutil

    import core

    for module in pkgutil.walk_packages(core.__path__, "core."):
        importlib.import_module(module.name)


def test_schema_change_waits_for_others_and_then_says_so(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(schema, "LOCK_TRIES", 2)
    monkeypatch.setattr("core.database.engine.BUSY_SECONDS", 0.05)
    app = make_app(write_plugin("alpha"))
    blocker = ddl_engine(core_database)
    with blocker.begin() as connection, app.app_context():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        with pytest.raises(Problem, match="Nothing was changed; try again") as busy:
            enable_plugin(host_of(app), "alpha")
        assert busy.value.status == 503
    blocker.dispose()
    with app.app_context():
        assert host_of(app).status("alpha").state is State.discovered


def test_nothing_is_migrated_by_starting(write_plugin: WritePlugin, make_app: MakeApp, core_database: str) -> None:
    seen: list[str] = []
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: seen.append(statement))
    before = tables(core_database)
    app.test_client().get("/customers")
    assert tables(core_database) == before
    assert not [statement for statement in seen if statement.startswith(("CREATE", "ALTER", "DROP", "INSERT"))]


DELETING = SECOND.replace("def upgrade():", "def upgrade():\n        op.drop_table('core_setting')\n        return")
EXITING = SECOND.replace("def upgrade():", "def upgrade():\n        raise SystemExit(1)")


@pytest.mark.parametrize(
    ("source", "said"), [(DELETING, "it would delete tables of others: core_setting"), (EXITING, "SystemExit")]
)
def test_migration_that_reaches_beyond_its_plugin_is_taken_back(
    source: str, said: str, write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha", migrations={"0001_things": MIGRATION, "0002_bad": source}))
    before = tables(core_database)
    with app.app_context(), pytest.raises(Problem, match=said):
        enable_plugin(host_of(app), "alpha")
    assert tables(core_database) == before


def test_purge_takes_what_roles_grant_of_the_plugin(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        with write_unit() as session:
            session.add(Role(name="some", title="Some", grants={"alpha.thing.view": "all", "customer.view": "all"}))
            session.add(Role(name="other", title="Other", grants={"customer.view": "own"}))
        disable_plugin(host_of(app), "alpha")
        assert purge_preview(host_of(app), "alpha").shared == {"core_role": 1}
        purge_plugin(host_of(app), "alpha")
        grants = db.session.execute(select(Role.name, Role.grants)).all()
        assert dict(grants) == {"some": {"customer.view": "all"}, "other": {"customer.view": "own"}}


def test_migration_that_recreates_a_table_keeps_the_indexes_of_custom_fields(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        with schema_transaction(core_database) as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            expression = "json_extract(custom, '$.x')" if is_sqlite else "(custom ->> 'x')"
            connection.execute(text(f"CREATE INDEX ix_custom_alpha_thing_x ON alpha_thing (({expression}))"))
        disable_plugin(host_of(app), "alpha")
    recreating = SECOND.replace(
        'op.batch_alter_table("{name}_thing")', 'op.batch_alter_table("{name}_thing", recreate="always")'
    )
    app = make_app(
        write_plugin("alpha", models=HEAVIER, migrations={"0001_things": MIGRATION, "0002_weight": recreating})
    )
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    catalogue = "sqlite_master" if is_sqlite else "pg_indexes"
    column = "name" if is_sqlite else "indexname"
    with ddl_engine(core_database).connect() as connection:
        found = connection.execute(text(f"SELECT {column} FROM {catalogue} WHERE {column} LIKE 'ix_custom%'"))
        assert found.scalars().all() == ["ix_custom_alpha_thing_x"]
