"""A SQLite file that was cut off or overwritten: it is told, and the way out that is told works."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, make_url, select

from core.database import db, write_unit
from core.host.histories import core_history, plugin_history
from core.operation.backup.archive import BackupError
from core.operation.backup.restoring import Restored, restore
from core.operation.backup.writing import back_up
from core.operation.checks import check_installation
from core.operation.errors import database_problem
from core.users.models import Team


def cut_off(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 3)


def overwrite(file: Path) -> None:
    file.write_bytes(b"This was a database." * 10_000)


def scratch_the_middle(file: Path) -> None:
    """Damage the pages of one table, so that all others can still be read."""
    with sqlite3.connect(file) as connection:
        root, size = connection.execute(
            "SELECT rootpage, page_size FROM sqlite_master, pragma_page_size WHERE name = 'core_team'"
        ).fetchone()
    connection.close()
    with file.open("r+b") as stream:
        stream.seek((root - 1) * size)
        stream.write(b"\xff" * size)


DAMAGES = (cut_off, overwrite, scratch_the_middle)


class Installation:
    """An installation on SQLite with one team, a backup of it, and a file that can be damaged."""

    def __init__(self, app: Flask, url: str, folder: Path) -> None:
        self.app, self.url, self.folder = app, url, folder
        self.file = Path(make_url(url).database or "")
        self.backup = folder / "good.pelatis"
        with write_unit() as session:
            session.add(Team(name="Kraków"))
        back_up(url, folder / "files", self.backup, "k" * 40)

    def damage(self, act: Callable[[Path], None]) -> None:
        db.session.remove()
        db.engine.dispose()
        act(self.file)

    def restore(self, *, replace: bool) -> Restored:
        db.session.remove()
        db.engine.dispose()
        loaded = self.app.extensions["pelatis_host"].loaded.values()
        histories = [core_history(), *map(plugin_history, loaded)]
        return restore(self.backup, self.url, self.folder / "files", histories, replace=replace)


@pytest.fixture
def installation(app: Flask, database_url: str, tmp_path: Path) -> Installation | None:
    return Installation(app, database_url, tmp_path) if database_url.startswith("sqlite") else None


@pytest.mark.parametrize("act", DAMAGES)
def test_a_backup_takes_the_place_of_a_damaged_database_which_is_kept(
    installation: Installation | None, act: Callable[[Path], None]
) -> None:
    if installation is None:
        return
    installation.damage(act)
    damaged = installation.file.read_bytes()
    with pytest.raises(BackupError, match="say --replace"):
        installation.restore(replace=False)
    assert installation.file.read_bytes() == damaged
    done = installation.restore(replace=True)
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1
    assert done.kept is not None
    assert done.kept.stat().st_size == len(damaged)
    assert [file for file in installation.file.parent.iterdir() if "restoring" in file.name] == []
    done.kept.unlink()


def test_a_damaged_database_that_a_server_still_uses_is_not_taken_away_from_it(
    installation: Installation | None,
) -> None:
    if installation is None:
        return
    db.session.remove()
    db.engine.dispose()
    opening = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT name FROM core_team').fetchall(); "
        "print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", opening, str(installation.file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "open\n"
        overwrite(installation.file)
        with pytest.raises(BackupError, match="stop the server"):
            installation.restore(replace=True)
        server.communicate()
    installation.restore(replace=True)
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


@pytest.mark.parametrize("act", DAMAGES)
def test_a_damaged_database_is_noticed_by_the_check(
    installation: Installation | None, act: Callable[[Path], None]
) -> None:
    if installation is None:
        return
    installation.damage(act)
    (database,) = [each for each in check_installation(installation.app) if each.subject == "database"]
    assert database.state == "bad"
    assert "db restore FILE --replace" in database.message


def test_a_backup_of_a_damaged_database_says_what_is_wrong_and_leaves_nothing(
    installation: Installation | None,
) -> None:
    if installation is None:
        return
    installation.damage(overwrite)
    target = installation.folder / "never.pelatis"
    with pytest.raises(sqlite3.DatabaseError) as caught:
        back_up(installation.url, installation.folder / "files", target, "k" * 40)
    problem = database_problem(caught.value)
    assert problem is not None
    assert problem.code == "core.database_damaged"
    assert {file.name for file in installation.folder.iterdir()} == {"good.pelatis"}
