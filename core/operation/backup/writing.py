"""Writing a backup while others read and write."""

import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import shutil
import time
import zipfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table

from core.operation.backup.archive import FORMAT, BackupError, FileCopy, Manifest, TableCopy, Total, fingerprint
from core.operation.backup.databases import SCRATCH, snapshot
from core.operation.backup.tables import data_tables, ddl_of, lines_of, revisions

#: After how long without a change a draft is one that nobody writes any more, in seconds.
LEFTOVER_SECONDS: Final = 24 * 3600


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
    _forget_leftovers(target.parent)
    draft = target.with_name(f"{SCRATCH}{os.getpid()}-{target.name}")
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


def _forget_leftovers(folder: Path) -> None:
    """Take away what backups that were killed have left here; each is as large as the database."""
    for path in folder.glob(f"{SCRATCH}*"):
        with suppress(OSError):  # another backup may be faster, or it belongs to somebody else
            if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write(archive: zipfile.ZipFile, connection: Connection, storage: Path, key_fingerprint: str) -> Manifest:
    tables = [_write_table(archive, connection, table) for table in data_tables(connection)]
    manifest = Manifest(
        format=FORMAT,
        version=importlib.metadata.version("pelatis"),
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        dialect=connection.dialect.name,
        revisions=revisions(connection),
        tables=tables,
        files=[_write_file(archive, storage, path) for path in _files_of(storage)],
        key_fingerprint=key_fingerprint,
    )
    archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
    return manifest


def _write_table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> TableCopy:
    total = Total()
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as stream:
        for line in lines_of(connection, table):
            total.add(line)
            stream.write(line + b"\n")
    return TableCopy(
        table.name,
        [column.name for column in table.columns],
        *total.figures,
        ddl_of(connection, table.name),
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
