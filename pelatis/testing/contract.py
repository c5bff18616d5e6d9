"""The contract that every plugin keeps, as tests that an author inherits."""

import ast
import atexit
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from flask import Flask
from sqlalchemy import create_engine, inspect, make_url, text
from werkzeug.routing import Rule

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.access.scoping import ACTIONS
from core.app import create_app
from core.database import db, model_base, write_unit
from core.host import migrations
from core.host.contributions import HookFailure
from core.host.doors import collect
from core.host.histories import plugin_history
from core.host.host import Host
from core.host.lifecycle import disable_plugin, enable_plugin, histories_of
from core.host.loading import owner_of_table
from core.host.manifest import CATEGORIES
from core.host.purging import purge_plugin
from core.host.schema import schema_transaction
from core.host.states import State
from core.problems import Problem
from core.records.operations import bin_record, create_record, update_record
from core.records.queries import (
    ListQuery,
    count_records,
    find_record,
    iterate_records,
    list_records,
    sortable,
    titles,
)
from core.records.registry import record_types
from core.records.types import RecordType
from core.settings import Settings
from core.users.models import User
from pelatis.testing.examples import make_example

POSTGRES_URL: Final = os.environ.get("PELATIS_TEST_POSTGRES_URL", "")
KINDS: Final = ["sqlite", *(["postgresql"] if POSTGRES_URL else [])]

#: Stands in a URL for what a route asks for.
EXAMPLE_ID: Final = "01900000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class ContractSite:
    """An application on an empty database, with the plugin loaded and off.

    Attributes:
        app: the application.
        host: its plugin host.
        url: the database.
        tables: the tables before the plugin was ever on.
        database: what puts it back for each test.
    """

    app: Flask
    host: Host
    url: str
    tables: frozenset[str]
    database: "_Database"


_sites: dict[tuple[str, str | None, str], ContractSite] = {}


