"""`pelatis plugin check NAME`: the contract, run by pytest on a plugin that has no tests of its own yet."""

import os
from typing import Final

#: Tell `pelatis.testing.checked` which plugin is meant.
NAME_VARIABLE: Final = "PELATIS_CHECKED_PLUGIN"
MODULE_VARIABLE: Final = "PELATIS_CHECKED_MODULE"


class CannotCheckError(Exception):
    """The check can't begin; the message says what to do about it."""


def run_contract(name: str, module: str | None = None) -> bool:
    """Run the contract on one plugin, on databases of its own.

    Args:
        name: the plugin's name.
        module: its package, where it isn't announced by an entry point.

    Returns:
        Whether the plugin keeps it.

    Raises:
        CannotCheckError: when pytest isn't installed, or there is no such plugin.
    """
    try:
        import pytest
    except ImportError as error:
        raise CannotCheckError("The check needs pytest: pip install 'pelatis[dev]'") from error
    _refuse_absent(name, module)
    os.environ[NAME_VARIABLE], os.environ[MODULE_VARIABLE] = name, module or ""
    arguments = ["--pyargs", "pelatis.testing.checked", "-p", "no:cacheprovider", "--override-ini=addopts=", "-q"]
    return pytest.main([*arguments, "-W", "error"]) == pytest.ExitCode.OK


def _refuse_absent(name: str, module: str | None) -> None:
    from core.host.discovery import announced

    known = sorted({each.name for each in announced([module] if module else [])})
    if name not in known:
        raise CannotCheckError(
            f"There is no plugin called {name}. Install its package, or in its folder say --module PACKAGE. "
            f"There are: {', '.join(known)}."
        )
