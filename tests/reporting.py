"""Say at the end of a run what did not run and why; with CI=true, call that a failure.

Tests that need something the machine may lack (PostgreSQL, a browser) skip with a reason that names it, or are not even
made. Loaded by `addopts` in pyproject.toml, so this speaks whatever conftest does.
"""

import os
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

#: What a machine may lack: the variable that says where it is, and what is to be said without it.
_OPTIONAL: Final = {
    "PELATIS_TEST_POSTGRES_URL": "everything on PostgreSQL: no server found, PELATIS_TEST_POSTGRES_URL is not set",
    "PELATIS_TEST_BROWSER": "everything in a browser: no Chromium found, PELATIS_TEST_BROWSER is not set",
}


def in_continuous_integration() -> bool:
    """Return whether nothing may be left out, as the variable CI says."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def left_out(terminal: "TerminalReporter") -> list[str]:
    """Return a line for each thing that this run left out: what the machine lacks, then skipped tests by reason."""
    lacking = [sentence for variable, sentence in _OPTIONAL.items() if not os.environ.get(variable)]
    chosen = terminal.config.getoption("--database", None)
    if chosen:
        lacking.append(f"everything on other databases than {chosen}: --database says so")
    reasons = Counter(_reason(report) for report in terminal.stats.get("skipped", []))
    return lacking + [f"{count} × {reason}" for reason, count in reasons.most_common()]


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """Print what did not run."""
    absent = left_out(terminalreporter)
    terminalreporter.section("Did not run" if absent else "Everything ran")
    for line in absent:
        terminalreporter.write_line(line)
    if absent and in_continuous_integration():
        terminalreporter.write_line("In CI everything has to run, so this is a failure.", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in CI when anything was left out."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if terminal is None or is_worker or exitstatus != pytest.ExitCode.OK or not in_continuous_integration():
        return
    if left_out(terminal):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)
