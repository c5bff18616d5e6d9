"""`pelatis run` as people start it: one command serves, whatever dies is started again, and it ends as a whole."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

#: How long to wait for another process, in seconds; reached only when a test fails.
PATIENCE = 60


class Run:
    """`pelatis run` in a process of its own, on a port that the system chose."""

    def __init__(self, data_dir: Path, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PELATIS_")}
        self.data_dir = data_dir
        with (data_dir.parent / "stderr").open("a") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pelatis", "run", "--port", "0", *arguments],
                env={**environment, "PELATIS_DATA_DIR": str(data_dir), "PELATIS_LOG_LEVEL": "WARNING"},
                cwd=Path(__file__).parents[2],
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        self.printed: list[str] = []
        self.url = self._await_url()

    def _await_url(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if line.startswith("Pelatis is at "):
                return line.split()[3]
        self.end()
        raise AssertionError((self.data_dir.parent / "stderr").read_text() + "".join(self.printed))

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def children(self, command: str) -> list[int]:
        """Find the processes that it started, `_serve` or `worker`."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    line = (folder / "cmdline").read_text().split("\0")
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if parent == self.process.pid and command in line:
                    found.append(int(folder.name))
        return sorted(found)

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.close()

    def close(self) -> int:
        status = self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


def eventually(look: Callable[[], Any]) -> Any:
    """Wait until something that another process does has happened, and give it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("it never happened")


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run") / "data"


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Run]:
    """A first run, with two server processes, which these tests kill one after the other."""
    server = Run(data_dir, "--workers", "2")
    yield server
    if server.process.poll() is None:
        server.end()


def rows(data_dir: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(data_dir / "pelatis.db", timeout=30)) as connection:
        return connection.execute(statement).fetchall()


def test_the_first_run_sets_everything_up_and_serves(server: Run) -> None:
    assert any("set it up with the code" in line for line in server.printed)
    assert server.get("/healthz") == (200, '{"alive":true}\n')
    assert server.get("/readyz") == (200, '{"ready":true}\n')
    assert server.get("/setup")[0] == 200
    enabled = {name for (name,) in rows(server.data_dir, "SELECT name FROM core_plugin WHERE enabled")}
    assert {"activities", "catalog", "sales"} <= enabled


def test_figures_of_all_processes_are_added_up(server: Run) -> None:
    def counted() -> float:
        wanted = 'pelatis_requests_total{method="GET",route="/healthz",status="200"}'
        lines = server.get("/metrics")[1].splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(wanted))

    before = counted()
    for _request in range(20):
        server.get("/healthz")
    assert counted() == before + 20


def test_a_worker_that_is_killed_is_replaced_and_what_it_held_is_free_at_once(server: Run) -> None:
    (worker,) = eventually(lambda: server.children("worker"))
    with closing(sqlite3.connect(server.data_dir / "pelatis.db", timeout=30)) as connection:
        # A job that the dead worker held: nobody knows its name, so nobody runs it, but its lease must end.
        connection.execute(
            "INSERT INTO core_job (name, state, attempts, next_try_at, created_at, lease_until, done, message, error, "
            "arguments, cursor, result, id, lease_id, worker) VALUES ('gone.job', 'running', 1, '2026-01-01', "
            "'2026-01-01', '2099-01-01', 0, '', '', '{}', '{}', '{}', ?, ?, ?)",
            (uuid.uuid4().hex, uuid.uuid4().hex, f"{socket.gethostname()}:{worker}"),
        )
        connection.commit()
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: [pid for pid in server.children("worker") if pid != worker])
    ended = "SELECT 1 FROM core_job WHERE name = 'gone.job' AND lease_until NOT LIKE '2099%'"
    eventually(lambda: rows(server.data_dir, ended))
    assert server.get("/healthz")[0] == 200


def test_a_server_that_is_killed_is_replaced_and_the_other_goes_on(server: Run) -> None:
    servers = eventually(lambda: len(found := server.children("_serve")) == 2 and found)
    os.kill(servers[0], signal.SIGKILL)
    assert {server.get("/healthz")[0] for _request in range(5)} == {200}
    eventually(lambda: len(found := server.children("_serve")) == 2 and servers[0] not in found)
    assert server.get("/healthz")[0] == 200


def test_a_second_run_changes_nothing_and_ends_alone_when_it_is_killed(server: Run) -> None:
    """Over the same database, as after a restart; its processes find out that their parent is gone."""
    plugins = "SELECT name, enabled, changed_at FROM core_plugin ORDER BY name"
    before = rows(server.data_dir, plugins)
    second = Run(server.data_dir)
    assert rows(server.data_dir, plugins) == before
    processes = eventually(lambda: len(found := second.children("_serve") + second.children("worker")) == 2 and found)
    second.process.kill()
    second.close()
    eventually(lambda: not any(is_alive(process) for process in processes))
    assert server.get("/healthz")[0] == 200


def test_ending_it_ends_everything(server: Run) -> None:
    processes = eventually(lambda: len(found := server.children("_serve") + server.children("worker")) == 3 and found)
    assert server.end() == 0
    assert not any(is_alive(process) for process in processes)
