"""Settings come from PELATIS_* variables; a wrong one is named, and secrets are kept and never shown."""

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings, SettingsError, documented_settings, unknown_settings


def read(tmp_path: Path, **variables: str) -> Settings:
    return Settings.from_environment({"PELATIS_DATA_DIR": str(tmp_path / "data"), **variables})


def test_everything_has_a_default_below_the_data_folder(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path}/data/pelatis.db"
    assert settings.queue_url == f"sqlite:///{tmp_path}/data/queue.db"
    assert settings.storage_folder == tmp_path / "data" / "files"
    assert not settings.debug
    assert not settings.safe_mode


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    file = tmp_path / "data" / "secret_key"
    assert len(first) >= 43, "256 bits"
    assert read(tmp_path).secret_key == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"], "no draft is left behind"


def test_a_secret_key_that_cannot_be_written_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_source: Any, _target: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.link", full)
    with pytest.raises(SettingsError, match="can't be read or made: No space left"):
        read(tmp_path)
    assert list((tmp_path / "data").iterdir()) == []


def test_two_installations_have_two_secret_keys(tmp_path: Path) -> None:
    assert read(tmp_path / "one").secret_key != read(tmp_path / "two").secret_key


def test_secrets_never_appear_where_settings_are_printed(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        PELATIS_DATABASE_URL="postgresql://crm:hunter2@db/crm",
        PELATIS_QUEUE_URL="redis://:hunter3@queue/0",
        PELATIS_METRICS_TOKEN="hunter4",
    )
    assert "hunter" not in repr(settings)
    assert settings.secret_key not in repr(settings)


@pytest.mark.parametrize("given", ["postgresql://u:p@db/crm", "postgresql+psycopg://u:p@db/crm"])
def test_postgresql_is_always_reached_through_psycopg(tmp_path: Path, given: str) -> None:
    assert read(tmp_path, PELATIS_DATABASE_URL=given).database_url == "postgresql+psycopg://u:p@db/crm"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PELATIS_DATABASE_URL", "mysql://u:hunter2@db/crm", "must begin with sqlite:// or postgresql://"),
        ("PELATIS_DATABASE_URL", "nonsense:hunter2", "not a database's URL"),
        ("PELATIS_DATABASE_URL", "sqlite://", "must name a file"),
        ("PELATIS_DATABASE_URL", "sqlite:///:memory:", "must name a file"),
        ("PELATIS_QUEUE_URL", "amqp://queue", "must begin with sqlite:///, redis://"),
        ("PELATIS_STORAGE_URL", "s3://bucket", "must begin with file:///"),
        ("PELATIS_SECRET_KEY", "changeme", "at least 32 characters"),
        ("PELATIS_SAFE_MODE", "perhaps", "must be 1 or 0"),
        ("PELATIS_WEB_THREADS", "0", "whole number from 1 to 1000"),
        ("PELATIS_JOB_THREADS", "many", "whole number from 1 to 1000"),
        ("PELATIS_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_its_password_is_not(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, **{name: value})
    message = str(refused.value)
    assert name in message
    assert said in message
    assert "hunter2" not in message
    assert "\n" not in message


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match=r"PELATIS_DATA_DIR: the folder .*/file/data can't be made: Not a dir"):
        Settings.from_environment({"PELATIS_DATA_DIR": str(tmp_path / "file" / "data")})


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a read-only disk; taking the rights away wouldn't stop a test that runs as root.
    monkeypatch.setattr(os, "access", lambda *_arguments: False)
    with pytest.raises(SettingsError, match="can't be written by this user"):
        read(tmp_path)


def test_a_damaged_secret_key_is_not_used(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "data" / "secret_key").write_text("short")
    with pytest.raises(SettingsError, match="damaged"):
        read(tmp_path)


def test_mistyped_variables_are_found() -> None:
    assert unknown_settings({"PELATIS_DATABSE_URL": "x", "PELATIS_DEBUG": "1", "HOME": "/"}) == ["PELATIS_DATABSE_URL"]


def test_every_setting_is_documented_with_its_default() -> None:
    table = documented_settings()
    assert {"PELATIS_DATABASE_URL", "PELATIS_QUEUE_URL", "PELATIS_SECRET_KEY", "PELATIS_STORAGE_URL"} < {
        line.name for line in table
    }
    assert all(line.default and line.summary.endswith(".") for line in table)
