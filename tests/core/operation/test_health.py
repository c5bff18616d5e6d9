"""`/healthz`, `/readyz` and `/metrics`: what watches over a server learns what it needs, and nobody else anything."""

import os
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.exc import OperationalError

from core.database import db, write_unit
from core.jobs import Job
from core.operation.metrics import count_hook_failure
from core.settings import Settings


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every connection fail, as when the server is away."""

    class AwayError(Exception):
        sqlstate = "57P03"

    def fail(*_arguments: object, **_options: object) -> None:
        raise OperationalError("connect", {}, AwayError("no route to db.internal"))

    db.session.remove()
    monkeypatch.setattr(db.engine.pool, "connect", fail)


def test_alive_is_said_without_asking_the_database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"alive": True})


def test_ready_is_said_when_the_tables_are_those_of_this_version(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True})


def test_not_ready_is_said_when_migrations_wait(app: Flask) -> None:
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("UPDATE core_migration_core SET version_num = 'long-ago'"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "pelatis db upgrade" in answer.json["reason"]


def test_not_ready_is_said_when_the_database_is_away_and_names_no_host(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_database(monkeypatch)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "can't be reached" in answer.json["reason"]
    assert "db.internal" not in answer.text


def test_not_ready_is_said_when_nothing_can_be_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    if db.engine.dialect.name == "postgresql":
        database = db.engine.url.database
        with db.engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(text(f'ALTER DATABASE "{database}" SET default_transaction_read_only = on'))
        db.engine.dispose()
    else:
        # As on a read-only disk; taking the rights away wouldn't stop a test that runs as root.
        monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "Nothing can be written" in answer.json["reason"]


def test_not_ready_is_said_when_the_database_was_deleted_under_the_server(app: Flask) -> None:
    client, url = app.test_client(), db.engine.url
    assert client.get("/readyz").status_code == 200
    if url.drivername.startswith("postgresql"):
        engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as server:
            server.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))
    else:
        Path(f"{url.database}-wal").unlink()
    assert client.get("/readyz").status_code == 503


def test_figures_count_requests_by_route_and_not_by_address(app: Flask) -> None:
    client = app.test_client()
    client.get("/healthz?who=eleni@example.org")
    client.get("/no/such/page/eleni")
    figures = client.get("/metrics").text
    assert 'pelatis_requests_total{method="GET",route="/healthz",status="200"}' in figures
    assert 'route="unmatched",status="404"' in figures
    assert 'pelatis_request_seconds_bucket{le="0.1",route="/healthz"}' in figures
    assert "eleni" not in figures


def test_figures_tell_of_jobs_hooks_and_plugins(app: Flask) -> None:
    with write_unit() as session:
        session.add(Job(name="core.test"))
    count_hook_failure("warranties", "crm_collect_alerts")
    figures = app.test_client().get("/metrics").text
    assert 'pelatis_jobs{state="waiting"} 1.0' in figures
    assert 'pelatis_jobs{state="parked"} 0.0' in figures
    assert 'pelatis_hook_failures_total{hook="crm_collect_alerts",plugin="warranties"}' in figures
    assert "pelatis_plugins_enabled " in figures
    assert "pelatis_database_up 1.0" in figures


def test_figures_are_given_while_the_database_is_away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    break_database(monkeypatch)
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200
    assert "pelatis_database_up 0.0" in answer.text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}, 403),
        ("203.0.113.7", {"Authorization": "Bearer open sesame, please"}, 200),
        ("203.0.113.7", {"Authorization": "Bearer wrong"}, 403),
        ("203.0.113.7", {"Authorization": "Bearer ąę"}, 403),
        ("203.0.113.7", {"Authorization": "Basic open sesame, please"}, 403),
    ],
)
def test_figures_are_for_this_machine_or_for_whoever_has_the_token(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, headers: dict[str, str], status: int
) -> None:
    import dataclasses

    settings: Settings = app.extensions["pelatis_settings"]
    changed = dataclasses.replace(settings, metrics_token="open sesame, please")
    monkeypatch.setitem(app.extensions, "pelatis_settings", changed)
    answer = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status


def test_without_a_token_an_empty_one_opens_nothing(app: Flask) -> None:
    answer = app.test_client().get(
        "/metrics", headers={"Authorization": "Bearer "}, environ_base={"REMOTE_ADDR": "203.0.113.7"}
    )
    assert answer.status_code == 403
