"""One bad package never stops the boot and never touches anything else."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.database import db
from core.host.lifecycle import enable_plugin
from core.host.states import PluginStatus, State
from core.records.registry import record_types
from core.users.models import User
from tests.core.host.conftest import MANIFEST, MODELS, VIEWS, MakeApp, WritePlugin, host_of

BAD_MIGRATION = "revision = '0001'\ndown_revision = None\ndef upgrade(:\n"


def status_of(app: Flask, name: str) -> PluginStatus:
    with app.app_context():
        return host_of(app).status(name)


def test_sound_plugin_is_discovered_and_not_yet_on(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    assert status_of(app, "alpha").state is State.discovered
    assert app.test_client().get("/alpha/things/").status_code == 404


HOOK = "from core.host.doors import hookimpl, hookspec\n"
STRAY_TABLE = """
    import sqlalchemy as sa

    from core.database import db

    sa.Table("stray", db.metadata, sa.Column("id", sa.Integer))
"""
OTHER_NAME = MODELS.replace("(Record, Model):", '(Record, Model):\n        __tablename__ = "other_thing"')
NO_SUCH_MODEL = MODELS + '\n        other = __import__("sqlalchemy").orm.relationship("NoSuch")\n'
APP_WIDE = VIEWS + "\n\n    @blueprint.before_app_request\n    def spy():\n        pass\n"
TWO_ENDS = {"0001_a": "revision='a'\ndown_revision=None", "0001_b": "revision='b'\ndown_revision=None"}

#: What is broken, and what the administrator reads about it.
BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "raises at import": ({"views": "raise RuntimeError('boom at import')"}, "boom at import"),
    "ends the process": ({"views": "raise SystemExit(3)"}, "SystemExit: 3"),
    "isn't Python": ({"models": "def broken(:"}, "SyntaxError"),
    "relates to nothing": ({"models": NO_SUCH_MODEL}, "NoSuch"),
    "names a table wrongly": ({"models": OTHER_NAME}, "must begin with"),
    "makes a table aside": ({"models": STRAY_TABLE}, "must begin with beta_"),
    "has no audience": ({"views": VIEWS.replace('    @audience("public")\n', "")}, "doesn't say whom it answers"),
    "watches everything": ({"views": APP_WIDE}, "whole application"),
    "has no blueprint": ({"views": "pages = None"}, "must name its flask Blueprint"),
    "answers nobody": ({"hooks": HOOK + "@hookimpl\ndef crm_no_such(): pass"}, "nobody owns the hook"),
    "wants too much": ({"hooks": HOOK + "@hookimpl\ndef crm_collect_alerts(nonsense): pass"}, "nonsense"),
    "wraps": ({"hooks": HOOK + "@hookimpl(wrapper=True)\ndef crm_collect_alerts():\n    return (yield)"}, "wrapper"),
    "takes a hook": ({"hookspecs": HOOK + "@hookspec\ndef crm_collect_alerts(): pass"}, "has an owner already"),
    "names a hook wrongly": ({"hookspecs": HOOK + "@hookspec\ndef fetch(): pass"}, "must be called crm_fetch"),
    "has a broken migration": ({"migrations": {"0001_broken": BAD_MIGRATION}}, "invalid syntax"),
    "has two newest migrations": ({"migrations": TWO_ENDS}, "several ends"),
    "has no manifest": ({"manifest": "plugin = 'sales'"}, "not a Plugin"),
    "has another name": ({"manifest": MANIFEST.replace('name="{name}"', 'name="gamma"')}, "the manifest says 'gamma'"),
    "lacks a library": ({"manifest": "import no_such_library"}, "No module named 'no_such_library'"),
}


@pytest.mark.parametrize(("rooms", "complaint"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_plugin_is_failed_with_its_reason_and_the_others_go_on(
    rooms: dict[str, Any], complaint: str, write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = make_app(write_plugin("alpha"), write_plugin("beta", **rooms), write_plugin("omega"))
    broken = status_of(app, "beta")
    assert broken.state is State.failed
    with app.app_context():
        assert complaint in f"{broken.reason} {broken.traceback}"
        assert broken.traceback.startswith("Traceback") or "SyntaxError" in broken.traceback
        assert not [table for table in db.metadata.tables if table.startswith(("beta_", "stray", "other_"))]
        assert record_types.of_plugin("beta") == []
        enable_plugin(host_of(app), "alpha")
        enable_plugin(host_of(app), "omega")
        assert db.session.scalars(select(User)).all() == []
    client = app.test_client()
    assert client.get("/customers").text == "alpha,omega"
    assert client.get("/omega/things/").text == "things of omega"
    assert client.get("/beta/things/").status_code == 404


def test_broken_plugin_loads_once_it_is_mended(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    make_app(write_plugin("alpha", models=NO_SUCH_MODEL))
    app = make_app(write_plugin("alpha"))
    assert status_of(app, "alpha").state is State.discovered
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
        assert "alpha_thing" in db.metadata.tables


def test_what_requires_a_broken_plugin_says_so(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("upper", requires=("lower",)), write_plugin("lower", views="1 / 0"))
    with app.app_context():
        status = host_of(app).status("upper")
        assert status.state is State.incompatible
        assert str(status.reason) == "It needs the plugin lower, which couldn't start."


def test_what_requires_an_absent_plugin_or_itself_says_so(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(
        write_plugin("alone", requires=("nowhere",)),
        write_plugin("left", requires=("right",)),
        write_plugin("right", requires=("left",)),
    )
    with app.app_context():
        host = host_of(app)
        assert str(host.status("alone").reason) == "It needs the plugin nowhere, which isn't installed."
        assert str(host.status("left").reason) == "It requires itself, by way of: left, right."
        assert host.status("right").state is State.incompatible


def test_plugin_for_another_core_is_incompatible(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha", manifest=MANIFEST.replace("requires=", 'requires_core=">=99", requires=')))
    with app.app_context():
        status = host_of(app).status("alpha")
        assert status.state is State.incompatible
        assert ">=99" in str(status.reason)


def test_plugins_stand_in_order_of_what_they_require(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(
        write_plugin("aaa", requires=("zzz",)),
        write_plugin("mmm", manifest=MANIFEST.replace("requires=", "order=5, requires=")),
        write_plugin("zzz"),
    )
    with app.app_context():
        assert [status.name for status in host_of(app).statuses()] == ["mmm", "zzz", "aaa"]


def test_second_package_of_a_name_is_ignored_and_noted(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    write_plugin("alpha")
    write_plugin("impostor", manifest=MANIFEST.replace("{name}", "alpha"))
    app = make_app("alpha", "impostor")
    with app.app_context():
        assert host_of(app).status("alpha").state is State.discovered
        assert host_of(app).status("impostor").state is State.failed


def test_safe_mode_starts_the_core_alone(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    name = write_plugin("alpha")
    app = make_app(name)
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    safe = make_app(name, safe_mode=True)
    assert safe.test_client().get("/customers").text == "nothing is on"
    assert safe.test_client().get("/alpha/things/").status_code == 404
    status = status_of(safe, "alpha")
    assert (status.state, status.switched_on) == (State.disabled, True)
    assert app.test_client().get("/alpha/things/").status_code == 200


def test_missing_package_keeps_its_row(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    assert status_of(make_app(), "alpha").state is State.missing


def test_tables_of_a_plugin_with_a_longer_name_are_not_claimed(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    claiming = MODELS.replace("class Thing", "class SyncThing").replace('model_base("{name}")', 'model_base("field")')
    app = make_app(write_plugin("field", models=claiming), write_plugin("field_sync"))
    with app.app_context():
        assert "that is field_sync's" in str(host_of(app).status("field").reason)
        assert host_of(app).status("field_sync").state is State.discovered
