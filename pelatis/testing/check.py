"""`pelatis plugin check NAME`: the contract, run by pytest on a plugin that has no tests of its own yet."""

import os
from typing import Final

#: Tell `pelatis.testing.checked` which plugin is meant.
NAME_VARIABLE: Final = "PELATIS_CHECKED_PLUGIN"
MODULE_VARIABLE: Final = "PELATIS_CHECKED_MODULE"


class ToolMissingError(Exception):
    """What the check needs isn't installed."""


def run_contract(name: str, module: str | None = None) -> bool:
    """Run the contract on one plugin, on databases of its own.

    Args:
        name: the plugin's name.
        module: its package, where it isn't announced by an entry point.

    Returns:
        Whether the plugin keeps it.

    Raises:
        ToolMissingError: when pytest isn't installed.
    """
    try:
        import pytest
    except ImportError as error:
        raise ToolMissingError("The check needs pytest: pip install 'pelatis[dev]'") from error
    os.environ[NAME_VARIABLE], os.environ[MODULE_VARIABLE] = name, module or ""
    arguments = ["--pyargs", "pelatis.testing.checked", "-p", "no:cacheprovider", "--override-ini=addopts=", "-q"]
    return pytest.main([*arguments, "-W", "error"]) == pytest.ExitCode.OK
