"""The command: whatever goes wrong ends with one clear line on stderr and a status that isn't 0."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from core.database import db
from pelatis.cli import COMMANDS, main


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


Pelatis = Callable[..., Outcome]


@pytest.fixture
def pelatis(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Pelatis:
    """Run the command in an installation of its own: `pelatis("check", "--json", PELATIS_DEBUG="1")`."""
    for name in [name for name in os.environ if name.startswith("PELATIS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PELATIS_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments: str, stdin: str = "", **environment: str) -> Outcome:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr("sys.stdin", io.StringIO(stdin))
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def installed(pelatis: Pelatis) -> Pelatis:
    """The same, with a database that is ready."""
    assert pelatis("db", "upgrade").status == 0
    return pelatis


def assert_one_clear_line(outcome: Outcome, *words: str) -> None:
    assert outcome.status != 0
    assert outcome.err.count("\n") == 1
    assert "Traceback" not in outcome.err
    for word in words:
        assert word in outcome.err


def test_every_command_of_the_table_can_be_imported_or_is_not_offered(pelatis: Pelatis) -> None:
    shown = pelatis("--help").out
    for name in ("check", "db", "run", "token", "user", "worker"):
        assert f"\n  {name} " in shown
    assert "_serve" not in shown
    assert set(COMMANDS) >= {
        "bench",
        "check",
        "db",
        "demo",
        "export",
        "import",
        "plugin",
        "run",
        "token",
        "user",
        "worker",
    }


def test_an_unknown_command_is_named(pelatis: Pelatis) -> None:
    assert_one_clear_line(pelatis("chekc"), "chekc", "--help")


def test_a_missing_argument_is_named(pelatis: Pelatis) -> None:
    assert_one_clear_line(pelatis("user", "add"), "EMAIL", "pelatis user add --help")


def test_a_wrong_database_url_is_named_without_its_password(pelatis: Pelatis) -> None:
    outcome = pelatis("check", PELATIS_DATABASE_URL="mysql://crm:hunter2@db/crm")
    assert_one_clear_line(outcome, "PELATIS_DATABASE_URL", "postgresql://")
    assert "hunter2" not in outcome.err


def test_a_database_server_that_is_away_is_said_so(pelatis: Pelatis) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = pelatis("db", "upgrade", PELATIS_DATABASE_URL=f"postgresql://crm:hunter2@127.0.0.1:{port}/crm")
    assert_one_clear_line(outcome, "can't be reached")
    assert "hunter2" not in outcome.err


def test_a_data_folder_that_cannot_be_made_is_named(pelatis: Pelatis, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert_one_clear_line(
        pelatis("check", PELATIS_DATA_DIR=str(tmp_path / "file" / "x")), "PELATIS_DATA_DIR", "Not a dir"
    )


def test_a_sqlite_file_in_a_folder_that_is_not_there_is_said_so(pelatis: Pelatis, tmp_path: Path) -> None:
    outcome = pelatis("db", "upgrade", PELATIS_DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/x.db")
    assert_one_clear_line(outcome, "can't be reached", "unable to open database file")


def test_a_port_that_is_taken_is_named(pelatis: Pelatis) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert_one_clear_line(pelatis("run", "--port", port), f"Port {port}", "--port")


def test_an_address_of_another_machine_is_named(pelatis: Pelatis) -> None:
    assert_one_clear_line(pelatis("run", "--host", "203.0.113.7", "--port", "0"), "203.0.113.7", "--host")


def test_a_fresh_database_is_not_sound_and_an_upgraded_one_is(pelatis: Pelatis) -> None:
    assert_one_clear_line(pelatis("check"), "pelatis db upgrade")
    assert pelatis("db", "upgrade").out.startswith("core: upgraded")
    assert pelatis("db", "upgrade").out.startswith("core: up to date")
    outcome = pelatis("check", "--json")
    assert outcome.status == 0, outcome.err
    subjects = {line["subject"]: line["state"] for line in json.loads(outcome.out)}
    assert {"settings", "data folder", "storage", "secret key", "database"} <= set(subjects)
    assert "bad" not in subjects.values()


def states(pelatis: Pelatis) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(pelatis("plugin", "list", "--json").out)}


def test_a_new_database_begins_with_the_bundled_plugins_however_it_is_made(installed: Pelatis) -> None:
    assert states(installed) == {"activities": "enabled", "catalog": "enabled", "sales": "enabled"}


def test_an_upgrade_leaves_off_what_was_switched_off(installed: Pelatis) -> None:
    installed("plugin", "disable", "sales")
    assert installed("db", "upgrade").status == 0
    assert states(installed)["sales"] == "disabled"


def test_several_plugins_are_switched_at_once_whatever_their_order(installed: Pelatis) -> None:
    assert installed("plugin", "disable", "catalog", "sales").out == "Off: sales\nOff: catalog\n"
    assert installed("plugin", "enable", "sales", "catalog").out == "On: catalog\nOn: sales\n"


def test_nothing_is_switched_when_one_name_is_unknown(installed: Pelatis) -> None:
    assert_one_clear_line(installed("plugin", "disable", "sales", "nosuch"), "no plugin called nosuch")
    assert states(installed)["sales"] == "enabled"


def test_the_options_of_an_import_are_offered(pelatis: Pelatis) -> None:
    assert "run" in pelatis("import", "--help").out
    assert "--create-missing" in pelatis("import", "run", "--help").out


def test_a_mistyped_setting_is_not_sound(installed: Pelatis) -> None:
    assert_one_clear_line(installed("check", PELATIS_DATABSE_URL="sqlite:///x.db"), "PELATIS_DATABSE_URL")


def test_a_secret_key_that_others_may_read_is_not_sound(installed: Pelatis, tmp_path: Path) -> None:
    (tmp_path / "data" / "secret_key").chmod(0o644)
    assert_one_clear_line(installed("check"), "chmod 600")


def test_a_database_of_a_newer_version_is_refused(installed: Pelatis, tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "data" / "pelatis.db")
    connection.execute("UPDATE core_migration_core SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert_one_clear_line(installed("db", "upgrade"), "newer version")


def test_a_person_is_added_with_a_password_from_standard_input(installed: Pelatis) -> None:
    arguments = ("user", "add", "eleni@example.org", "--role", "administrator")
    assert installed(*arguments, stdin="correct horse battery\n").status == 0
    people = json.loads(installed("user", "list", "--json").out)
    assert [(each["email"], each["roles"]) for each in people] == [("eleni@example.org", "administrator")]
    assert_one_clear_line(installed(*arguments, stdin="correct horse battery\n"), "this mail address already")


@pytest.mark.parametrize(
    ("role", "stdin", "said"),
    [
        ("king", "correct horse battery\n", "king"),
        ("administrator", "short\n", ""),
        ("administrator", "", "standard input"),
    ],
)
def test_a_person_is_not_added_with_an_unknown_role_or_a_poor_password(
    installed: Pelatis, role: str, stdin: str, said: str
) -> None:
    assert_one_clear_line(installed("user", "add", "eleni@example.org", "--role", role, stdin=stdin), said)
    assert json.loads(installed("user", "list", "--json").out) == []


def test_a_token_is_printed_alone(installed: Pelatis) -> None:
    installed("user", "add", "eleni@example.org", "--role", "administrator", stdin="correct horse battery\n")
    token = installed("token", "add", "eleni@example.org", "--name", "shop").out
    assert token.count("\n") == 1
    assert len(token.strip()) >= 40
    assert " " not in token.strip()
    assert_one_clear_line(installed("token", "add", "nobody@example.org", "--name", "shop"), "nobody@example.org")


def test_a_backup_is_restored_by_the_command(installed: Pelatis, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.zip")
    installed("user", "add", "eleni@example.org", "--role", "administrator", stdin="correct horse battery\n")
    made = json.loads(installed("db", "backup", file, "--json").out)
    installed("user", "add", "sofia@example.org", "--role", "administrator", stdin="correct horse battery\n")

    assert_one_clear_line(installed("db", "restore", file), "--replace")
    restored = json.loads(installed("db", "restore", file, "--replace", "--json").out)
    assert restored["rows"] == made["rows"]
    assert Path(restored["kept"]).is_file()
    people = json.loads(installed("user", "list", "--json").out)
    assert [each["email"] for each in people] == ["eleni@example.org"]
    assert_one_clear_line(installed("db", "backup", file), "exists already")


def test_a_restore_on_another_machine_says_that_the_secret_key_is_another(installed: Pelatis, tmp_path: Path) -> None:
    file = str(tmp_path / "backup.zip")
    installed("db", "backup", file)
    outcome = installed("db", "restore", file, PELATIS_DATA_DIR=str(tmp_path / "elsewhere"))
    assert outcome.status == 0
    assert "secret key is another one" in outcome.err


def test_a_file_that_is_no_backup_is_said_so(installed: Pelatis, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam")
    assert_one_clear_line(installed("db", "restore", str(tmp_path / "letter.txt"), "--replace"), "isn't a backup")


def test_commands_of_enabled_plugins_are_offered_and_those_of_others_are_not(
    app: Flask, pelatis: Pelatis, monkeypatch: pytest.MonkeyPatch
) -> None:
    import click

    @click.command("report")
    def report() -> None:
        """Show figures."""
        click.echo("all is well")

    host = app.extensions["pelatis_host"]
    monkeypatch.setattr(host, "declared", lambda room, kind: iter([("warranties", report)]))
    monkeypatch.setattr("core.app.create_app", lambda _settings: app)
    assert pelatis("warranties", "report").out == "all is well\n"
    monkeypatch.setattr(host, "declared", lambda room, kind: iter([]))
    assert_one_clear_line(pelatis("warranties", "report"), "warranties")
    db.session.remove()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_demonstration_isnt_served_to_other_machines(pelatis: Pelatis, host: str) -> None:
    assert_one_clear_line(pelatis("run", "--demo", "--host", host, "--port", "0"), "passwords that everybody knows")


@pytest.mark.parametrize("name", ["core", "plugins"])
def test_a_package_that_stands_before_ours_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").touch()
    outcome = started_in(tmp_path, "-m", "pelatis", "--version")
    assert_one_clear_line(outcome, f"The package “{name}” is in {tmp_path / name} instead of")


def test_what_run_starts_doesnt_look_into_the_folder_that_it_was_started_from(tmp_path: Path) -> None:
    from pelatis.commands.serve import _command

    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").touch()
    outcome = started_in(tmp_path, *_command("--version")[1:])
    assert (outcome.status, outcome.err) == (0, "")


def started_in(folder: Path, *arguments: str) -> Outcome:
    command = [sys.executable, *arguments]
    ended = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=60)
    return Outcome(ended.returncode, ended.stdout, ended.stderr)
