"""The command `pelatis`. A subcommand is imported when it is asked for; enabled plugins bring their own."""

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

import pelatis

if TYPE_CHECKING:
    from flask import Flask

#: After how many new objects Python looks for garbage: starting makes a million and a page some thousands, and both
#: leave next to none behind.
COLLECTED_AFTER: Final = (20_000, 20, 20)

#: Where each command is found: `module:attribute`.
COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bench": "pelatis.commands.bench:bench",
        "check": "pelatis.commands.operate:check",
        "db": "pelatis.commands.operate:database",
        "demo": "pelatis.commands.demo:demo",
        "export": "pelatis.commands.data:export",
        "import": "pelatis.commands.data:import_",
        "plugin": "pelatis.commands.plugins:plugin",
        "run": "pelatis.commands.serve:run",
        "token": "pelatis.commands.users:token",
        "user": "pelatis.commands.users:user",
        "worker": "pelatis.commands.serve:worker",
        # What `run` starts; people don't.
        "_serve": "pelatis.commands.serve:serve",
    }
)


class Commands(click.Group):
    """Finds a command by name without importing the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List our commands, then one group for each enabled plugin that has commands."""
        own = [name for name in COMMANDS if not name.startswith("_") and _exists(name)]
        return own + sorted(_plugin_groups())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return _plugin_groups().get(cmd_name)
        module, _colon, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


def _exists(name: str) -> bool:
    return importlib.util.find_spec(COMMANDS[name].partition(":")[0]) is not None


class PluginCommands(click.Group):
    """The commands of one plugin; they run inside the application that offered them, as the system."""

    def __init__(self, plugin: str, app: "Flask") -> None:
        super().__init__(plugin, help=str(app.extensions["pelatis_host"].title(plugin)))
        self._app = app

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command inside the application."""
        from pelatis.commands import inside

        with inside(self._app):
            return super().invoke(ctx)


def _plugin_groups() -> dict[str, click.Command]:
    """Make one group for each enabled plugin with commands: `pelatis sales report` is `report` of `sales`."""
    from pelatis.commands import application

    try:
        with application() as app:
            host = app.extensions["pelatis_host"]
            groups: dict[str, PluginCommands] = {}
            for plugin, command in host.declared("commands", click.Command):
                groups.setdefault(plugin, PluginCommands(plugin, app)).add_command(command)
            return dict(groups)
    except Exception:  # noqa: BLE001 – without a database there still is --help, and our own commands say what is wrong
        return {}


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pelatis.__version__, prog_name="Pelatis")
def cli() -> None:
    """Pelatis, the CRM in which everything past users and customers is a plugin."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command; whatever goes wrong ends it with one clear line on stderr and a status that isn't 0."""
    gc.set_threshold(*COLLECTED_AFTER)
    try:
        check_packages()
        status = cli.main(
            args=None if arguments is None else list(arguments), prog_name="pelatis", standalone_mode=False
        )
    except click.exceptions.Exit as exit_:
        status = exit_.exit_code
    except (click.Abort, KeyboardInterrupt):
        status = _fail("Stopped.", 130)
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except click.ClickException as error:
        status = _fail(_usage(error), error.exit_code)
    except Exception as error:
        if os.environ.get("PELATIS_DEBUG", "") not in ("", "0"):
            raise
        status = _fail(_told(error), 1)
    sys.exit(status if isinstance(status, int) else 0)


def check_packages() -> None:
    """Make sure that `core` and `plugins`, names that others may use too, are those that came with this command.

    Raises:
        click.ClickException: when a package or a folder of that name stands before ours.
    """
    ours = Path(pelatis.__file__).parents[1]
    for name in ("core", "plugins"):
        found = importlib.util.find_spec(name)
        place = next(map(Path, (found and found.submodule_search_locations) or ()), None)
        if place != ours / name:
            where = f"in {place}" if place else "nowhere to be found"
            raise click.ClickException(
                f"The package “{name}” is {where} instead of {ours / name}. Another package of that name was installed "
                "over it, or one stands in the folder that Pelatis was started from: uninstall the other one, or start "
                "from another folder; `pip install --force-reinstall pelatis` brings ours back."
            )


def _fail(message: str, status: int) -> int:
    click.echo(" ".join(message.split()), err=True)
    return status


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    hint = f" Try: {context.command_path} --help" if isinstance(error, click.UsageError) and context else ""
    return error.format_message() + hint


def _told(error: Exception) -> str:
    """Say what nobody expected; what is expected became a `click.ClickException` in `pelatis.commands`."""
    return f"Something went wrong that should not: {type(error).__name__}: {error} (PELATIS_DEBUG=1 shows where)"
