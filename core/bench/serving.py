"""Pelatis and the floor as they are really served, in processes of their own: from a cold start, by several at once."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from core.bench.data import some_customer
from core.bench.measure import memory_of_process

#: How many ask at the same time.
AT_ONCE: Final = 8
#: How often each program is started; its fastest start counts: Python compiles a new version during the first one, and
#: other programs on the machine disturbed it least.
STARTS: Final = 3
#: How long a server may take to answer first, in seconds.
PATIENCE: Final = 60.0
#: How often each program is asked for a while; its best turn counts, for the same reason.
TURNS: Final = 4
#: How long is asked before it counts, in seconds.
WARM_UP: Final = 1.0


@dataclass(frozen=True)
class Program:
    """What is served: Pelatis or the floor, which show customers and take them at the same address.

    Attributes:
        module: what Python runs; it takes `run --port … --workers …`.
        headers: of each request.
    """

    module: str
    headers: Mapping[str, str]


FLOOR: Final = Program("core.bench.floor_server", {})


@dataclass(frozen=True)
class Served:
    """What a served program came to.

    Attributes:
        cold_start_s: seconds from the command to the first answer.
        memory_mib: resident memory of one server process after it has shown lists.
        requests_per_s, errors: lists per second, several at once, and answers that weren't the list.
        creates_per_s, create_errors: the same of new customers.
    """

    cold_start_s: float
    memory_mib: float
    requests_per_s: float
    errors: int
    creates_per_s: float
    create_errors: int


def measure_served(
    programs: Sequence[Program], environment: Mapping[str, str], *, workers: int, seconds: float
) -> list[Served]:
    """Start each program, ask it for lists and for new customers with eight at once, and stop it.

    The programs take turns, so that whatever else the machine does disturbs all of them.

    Args:
        programs: what is served, on the same database.
        environment: the settings of the installation.
        workers: server processes of each.
        seconds: for how long each is asked.
    """
    starts: list[list[float]] = [[] for _program in programs]
    for _time in range(STARTS):
        for program, took in zip(programs, starts, strict=True):
            with _served(program, environment, workers) as server:
                took.append(server.started_s)
    with ExitStack() as stack:
        servers = [stack.enter_context(_served(program, environment, workers)) for program in programs]
        lists = _in_turns([server.show_list for server in servers], seconds)
        memory = [server.memory() for server in servers]
        creates = _in_turns([server.create for server in servers], seconds)
    return [
        Served(min(took), mib, *shown, *made)
        for took, mib, shown, made in zip(starts, memory, lists, creates, strict=True)
    ]


def _in_turns(acts: Sequence[Callable[[int], bool]], seconds: float) -> list[tuple[float, int]]:
    """Let several at once do each thing for so many seconds.

    Returns:
        For each thing how often it was done per second, and how often it failed.

    Raises:
        RuntimeError: when it fails each time.
    """
    numbers = count()  # its `next` is one step of the interpreter, so no two threads get the same number
    for act in acts:
        if not _all_at_once(act, numbers, WARM_UP)[0]:
            raise RuntimeError(f"a server of the bench can't {act.__name__.replace('_', ' ')}")
    turns = [[_all_at_once(act, numbers, seconds / TURNS) for act in acts] for _turn in range(TURNS)]
    return [(max(rate for rate, _bad in own), sum(bad for _rate, bad in own)) for own in zip(*turns, strict=True)]


def _all_at_once(act: Callable[[int], bool], numbers: Iterator[int], seconds: float) -> tuple[float, int]:
    begun = time.perf_counter()

    def one(_place: int) -> tuple[int, int]:
        good = bad = 0
        while time.perf_counter() - begun < seconds:
            try:
                done = act(next(numbers))
            except OSError:
                done = False
            good, bad = good + done, bad + (not done)
        return good, bad

    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts = list(pool.map(one, range(AT_ONCE)))
    return sum(good for good, _bad in counts) / (time.perf_counter() - begun), sum(bad for _good, bad in counts)


class _Server:
    """A program that runs and answers.

    Args:
        process: its supervisor.
        port: where it answers.
        headers: of each request.
        begun: when it was started, by `time.perf_counter`.
    """

    def __init__(self, process: subprocess.Popen[bytes], port: int, headers: Mapping[str, str], begun: float) -> None:
        self._process, self._port, self._headers = process, port, headers
        self._await()
        #: How long it took to answer first, in seconds.
        self.started_s = time.perf_counter() - begun

    def _await(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError("the server of the bench ended at once; `pelatis run` says why")
            try:
                if self._is_answered("GET", "/healthz"):
                    return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"the server of the bench didn't answer within {PATIENCE:.0f} s")

    def _is_answered(self, method: str, path: str, form: Mapping[str, str] | None = None) -> bool:
        """Ask; an answer is the page that was asked for, or the way to what was made."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        try:
            connection.request(method, path, urlencode(form) if form else None, {**self._headers, **kind})
            response = connection.getresponse()
            response.read()
            return response.status == 200 or (response.getheader("Location") or "").startswith("/customers/")
        finally:
            connection.close()

    def show_list(self, _number: int) -> bool:
        """Ask for the list; the answer is whether it came."""
        return self._is_answered("GET", "/customers")

    def create(self, number: int) -> bool:
        """Send a customer who isn't there yet; the answer is whether they were taken."""
        return self._is_answered("POST", "/customers", some_customer(number))

    def memory(self) -> float:
        """Tell the resident memory of the largest of its server processes in MiB, where the system lets us."""
        return max(map(memory_of_process, _servers_of(self._process.pid)), default=0.0)


@contextmanager
def _served(program: Program, environment: Mapping[str, str], workers: int) -> Iterator[_Server]:
    """Start a program, wait until it answers, and stop it."""
    port = _free_port()
    command = [sys.executable, "-m", program.module, "run", "--port", str(port), "--workers", str(workers)]
    folder = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))
    surroundings = {**os.environ, "PYTHONPATH": paths, **environment}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    quiet, begun = subprocess.DEVNULL, time.perf_counter()
    process = subprocess.Popen(command, env=surroundings, stdout=quiet, stderr=quiet)  # noqa: S603 – our own command
    try:
        yield _Server(process, port, program.headers, begun)
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
