"""Say at the end of a run what did not run and why; with CI=true, call that a failure.

Tests that need something the machine may lack (PostgreSQL, a browser, Redis) skip with a reason that names it. Loaded
by `addopts` in pyproject.toml, so it speaks whatever conftest does.
"""

import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter


def in_continuous_integration() -> bool:
    """Return whether nothing may be left out, as the variable CI says."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def pytest_terminal_summary(terminalreporter: "TerminalReporter") -> None:
    """Print each reason for skipping with the number of tests that it kept from running."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        terminalreporter.section("Everything ran")
        return
    terminalreporter.section("Did not run")
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count:>6}  {reason}")
    if in_continuous_integration():
        terminalreporter.write_line("In CI everything has to run, so this is a failure.", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in CI when anything was skipped."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or exitstatus != pytest.ExitCode.OK or not in_continuous_integration():
        return
    if terminal.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longrepr)