class PluginContract:
    """What every plugin keeps; inherit it as `TestContract` and name the plugin.

    Attributes:
        plugin: the plugin's name.
        module: its package, where no entry point announces it.
        languages: the languages besides English that its messages are translated into, once it has a folder for them.
    """

    plugin: ClassVar[str] = ""
    module: ClassVar[str | None] = None
    languages: ClassVar[tuple[str, ...]] = ("el", "pl")

    def make_record(self, session: Any, record_type: RecordType, owner: User) -> Any:
        """Make a live record of one of the plugin's types; to be overridden where made-up values don't do.

        Args:
            session: that of an open write unit.
            record_type: one of the plugin's own.
            owner: who is to own it.
        """
        return make_example(session, record_type.model, owner_id=owner.id)

    @pytest.fixture(params=KINDS)
    def site(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ContractSite]:
        """Give an application on a fresh database with the plugin off."""
        key = (self.plugin, self.module, request.param)
        if key not in _sites:
            _sites[key] = _make_site(request.param, self.module, tmp_path_factory.mktemp("contract"))
        site = _sites[key]
        site.database.put_back()
        with site.app.app_context(), acting_as(system_actor()):
            yield site
            db.session.remove()
            db.engine.dispose()

    @pytest.fixture
    def enabled(self, site: ContractSite) -> ContractSite:
        """Give the same with the plugin, and what it requires, on."""
        enable_plugin(site.host, self.plugin, with_required=True)
        return site

    # What it says about itself

    def test_manifest_is_sane(self, site: ContractSite) -> None:
        """It loads, and what the administration page shows of it fits there."""
        status = site.host.status(self.plugin)
        assert status.state is State.discovered, f"{status.reason}\n{status.traceback}"
        manifest = site.host.loaded[self.plugin].manifest
        assert len(str(manifest.title)) <= 30, "the title is at most 30 characters"
        assert len(str(manifest.summary)) <= 120, "the summary is at most 120 characters"
        assert manifest.category in CATEGORIES or manifest.category.isidentifier()
        assert (site.host.loaded[self.plugin].module.__doc__ or "").strip(), "the package has no docstring"

    def test_it_imports_the_public_api_alone(self, site: ContractSite) -> None:
        """Law 1: nothing but pelatis.api, its own modules, and the api of what it requires."""
        plugin = site.host.loaded[self.plugin]
        apis = {f"{site.host.loaded[name].module.__name__}.api" for name in plugin.manifest.requires}
        packages = {each.module.__name__ for each in site.host.loaded.values()} - {plugin.module.__name__}
        faults = []
        for path in sorted(plugin.folder.rglob("*.py")):
            if path.relative_to(plugin.folder).parts[0] in ("tests", "migrations"):
                continue
            for line, name in _imports(path):
                private = name.split(".")[0] in ("core", "pelatis") and name != "pelatis.api"
                others = any(name == each or name.startswith(f"{each}.") for each in packages) and name not in apis
                if private or others:
                    faults.append(f"{path.relative_to(plugin.folder)}:{line} imports {name}")
        assert not faults, "\n".join(faults)

    def test_own_hooks_are_explained(self, site: ContractSite) -> None:
        """Law 3: every hook that it owns says what it is given and what for."""
        module = site.host.loaded[self.plugin].rooms.get("hookspecs")
        for name, hook in vars(module).items() if module else ():
            if name.startswith("crm_"):
                assert (hook.__doc__ or "").strip(), f"{name} has no docstring"

    def test_translations_are_complete(self, site: ContractSite) -> None:
        """Every message is translated into every language."""
        folder = site.host.loaded[self.plugin].folder
        if not (folder / "translations").is_dir():
            pytest.skip("it has no translations yet")
        wanted = _messages(folder)
        for language in self.languages:
            missing = sorted(wanted - _translated(folder, language, self.plugin))
            assert not missing, f"{language}: {len(missing)} messages aren't translated: {missing[:10]}"

    # Its tables

    def test_foreign_keys_say_what_happens_and_point_where_they_may(self, site: ContractSite) -> None:
        """They name ON DELETE, and point at the core, at itself or at what it requires."""
        allowed = {"core", self.plugin, *site.host.loaded[self.plugin].manifest.requires}
        names = site.host.names() | {"core"}
        for mapper in model_base(self.plugin).registry.mappers:
            for key in mapper.local_table.foreign_keys:
                target = key.target_fullname
                assert key.ondelete, f"{key.parent} → {target} doesn't say what happens ON DELETE"
                assert owner_of_table(target, names) in allowed, (
                    f"{key.parent} points at {target}, which isn't required"
                )

    def test_migrations_make_what_the_models_say(self, enabled: ContractSite) -> None:
        """At their head there is no difference left; `pelatis plugin migration` writes what is missing."""
        history = plugin_history(enabled.host.loaded[self.plugin])
        with schema_transaction(enabled.url) as connection:
            found = migrations.differences(connection, history, enabled.host.names())
        assert found == []

    def test_migrations_go_down_to_nothing_and_up_again(self, enabled: ContractSite) -> None:
        """And leave everybody else's tables alone."""
        history = histories_of(enabled.host, self.plugin)[-1]
        if not history.versions.is_dir():
            pytest.skip("it has no migrations")
        names = enabled.host.names()
        before = _schema(enabled.url)
        with schema_transaction(enabled.url) as connection:
            migrations.downgrade(connection, history, names)
        rest = {table: columns for table, columns in before.items() if not self._owns(table, names)}
        assert _schema(enabled.url) == rest
        with schema_transaction(enabled.url) as connection:
            migrations.upgrade(connection, history, names)
        assert _schema(enabled.url) == before

    def _owns(self, table: str, names: frozenset[str]) -> bool:
        return owner_of_table(table, names | {"core"}) == self.plugin

    # Off and on

    def test_switched_off_it_is_gone(self, enabled: ContractSite) -> None:
        """Every route answers 404 to every method, and no registry holds anything of it."""
        rules = [rule for rule in enabled.app.url_map.iter_rules() if self._is_own(rule)]
        disable_plugin(enabled.host, self.plugin, with_dependants=True)
        client = enabled.app.test_client()
        for rule in rules:
            for method in sorted((rule.methods or set()) | {"TRACE"}):
                answer = client.open(_example_path(rule), method=method)
                assert answer.status_code == 404, f"{method} {rule.rule} answers {answer.status_code}"
        enabled.host.refresh()
        assert [each.key for each in record_types if each.plugin == self.plugin] == []
        assert self.plugin not in dict(enabled.host.rooms("commands"))
        for hook in vars(enabled.host.hooks.hook):
            assert self.plugin not in enabled.host.listeners(hook), f"{hook} still asks it"

    def _is_own(self, rule: Rule) -> bool:
        return f"{rule.rule}/".startswith((f"/{self.plugin}/", f"/api/v1/{self.plugin}/"))

    def test_switched_on_again_its_records_are_there(self, enabled: ContractSite) -> None:
        """Disabling deletes nothing."""
        kept = dict(self._make_records())
        disable_plugin(enabled.host, self.plugin, with_dependants=True)
        enable_plugin(enabled.host, self.plugin)
        for key, record_id in kept.items():
            record_type = record_types.get(key)
            assert record_type is not None, f"{key} didn't come back"
            assert find_record(system_actor(), record_type, record_id).id == record_id

    def test_purge_deletes_its_own_tables_and_nothing_else(self, enabled: ContractSite) -> None:
        """What is left is what was there before."""
        self._make_records()
        required = set(_schema(enabled.url))
        disable_plugin(enabled.host, self.plugin, with_dependants=True)
        purge_plugin(enabled.host, self.plugin)
        left = frozenset(_schema(enabled.url))
        names = enabled.host.names()
        gone = {table for table in required if self._owns(table, names)} | {f"core_migration_{self.plugin}"}
        assert left == required - gone
        assert enabled.tables <= left
        enable_plugin(enabled.host, self.plugin)
        assert enabled.host.is_enabled(self.plugin)

    # Hooks

    def test_hooks_that_fail_are_contained(self, enabled: ContractSite, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever of it breaks, the page has a card in its place and everybody else's answers."""
        for hook, caller in vars(enabled.host.hooks.hook).items():
            if not hook.startswith(("crm_collect_", "crm_render_")) or not caller.has_spec():
                continue
            for implementation in enabled.host.implementations(hook):
                if implementation.plugin_name == self.plugin:
                    monkeypatch.setattr(implementation, "function", _break)
                    found = collect(hook, **dict.fromkeys(caller.spec.argnames))
                    failed = [each.plugin for each in found if isinstance(each, HookFailure)]
                    assert self.plugin in failed, f"{hook} isn't contained"

    # Who may see what

    def _record_types(self) -> list[RecordType]:
        return [each for each in record_types if each.plugin == self.plugin]

    def _make_records(self) -> dict[str, uuid.UUID]:
        """Make one record of each type, owned by somebody else than any actor of the tests."""
        with write_unit() as session:
            owner = make_example(session, User, name="Somebody Else", active=False)
            return {each.key: self.make_record(session, each, owner).id for each in self._record_types()}

    @pytest.mark.parametrize("kind", [Kind.staff, Kind.portal, Kind.token, Kind.device, Kind.public])
    def test_actor_without_rights_learns_nothing(self, kind: Kind, enabled: ContractSite) -> None:
        """No list, count, search, sort, filter, title, export or act gives anything away."""
        records = self._make_records()
        nobody = Actor(kind, user_id=uuid.uuid4(), name="Nobody")
        with acting_as(nobody, origin="page"):
            for record_type in self._record_types():
                self._assert_hidden(nobody, record_type, records[record_type.key])

    def _assert_hidden(self, actor: Actor, record_type: RecordType, record_id: uuid.UUID) -> None:
        key = record_type.key
        known = db.session.get(record_type.model, record_id)
        title = record_type.title_of(known)
        queries = [ListQuery(), ListQuery(text=title), ListQuery(binned=True)]
        queries += [ListQuery(sort=sort) for sort in sortable(record_type)]
        for query in queries:
            assert list_records(actor, record_type, query).items == [], f"the list of {key} shows something"
            assert count_records(actor, record_type, query).number == 0, f"the count of {key} tells something"
            assert list(iterate_records(actor, record_type, query)) == [], f"the export of {key} has something"
        assert titles(actor, key, [record_id]) == {}, f"{key} gives its title away"
        with pytest.raises(Problem) as absent:
            find_record(actor, record_type, record_id)
        assert absent.value.status == 404
        for action in (*ACTIONS, *record_type.actions):
            assert actor.scope(f"{key}.{action}") is None
        record = db.session.get(record_type.model, record_id)
        acts = (
            lambda: create_record(actor, record_type, {}),
            lambda: update_record(actor, record_type, record, {}),
            lambda: bin_record(actor, record_type, record),
        )
        for act in acts:
            with pytest.raises(Problem) as refused:
                act()
            assert refused.value.status in (403, 404), f"{key}: {refused.value}"

    def test_own_scope_reaches_nothing_of_others(self, enabled: ContractSite) -> None:
        """With the scope `own`, records that belong to their owner stay hidden from everybody else."""
        records = self._make_records()
        for record_type in self._record_types():
            grants = {f"{record_type.key}.{action}": Scope.own for action in ACTIONS}
            actor = Actor(Kind.staff, user_id=uuid.uuid4(), name="Somebody", grants=grants)
            if "SharedAccess" in (kind.__name__ for kind in type(record_type.access).__mro__):
                continue
            with acting_as(actor, origin="page"):
                assert list_records(actor, record_type, ListQuery()).items == [], record_type.key
                with pytest.raises(Problem):
                    find_record(actor, record_type, records[record_type.key])

    def test_pages_and_api_answer_nobody(self, enabled: ContractSite) -> None:
        """Who hasn't signed in gets no page of its staff's, and no answer of its API."""
        records = self._make_records()
        client = enabled.app.test_client()
        db.session.rollback()
        for record_type in self._record_types():
            paths = [record_type.url, record_type.url_of(records[record_type.key])]
            for path in [*paths, *(f"/api/v1{path}" for path in paths)]:
                answer = client.get(path)
                assert answer.status_code in (302, 303, 401, 403, 404), f"{path} answers {answer.status_code}"


def _make_site(kind: str, module: str | None, folder: Path) -> ContractSite:
    database = _Database(kind, folder)
    settings = Settings.from_environment(
        {
            "PELATIS_DATA_DIR": str(folder / "data"),
            "PELATIS_DATABASE_URL": database.url,
            "PELATIS_SECRET_KEY": "for the contract, and thrown away after it",
            "PELATIS_LOG_LEVEL": "ERROR",
        }
    )
    app = create_app(settings, extra_plugins=[module] if module else [])
    migrations.upgrade_core(settings.database_url)
    database.keep()
    return ContractSite(
        app, app.extensions["pelatis_host"], settings.database_url, frozenset(_schema(database.url)), database
    )


class _Database:
    """A database that is put back, for each test, to how it was kept."""

    def __init__(self, kind: str, folder: Path) -> None:
        self._file = folder / "contract.db" if kind == "sqlite" else None
        self._name = f"pelatis_contract_{uuid.uuid4().hex[:12]}"
        if self._file is None:
            self._on_server(f'CREATE DATABASE "{self._name}"')
            atexit.register(self._drop)

    @property
    def url(self) -> str:
        """Where it is."""
        if self._file is not None:
            return f"sqlite:///{self._file}"
        return make_url(POSTGRES_URL).set(database=self._name).render_as_string(hide_password=False)

    def keep(self) -> None:
        """Remember it as it is."""
        if self._file is None:
            self._on_server(f'CREATE DATABASE "{self._name}_kept" TEMPLATE "{self._name}"')
            return
        engine = create_engine(self.url)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        engine.dispose()
        shutil.copy(self._file, self._file.with_suffix(".kept"))

    def put_back(self) -> None:
        """Make it what it was."""
        if self._file is None:
            self._on_server(
                f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)',
                f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_kept"',
            )
            return
        for file in self._file.parent.glob(f"{self._file.name}*"):
            file.unlink()
        shutil.copy(self._file.with_suffix(".kept"), self._file)

    def _drop(self) -> None:
        self._on_server(*(f'DROP DATABASE IF EXISTS "{self._name}{end}" WITH (FORCE)' for end in ("", "_kept")))

    @staticmethod
    def _on_server(*statements: str) -> None:
        engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


