"""What a database holds, as it is there: tables, rows, foreign keys, revisions."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, MetaData, Table, inspect, select, text
from sqlalchemy.schema import CreateTable

from core.database import db
from core.host.generation import read_generations
from core.host.histories import CORE, VERSION_TABLE_PREFIX
from core.host.loading import owner_of_table
from core.host.models import Generation
from core.operation.backup.archive import encoded_line

#: How many rows are read or written together.
BATCH: Final = 1_000


def data_tables(connection: Connection) -> list[Table]:
    """Describe the tables that hold data, as they are in the database, those of missing plugins included.

    What the database derives by itself (full-text indexes of SQLite, computed columns) is left out.
    """
    inspector = inspect(connection)
    derived = _derived_tables(connection)
    return [_table(inspector, name) for name in own_tables(connection) if name not in derived]


def own_tables(connection: Connection) -> list[str]:
    """Name the tables of the core and of all plugins that were ever switched on; others may share the database."""
    tables = sorted(inspect(connection).get_table_names())
    owners = {name.removeprefix(VERSION_TABLE_PREFIX) for name in tables if name.startswith(VERSION_TABLE_PREFIX)}
    return [name for name in tables if owner_of_table(name, owners | {CORE})]


def _table(inspector: Any, name: str) -> Table:
    """Make a table of the columns that the database has, typed by the model where there is one."""
    model = db.metadata.tables.get(name)
    columns = []
    for found in inspector.get_columns(name):
        if found.get("computed"):
            continue
        known = model.columns.get(found["name"]) if model is not None else None
        columns.append(Column(found["name"], known.type if known is not None else found["type"]))
    return Table(name, MetaData(), *columns)


def _derived_tables(connection: Connection) -> frozenset[str]:
    if connection.dialect.name != "sqlite":
        return frozenset()
    virtual = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'")
    ).scalars()
    # The tables behind a full-text index (https://sqlite.org/fts5.html, section 4.9).
    parts = ("", "_data", "_idx", "_content", "_docsize", "_config")
    return frozenset(f"{name}{part}" for name in virtual for part in parts)


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """Give each row of a table as its line in a backup."""
    rows = connection.execute(select(table), execution_options={"stream_results": True})
    for part in rows.partitions(BATCH):
        yield from map(encoded_line, part)


def ddl_of(connection: Connection, name: str) -> list[str]:
    """Give the statements that make a table as it is here; foreign keys come last, as ALTER TABLE, on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        kept = text(
            "SELECT sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL "
            "ORDER BY type = 'table' DESC, name"
        )
        return list(connection.execute(kept, {"name": name}).scalars())
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    create = CreateTable(table, include_foreign_key_constraints=[])
    indexes = text(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = CAST(:name AS regclass) "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)"
    )
    keys = [key for key in foreign_keys(connection) if key.table == name]
    return [
        str(create.compile(dialect=connection.dialect)).strip(),
        *connection.execute(indexes, {"name": name}).scalars(),
        *(key.add for key in keys),
    ]


class ForeignKey(NamedTuple):
    """A foreign key of PostgreSQL."""

    table: str
    drop: str
    add: str


def foreign_keys(connection: Connection) -> list[ForeignKey]:
    """List the foreign keys of PostgreSQL."""
    rows = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    )
    return [
        ForeignKey(
            table,
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
        )
        for table, name, definition in rows
    ]


def revisions(connection: Connection) -> dict[str, str]:
    """Give the revision of the core's tables and of each plugin's."""
    found = {}
    for name in own_tables(connection):
        if not name.startswith(VERSION_TABLE_PREFIX):
            continue
        revision = connection.execute(select(Column("version_num")).select_from(Table(name, MetaData()))).scalar()
        if revision:
            found[name.removeprefix(VERSION_TABLE_PREFIX)] = revision
    return found


def generations(connection: Connection) -> Mapping[str, int]:
    """Give the numbers by which servers notice that what they cached has changed."""
    return read_generations(connection) if inspect(connection).has_table(Generation.__tablename__) else {}
