"""Processes that die in the middle of what they do, as a pulled plug or an out-of-memory killer ends them."""

import inspect
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from tests.conftest import Site

#: Does something, and dies right after a function of a module was called on the way and its changes were written.
DYING: Final = """
import importlib, os, signal, sys
from core.access import acting_as, system_actor
from core.app import create_app
from core.database import db
from core.settings import Settings

def dying(function):
    def call(*arguments, **named):
        function(*arguments, **named)
        db.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    return call

module, moment, *told = sys.argv[1:]
module = importlib.import_module(module)
setattr(module, moment, dying(getattr(module, moment)))
app = create_app(Settings.from_environment(dict(os.environ)))
with app.app_context(), acting_as(system_actor()):
    act(*told)
"""


def let_die_after(site: Site, module: ModuleType, moment: str, act: Callable[..., Any], *arguments: object) -> None:
    """Do something in a process of its own that dies right after a function of a module was called on the way.

    Args:
        site: whose database and folder it works on.
        module: where the function is looked up.
        moment: the function's name.
        act: what is done; its source is run there, so it imports all that it needs itself.
        *arguments: what it is told, as texts.
    """
    source = f"{inspect.getsource(act)}\nact = {act.__name__}\n{DYING}"
    let_die(site, source, module.__name__, moment, *arguments)


def let_die(site: Site, script: str, *arguments: object) -> None:
    """Run a script on the test's database in a process of its own; it must kill itself.

    Args:
        site: whose database and folder it works on.
        script: Python; it finds its application by `Settings.from_environment`.
        *arguments: what it finds in `sys.argv[1:]`.
    """
    environment = os.environ | {
        "PELATIS_DATA_DIR": str(site.settings.data_dir),
        "PELATIS_DATABASE_URL": site.settings.database_url,
        "PELATIS_SECRET_KEY": "t" * 40,
    }
    command = [sys.executable, "-c", script, *map(str, arguments)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
