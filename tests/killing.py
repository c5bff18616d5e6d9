"""Processes that die in the middle of what they do, as a pulled plug or an out-of-memory killer ends them."""

import os
import signal
import subprocess
import sys

from tests.conftest import Site


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
