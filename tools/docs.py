"""Write the pages of docs/ that are drawn from the code: `python -m tools.docs write`, and `… check` in CI.

Hooks, the public names, the settings and the commands describe themselves where they are defined; these pages only
gather that. A test fails while one of them is out of date, so nothing public is without an entry.
"""

import ast
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

import click

_NOTICE: Final = "<!-- Written by `make docs` from the code; change it there. -->\n"
_SECTION: Final = re.compile(r"^(Args|Attributes|Raises|Returns|Yields):$")
_SECTION_TITLES: Final = {"Args": "Arguments"}
_ITEM: Final = re.compile(r"^    (\*{0,2}\w[\w, .*]*): (.*)$")
_HELP_WIDTH: Final = 100

_HOOKS_HEAD: Final = """\
# Hooks

What a plugin can take part in. It answers a hook in its `hooks.py` with a function of that name, marked `@hookimpl`,
which may leave out arguments that it does not need. How to write one: [write-a-plugin.md](write-a-plugin.md). What
the answers are made of: [api.md](api.md).
"""
_SETTINGS_HEAD: Final = """\
# Settings

Pelatis reads its settings from environment variables at start. Every one has a default that works on a single machine.

| variable | what it is for | when it is not set |
|---|---|---|
"""
_COMMANDS_HEAD: Final = """\
# Commands

What `--help` prints. Plugins that are switched on may add commands of their own.
"""
_API_HEAD: Final = """\
# The public names

All that a plugin may import, from `pelatis.api`. The rest of Pelatis is private and may change at any time; a name
that stands here changes only with a deprecation.
"""


class UndocumentedError(RuntimeError):
    """Something public says nothing about itself; the message names it."""


@dataclass(frozen=True)
class Hook:
    """A hook as its specification tells it.

    Attributes:
        name: `crm_…`.
        signature: its arguments and what it gives, as Python writes them.
        docstring: what it is for, who calls it and who implements it.
    """

    name: str
    signature: str
    docstring: str


def pages(root: Path) -> dict[Path, str]:
    """Return each generated page of the project at `root` with the text that it should have."""
    draw: dict[str, Callable[[Path], str]] = {
        "api.md": lambda _root: api_page(importlib.import_module("pelatis.api")),
        "commands.md": commands_page,
        "hooks.md": hooks_page,
        "settings.md": lambda _root: settings_page(),
    }
    return {root / "docs" / name: _NOTICE + page(root) for name, page in draw.items()}


def stale_pages(root: Path) -> list[Path]:
    """Return the generated pages of the project at `root` that are missing or don't say what the code says."""
    return [path for path, text in pages(root).items() if not path.is_file() or path.read_text("utf-8") != text]


def hooks(root: Path) -> dict[str, list[Hook]]:
    """Return the hooks of the project at `root` by the name of their owner, core first."""
    owners = {"core": root / "core/host/hookspecs.py"}
    owners |= {path.parent.name: path for path in sorted((root / "plugins").glob("*/hookspecs.py"))}
    return {owner: list(_hooks_in(path)) for owner, path in owners.items() if path.is_file()}


def hooks_page(root: Path) -> str:
    """Return the reference of all hooks of the project at `root`.

    Raises:
        UndocumentedError: a hook has no docstring.
    """
    parts = [_HOOKS_HEAD]
    for owner, owned in hooks(root).items():
        parts.append(f"\n## Owned by {owner}\n")
        for hook in owned:
            if not hook.docstring:
                raise UndocumentedError(f"the hook {hook.name} has no docstring")
            parts.append(
                f"\n### {hook.name}\n\n```python\n{hook.name}{hook.signature}\n```\n\n{as_markdown(hook.docstring)}"
            )
    return "".join(parts)


def api_page(module: ModuleType) -> str:
    """Return the reference of the names in `__all__` of a module.

    Raises:
        UndocumentedError: one of them has neither a docstring nor a `#:` comment where it is made.
    """
    names = sorted(module.__all__, key=lambda name: (name.lower(), name))
    return _API_HEAD + "".join(_entry(module, name) for name in names)


def settings_page() -> str:
    """Return the table of all settings."""
    settings = importlib.import_module("core.settings")
    rows = "".join(f"| `{doc.name}` | {doc.summary} | {doc.default} |\n" for doc in settings.documented_settings())
    return _SETTINGS_HEAD + rows


