"""Pelatis as it is really served, in processes of its own: from a cold start, and by several at once."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.bench.measure import memory_of_process

#: How many ask at the same time.
AT_ONCE: Final = 8
#: How long a server may take to answer first, in seconds.
PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Served:
    """What a served installation came to.

    Attributes:
        cold_start_s: seconds from the command to the first answer.
        memory_mib: resident memory of one server process after it has worked.
        requests_per_s: answers per second, several at once.
        errors: answers that weren't the page.
    """

    cold_start_s: float
    memory_mib: float
    requests_per_s: float
    errors: int


def measure_served(environment: Mapping[str, str], cookie: str, *, workers: int, seconds: float) -> Served:
    """Start the server, ask for the list of customers with eight at once, and stop it.

    Args:
        environment: the settings of the installation.
        cookie: the cookie of somebody who is signed in.
        workers: server processes.
        seconds: for how long is asked.
    """
    port = _free_port()
    with _server(environment, port, workers) as process:
        _wait(port, process)  # Python compiles a new version the first time that it is started
    begun = time.perf_counter()
    with _server(environment, port, workers) as process:
        _wait(port, process)
        started = time.perf_counter() - begun
        _ask_for(port, cookie, 1.0)
        good, errors, took = _ask_for(port, cookie, seconds)
        memory = max((memory_of_process(pid) for pid in _servers_of(process.pid)), default=0.0)
    return Served(started, memory, good / took, errors)


@contextmanager
def _server(environment: Mapping[str, str], port: int, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "pelatis", "run", "--port", str(port), "--workers", str(workers)]
    folder = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
    surroundings = {**os.environ, "PYTHONPATH": paths, **environment}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=surroundings, stdout=quiet, stderr=quiet)  # noqa: S603 – our own command
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port: int = finder.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError("the server of the bench ended at once; `pelatis run` says why")
        try:
            if _status(port, "/healthz", "") == 200:
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError(f"the server of the bench didn't answer within {PATIENCE:.0f} s")


def _status(port: int, path: str, cookie: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def _ask_for(port: int, cookie: str, seconds: float) -> tuple[int, int, float]:
    """Ask for the list with several at once.

    Returns:
        Good answers, bad ones, and the seconds that it took.
    """
    begun = time.perf_counter()

    def ask(_place: int) -> tuple[int, int]:
        good = bad = 0
        while time.perf_counter() - begun < seconds:
            try:
                status = _status(port, "/customers", cookie)
            except OSError:
                status = 0
            good, bad = good + (status == 200), bad + (status != 200)
        return good, bad

    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(ask, range(AT_ONCE)))
    return sum(good for good, _bad in counts), sum(bad for _good, bad in counts), time.perf_counter() - begun


def _servers_of(pid: int) -> list[int]:
    """Find the server processes below a supervisor, where the system lets us."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            words = (status.parent / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == pid and b"_serve" in words:
            found.append(int(status.parent.name))
    return found
