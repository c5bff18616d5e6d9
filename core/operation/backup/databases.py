"""The databases at both ends: one that is read as it was at one moment, and one that is replaced as a whole."""

import datetime as dt
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, NullPool, create_engine, make_url
from sqlalchemy.exc import DatabaseError

from core.host.schema import schema_transaction
from core.operation.backup.archive import BackupError
from core.operation.backup.tables import generations, own_tables

#: What the names of a backup's drafts begin with.
SCRATCH: Final = ".pelatis-backup-"


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
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=scratch) as folder:
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


def has_tables(database_url: str) -> bool:
    """Tell whether there is anything that a restore would replace."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    engine = create_engine(database_url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return bool(own_tables(connection))
    except DatabaseError as error:
        if _is_damage(error):
            raise BackupError("the database is damaged; say --replace to put the backup in its place") from error
        raise


def _is_damage(error: BaseException) -> bool:
    """Tell whether SQLite can't make sense of its file; what passes, a lock or a full disk, is another class there."""
    return type(getattr(error, "orig", error)) is sqlite3.DatabaseError


class SqliteTarget:
    """Fills a new file, then copies it over the old one by SQLite's own backup interface.

    Replacing the file itself would leave a running server writing into the one that was taken away. Only a file that
    SQLite can't read is replaced, and then nobody else may have it open.
    """

    def __init__(self, url: str) -> None:
        self._file = Path(make_url(url).database or "")

    def fill(self, act: Callable[[Connection, Mapping[str, int]], None]) -> Path | None:
        """Let the new database be filled, given the numbers of the old one; tell where the old one is kept."""
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
                return generations(connection)
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


class PostgresTarget:
    """Does everything in one transaction: others see the old tables until it commits, or for ever."""

    def __init__(self, url: str) -> None:
        self._url = url

    def fill(self, act: Callable[[Connection, Mapping[str, int]], None]) -> None:
        """Let the tables be filled anew, given the numbers of the old ones; nothing of these is kept."""
        with schema_transaction(self._url) as connection:
            before = generations(connection)
            for table in own_tables(connection):
                quoted = connection.dialect.identifier_preparer.quote(table)
                connection.exec_driver_sql(f"DROP TABLE {quoted} CASCADE")
            act(connection, before)


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
