"""The contract for the plugin that `pelatis plugin check` was asked about."""

import os

import pytest

from core.host.states import State
from pelatis.testing.check import MODULE_VARIABLE, NAME_VARIABLE
from pelatis.testing.contract import ContractSite, PluginContract


class TestContract(PluginContract):
    """What every plugin keeps."""

    plugin = os.environ.get(NAME_VARIABLE, "")
    module = os.environ.get(MODULE_VARIABLE) or None

    @pytest.fixture(autouse=True)
    def loaded(self, site: ContractSite) -> None:
        """Tell once why the plugin can't be loaded, instead of with every promise."""
        status = site.host.status(self.plugin)
        if status.state in (State.failed, State.incompatible):
            pytest.exit(f"{self.plugin} can't be loaded. {status.reason}\n{status.traceback}", returncode=1)
