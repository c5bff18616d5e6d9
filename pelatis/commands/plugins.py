"""`pelatis plugin`: what the administration page does, and what plugin authors need."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pelatis.commands import application, print_json, print_table


@click.group()
def plugin() -> None:
    """Plugins: switch them on and off, purge what one stored, write and check one's own."""


@plugin.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def list_plugins(as_json: bool) -> None:
    """List every plugin with its state, and why it is in it."""
    with application() as app:
        rows = [_row(status) for status in app.extensions["pelatis_host"].statuses()]
    if as_json:
        print_json(rows)
    else:
        print_table(rows, ["name", "version", "state", "reason"])


def _row(status: Any) -> dict[str, Any]:
    tripped = status.tripped
    return {
        "name": status.name,
        "title": str(status.title),
        "version": status.version,
        "state": str(status.state),
        "reason": str(status.reason),
        "requires": list(status.requires),
        "required_by": list(status.required_by),
        "tripped": f"{tripped.at:%Y-%m-%d %H:%M} UTC, {tripped.reason}" if tripped else None,
    }


@plugin.command("enable")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--with-required", is_flag=True, help="Switch on what they require as well.")
@click.option("--skip-events", is_flag=True, help="Leave out what happened while they were off.")
def enable(names: Sequence[str], with_required: bool, skip_events: bool) -> None:
    """Switch the plugins NAME... on, in every process that runs; what others of them require comes first."""
    from core.host.lifecycle import enable_plugin

    with application() as app:
        host = app.extensions["pelatis_host"]
        for name in _in_order(host, names):
            done = enable_plugin(host, name, with_required=with_required, without_events=skip_events)
            click.echo(f"On: {', '.join(done)}")


@plugin.command("disable")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--with-dependants", is_flag=True, help="Switch off what requires them as well.")
def disable(names: Sequence[str], with_dependants: bool) -> None:
    """Switch the plugins NAME... off, in every process that runs. Their data stays."""
    from core.host.lifecycle import disable_plugin

    with application() as app:
        host = app.extensions["pelatis_host"]
        for name in reversed(_in_order(host, names)):
            done = disable_plugin(host, name, with_dependants=with_dependants)
            click.echo(f"Off: {', '.join(done)}")


def _in_order(host: Any, names: Sequence[str]) -> list[str]:
    """Sort plugins by what they stand on; a name that isn't there is refused before anything is done."""
    for name in names:
        host.status(name)
    ordered: list[str] = host.in_order(frozenset(names))
    return ordered


@plugin.command("purge")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Delete. Without it, only tell what would be deleted.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
def purge(name: str, yes: bool, as_json: bool) -> None:
    """Delete for good what the plugin NAME stored. Without --yes nothing is deleted."""
    from core.host.purging import purge_plugin, purge_preview, what_stands_in_the_way

    with application() as app:
        host = app.extensions["pelatis_host"]
        preview = purge_plugin(host, name) if yes else purge_preview(host, name)
        obstacles = [] if yes else what_stands_in_the_way(host, preview)
    if as_json:
        print_json(
            {
                "name": preview.name,
                "purged": yes,
                "tables": preview.tables,
                "shared": preview.shared,
                "required_by": preview.required_by,
                "referenced_by": preview.referenced_by,
                "switched_on": preview.switched_on,
                "obstacles": obstacles,
            }
        )
        return
    print_table(_counted(preview.tables) + _counted(preview.shared), ["table", "rows"])
    if yes:
        click.echo(f"{preview.rows} rows of {preview.name} are deleted.")
    elif obstacles:
        click.echo(f"{preview.rows} rows would be deleted, but not yet. " + " ".join(obstacles))
    else:
        click.echo(f"{preview.rows} rows would be deleted. To delete them: pelatis plugin purge {name} --yes")


def _counted(tables: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"table": table, "rows": rows} for table, rows in tables.items()]


@plugin.command("migration")
@click.argument("name")
@click.option("-m", "--message", required=True, help="What it does, a few words.")
@click.option("--empty", is_flag=True, help="Write one without comparing models and tables, for data.")
def migration(name: str, message: str, empty: bool) -> None:
    """Write the migration that brings the tables of the plugin NAME to what its models say."""
    from core.host.lifecycle import write_plugin_migration

    with application() as app:
        path = write_plugin_migration(app.extensions["pelatis_host"], name, message, empty=empty)
    click.echo(str(path))


@plugin.command("new")
@click.argument("name")
@click.option("--record", default="item", show_default=True, help="The noun of its first record type, in the singular.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder in which the package is written; the present one by default.",
)
def new(name: str, record: str, into: Path) -> None:
    """Write a small plugin NAME that is complete and passes `pelatis plugin check`."""
    from pelatis.commands.scaffold import ScaffoldError, write_plugin

    try:
        folder = write_plugin(name, record, into)
    except ScaffoldError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{folder}\nNext: pip install --editable {folder}, restart, then: pelatis plugin enable {name}")


@plugin.command("check")
@click.argument("name")
@click.option("--module", help="The package, where it isn't installed: warranties, or plugins.sales.")
def check(name: str, module: str | None) -> None:
    """Run the contract that every plugin keeps on the plugin NAME, on a database of its own."""
    from pelatis.testing.check import CannotCheckError, run_contract

    try:
        passed = run_contract(name, module)
    except CannotCheckError as error:
        raise click.ClickException(str(error)) from error
    if not passed:
        raise click.ClickException(f"{name} doesn't keep the contract; what is wrong stands above.")
