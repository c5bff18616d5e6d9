"""The contract for the plugin that `pelatis plugin check` was asked about."""

import os

from pelatis.testing.check import MODULE_VARIABLE, NAME_VARIABLE
from pelatis.testing.contract import PluginContract


class TestContract(PluginContract):
    """What every plugin keeps."""

    plugin = os.environ.get(NAME_VARIABLE, "")
    module = os.environ.get(MODULE_VARIABLE) or None
