"""Restoring a backup: it is checked, loaded beside or behind what is there, proved, and only then takes its place."""

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, make_url, select, text

from core.host.histories import History
from core.host.migrations import upgrade
from core.host.models import Generation
from core.operation.backup.archive import (
    BackupError,
    Manifest,
    TableCopy,
    check_archive,
    decoded,
    manifest_of,
    member_lines,
    opened,
    total_of,
)
from core.operation.backup.databases import PostgresTarget, SqliteTarget, has_tables
from core.operation.backup.tables import BATCH, data_tables, foreign_keys, generations, lines_of


@dataclass
class Restored:
    """What a restore did."""

    manifest: Manifest
    #: Where the database from before was kept; None when there was none, or on PostgreSQL.
    kept: Path | None = None


def restore(
    source: Path, database_url: str, storage: Path, histories: Sequence[History], *, replace: bool = False
) -> Restored:
    """Put a backup in the place of a database, once it has proved to be whole.

    Args:
        source: the backup.
        database_url: the database that is replaced; on SQLite its present content is kept beside it.
        storage: the folder of attachments; files are added, none is taken away.
        histories: the migrations of the core and of the installed plugins, in the order of their requirements.
        replace: allow a database that already has tables.

    Raises:
        BackupError: when the backup is damaged or doesn't fit; nothing was changed then.
    """
    with opened(source) as archive:
        manifest = manifest_of(archive)
        check_archive(archive, manifest)
        _check_fits(manifest, histories, make_url(database_url).get_backend_name())
        if not replace and has_tables(database_url):
            raise BackupError("the database isn't empty; say --replace to put the backup in its place")
        _restore_files(archive, manifest, storage)
        target = SqliteTarget(database_url) if database_url.startswith("sqlite") else PostgresTarget(database_url)
        kept = target.fill(lambda connection, before: _fill(connection, archive, manifest, histories, before))
    return Restored(manifest, kept)


def _check_fits(manifest: Manifest, histories: Sequence[History], dialect: str) -> None:
    known = {history.name: history for history in histories}
    missing = []
    for name, revision in manifest.revisions.items():
        if name not in known:
            missing.append(name)
        elif not known[name].knows(revision):
            raise BackupError(f"the backup has a newer version of {name} ({revision}) than this installation")
    if missing and dialect != manifest.dialect:
        raise BackupError(
            f"the backup holds data of plugins that aren't installed here: {', '.join(missing)}. Install them, or "
            f"restore to the kind of database that it came from ({manifest.dialect})"
        )


def _restore_files(archive: zipfile.ZipFile, manifest: Manifest, storage: Path) -> None:
    for file in manifest.files:
        target = storage / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.partial")
        with archive.open(f"files/{file.path}") as stream, draft.open("wb") as out:
            shutil.copyfileobj(stream, out, 1 << 20)
        draft.replace(target)


def _fill(
    connection: Connection,
    archive: zipfile.ZipFile,
    manifest: Manifest,
    histories: Sequence[History],
    before: Mapping[str, int],
) -> None:
    """Make the tables at the backup's revisions, load the rows, and prove that they are the same."""
    _make_tables(connection, manifest, histories)
    with _without_foreign_keys(connection):
        tables = {table.name: table for table in data_tables(connection)}
        for table in tables.values():
            connection.execute(table.delete())
        for copy in manifest.tables:
            _load(connection, _columns_of(tables, copy), member_lines(archive, copy.name))
            _advance_sequences(connection, tables[copy.name])
    _prove(connection, manifest, tables)
    _raise_generations(connection, before)


def _raise_generations(connection: Connection, before: Mapping[str, int]) -> None:
    """Tell servers that are running that what they remember has changed, whichever numbers the backup has, or lacks."""
    restored = generations(connection)
    rows = [
        {"topic": topic, "number": 1 + max(restored.get(topic, 0), before.get(topic, 0))}
        for topic in restored.keys() | before.keys()
    ]
    connection.execute(delete(Generation))
    if rows:
        connection.execute(insert(Generation), rows)


def _make_tables(connection: Connection, manifest: Manifest, histories: Sequence[History]) -> None:
    names = [history.name for history in histories]
    for history in histories:
        revision = manifest.revisions.get(history.name)
        if revision is not None:
            upgrade(connection, history, names, revision)
    present = set(inspect(connection).get_table_names())
    missing = [statement for table in manifest.tables if table.name not in present for statement in table.ddl]
    # A stable sort: foreign keys are added when all tables are there.
    for statement in sorted(missing, key=lambda each: each.startswith("ALTER TABLE")):
        connection.exec_driver_sql(statement)


def _columns_of(tables: Mapping[str, Table], copy: TableCopy) -> Table:
    table = tables.get(copy.name)
    if table is None or {column.name for column in table.columns} != set(copy.columns):
        raise BackupError(f"the table {copy.name} has other columns here than in the backup; nothing was changed")
    return table


def _load(connection: Connection, table: Table, lines: Iterable[bytes]) -> None:
    names: list[str] = []
    rows: list[dict[str, Any]] = []
    for line in lines:
        names = names or [column.name for column in table.columns]
        rows.append(dict(zip(names, map(decoded, json.loads(line)), strict=True)))
        if len(rows) == BATCH:
            connection.execute(insert(table), rows)
            rows = []
    if rows:
        connection.execute(insert(table), rows)


def _advance_sequences(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on behind the rows that were loaded; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.columns:
        found = text("SELECT pg_get_serial_sequence(:table, :column)")
        sequence = connection.execute(found, {"table": table.name, "column": column.name}).scalar()
        if sequence is not None:
            highest = connection.execute(select(func.max(column))).scalar()
            advance = select(func.setval(sequence, highest or 1, highest is not None))
            connection.execute(advance)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Take PostgreSQL's foreign keys off while rows are loaded in any order, and have them checked when they come back.

    SQLite's are off on this kind of connection, and checked before its commit.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    keys = foreign_keys(connection)
    for key in keys:
        connection.exec_driver_sql(key.drop)
    yield
    for key in keys:
        connection.exec_driver_sql(key.add)


def _prove(connection: Connection, manifest: Manifest, tables: Mapping[str, Table]) -> None:
    for copy in manifest.tables:
        rows, sha256 = total_of(lines_of(connection, tables[copy.name]))
        if (rows, sha256) != (copy.rows, copy.sha256):
            raise BackupError(
                f"the table {copy.name} came out different ({rows} rows, {copy.rows} in the backup); "
                "nothing was changed"
            )