def _schema(url: str) -> dict[str, list[str]]:
    """Describe all tables but the empty version tables that a downgrade leaves."""
    engine = create_engine(url)
    inspector = inspect(engine)
    found = {
        table: sorted(
            f"{column['name']} {column['type']!r} {column['nullable']}" for column in inspector.get_columns(table)
        )
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found


def _example_path(rule: Rule) -> str:
    values = {name: _example_value(converter) for name, converter in rule._converters.items()}
    built = rule.build(values, append_unknown=False)
    assert built is not None, f"{rule} can't be built from {values}"
    return built[1]


def _example_value(converter: Any) -> Any:
    kind = type(converter).__name__
    if kind == "UUIDConverter":
        return uuid.UUID(EXAMPLE_ID)
    if kind == "IntegerConverter":
        return 1
    return next(iter(converter.items), "x") if kind == "AnyConverter" else "x"


def _break(*_arguments: Any, **_named: Any) -> None:
    raise RuntimeError("broken by the contract")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Name what a module imports absolutely: `from a import b` is `a`, or `a.b` where that is a module itself."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield node.lineno, whole if whole in sys.modules else node.module


def _messages(folder: Path) -> set[tuple[str | None, str]]:
    from babel.messages.extract import extract_from_dir

    methods = [("tests/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "_l": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    options = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true"}}
    found = extract_from_dir(str(folder), method_map=methods, options_map=options, keywords=keywords)
    return {(context, message if isinstance(message, str) else message[0]) for _f, _l, message, _c, context in found}


def _translated(folder: Path, language: str, domain: str) -> set[tuple[str | None, str]]:
    from babel.messages.pofile import read_po

    path = folder / "translations" / language / "LC_MESSAGES" / f"{domain}.po"
    assert path.is_file(), f"{path.relative_to(folder)} is missing"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {
        (entry.context, entry.id if isinstance(entry.id, str) else entry.id[0])
        for entry in catalogue
        if entry.id and not entry.fuzzy and all(entry.string if isinstance(entry.string, tuple) else [entry.string])
    }
