"""The kit for authors of plugins: the contract that every plugin keeps, bundled or not.

from pelatis.testing import PluginContract

class TestContract(PluginContract):
    plugin = "warranties"
"""

import pytest

pytest.register_assert_rewrite("pelatis.testing.contract")

from pelatis.testing.contract import PluginContract  # noqa: E402 - its assertions must be rewritten before
from pelatis.testing.examples import make_example  # noqa: E402 - as above

__all__ = ["PluginContract", "make_example"]
