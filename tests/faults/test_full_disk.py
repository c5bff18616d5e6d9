"""A disk that becomes full in the middle of an import: what is in is told, and the same command goes on."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

ROWS = 3_000


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("PELATIS_")}
    environment = given | {"PELATIS_DATA_DIR": str(tmp_path / "data")}
    assert pelatis(environment, "db", "upgrade").returncode == 0
    return environment


def pelatis(
    environment: Mapping[str, str], *words: str, before: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pelatis", *words],
        env=environment,
        cwd=Path(__file__).parents[2],
        preexec_fn=before,
        capture_output=True,
        text=True,
        check=False,
    )


def no_file_larger_than(size: int) -> Callable[[], None]:
    """Let writes beyond a size fail, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_an_import_onto_a_full_disk_keeps_what_it_told_and_goes_on(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    file.write_text("name,kind\n" + "".join(f"Εταιρεία {number},organisation\n" for number in range(ROWS)))
    database = tmp_path / "data" / "pelatis.db"
    words = ("import", str(file), "--into", "customer")

    stopped = pelatis(environment, *words, before=no_file_larger_than(database.stat().st_size + 2_500_000))
    with closing(sqlite3.connect(database)) as connection:
        ((done, written),) = connection.execute(
            "SELECT done_rows, (SELECT count(*) FROM core_customer) FROM core_import"
        ).fetchall()
    assert 0 < done < ROWS
    assert written == done
    assert stopped.returncode == 1
    assert len(stopped.stderr.splitlines()) == 1
    assert f"stopped after row {done}:" in stopped.stderr
    assert "The same command goes on" in stopped.stderr

    went_on = pelatis(environment, *words, "--json")
    assert went_on.returncode == 0, went_on.stderr
    assert json.loads(went_on.stdout)["created"] == ROWS