def commands_page(root: Path) -> str:
    """Return what each command says of itself when asked for help: our own, then those of bundled plugins."""
    cli = importlib.import_module("pelatis.cli")
    parent = click.Context(cli.cli, info_name="pelatis")
    own = [cli.cli.get_command(parent, name) for name in sorted(cli.COMMANDS) if not name.startswith("_")]
    parts = [_COMMANDS_HEAD]
    for command in [*own, *_groups_of_plugins(root)]:
        for path, context in _commands(command, parent):
            parts.append(f"\n## {path}\n\n```text\n{context.get_help()}\n```\n")
    return "".join(parts)


def _groups_of_plugins(root: Path) -> Iterator[click.Group]:
    for path in sorted((root / "plugins").glob("*/commands.py")):
        module = importlib.import_module(f"plugins.{path.parent.name}.commands")
        commands = [value for value in vars(module).values() if isinstance(value, click.Command)]
        yield click.Group(path.parent.name, {command.name or "": command for command in commands})


def as_markdown(docstring: str) -> str:
    """Return a docstring in Google's style as Markdown, its sections as lists."""
    lines: list[str] = []
    in_section = False
    for line in inspect.cleandoc(docstring).splitlines():
        section, item = _SECTION.match(line), _ITEM.match(line)
        if section:
            in_section = True
            lines += [f"**{_SECTION_TITLES.get(section[1], section[1])}**", ""]
        elif in_section and item:
            names = ", ".join(f"`{name.strip()}`" for name in item[1].split(","))
            lines.append(f"- {names}: {item[2]}")
        elif in_section and line.startswith("    "):
            lines.append(f"  {line.strip()}")
        else:
            in_section = in_section and not line
            lines.append(line)
    return "\n".join(lines) + "\n"


def _hooks_in(path: Path) -> Iterator[Hook]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and any(_is_hookspec(mark) for mark in node.decorator_list):
            yield Hook(node.name, _signature(node), ast.get_docstring(node) or "")


def _is_hookspec(decorator: ast.expr) -> bool:
    marker = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(marker, ast.Name) and marker.id == "hookspec"


def _signature(function: ast.FunctionDef) -> str:
    gives = ast.unparse(function.returns) if function.returns else "None"
    return f"({ast.unparse(function.args)}) -> {gives}".replace("'", "")


def _entry(module: ModuleType, name: str) -> str:
    value = getattr(module, name)
    describable = isinstance(value, type | FunctionType | ModuleType)
    text = _comment_above(module, name) or (value.__doc__ if describable else "")
    shape = _shape(name, value) if isinstance(value, type | FunctionType) else ""
    if not text:
        raise UndocumentedError(f"{module.__name__}.{name} has no docstring, nor a #: comment where it is made")
    code = f"```python\n{shape}\n```\n\n" if shape else ""
    return f"\n## {name}\n\n{code}{as_markdown(text)}"


def _shape(name: str, value: type | FunctionType) -> str:
    if isinstance(value, type):
        return f"class {name}"
    tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
    function = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return f"{name}{_signature(function)}"


def _comment_above(module: ModuleType, name: str) -> str:
    """Return the `#:` lines above the assignment of a name, in the module that makes it."""
    source = inspect.getsource(module)
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            origin = {alias.asname or alias.name: alias.name for alias in node.names}.get(name)
            if origin:
                return _comment_above(importlib.import_module(node.module), origin)
        if _assigns(node, name):
            return _comment_before(source.splitlines(), node.lineno - 1)
    return ""


def _assigns(node: ast.stmt, name: str) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _comment_before(lines: list[str], index: int) -> str:
    above: list[str] = []
    while index > 0 and lines[index - 1].startswith("#:"):
        index -= 1
        above.insert(0, lines[index].removeprefix("#:").strip())
    return "\n".join(above)


def _commands(command: click.Command, parent: click.Context) -> Iterator[tuple[str, click.Context]]:
    context = click.Context(
        command, parent, info_name=command.name, terminal_width=_HELP_WIDTH, max_content_width=_HELP_WIDTH
    )
    yield context.command_path, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            member = command.get_command(context, name)
            if member is not None and not member.hidden:
                yield from _commands(member, context)


def main(arguments: list[str]) -> int:
    """Run one of the two commands in the current folder and return the exit status."""
    root = Path.cwd()
    if arguments == ["write"]:
        for path, text in pages(root).items():
            path.write_text(text, encoding="utf-8")
        return 0
    if arguments == ["check"]:
        stale = stale_pages(root)
        for path in stale:
            print(f"{path.relative_to(root)} is not what the code says; run make docs")
        return 1 if stale else 0
    print("usage: python -m tools.docs write|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
