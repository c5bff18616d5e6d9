"""Which jobs exist: the `@job` decorator, and when the ones that repeat are due."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from core.i18n import DEFAULT_ZONE

JobFunction = TypeVar("JobFunction", bound=Callable[..., Any])

#: How many times in a row a job may fail without getting anywhere before it is parked.
ATTEMPTS: Final = 5
#: How many seconds a job may go without a sign of progress before its worker is given up as hung.
PATIENCE: Final = 900

_INTERVAL = re.compile(r"(\d{1,4}) (minute|hour)s?")


@dataclass(frozen=True)
class Every:
    """A rhythm: `day`, `hour`, `monday` … `sunday`, or `10 minutes`, `6 hours`; `at` is the time of day in `zone`."""

    rhythm: str
    at: dt.time = dt.time(0)
    zone: str = DEFAULT_ZONE

    DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def __post_init__(self) -> None:
        """Refuse a rhythm that nobody understands, at import and not at night."""
        if self.rhythm not in ("day", "hour", *self.DAYS) and not _INTERVAL.fullmatch(self.rhythm):
            raise ValueError(f"no such rhythm: {self.rhythm!r}")

    def last_due(self, now: dt.datetime) -> dt.datetime:
        """Tell when the job was last due.

        A time of day that a change of clocks skips is taken an hour later, one that it repeats is taken once.

        Args:
            now: an aware moment.
        """
        if interval := self._interval():
            seconds = interval.total_seconds()
            return dt.datetime.fromtimestamp(now.timestamp() // seconds * seconds, dt.UTC)
        local = now.astimezone(ZoneInfo(self.zone))
        days_back = (local.weekday() - self.DAYS.index(self.rhythm)) % 7 if self.rhythm in self.DAYS else 0
        due = self._moment(local.date() - dt.timedelta(days=days_back))
        if due > now:
            due = self._moment(local.date() - dt.timedelta(days=days_back + (7 if self.rhythm in self.DAYS else 1)))
        return due

    def _interval(self) -> dt.timedelta | None:
        if self.rhythm == "hour":
            return dt.timedelta(hours=1)
        match = _INTERVAL.fullmatch(self.rhythm)
        return dt.timedelta(**{f"{match[2]}s": int(match[1])}) if match else None

    def _moment(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(dt.UTC)


@dataclass(frozen=True)
class JobDefinition:
    """A job as its author declared it."""

    #: `sales.remind`; the core's own begin with `core.`.
    name: str
    function: Callable[..., Any]
    #: What it is called on the page of jobs; lazily translated.
    title: Any
    every: Every | None = None
    attempts: int = ATTEMPTS
    patience: int = PATIENCE

    @property
    def plugin(self) -> str:
        """The plugin that it belongs to; `core` for the core's own."""
        return self.name.partition(".")[0]


def plugin_of_module(module: str) -> str:
    """Read a plugin's name off a module: `plugins.sales.jobs` is `sales`, `warranties.jobs` is `warranties`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "plugins" and len(parts) > 1 else parts[0]


class JobRegistry:
    """All jobs that were declared; the host takes a plugin's away when its loading fails."""

    def __init__(self) -> None:
        self._jobs: dict[str, JobDefinition] = {}
        #: Asked whether a plugin is on; the host puts its own answer here.
        self.is_enabled: Callable[[str], bool] = lambda _plugin: True
        #: Asked which plugin a module belongs to; the host puts its own answer here.
        self.plugin_of_module: Callable[[str], str] = plugin_of_module

    def add(self, definition: JobDefinition) -> None:
        """Add a job.

        Raises:
            ValueError: when another function has that name already.
        """
        present = self._jobs.get(definition.name)
        if present is not None and present.function.__qualname__ != definition.function.__qualname__:
            raise ValueError(f"there are two jobs named {definition.name}")
        self._jobs[definition.name] = definition

    def get(self, name: str) -> JobDefinition | None:
        """Find a job by its qualified name."""
        return self._jobs.get(name)

    def remove_plugin(self, plugin: str) -> None:
        """Forget the jobs of a plugin."""
        self._jobs = {name: job for name, job in self._jobs.items() if job.plugin != plugin}

    def runnable(self) -> dict[str, JobDefinition]:
        """Give the jobs that may run now, by name: those of the core and of enabled plugins."""
        return {job.name: job for job in self if job.plugin == "core" or self.is_enabled(job.plugin)}

    def __iter__(self) -> Iterator[JobDefinition]:
        return iter(sorted(self._jobs.values(), key=lambda job: job.name))


#: The jobs of the core and of every loaded plugin, enabled or not.
jobs = JobRegistry()


def job(
    *,
    every: str | None = None,
    at: str = "00:00",
    zone: str = DEFAULT_ZONE,
    title: Any = None,
    attempts: int = ATTEMPTS,
    patience: int = PATIENCE,
    name: str | None = None,
) -> Callable[[JobFunction], JobFunction]:
    """Declare a function as a job: `@job(every="day", at="07:00")`, or `@job()` for one that is only enqueued.

    The function's first argument is its `Progress`; the others are what `enqueue` was given. It must bear being begun
    again at any point: what it changes goes through `progress.track`, `progress.batches` or `progress.advance`, which
    commit the work and how far it got in one transaction.

    Args:
        every: `day`, `hour`, `monday` … `sunday`, `10 minutes` or `6 hours`; None for a job that never repeats.
        at: the time of day, `07:00`, of a daily or weekly job.
        zone: the time zone of `at`.
        title: what the page of jobs calls it, translated by `_l`; the name by default.
        attempts: how often it may fail in a row, without getting anywhere, before it is parked.
        patience: how many seconds it may go without a sign of progress before its worker is ended as hung.
        name: the qualified name, where it isn't the plugin's name and the function's.
    """

    def declare(function: JobFunction) -> JobFunction:
        qualified = name or f"{jobs.plugin_of_module(function.__module__)}.{function.__name__}"
        rhythm = Every(every, dt.time.fromisoformat(at), zone) if every else None
        jobs.add(JobDefinition(qualified, function, title or qualified, rhythm, attempts, patience))
        function.job_name = qualified  # type: ignore[attr-defined]
        return function

    return declare
