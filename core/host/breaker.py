"""The breaker: a plugin whose hooks keep failing isn't asked any more until an administrator switches it on again.

It is apart from the administrator's own choice: the plugin stays enabled, its pages answer, only the hooks that pages
collect from are left out. What checks a write (`demand`) is never left out.
"""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

#: So many failures within so many seconds trip the breaker.
LIMIT: Final = 20
WINDOW: Final = 300.0


@dataclass
class HookFigures:
    """How often one plugin answered one hook in this process, how often it failed, and how many seconds it took."""

    calls: int = 0
    failures: int = 0
    seconds: float = 0.0


@dataclass
class Breaker:
    """Counts the failures of every plugin in this process, and remembers whose breaker has tripped.

    Attributes:
        figures: by plugin and hook, for the administration page.
        waiting: reasons of trips that haven't been written to the database yet, by plugin.
    """

    figures: dict[tuple[str, str], HookFigures] = field(default_factory=lambda: defaultdict(HookFigures))
    waiting: dict[str, str] = field(default_factory=dict)
    _failures: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, plugin: str, hook: str, seconds: float) -> None:
        """Note that a plugin answered."""
        figures = self.figures[plugin, hook]
        figures.calls += 1
        figures.seconds += seconds

    def count_failure(self, plugin: str, hook: str, reason: str) -> None:
        """Note that a plugin failed, and trip its breaker when that happens too often.

        Args:
            plugin: the plugin's name.
            hook: the hook that failed.
            reason: the exception in one line.
        """
        with self._lock:
            self.figures[plugin, hook].failures += 1
            times, now = self._failures[plugin], time.monotonic()
            times.append(now)
            while times[0] < now - WINDOW:
                times.popleft()
            if len(times) >= LIMIT:
                times.clear()
                self.waiting[plugin] = f"{hook}: {reason}"

    def forget(self, plugin: str) -> None:
        """Begin to count anew, because the plugin was switched on again."""
        with self._lock:
            self._failures.pop(plugin, None)
            self.waiting.pop(plugin, None)
