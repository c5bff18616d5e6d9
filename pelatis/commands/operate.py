"""`pelatis check` and `pelatis db`: looking after an installation."""

from pathlib import Path
from typing import Any

import click

from pelatis.commands import application, print_json, print_table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def check(as_json: bool) -> None:
    """Look whether this installation is sound: settings, database, migrations, plugins, files. Fails when it isn't."""
    from core.operation.checks import check_installation

    with application() as app:
        results = check_installation(app)
    if as_json:
        print_json([result.as_json() for result in results])
    else:
        print_table([result.as_json() for result in results], ["state", "subject", "message"])
    bad = [result for result in results if result.state == "bad"]
    if bad:
        raise click.ClickException("; ".join(f"{result.subject}: {result.message}" for result in bad))


@click.group("db")
def database() -> None:
    """Upgrade, back up and restore the database."""


@database.command("upgrade")
def upgrade() -> None:
    """Bring the tables of the core and of every plugin that is on to this version.

    A new database gets its tables, and the plugins that everybody begins with are switched on.
    """
    from core.operation.first_run import prepare_database

    with application():
        results = prepare_database()
    for result in results:
        if not result.error:
            click.echo(f"{result.name}: {'upgraded' if result.done else 'up to date'}")
    failed = [f"{result.name}: {result.error}" for result in results if result.error]
    if failed:
        raise click.ClickException("; ".join(failed))


@database.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def backup(file: Path, as_json: bool) -> None:
    """Write the database and the files beside it into one FILE, while others go on working.

    The secret key isn't in it. Keep that apart: without it, stored secrets (mail passwords and the like) can't be read.
    """
    from core.operation.backup.writing import back_up

    with application() as app:
        settings = app.extensions["pelatis_settings"]
        manifest = back_up(settings.database_url, settings.storage_folder, file, settings.secret_key)
    summary = _summary(file, manifest)
    if as_json:
        print_json(summary)
    else:
        click.echo("{file}: {rows} rows of {tables} tables, {files} files".format(**summary))


@database.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Replace a database that isn't empty.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Put a backup FILE in the place of the database, once it has proved to be whole by counts and hashes.

    On SQLite the database from before is kept beside the new one. A server may go on running.
    """
    from core.database import db
    from core.host.histories import core_history, plugin_history
    from core.host.lifecycle import upgrade_all
    from core.operation.backup import restoring
    from core.operation.backup.archive import fingerprint

    with application() as app:
        settings = app.extensions["pelatis_settings"]
        host = app.extensions["pelatis_host"]
        histories = [core_history(), *(plugin_history(plugin) for plugin in host.loaded.values())]
        db.engine.dispose()  # a damaged file is replaced, and no connection may go on with the old one
        done = restoring.restore(file, settings.database_url, settings.storage_folder, histories, replace=replace)
        upgrade_all(host)
    if done.manifest.key_fingerprint != fingerprint(settings.secret_key):
        note = "The secret key is another one than when the backup was made: stored secrets can't be read."
        click.echo(note, err=True)
    summary = _summary(file, done.manifest) | {"kept": str(done.kept) if done.kept else None}
    if as_json:
        print_json(summary)
        return
    click.echo("{file}: {rows} rows of {tables} tables and {files} files are restored and proved".format(**summary))
    if done.kept:
        click.echo(f"What was there before is kept in {done.kept}")


def _summary(file: Path, manifest: Any) -> dict[str, Any]:
    return {
        "file": str(file),
        "created_at": manifest.created_at,
        "rows": manifest.rows,
        "tables": len(manifest.tables),
        "files": len(manifest.files),
    }
