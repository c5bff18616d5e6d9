"""A backup taken while others write is one moment of the database; a restore proves itself before it switches."""

import datetime as dt
import json
import os
import sqlite3
import threading
import time
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.database import db, write_unit
from core.host.histories import CORE, History, core_history, plugin_history
from core.jobs.models import Job
from core.operation.backup import restoring, writing
from core.operation.backup.archive import BackupError, Manifest, TableCopy, fingerprint, read_manifest
from core.operation.backup.restoring import restore
from core.operation.backup.writing import back_up
from core.users.models import Setting, Team

KEY = "k" * 40


@pytest.fixture
def histories(app: Flask) -> list[History]:
    """The migrations of the core and of every loaded plugin."""
    loaded = getattr(app.extensions["pelatis_host"], "loaded", {})
    return [core_history(), *(plugin_history(plugin) for plugin in loaded.values())]


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    """A folder with two attachments."""
    folder = tmp_path / "files"
    (folder / "ab").mkdir(parents=True)
    (folder / "ab" / "offer.pdf").write_bytes(b"%PDF-1.7 offer")
    (folder / "λογότυπο.png").write_bytes(bytes(range(256)) * 5000)
    return folder


@pytest.fixture
def furnished(app: Flask) -> None:
    """Rows of every kind of value."""
    with write_unit() as session:
        team = Team(name="Πωλήσεις Łódź", custom={"size": 3, "tags": ["a", "ą"], "none": None})
        session.add(team)
        session.flush()
        session.add(Team(name="Δυτική Ελλάδα", parent_id=team.id))
        session.add(Setting(plugin="core", scope="", key="text", value="a\nb"))
        session.add(Setting(plugin="core", scope="", key="number", value=12.5))
        session.add(Setting(plugin="core", scope="", key="list", value=[1, {"x": "€"}]))
        session.add(Job(name="core.test", next_try_at=dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC)))


def take(database_url: str, storage: Path, target: Path) -> Manifest:
    return back_up(database_url, storage, target, KEY)


def content(manifest: Manifest) -> dict[str, tuple[int, str]]:
    """What is in the tables, apart from what a restore changes on purpose."""
    return {table.name: (table.rows, table.sha256) for table in manifest.tables if table.name != "core_generation"}


@pytest.mark.usefixtures("furnished")
def test_a_backup_holds_every_table_and_every_file(database_url: str, storage: Path, tmp_path: Path) -> None:
    manifest = take(database_url, storage, tmp_path / "backup.zip")
    assert read_manifest(tmp_path / "backup.zip") == manifest
    rows = {table.name: table.rows for table in manifest.tables}
    assert rows["core_team"] == 2
    assert rows["core_job"] == 1
    assert rows["core_journal"] >= 2
    assert [file.path for file in manifest.files] == ["ab/offer.pdf", "λογότυπο.png"]
    assert manifest.revisions[CORE] == core_history().head
    assert not any(name.startswith("core_search_fts") for name in rows), "what the database derives stays out"


