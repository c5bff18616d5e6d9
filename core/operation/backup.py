"""Backup while serving, and a restore that proves itself before it switches.

A backup is one zip file that doesn't care which database it came from: `manifest.json`, one file of JSON lines per
table, and the attachments. Every table carries its number of rows and a hash that doesn't depend on their order; every
attachment its SHA-256. A restore builds the new database beside the old one (SQLite) or inside one transaction
(PostgreSQL), reads everything back, compares counts and hashes, and only then takes the old one's place.
"""

import base64
import datetime as dt
import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import sqlite3
import tempfile
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    NullPool,
    Table,
    create_engine,
    func,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.schema import CreateTable

from core.database import db
from core.host.generation import read_generations
from core.host.histories import CORE, VERSION_TABLE_PREFIX, History
from core.host.loading import owner_of_table
from core.host.migrations import upgrade
from core.host.models import Generation
from core.host.schema import schema_transaction

FORMAT: Final = 1
#: How many rows are read or written together.
BATCH: Final = 1_000

_MODULUS: Final = 1 << 256


class BackupError(Exception):
    """A backup or restore that can't be done; the message says why and what was left untouched."""


@dataclass(frozen=True)
class TableCopy:
    """One table in a backup."""

    name: str
    columns: list[str]
    rows: int
    #: The sum of the rows' SHA-256, modulo 2²⁵⁶, in hexadecimal: equal for equal rows in any order.
    sha256: str
    #: The statements that make the table on the database it came from, for plugins whose package is missing.
    ddl: list[str]


