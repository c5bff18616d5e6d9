"""What takes the journal over in tests."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from core.host.doors import current_host

GUIDE = Path(__file__).parents[3] / "docs" / "write-a-plugin.md"
NAME = "sales:connector"


def connector_of_the_guide(folder: Path) -> ModuleType:
    """Give the connector that the plugin guide shows, writing into a folder."""
    chapter = GUIDE.read_text(encoding="utf-8").partition("## A connector to the bookkeeping")[2]
    sample = re.findall(r"```python\n(.*?)```", chapter, re.DOTALL)[0]
    module = ModuleType("ledger")
    exec(compile(sample, "ledger/hooks.py", "exec"), module.__dict__)
    module.__dict__["FOLDER"] = folder
    return module


@contextmanager
def connected(connector: Any) -> Iterator[None]:
    """Let something answer hooks as long as the block runs."""
    host = current_host()
    host.hooks.register(connector, name=NAME)
    host.snapshot.answers.clear()
    try:
        yield
    finally:
        host.hooks.unregister(name=NAME)
        host.snapshot.answers.clear()
