"""`pelatis import` as somebody at a shell has it: killed, gone on, undone, and clear about what is wrong."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FILES = Path(__file__).parents[3].parent / "shared" / "data" / "crm-sales-opportunities"


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "pelatis", *words]


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    """Set up an installation of its own, as a person at a shell has it."""
    given = {
        "PELATIS_DATA_DIR": str(tmp_path / "data"),
        "PELATIS_SECRET_KEY": "t" * 40,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    for words in (("db", "upgrade"), ("plugin", "enable", "catalog"), ("plugin", "enable", "sales")):
        subprocess.run(command(*words), env=given, check=True, capture_output=True)
    return given


def run_command(environment: Mapping[str, str], *words: str) -> dict[str, Any]:
    done = subprocess.run(command(*words, "--json"), env=environment, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def done_rows(environment: Mapping[str, str]) -> int:
    file = next(Path(environment["PELATIS_DATA_DIR"]).glob("*.db"))
    connection = sqlite3.connect(file, timeout=10)
    try:
        found = connection.execute("SELECT max(done_rows) FROM core_import WHERE status = 'running'").fetchone()[0]
        return int(found or 0)
    finally:
        connection.close()


@pytest.mark.skipif(not FILES.is_dir(), reason="../shared/data/crm-sales-opportunities is not there")
def test_a_killed_command_goes_on_to_the_same_totals(environment: Mapping[str, str]) -> None:
    run_command(environment, "import", str(FILES / "accounts.csv"), "--into", "customer")
    run_command(environment, "import", str(FILES / "products.csv"), "--into", "catalog.product")
    words = ("import", str(FILES / "sales_pipeline.csv"), "--into", "sales.opportunity", "--create-missing")
    process = subprocess.Popen(command(*words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and done_rows(environment) < 2_000:
        time.sleep(0.05)  # the condition is in another process's database
    process.send_signal(signal.SIGKILL)
    process.wait()
    stopped_at = done_rows(environment)
    assert 2_000 <= stopped_at < 8_800
    totals = run_command(environment, *words)
    assert {name: totals[name] for name in ("created", "updated", "skipped", "failed", "warnings")} == {
        "created": 8_800, "updated": 0, "skipped": 0, "failed": 0, "warnings": 1_480,
    }  # fmt: skip
    again = run_command(environment, *words)
    assert (again["created"], again["skipped"]) == (0, 8_800)
    undone = run_command(environment, "import", "undo", totals["import_id"])
    assert undone["kept"] == []


def test_the_command_says_in_one_line_what_is_wrong(environment: Mapping[str, str]) -> None:
    file = Path(environment["PELATIS_DATA_DIR"]) / "odd.csv"
    file.write_text("Stadt\nKöln\n")
    for words, told in (
        (("import", str(file), "--into", "customer"), "No column becomes Name"),
        (("import", str(file), "--into", "customer", "--mapping", "none"), "There is no mapping “none”"),
        (("import", str(file), "--into", "nothing"), "There is no record type nothing"),
        (("import", str(file), "--into", "product"), "Did you mean catalog.product?"),
        (("import", str(file.with_name("gone.csv")), "--into", "customer"), "does not exist"),
        (("import", "undo", "00000000-0000-0000-0000-000000000000"), ""),
        (("export", "customer", "--format", "csv", "--filter", "{", "-o", str(file)), ""),
    ):
        done = subprocess.run(command(*words), env=environment, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert told in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_a_worker_that_never_began_an_import_knows_its_jobs(tmp_path: Path) -> None:
    settings = {"PELATIS_DATA_DIR": str(tmp_path), "PELATIS_SECRET_KEY": "k" * 40}
    program = (
        "from core.app import create_app; from core.settings import Settings; from core.jobs.registry import jobs; "
        f"create_app(Settings.from_environment({settings!r})); "
        "print(*[jobs.get(f'core.import{each}') is not None for each in ('', '-trial', '-undo')])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True"] * 3
