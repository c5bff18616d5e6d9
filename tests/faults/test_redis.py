"""Redis as the queue: it wakes the workers of many machines, and nothing is lost or refused while it is away."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.jobs import Waker

#: How long to wait for the server, in seconds; reached only when a test fails.
PATIENCE = 20


@dataclass
class Redis:
    """A server of its own."""

    process: subprocess.Popen[bytes]
    url: str

    def kill(self) -> None:
        """Let it die, as machines do."""
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """Start a server that keeps nothing on the disk."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("the queue on Redis: no redis-server found")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    started = Redis(subprocess.Popen(command, stdout=subprocess.DEVNULL), f"redis://127.0.0.1:{port}/0")
    try:
        _await(port)
        yield started
    finally:
        started.kill()


def _await(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with closing(socket.socket()) as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise AssertionError("the server did not start")


def test_a_ring_reaches_a_waiting_worker_once(redis: Redis) -> None:
    web, worker = Waker(redis.url), Waker(redis.url)
    for _each in range(3):
        web.ring()  # as many as there may be, one is enough to wake a worker
    assert worker.wait(PATIENCE)
    assert not worker.wait(0)
    web.close()
    worker.close()


def test_a_dead_server_stops_neither_whoever_rings_nor_whoever_waits(redis: Redis) -> None:
    waker = Waker(redis.url)
    waker.ring()
    redis.kill()
    waker.ring()
    assert not waker.wait(0)
    waker.close()


#: In a process of its own, because the counters belong to the process.
TRYING = """
import sys
from flask import Flask
from core.settings import Settings
from core.web.limits import install_limits, limit_by_address

app = Flask("limited")
install_limits(app, Settings.from_environment({"PELATIS_DATA_DIR": sys.argv[1], "PELATIS_QUEUE_URL": sys.argv[2]}))
app.add_url_rule("/try", "try", limit_by_address(lambda: ("wrong", 422)), methods=["POST"])
client = app.test_client()
print(*(client.post("/try").status_code for _each in range(40)))
"""


def test_guessing_is_limited_and_signing_in_possible_while_the_server_is_away(redis: Redis, tmp_path: Path) -> None:
    redis.kill()
    command = [sys.executable, "-c", TRYING, str(tmp_path), redis.url]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE * 3).stdout.split()
    assert said == ["422"] * 30 + ["429"] * 10
