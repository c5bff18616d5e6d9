"""`pelatis run` as people start it: one command serves, whatever dies is started again, and it ends as a whole."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
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
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pelatis", "run", "--port", "0", *arguments],
            env={**environment, "PELATIS_DATA_DIR": str(data_dir), "PELATIS_LOG_LEVEL": "WARNING"},
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=(data_dir.parent / "stderr").open("a"),
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


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def start(*arguments: str) -> Run:
        started.append(Run(tmp_path / "data", *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.end()


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")


def test_the_first_run_sets_everything_up_and_serves(run: Callable[..., Run]) -> None:
    server = run()
    assert any("set it up with the code" in line for line in server.printed)
    assert server.get("/healthz") == (200, '{"alive":true}\n')
    assert server.get("/readyz") == (200, '{"ready":true}\n')
    assert server.get("/login")[0] == 200
    with closing(sqlite3.connect(server.data_dir / "pelatis.db")) as connection:
        enabled = {name for (name,) in connection.execute("SELECT name FROM core_plugin WHERE enabled")}
    assert {"activities", "catalog", "sales"} <= enabled
    assert server.end() == 0


def test_a_worker_that_is_killed_is_replaced_and_goes_on_with_its_job_at_once(run: Callable[..., Run]) -> None:
    server = run()
    (worker,) = eventually(lambda: server.children("worker"))
    with closing(sqlite3.connect(server.data_dir / "pelatis.db", timeout=30)) as connection:
        # A job that the dead worker held: nobody has that name, so nobody runs it, but its lease must end.
        import socket
        import uuid

        name = f"{socket.gethostname()}:{worker}"
        connection.execute(
            "INSERT INTO core_job (name, state, attempts, next_try_at, created_at, lease_until, done, message, error, "
            "arguments, cursor, result, id, lease_id, worker) VALUES ('gone.job', 'running', 1, '2026-01-01', "
            "'2026-01-01', '2099-01-01', 0, '', '', '{}', '{}', '{}', ?, ?, ?)",
            (uuid.uuid4().hex, uuid.uuid4().hex, name),
        )
        connection.commit()
        os.kill(worker, signal.SIGKILL)
        (another,) = eventually(lambda: [pid for pid in server.children("worker") if pid != worker])
        assert another != worker

        def lease_ended() -> bool:
            ((until,),) = connection.execute("SELECT lease_until FROM core_job WHERE name = 'gone.job'")
            return bool(until < "2099")

        eventually(lease_ended)
    assert server.get("/healthz")[0] == 200
    assert server.end() == 0


def test_a_server_that_is_killed_is_replaced_and_the_others_go_on(run: Callable[..., Run]) -> None:
    server = run("--workers", "2")
    servers = eventually(lambda: len(found := server.children("_serve")) == 2 and found)
    os.kill(servers[0], signal.SIGKILL)
    assert {server.get("/healthz")[0] for _request in range(5)} == {200}
    eventually(lambda: len(server.children("_serve")) == 2 and servers[0] not in server.children("_serve"))
    assert server.get("/healthz")[0] == 200
    assert server.end() == 0


def test_figures_of_all_processes_are_added_up(run: Callable[..., Run]) -> None:
    server = run("--workers", "2")
    for _request in range(20):
        server.get("/healthz")
    line = next(
        line
        for line in server.get("/metrics")[1].splitlines()
        if line.startswith('pelatis_requests_total{method="GET",route="/healthz",status="200"}')
    )
    assert float(line.split()[-1]) == 20


def test_ending_it_ends_everything(run: Callable[..., Run]) -> None:
    server = run("--workers", "2")
    processes = eventually(lambda: len(found := server.children("_serve") + server.children("worker")) == 3 and found)
    assert server.end() == 0
    assert not any(is_alive(process) for process in processes)


def test_when_it_is_killed_its_processes_end_too(run: Callable[..., Run]) -> None:
    server = run()
    processes = eventually(lambda: len(found := server.children("_serve") + server.children("worker")) == 2 and found)
    server.process.kill()
    server.process.wait()
    assert server.process.stdout is not None
    server.process.stdout.close()
    eventually(lambda: not any(is_alive(process) for process in processes))


def test_a_second_run_of_a_database_that_is_there_changes_nothing(run: Callable[..., Run]) -> None:
    first = run()
    first.end()
    with closing(sqlite3.connect(first.data_dir / "pelatis.db")) as connection:
        before = connection.execute("SELECT name, enabled, changed_at FROM core_plugin ORDER BY name").fetchall()
    second = run()
    second.end()
    with closing(sqlite3.connect(first.data_dir / "pelatis.db")) as connection:
        after = connection.execute("SELECT name, enabled, changed_at FROM core_plugin ORDER BY name").fetchall()
    assert after == before
