"""Numbers of documents: no gap and no double, with eight who post at once, and with a process killed on the way."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from core.database import db, write_unit
from plugins.sales.models import NumberSeries, Pipeline
from plugins.sales.operations.numbers import draw_number
from tests.at_once import at_once

POSTERS, TIMES = 8, 5
DAY = date(2026, 11, 22)

#: Posts documents until it is killed; each is a pipeline with its number as name, for want of anything smaller.
POSTER = """
import json, os, signal, sys
from datetime import date
from pathlib import Path
from core.app import create_app
from core.database import db, write_unit
from core.settings import Settings
from plugins.sales.models import Pipeline
from plugins.sales.operations.numbers import draw_number

told = json.loads(sys.argv[1])
places = {"PELATIS_DATABASE_URL": told["database_url"], "PELATIS_DATA_DIR": told["data_dir"]}
settings = Settings.from_environment(places)
app = create_app(settings)
with app.app_context():
    for number in range(3):
        with write_unit() as session:
            drawn = draw_number("quote", date(2026, 11, 22))
            if number == 2 and told["step"] == "drawn":
                os.kill(os.getpid(), signal.SIGKILL)
            session.add(Pipeline(name=drawn))
            session.flush()
            if number == 2 and told["step"] == "written":
                os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def documents() -> list[str]:
    return sorted(db.session.scalars(select(Pipeline.name).where(Pipeline.name.like("Q-%"))))


class ThrownAwayError(Exception):
    """Somebody doesn't want their document after all."""


def expected(count: int) -> list[str]:
    return [f"Q-2026-{number:05}" for number in range(1, count + 1)]


def test_eight_who_post_at_once_leave_no_gap_and_no_double(app: Flask) -> None:
    def post(poster: int) -> None:
        for time in range(TIMES):
            with suppress(ThrownAwayError), write_unit() as session:
                session.add(Pipeline(name=draw_number("quote", DAY)))
                if (poster + time) % 4 == 0:
                    raise ThrownAwayError

    at_once(app, POSTERS, post)
    assert documents() == expected(POSTERS * TIMES * 3 // 4)


@pytest.mark.parametrize(("step", "kept"), [("drawn", 2), ("written", 2), ("committed", 3)])
def test_poster_that_is_killed_takes_no_number_with_it(
    app: Flask, database_url: str, tmp_path: Path, step: str, kept: int
) -> None:
    db.session.remove()
    db.engine.dispose()
    told: dict[str, Any] = {"database_url": database_url, "data_dir": str(tmp_path), "step": step}
    died = subprocess.run(
        [sys.executable, "-c", POSTER, json.dumps(told)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert documents() == expected(kept)
    with write_unit() as session:
        session.add(Pipeline(name=draw_number("quote", DAY)))
    assert documents() == expected(kept + 1)


def test_each_year_begins_anew(app: Flask) -> None:
    assert draw_number("quote", date(2026, 12, 31)) == "Q-2026-00001"
    assert draw_number("quote", date(2027, 1, 1)) == "Q-2027-00001"
    assert draw_number("quote", date(2026, 12, 31)) == "Q-2026-00002"
    assert len(db.session.scalars(select(NumberSeries)).all()) == 2
