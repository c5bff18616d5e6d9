"""The database connection, as Flask-SQLAlchemy gives it, with SQLite taught to begin its own transactions."""

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, ExceptionContext, NullPool, create_engine, event

from core.database.base import metadata
from core.database.many import let_copy
from core.database.together import write_together
from core.database.unit import Session

#: How long a SQLite writer waits for another one, in seconds.
BUSY_SECONDS = 15
#: Page cache of one SQLite connection, in KiB; 64 MB each would be memory lost.
SQLITE_CACHE_KIB = 1_024
#: What SQLite says to a writer whose file could not be written when it was opened, or can't be now.
READ_ONLY = "attempt to write a readonly database"

#: The Flask-SQLAlchemy object: `db.session` reads, `write_unit()` writes, `db.metadata` has all tables.
db = SQLAlchemy(metadata=metadata, session_options={"class_": Session, "expire_on_commit": False})
event.listen(Session, "before_flush", write_together)


def engine_options(url: str) -> dict[str, Any]:
    """Choose the engine's options for a database URL."""
    # A connection for each thread that answers, kept open: what is over is closed after each request. The last one used
    # is the first to be used again, because it has the most prepared.
    pool = {"pool_size": 10, "max_overflow": 10, "pool_use_lifo": True}
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": BUSY_SECONDS}, **pool}
    return {"pool_pre_ping": True, "pool_timeout": 10, **pool}


def configure_database(app: Flask, url: str) -> None:
    """Bind `db` to an application.

    Args:
        app: the application, before its first request.
        url: an SQLAlchemy URL of a SQLite file or a PostgreSQL database.
    """
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url) | {"pool_pre_ping": False}
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
        if db.engine.dialect.name == "postgresql":
            from core.database.readers import read_without_transactions  # needs the driver, slow to import

            read_without_transactions(db.engine)


def let_write(connection: Connection, writes: bool) -> None:
    """Let a connection to SQLite write from now on, or only read.

    It is told when that changes and no more often: SQLite parses and plans every statement anew after each PRAGMA of
    this kind, which takes longer than most of them run.
    """
    if connection.info.get("writes") is not writes:
        connection.info.pop("writes", None)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info["writes"] = writes


def _only_reads(connection: Connection | None) -> bool:
    driver = connection.connection.driver_connection if connection is not None else None
    return driver is not None and bool(driver.execute("PRAGMA query_only").fetchone()[0])


def _lower(value: Any) -> str | None:
    return None if value is None else str(value).lower()


def prepare_engine(engine: Engine, *, foreign_keys: bool = True, always_write: bool = False) -> Engine:
    """Let only those write who say so (the execution option `write`), and give SQLite WAL and foreign keys.

    SQLite's readers are deferred and `query_only`; a write unit takes the write lock at once (`BEGIN IMMEDIATE`),
    because a deferred transaction that turns into a writer fails under load. PostgreSQL's readers begin `READ ONLY`.
    """
    if engine.dialect.name != "sqlite":

        @event.listens_for(engine, "begin")
        def on_begin_of_postgresql(connection: Connection) -> None:
            writes = always_write or connection.get_execution_options().get("write", False)
            # psycopg says it with the BEGIN that it sends before the first statement.
            connection.connection.dbapi_connection.read_only = not writes  # type: ignore[union-attr]

        @event.listens_for(engine, "connect")
        def on_connect_to_postgresql(connection: Any, _record: Any) -> None:
            # Pages ask for little: starting parallel workers or a compiler takes longer than answering without them.
            connection.execute("SET max_parallel_workers_per_gather = 0")
            connection.execute("SET jit = off")
            # What is asked for often is in memory or on a disk without a head; by default PostgreSQL would rather read
            # 10,000 whole rows than count them in an index.
            connection.execute("SET random_page_cost = 1.1")
            connection.commit()

        from core.database.prepared import keep_prepared  # needs the driver, slow to import

        keep_prepared(engine)
        let_copy(engine)
        return engine

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        connection.execute(f"PRAGMA cache_size=-{SQLITE_CACHE_KIB}")
        connection.create_function("lower", 1, _lower, deterministic=True)  # its own knows A to Z alone

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = always_write or connection.get_execution_options().get("write", False)
        let_write(connection, writes)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        # SQLite opens a file that can't be written as a reader's, and a connection stays one when the file can be
        # written again: only a new connection writes. Whoever may only read at the time is told the same.
        if READ_ONLY in str(context.original_exception) and not _only_reads(context.connection):
            context.is_disconnect = True

    return engine


def ddl_engine(url: str) -> Engine:
    """Make the engine that migrations use: no pool, always writing, SQLite's foreign keys off.

    With `foreign_keys=ON` a batch migration that recreates a table silently deletes its children.
    """
    options = {"connect_args": {"timeout": BUSY_SECONDS}} if url.startswith("sqlite") else {}
    return prepare_engine(create_engine(url, poolclass=NullPool, **options), foreign_keys=False, always_write=True)
