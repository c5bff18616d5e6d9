"""Law 4: every bundled plugin keeps the contract that a stranger's plugin keeps."""

from pelatis.testing import PluginContract


class TestActivities(PluginContract):
    plugin = "activities"


class TestCatalog(PluginContract):
    plugin = "catalog"


class TestSales(PluginContract):
    plugin = "sales"
