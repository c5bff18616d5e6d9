"""Jobs that exist for one test only."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from core.database import db, write_unit
from core.jobs import job, jobs
from core.users.models import Setting


@pytest.fixture
def declare(app: Flask) -> Iterator[Callable[..., Any]]:
    """Declare jobs, `declare(function, every=…)`, that are forgotten after the test."""
    before = dict(jobs._jobs)

    def declare(function: Callable[..., Any], **options: Any) -> Callable[..., Any]:
        return job(name=options.pop("name", f"core.test_{function.__name__}"), **options)(function)

    yield declare
    jobs._jobs = before


def count_up(key: str) -> None:
    """Leave a trace in the database that shows how often something was done."""
    with write_unit() as session:
        row = session.get(Setting, ("test", "", key))
        if row is None:
            session.add(Setting(plugin="test", scope="", key=key, value=1))
        else:
            row.value = row.value + 1


def counts() -> dict[str, int]:
    """Tell how often each thing was done."""
    rows = db.session.query(Setting).filter(Setting.plugin == "test").all()
    found = {row.key: row.value for row in rows}
    db.session.rollback()
    return found