def test_a_backup_is_readable_by_its_owner_only(app: Flask, database_url: str, storage: Path, tmp_path: Path) -> None:
    take(database_url, storage, tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").stat().st_mode & 0o077 == 0


def test_a_backup_does_not_hold_the_secret_key(app: Flask, database_url: str, storage: Path, tmp_path: Path) -> None:
    manifest = take(database_url, storage, tmp_path / "backup.zip")
    assert manifest.key_fingerprint == fingerprint(KEY)
    assert KEY.encode() not in (tmp_path / "backup.zip").read_bytes()


@pytest.mark.usefixtures("furnished")
def test_a_restore_gives_back_exactly_what_was_backed_up(
    database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    before = take(database_url, storage, tmp_path / "before.zip")
    with write_unit() as session:
        session.add(Team(name="founded later"))
    (storage / "ab" / "offer.pdf").write_bytes(b"overwritten")

    restored = restore(tmp_path / "before.zip", database_url, storage, histories, replace=True)

    assert restored.manifest == before
    db.session.remove()
    assert sorted(db.session.scalars(select(Team.name))) == ["Δυτική Ελλάδα", "Πωλήσεις Łódź"]
    assert (storage / "ab" / "offer.pdf").read_bytes() == b"%PDF-1.7 offer"
    db.session.remove()
    after = take(database_url, storage, tmp_path / "after.zip")
    assert content(after) == content(before)
    assert after.files == before.files


@pytest.mark.usefixtures("furnished")
def test_a_backup_can_be_restored_into_the_other_kind_of_database(
    database_url: str, storage: Path, tmp_path: Path, histories: list[History], other_database_url: str
) -> None:
    before = take(database_url, storage, tmp_path / "before.zip")
    restore(tmp_path / "before.zip", other_database_url, tmp_path / "there", histories)
    after = take(other_database_url, tmp_path / "there", tmp_path / "after.zip")
    assert content(after) == content(before)
    assert after.files == before.files


@pytest.fixture
def other_database_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """An empty database: SQLite, and for a test on SQLite a PostgreSQL where there is one."""
    from tests.conftest import POSTGRES_URL, _server

    if database_url.startswith("sqlite") and POSTGRES_URL:
        from sqlalchemy import make_url, text

        name = f"pelatis_restore_{uuid.uuid4().hex[:10]}"
        with _server() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)
        with _server() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        return
    yield f"sqlite:///{tmp_path / 'other.db'}"


def test_a_backup_while_others_write_is_one_moment(
    app: Flask, database_url: str, storage: Path, tmp_path: Path
) -> None:
    """Each unit writes two teams; a backup that saw half of a unit would hold an odd number."""
    stop = threading.Event()
    written = threading.Event()

    def write() -> None:
        with app.app_context():
            number = 0
            while not stop.is_set():
                with write_unit() as session:
                    session.add(Team(name=f"pair {number} a"))
                    session.flush()
                    session.add(Team(name=f"pair {number} b"))
                number += 1
                written.set()
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        written.wait(10)
        manifests = [take(database_url, storage, tmp_path / f"{number}.zip") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    for manifest in manifests:
        rows = {table.name: table.rows for table in manifest.tables}
        assert rows["core_team"] > 0
        assert rows["core_team"] % 2 == 0
        assert rows["core_journal"] == rows["core_team"]


def test_a_server_that_goes_on_running_sees_the_restored_data(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    take(database_url, storage, tmp_path / "empty.zip")
    with write_unit() as session:
        session.add(Team(name="to be undone"))
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1
    db.session.rollback()  # the connection stays open in the pool, as a server's does

    restore(tmp_path / "empty.zip", database_url, storage, histories, replace=True)

    assert db.session.scalar(select(func.count()).select_from(Team)) == 0
    db.session.rollback()
    with write_unit() as session:
        session.add(Team(name="written after it"))
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


def test_the_database_from_before_is_kept_on_sqlite(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    take(database_url, storage, tmp_path / "empty.zip")
    with write_unit() as session:
        session.add(Team(name="precious"))
    db.session.remove()
    restored = restore(tmp_path / "empty.zip", database_url, storage, histories, replace=True)
    if not database_url.startswith("sqlite"):
        assert restored.kept is None
        return
    assert restored.kept is not None
    connection = sqlite3.connect(restored.kept)
    assert connection.execute("SELECT name FROM core_team").fetchall() == [("precious",)]
    connection.close()


def test_a_database_with_content_is_not_replaced_by_accident(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    take(database_url, storage, tmp_path / "backup.zip")
    with pytest.raises(BackupError, match="isn't empty; say --replace"):
        restore(tmp_path / "backup.zip", database_url, storage, histories)


def damage(source: Path, target: Path, member: str, change: Any) -> None:
    """Copy a backup, with one member changed; None takes it away."""
    with zipfile.ZipFile(source) as good, zipfile.ZipFile(target, "w") as bad:
        for name in good.namelist():
            body = good.read(name)
            if name == member:
                body = change(body)
            if body is not None:
                bad.writestr(name, body)


@pytest.mark.usefixtures("furnished")
@pytest.mark.parametrize(
    ("member", "change", "said"),
    [
        ("tables/core_team.jsonl", lambda body: body.replace(b"\xc5\x81", b"L"), "damaged in the table core_team"),
        ("tables/core_team.jsonl", lambda body: body.splitlines(keepends=True)[0], "damaged in the table core_team"),
        ("tables/core_team.jsonl", lambda _body: None, "lacks the table core_team"),
        ("files/ab/offer.pdf", lambda body: body + b"!", "damaged in the file ab/offer.pdf"),
        ("files/ab/offer.pdf", lambda _body: None, "lacks the file ab/offer.pdf"),
        ("manifest.json", lambda _body: None, "it has no manifest"),
        ("manifest.json", lambda _body: b"{", "it has no manifest"),
        ("manifest.json", lambda body: body.replace(b'"format": 1', b'"format": 9'), "has the format 9"),
        ("manifest.json", lambda body: body.replace(b'"rows"', b'"rowz"'), "manifest is damaged"),
        ("manifest.json", lambda body: body.replace(b"ab/offer.pdf", b"../offer.pdf"), "outside of its folder"),
        ("manifest.json", lambda body: body.replace(b'"core": "', b'"core": "9'), "newer version of core"),
    ],
)
def test_a_damaged_backup_changes_nothing(
    database_url: str, storage: Path, tmp_path: Path, histories: list[History], member: str, change: Any, said: str
) -> None:
    take(database_url, storage, tmp_path / "good.zip")
    damage(tmp_path / "good.zip", tmp_path / "bad.zip", member, change)
    with write_unit() as session:
        session.add(Team(name="still here"))
    db.session.remove()

    with pytest.raises(BackupError, match=said):
        restore(tmp_path / "bad.zip", database_url, storage, histories, replace=True)

    assert "still here" in set(db.session.scalars(select(Team.name)))


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def scratch(content: bytes) -> bytes:
    """Damage what is compressed, behind the head of a large file."""
    start = content.index("λογότυπο.png".encode()) + 40
    return content[:start] + b"\xff" * 50 + content[start + 50 :]


def age(content: bytes) -> bytes:
    """Let the directory ask for a version of zip that nobody has."""
    place = content.index(b"PK\x01\x02") + 6
    return content[:place] + b"\xa2\x00" + content[place + 2 :]


@pytest.mark.parametrize("change", [cut, scratch, age])
def test_a_file_that_was_damaged_on_its_way_changes_nothing(
    database_url: str, storage: Path, tmp_path: Path, histories: list[History], change: Any
) -> None:
    take(database_url, storage, tmp_path / "good.zip")
    (tmp_path / "bad.zip").write_bytes(change((tmp_path / "good.zip").read_bytes()))
    with pytest.raises(BackupError, match="damaged"):
        restore(tmp_path / "bad.zip", database_url, storage, histories, replace=True)


def test_what_is_no_backup_at_all_is_said_so(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam")
    with pytest.raises(BackupError, match="isn't a backup of Pelatis"):
        read_manifest(tmp_path / "letter.txt")
    with pytest.raises(BackupError, match="no file"):
        read_manifest(tmp_path / "nothing.zip")


@pytest.mark.usefixtures("furnished")
def test_a_row_that_does_not_come_out_stops_the_restore(
    database_url: str, storage: Path, tmp_path: Path, histories: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive is whole, but the database loses something: a trigger, a type with fewer digits."""
    take(database_url, storage, tmp_path / "backup.zip")
    with write_unit() as session:
        session.add(Team(name="still here"))
    db.session.remove()
    honest = restoring._load

    def lossy(connection: Any, table: Any, lines: Any) -> None:
        honest(connection, table, list(lines)[1:] if table.name == "core_job" else lines)

    monkeypatch.setattr(restoring, "_load", lossy)
    with pytest.raises(BackupError, match="core_job came out different"):
        restore(tmp_path / "backup.zip", database_url, storage, histories, replace=True)
    assert "still here" in set(db.session.scalars(select(Team.name)))


def test_an_existing_file_is_never_overwritten(app: Flask, database_url: str, storage: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_text("last week's")
    with pytest.raises(BackupError, match="exists already"):
        take(database_url, storage, target)
    assert target.read_text() == "last week's"


def test_what_killed_backups_left_behind_is_taken_away_by_a_later_one(
    app: Flask, database_url: str, storage: Path, tmp_path: Path
) -> None:
    names = (".pelatis-backup-1-old.zip", ".pelatis-backup-2-new.zip", ".other-old.zip")
    old, new, other = (tmp_path / name for name in names)
    folder = tmp_path / ".pelatis-backup-abc"
    folder.mkdir()
    for file in (old, new, other, folder / "copy.db"):
        file.write_bytes(b"half")
    long_ago = time.time() - 2 * 24 * 3600
    for path in (old, other, folder):
        os.utime(path, (long_ago, long_ago))
    take(database_url, storage, tmp_path / "backup.zip")
    assert {path.name for path in tmp_path.iterdir()} == {new.name, other.name, "backup.zip", "files"}


def test_a_backup_that_fails_leaves_no_half_of_it_behind(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any) -> TableCopy:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "there"
    folder.mkdir()
    monkeypatch.setattr(writing, "_write_table", full)
    with pytest.raises(BackupError, match="No space left on device"):
        take(database_url, storage, folder / "backup.zip")
    assert list(folder.iterdir()) == []


def test_tables_of_a_plugin_whose_package_is_gone_come_back_on_the_same_kind_of_database(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE gone_device (id INTEGER PRIMARY KEY, serial VARCHAR(80) NOT NULL)")
        connection.exec_driver_sql("CREATE TABLE core_migration_gone (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO gone_device VALUES (1, 'ΑΒΓ-1')")
        connection.exec_driver_sql("INSERT INTO core_migration_gone VALUES ('0001')")
    manifest = take(database_url, storage, tmp_path / "backup.zip")
    assert manifest.revisions["gone"] == "0001"

    restore(tmp_path / "backup.zip", database_url, storage, histories, replace=True)
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT serial FROM gone_device").scalars().all() == ["ΑΒΓ-1"]

    other = json.loads(json.dumps({"dialect": "other"}))["dialect"]
    damage(
        tmp_path / "backup.zip",
        tmp_path / "other.zip",
        "manifest.json",
        lambda body: body.replace(f'"dialect": "{manifest.dialect}"'.encode(), f'"dialect": "{other}"'.encode()),
    )
    with pytest.raises(BackupError, match="plugins that aren't installed here: gone"):
        restore(tmp_path / "other.zip", database_url, storage, histories, replace=True)


def test_caches_of_running_servers_are_told_to_look_again(
    app: Flask, database_url: str, storage: Path, tmp_path: Path, histories: list[History]
) -> None:
    from core.host.generation import raise_generation, read_generations

    take(database_url, storage, tmp_path / "backup.zip")
    with db.engine.connect().execution_options(write=True) as connection, connection.begin():
        for topic in ("plugins", "a topic that the backup doesn't know"):
            raise_generation(connection, topic)
        before = read_generations(connection)
    restore(tmp_path / "backup.zip", database_url, storage, histories, replace=True)
    with db.engine.connect() as connection:
        after = read_generations(connection)
    assert {topic for topic, number in before.items() if after.get(topic, 0) <= number} == set()
