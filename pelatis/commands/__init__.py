"""The subcommands, and what they share: the application, clear errors, tables and JSON on stdout."""

import dataclasses
import gc
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from flask import Flask


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what is expected to go wrong into one line for whoever is at the keyboard."""
    try:
        yield
    except Exception as error:
        told = _clear(error)
        if told is None:
            raise
        raise click.ClickException(told) from error


def _clear(error: Exception) -> str | None:
    from sqlalchemy.exc import SQLAlchemyError

    from core.host.histories import MigrationError
    from core.operation.backup.archive import BackupError
    from core.operation.errors import database_problem
    from core.problems import Problem
    from core.settings import SettingsError

    if isinstance(error, BackupError | MigrationError | SettingsError):
        return str(error)
    if isinstance(error, Problem):
        return _told(error)
    if isinstance(error, SQLAlchemyError | sqlite3.Error | OSError) and (told := database_problem(error)) is not None:
        return f"{told} ({cause(error)})"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'The system'}: {error.strerror}"
    return None


def _told(problem: Any) -> str:
    """Say a problem in one line, with what its fields add to it."""
    told = str(problem)
    details = [f"{name}: {' '.join(messages)}" for name, messages in problem.fields.items() if messages != [told]]
    return f"{told} ({'; '.join(details)})" if details else told


def cause(error: Exception) -> str:
    """Give the first line of what the driver said; it names host, port or file, and no password."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__


@contextmanager
def application(*, quiet: bool = True) -> "Iterator[Flask]":
    """Open the application for a command, which acts as the system.

    Args:
        quiet: write no log lines unless PELATIS_LOG_LEVEL asks for them, so that stderr stays for people.
    """
    with clear_errors():
        app = _opened(quiet)
    with inside(app):
        yield app


@contextmanager
def inside(app: "Flask") -> "Iterator[None]":
    """Act as the system inside an application, and close its database connections at the end."""
    from core.access import acting_as, system_actor
    from core.database import db

    with app.app_context(), clear_errors(), acting_as(system_actor(), origin="shell"):
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _opened(quiet: bool) -> "Flask":
    with _leaving_garbage():
        from core.app import create_app
        from core.settings import Settings

        settings = Settings.from_environment()
        if quiet and not os.environ.get("PELATIS_LOG_LEVEL"):
            settings = dataclasses.replace(settings, log_level="CRITICAL")
        return create_app(settings)


@contextmanager
def _leaving_garbage() -> Iterator[None]:
    """Keep Python from looking for garbage: starting makes half a million objects that stay, a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # who opens several in one process lets go of the earlier ones
            gc.freeze()
        gc.enable()


def print_json(value: Any) -> None:
    """Write a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as columns of text on stdout, without a heading when there are none."""
    if not rows:
        return
    lines = [list(columns), *([str(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
