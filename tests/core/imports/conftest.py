"""What the tests of imports share: files of rows, and imports of them."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.access import system_actor
from core.imports import operations
from core.imports.models import Import
from core.imports.running import Tally
from core.records.registry import record_types

DATA = Path(__file__).parents[3].parent / "shared" / "data"

Take = Callable[..., Import]
Bring = Callable[..., tuple[Import, Tally]]


@pytest.fixture
def take(app: Flask) -> Take:
    """Give the function that takes a file: take("customer", text, name="file.csv", **options)."""

    def take_text(key: str, content: str | bytes, name: str = "file.csv", **options: Any) -> Import:
        record_type = record_types.get(key)
        assert record_type is not None
        stream = io.BytesIO(content.encode() if isinstance(content, str) else content)
        job = operations.take_file(system_actor(), record_type, name, stream)
        if options:
            operations.set_up(job, **options)
        return job

    return take_text


@pytest.fixture
def bring(take: Take) -> Bring:
    """Give the function that takes a file and runs it."""

    def bring_text(key: str, content: str | bytes, name: str = "file.csv", **options: Any) -> tuple[Import, Tally]:
        job = take(key, content, name, **options)
        return job, operations.run(system_actor(), job)

    return bring_text