@dataclass(frozen=True)
class FileCopy:
    """One attachment in a backup."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    format: int
    version: str
    created_at: str
    dialect: str
    #: For the core and each plugin the revision of its tables.
    revisions: dict[str, str]
    tables: list[TableCopy]
    files: list[FileCopy]
    #: Tells whether the secret key is still the one that encrypted the stored secrets; it doesn't tell the key.
    key_fingerprint: str = ""

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Manifest":
        """Read a manifest.

        Raises:
            BackupError: when it isn't one, or of a format that this version doesn't know.
        """
        if body.get("format") != FORMAT:
            raise BackupError(f"this backup has the format {body.get('format')!r}, and only {FORMAT} is known here")
        try:
            tables = [TableCopy(**table) for table in body["tables"]]
            files = [FileCopy(**file) for file in body["files"]]
            return cls(**{**body, "tables": tables, "files": files})
        except (KeyError, TypeError) as error:
            raise BackupError("this backup's manifest is damaged") from error


def fingerprint(secret_key: str) -> str:
    """Give what tells two secret keys apart without telling either."""
    return hashlib.sha256(b"pelatis backup fingerprint:" + secret_key.encode()).hexdigest()[:16]


def back_up(database_url: str, storage: Path, target: Path, secret_key: str) -> Manifest:
    """Write a backup, while others read and write.

    Args:
        database_url: the database.
        storage: the folder of attachments; it may be missing.
        target: the file to write; it must not exist yet.
        secret_key: only its fingerprint is kept.

    Returns:
        What the backup holds.

    Raises:
        BackupError: when the file exists or can't be written.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; choose another name")
    draft = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(descriptor, "w+b") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
            snapshot(database_url, target.parent) as connection,
        ):
            manifest = _write(archive, connection, storage, fingerprint(secret_key))
        draft.replace(target)
    except OSError as error:
        raise BackupError(f"{target} can't be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


@contextmanager
def snapshot(database_url: str, scratch: Path) -> Iterator[Connection]:
    """Give a connection that sees one moment of the database, however long it reads.

    SQLite is copied first by its own backup interface, so that a long read doesn't make the write-ahead log grow;
    PostgreSQL gives a REPEATABLE READ transaction.

    Args:
        database_url: the database.
        scratch: a folder for SQLite's copy.
    """
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        with tempfile.TemporaryDirectory(prefix=".pelatis-backup-", dir=scratch) as folder:
            copy = Path(folder) / "copy.db"
            _copy_database(Path(url.database or ""), copy)
            yield from _connected(f"sqlite:///{copy}")
    else:
        yield from _connected(database_url, isolation_level="REPEATABLE READ")


def _connected(url: str, **options: Any) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, **options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _write(archive: zipfile.ZipFile, connection: Connection, storage: Path, key_fingerprint: str) -> Manifest:
    tables = [_write_table(archive, connection, table) for table in data_tables(connection)]
    manifest = Manifest(
        format=FORMAT,
        version=importlib.metadata.version("pelatis"),
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        dialect=connection.dialect.name,
        revisions=_revisions(connection),
        tables=tables,
        files=[_write_file(archive, storage, path) for path in _files_of(storage)],
        key_fingerprint=key_fingerprint,
    )
    archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
    return manifest


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> TableCopy:
    total = _Sum()
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as stream:
        for line in _lines(connection, table):
            total.add(line)
            stream.write(line + b"\n")
    return TableCopy(
        table.name,
        [column.name for column in table.columns],
        total.count,
        total.hexadecimal,
        _ddl(connection, table.name),
    )


def _write_file(archive: zipfile.ZipFile, storage: Path, path: Path) -> FileCopy:
    digest, size = hashlib.sha256(), 0
    name = path.relative_to(storage).as_posix()
    with path.open("rb") as source, archive.open(f"files/{name}", "w", force_zip64=True) as stream:
        while chunk := source.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
            stream.write(chunk)
    return FileCopy(name, size, digest.hexdigest())


def _files_of(storage: Path) -> list[Path]:
    return sorted(path for path in storage.rglob("*") if path.is_file()) if storage.is_dir() else []


def data_tables(connection: Connection) -> list[Table]:
    """Describe the tables that hold data, as they are in the database, those of missing plugins included.

    What the database derives by itself (full-text indexes of SQLite, computed columns) is left out.
    """
    inspector = inspect(connection)
    derived = _derived_tables(connection)
    return [_table(inspector, name) for name in _own_tables(connection) if name not in derived]


def _own_tables(connection: Connection) -> list[str]:
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


def _ddl(connection: Connection, name: str) -> list[str]:
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
    keys = [key for key in _foreign_keys(connection) if key.table == name]
    return [
        str(create.compile(dialect=connection.dialect)).strip(),
        *connection.execute(indexes, {"name": name}).scalars(),
        *(key.add for key in keys),
    ]


class _ForeignKey(NamedTuple):
    """A foreign key of PostgreSQL."""

    table: str
    drop: str
    add: str


def _foreign_keys(connection: Connection) -> list[_ForeignKey]:
    rows = connection.execute(
        text(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        )
    )
    return [
        _ForeignKey(
            table,
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
        )
        for table, name, definition in rows
    ]


def _revisions(connection: Connection) -> dict[str, str]:
    found = {}
    for name in _own_tables(connection):
        if not name.startswith(VERSION_TABLE_PREFIX):
            continue
        revision = connection.execute(select(Column("version_num")).select_from(Table(name, MetaData()))).scalar()
        if revision:
            found[name.removeprefix(VERSION_TABLE_PREFIX)] = revision
    return found


class _Sum:
    """A count and a hash that don't depend on the order of the rows."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        self.count += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % _MODULUS

    @property
    def hexadecimal(self) -> str:
        return f"{self._sum:064x}"


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Give each row as one canonical line of JSON, the same on every database."""
    rows = connection.execute(select(table), execution_options={"stream_results": True})
    for part in rows.partitions(BATCH):
        for row in part:
            yield _dumped([_encoded(value) for value in row])


def _dumped(row: list[Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


#: How values that JSON doesn't have are written, `{"uuid": "…"}`, and read again.
_KINDS: Final[dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "uuid": (uuid.UUID, str, uuid.UUID),
    "moment": (dt.datetime, dt.datetime.isoformat, dt.datetime.fromisoformat),
    "day": (dt.date, dt.date.isoformat, dt.date.fromisoformat),
    "time": (dt.time, dt.time.isoformat, dt.time.fromisoformat),
    "decimal": (Decimal, lambda value: format(value.normalize(), "f"), Decimal),
    "bytes": (bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "json": (dict | list, lambda value: value, lambda value: value),  # type: ignore[dict-item]  # for isinstance
}


def _encoded(value: Any) -> Any:
    for name, (kind, encode, _decode) in _KINDS.items():
        if isinstance(value, kind):
            return {name: encode(value)}
    return value


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    ((name, encoded),) = value.items()
    return _KINDS[name][2](encoded)


def read_manifest(source: Path) -> Manifest:
    """Read what a backup holds.

    Raises:
        BackupError: when the file isn't a backup.
    """
    with _opened(source) as archive:
        return _manifest(archive)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except FileNotFoundError:
        raise BackupError(f"there is no file {source}") from None
    except (zipfile.BadZipFile, zlib.error):
        raise BackupError(f"{source} isn't a backup of Pelatis, or it is damaged; nothing was changed") from None


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    try:
        body = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError):
        raise BackupError("this file isn't a backup of Pelatis: it has no manifest; nothing was changed") from None
    return Manifest.from_json(body)


@dataclass
class Restored:
    """What a restore did."""

    manifest: Manifest
    #: Where the database from before was kept; None when there was none, or on PostgreSQL.
    kept: Path | None = None
    notes: list[str] = field(default_factory=list)


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
    with _opened(source) as archive:
        manifest = _manifest(archive)
        _check_archive(archive, manifest)
        _check_fits(manifest, histories, make_url(database_url).get_backend_name())
        if not replace and _has_tables(database_url):
            raise BackupError("the database isn't empty; say --replace to put the backup in its place")
        _restore_files(archive, manifest, storage)
        target = _SqliteTarget(database_url) if database_url.startswith("sqlite") else _PostgresTarget(database_url)
        kept = target.fill(lambda connection, before: _fill(connection, archive, manifest, histories, before))
    return Restored(manifest, kept)


def _check_archive(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare every member with the manifest, before anything is touched."""
    for table in manifest.tables:
        total = _Sum()
        for line in _member_lines(archive, table.name):
            total.add(line)
        if (total.count, total.hexadecimal) != (table.rows, table.sha256):
            raise BackupError(f"the backup is damaged in the table {table.name}; nothing was changed")
    for file in manifest.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise BackupError(f"the backup names a file outside of its folder, {file.path!r}; nothing was changed")
        if _member_hash(archive, file) != file.sha256:
            raise BackupError(f"the backup is damaged in the file {file.path}; nothing was changed")


def _member_lines(archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    try:
        with archive.open(f"tables/{table}.jsonl") as stream:
            for line in io.BufferedReader(stream):  # type: ignore[type-var]  # ZipExtFile is a raw stream in all but name
                yield line.rstrip(b"\n")
    except KeyError:
        raise BackupError(f"the backup lacks the table {table}; nothing was changed") from None


def _member_hash(archive: zipfile.ZipFile, file: FileCopy) -> str:
    try:
        with archive.open(f"files/{file.path}") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]  # as above
    except KeyError:
        raise BackupError(f"the backup lacks the file {file.path}; nothing was changed") from None


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


def _has_tables(database_url: str) -> bool:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    engine = create_engine(database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return bool(_own_tables(connection))
    except DatabaseError as error:
        if _is_damage(error):
            raise BackupError("the database is damaged; say --replace to put the backup in its place") from error
        raise


def _is_damage(error: BaseException) -> bool:
    """Tell whether SQLite can't make sense of its file; what passes, a lock or a full disk, is another class there."""
    return type(getattr(error, "orig", error)) is sqlite3.DatabaseError


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
            _load(connection, _columns_of(tables, copy), _member_lines(archive, copy.name))
            _advance_sequences(connection, tables[copy.name])
    _prove(connection, manifest, tables)
    _raise_generations(connection, before)


def _generations(connection: Connection) -> Mapping[str, int]:
    return read_generations(connection) if inspect(connection).has_table(Generation.__tablename__) else {}


def _raise_generations(connection: Connection, before: Mapping[str, int]) -> None:
    """Tell servers that are running that what they cached has changed, even if the backup has the same numbers."""
    for topic, number in _generations(connection).items():
        raised = 1 + max(number, before.get(topic, 0))
        connection.execute(update(Generation).where(Generation.topic == topic).values(number=raised))


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
        rows.append(dict(zip(names, map(_decoded, json.loads(line)), strict=True)))
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
    keys = _foreign_keys(connection)
    for key in keys:
        connection.exec_driver_sql(key.drop)
    yield
    for key in keys:
        connection.exec_driver_sql(key.add)


def _prove(connection: Connection, manifest: Manifest, tables: Mapping[str, Table]) -> None:
    for copy in manifest.tables:
        total = _Sum()
        for line in _lines(connection, tables[copy.name]):
            total.add(line)
        if (total.count, total.hexadecimal) != (copy.rows, copy.sha256):
            raise BackupError(
                f"the table {copy.name} came out different ({total.count} rows, {copy.rows} in the backup); "
                "nothing was changed"
            )


class _SqliteTarget:
    """Fills a new file, then copies it over the old one by SQLite's own backup interface.

    Replacing the file itself would leave a running server writing into the one that was taken away. Only a file that
    SQLite can't read is replaced, and then nobody else may have it open.
    """

    def __init__(self, url: str) -> None:
        self._file = Path(make_url(url).database or "")

    def fill(self, act: Callable[[Connection, Mapping[str, int]], None]) -> Path | None:
        draft = self._file.with_name(f"{self._file.name}.restoring")
        _remove_database(draft)
        try:
            with schema_transaction(f"sqlite:///{draft}") as connection:
                act(connection, self._generations())
            return self._put_in_place(draft)
        finally:
            _remove_database(draft)

    def _put_in_place(self, draft: Path) -> Path | None:
        try:
            kept = self._keep() if self._file.exists() else None
            _copy_database(draft, self._file)
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise
            kept = self._replace_damaged(draft)
        return kept

    def _generations(self) -> Mapping[str, int]:
        if not self._file.exists():
            return {}
        engine = create_engine(f"sqlite:///{self._file}", poolclass=NullPool)
        try:
            with engine.connect() as connection:
                return _generations(connection)
        except DatabaseError as error:
            if not _is_damage(error):
                raise
            return {}

    def _keep(self) -> Path:
        kept = self._beside("before-restore")
        draft = kept.with_name(f".{kept.name}.partial")
        try:
            _copy_database(self._file, draft)
            draft.replace(kept)
        finally:
            _remove_database(draft)
        return kept

    def _replace_damaged(self, draft: Path) -> Path:
        if _is_open_elsewhere(self._file):
            raise BackupError("the damaged database is still in use; stop the server, then say this again")
        kept = self._beside("damaged")
        for suffix in ("", "-wal"):
            part = self._file.with_name(self._file.name + suffix)
            if part.exists():
                shutil.copyfile(part, kept.with_name(kept.name + suffix))
        for suffix in ("-wal", "-shm", "-journal"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        draft.replace(self._file)
        return kept

    def _beside(self, why: str) -> Path:
        moment = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        return self._file.with_name(f"{self._file.stem}.{why}-{moment}{self._file.suffix}")


def _is_open_elsewhere(file: Path) -> bool:
    """Tell whether another process has a database open: with a write-ahead log each holds a shared lock all the time.

    Where the lock lies: https://sqlite.org/src/doc/trunk/src/os.h, SHARED_FIRST and SHARED_SIZE.
    """
    try:
        import fcntl
    except ImportError:  # on Windows an open file can't be replaced anyway
        return False
    with file.open("r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
        except BlockingIOError:
            return True
    return False


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target, timeout=30)) as destination:
        origin.backup(destination)


def _remove_database(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


class _PostgresTarget:
    """Does everything in one transaction: others see the old tables until it commits, or for ever."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fill(self, act: Callable[[Connection, Mapping[str, int]], None]) -> Path | None:
        with schema_transaction(self._url) as connection:
            before = _generations(connection)
            for table in _own_tables(connection):
                quoted = connection.dialect.identifier_preparer.quote(table)
                connection.exec_driver_sql(f"DROP TABLE {quoted} CASCADE")
            act(connection, before)
        return None
