"""The file of a backup: its manifest, its members, and the sums by which it proves itself."""

import base64
import datetime as dt
import hashlib
import io
import json
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Final

FORMAT: Final = 1

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


class Total:
    """A count and a hash that don't depend on the order of the rows."""

    def __init__(self) -> None:
        self._count = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """Count one row."""
        self._count += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % _MODULUS

    @property
    def figures(self) -> tuple[int, str]:
        """How many rows there are, and their hash in hexadecimal."""
        return self._count, f"{self._sum:064x}"


def total_of(lines: Iterable[bytes]) -> tuple[int, str]:
    """Give the figures of some rows."""
    total = Total()
    for line in lines:
        total.add(line)
    return total.figures


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


def encoded_line(row: Iterable[Any]) -> bytes:
    """Write a row as one canonical line of JSON, the same on every database."""
    values = [_encoded(value) for value in row]
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _encoded(value: Any) -> Any:
    for name, (kind, encode, _decode) in _KINDS.items():
        if isinstance(value, kind):
            return {name: encode(value)}
    return value


def decoded(value: Any) -> Any:
    """Read one value of such a line."""
    if not isinstance(value, dict):
        return value
    ((name, encoded),) = value.items()
    return _KINDS[name][2](encoded)


def read_manifest(source: Path) -> Manifest:
    """Read what a backup holds.

    Raises:
        BackupError: when the file isn't a backup.
    """
    with opened(source) as archive:
        return manifest_of(archive)


@contextmanager
def opened(source: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup, and say so when it isn't one."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except FileNotFoundError:
        raise BackupError(f"there is no file {source}") from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise BackupError(f"{source} isn't a backup of Pelatis, or it is damaged; nothing was changed") from None


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
    """Read the manifest of an open backup."""
    try:
        body = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError):
        raise BackupError("this file isn't a backup of Pelatis: it has no manifest; nothing was changed") from None
    return Manifest.from_json(body)


def check_archive(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare every member with the manifest, before anything is touched."""
    for table in manifest.tables:
        if total_of(member_lines(archive, table.name)) != (table.rows, table.sha256):
            raise BackupError(f"the backup is damaged in the table {table.name}; nothing was changed")
    for file in manifest.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise BackupError(f"the backup names a file outside of its folder, {file.path!r}; nothing was changed")
        if _member_hash(archive, file) != file.sha256:
            raise BackupError(f"the backup is damaged in the file {file.path}; nothing was changed")


def member_lines(archive: zipfile.ZipFile, table: str) -> Iterator[bytes]:
    """Give the rows of a table."""
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
