"""The engine: what a server that goes on running does about a database that failed for a while."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, create_engine, text
from sqlalchemy.exc import OperationalError

from core.database.engine import prepare_engine


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
