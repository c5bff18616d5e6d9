"""The engine: what a server that goes on running does about a database that failed for a while."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, create_engine, event, text
from sqlalchemy.exc import OperationalError

from core.database.engine import engine_options, prepare_engine


def test_a_file_that_could_not_be_written_for_a_while_is_written_again_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "pelatis.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE note (words TEXT)")
    connection.close()
    opened = iter(("ro", "rw"))
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(f"file:{path}?mode={next(opened)}", uri=True), poolclass=QueuePool
    )
    writer = prepare_engine(engine).execution_options(write=True)

    with pytest.raises(OperationalError, match="readonly"), writer.begin() as refused:
        refused.execute(text("INSERT INTO note VALUES ('before')"))
    with writer.begin() as again:
        again.execute(text("INSERT INTO note VALUES ('after')"))

    with engine.connect() as reader:
        assert reader.scalars(text("SELECT words FROM note")).all() == ["after"]
    engine.dispose()


def test_sqlite_is_told_who_writes_only_when_that_changes(tmp_path: Path) -> None:
    engine = prepare_engine(create_engine(f"sqlite:///{tmp_path / 'pelatis.db'}"))
    writer = engine.execution_options(write=True)
    with writer.begin() as connection:
        connection.execute(text("CREATE TABLE note (words TEXT)"))
    told: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: told.append(statement))

    for _time in range(3):
        with engine.connect() as reader:
            reader.execute(text("SELECT words FROM note"))
    with writer.begin() as connection:
        connection.execute(text("INSERT INTO note VALUES ('said')"))
    with pytest.raises(OperationalError, match="readonly"), engine.connect() as reader:
        reader.execute(text("INSERT INTO note VALUES ('smuggled')"))

    pragmas = [each for each in told if each.startswith("PRAGMA")]
    assert pragmas == ["PRAGMA query_only=ON", "PRAGMA query_only=OFF", "PRAGMA query_only=ON"]
    engine.dispose()


def test_the_connection_that_was_used_last_is_used_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'pelatis.db'}"
    engine = create_engine(url, **engine_options(url))
    first, last = engine.connect(), engine.connect()
    used = last.connection.driver_connection
    first.close()
    last.close()

    with engine.connect() as again:
        assert again.connection.driver_connection is used
    engine.dispose()
