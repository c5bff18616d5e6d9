"""Measuring one thing at a time: milliseconds, processor time and SQL statements of a request."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from sqlalchemy import Connection, Engine, event, text

#: What isn't a statement that the application asked for.
_HOUSEKEEPING: Final = ("PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Figures:
    """What one request costs.

    Attributes:
        ms: milliseconds, the median.
        cpu_ms: processor time of this process and of the database's, in milliseconds, the mean.
        statements: SQL statements, the median.
    """

    ms: float
    cpu_ms: float
    statements: float


@dataclass(frozen=True)
class Imported:
    """How fast rows were written, per second and per second of processor time: this process' and the database's."""

    rows_per_s: float
    rows_per_cpu_s: float


class Meter:
    """Measures what is done with one engine.

    Args:
        engine: the engine whose statements are counted; for PostgreSQL its processes' time counts too where it runs on
            this machine.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._count = 0
        event.listen(engine, "before_cursor_execute", self._counted)

    def close(self) -> None:
        """Stop counting."""
        event.remove(self.engine, "before_cursor_execute", self._counted)

    def _counted(self, _connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(_HOUSEKEEPING):
            self._count += 1

    def measure(self, act: Callable[[int], object], repetitions: int, warm_up: int = 3) -> Figures:
        """Do something again and again.

        Args:
            act: what is done; it is told how often it was done before, so that it needn't do the same each time.
            repetitions: how often it is measured.
            warm_up: how often it is done before.
        """
        for number in range(warm_up):
            act(number)
        times, counts = [], []
        cpu = self._cpu_seconds()
        for number in range(warm_up, warm_up + repetitions):
            self._count, begun = 0, time.perf_counter()
            act(number)
            times.append(time.perf_counter() - begun)
            counts.append(self._count)
        cpu = self._cpu_seconds() - cpu
        return Figures(median(times) * 1000, cpu * 1000 / repetitions, median(counts))

    def pace(self, write: Callable[[], object], rows: int) -> Imported:
        """Write rows once.

        Args:
            write: writes them.
            rows: how many they are.
        """
        cpu, begun = self._cpu_seconds(), time.perf_counter()
        write()
        seconds = time.perf_counter() - begun
        return Imported(rows / seconds, rows / (self._cpu_seconds() - cpu))

    def _cpu_seconds(self) -> float:
        return time.process_time() + sum(map(_seconds_of_process, self._backends()))

    def _backends(self) -> list[int]:
        if self.engine.dialect.name != "postgresql":
            return []
        query = text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())


def _seconds_of_process(pid: int) -> float:
    """Tell the processor time of a process of this machine, in seconds; 0 where it can't be seen."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of_process(pid: int) -> float:
    """Tell the resident memory of a process of this machine in MiB; 0 where it can't be seen."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
