"""A plugin that is off is gone, in every process, within one request."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from core.database import db
from core.host.doors import current_host
from core.host.generation import generation, raise_generation
from core.host.lifecycle import disable_plugin, enable_plugin
from core.host.schema import schema_transaction
from tests.core.host.conftest import MakeApp, WritePlugin, host_of

HIDDEN = [
    ("GET", "/alpha/things/"),
    ("GET", "/alpha/things"),  # a missing slash would be a 308
    ("PUT", "/alpha/things/"),  # a wrong method would be a 405
    ("OPTIONS", "/alpha/things/"),
    ("GET", "//alpha///things/"),
    ("GET", "/alpha"),
    ("GET", "/alpha/static/page.js"),
    ("GET", "/static/alpha/page.js"),
    ("GET", "/api/v1/alpha/things"),
    ("DELETE", "/api/v1/alpha/things/1"),
    ("GET", "/alpha/no/such/page"),
]


@pytest.mark.parametrize(("method", "path"), HIDDEN)
def test_every_path_of_a_plugin_that_is_off_answers_a_plain_404(
    method: str, path: str, write_plugin: WritePlugin, make_app: MakeApp
) -> None:
    app = make_app(write_plugin("alpha"))
    app.add_url_rule("/api/v1/alpha/things", view_func=lambda: "leaked", endpoint="leak")
    answer = app.test_client().open(path, method=method)
    assert (answer.status_code, answer.headers.get("Allow"), answer.headers.get("Location")) == (404, None, None)


def test_plugin_that_is_on_answers_as_flask_does(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    client = app.test_client()
    assert client.get("/alpha/things/").text == "things of alpha"
    assert client.get("/alpha/things").status_code == 308
    assert client.put("/alpha/things/").status_code == 405


def test_static_files_follow_the_plugin(write_plugin: WritePlugin, make_app: MakeApp, tmp_path: Any) -> None:
    name = write_plugin("alpha")
    static = tmp_path / "packages" / "alpha" / "static"
    static.mkdir()
    (static / "page.js").write_text("1")
    app = make_app(name)
    assert app.test_client().get("/alpha/static/page.js").status_code == 404
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    with app.test_client().get("/alpha/static/page.js") as answer:
        assert answer.get_data(as_text=True) == "1"


def test_two_processes_agree_within_one_request(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    name = write_plugin("alpha")
    first, second = make_app(name), make_app(name)
    clients = [first.test_client(), second.test_client()]
    for _round in range(3):
        with first.app_context():
            enable_plugin(host_of(first), "alpha")
        assert [client.get("/alpha/things/").status_code for client in clients] == [200, 200]
        with second.app_context():
            disable_plugin(host_of(second), "alpha")
        assert [client.get("/alpha/things/").status_code for client in clients] == [404, 404]
        assert [client.get("/customers").text for client in clients] == ["nothing is on"] * 2


def test_a_request_costs_one_statement(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    app = make_app(write_plugin("alpha"))
    with app.app_context():
        enable_plugin(host_of(app), "alpha")
    client = app.test_client()
    client.get("/customers")
    seen: list[str] = []
    with app.app_context():
        engine = db.engine
    listen = lambda _c, _u, statement, *_rest: seen.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", listen)
    client.get("/customers")
    event.remove(engine, "before_cursor_execute", listen)
    assert len([statement for statement in seen if not statement.startswith(("PRAGMA", "BEGIN"))]) == 1


def test_other_topics_are_read_by_the_same_statement(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    app.add_url_rule("/roles", "roles", lambda: str(generation("roles")))
    client = app.test_client()
    assert client.get("/roles").text == "0"
    with schema_transaction(core_database) as connection:
        raise_generation(connection, "roles")
        raise_generation(connection, "roles")
    assert client.get("/roles").text == "2"


def test_request_keeps_what_it_began_with(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    name = write_plugin("alpha")
    app, other = make_app(name), make_app(name)
    with other.app_context():
        enable_plugin(host_of(other), "alpha")

    @app.get("/slow")
    def slow() -> str:
        before = current_host().is_enabled("alpha")
        db.session.remove()
        with other.app_context():
            disable_plugin(host_of(other), "alpha")
        return f"{before} {current_host().is_enabled('alpha')}"

    assert app.test_client().get("/slow").text == "True True"
    assert app.test_client().get("/alpha/things/").status_code == 404


def test_job_or_command_sees_the_change_when_it_looks_again(write_plugin: WritePlugin, make_app: MakeApp) -> None:
    name = write_plugin("alpha")
    app, other = make_app(name), make_app(name)
    with app.app_context():
        assert not host_of(app).is_enabled("alpha")
        with other.app_context():
            enable_plugin(host_of(other), "alpha")
        host_of(app).refresh()
        assert host_of(app).is_enabled("alpha")


def test_unprepared_database_is_told_in_one_sentence(
    write_plugin: WritePlugin, make_app: MakeApp, core_database: str
) -> None:
    app = make_app(write_plugin("alpha"))
    with schema_transaction(core_database) as connection:
        connection.exec_driver_sql("DROP TABLE core_generation")
    answer = app.test_client().get("/customers")
    assert (answer.status_code, answer.text) == (503, "The database isn't prepared yet. Run: pelatis db upgrade")
    assert app.test_client().get("/healthz").status_code == 404  # not gated: it answers without a database


def test_whoever_is_signed_in_keeps_their_frame_on_the_page_of_a_plugin_that_is_off(
    app: Flask, client: FlaskClient
) -> None:
    disable_plugin(host_of(app), "sales")
    mine, nobodys = client.get("/sales/pipeline"), app.test_client().get("/sales/pipeline")
    assert (mine.status_code, nobodys.status_code) == (404, 404)
    assert ["Go to Today" in mine.text, 'href="/customers"' in mine.text] == [True, True]
    assert ["Go to the sign-in" in nobodys.text, 'href="/customers"' in nobodys.text] == [True, False]
