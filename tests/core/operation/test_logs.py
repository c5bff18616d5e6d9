"""Log lines are JSON, can't be forged, and hold nobody's personal data."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.operation.logs import configure_logging, masked


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Read what was logged since the last time."""
    configure_logging("INFO")

    def lines() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield lines
    structlog.reset_defaults()
    logging.getLogger().setLevel(logging.WARNING)


def test_both_kinds_of_loggers_write_one_json_object_per_line(logged: Any) -> None:
    structlog.get_logger("pelatis.test").info("deal.won", deal=7)
    logging.getLogger("waitress").warning("queue of %d", 3)
    first, second = logged()
    assert (first["event"], first["deal"], first["level"], first["logger"]) == ("deal.won", 7, "info", "pelatis.test")
    assert (second["event"], second["level"]) == ("queue of 3", "warning")
    assert first["timestamp"].endswith("Z")


def test_nobody_can_forge_a_line(logged: Any) -> None:
    forged = 'x\r\n{"event": "user.made_administrator"}\u2028\x85\x1b[2K'
    structlog.get_logger("pelatis.test").info("searched", words=forged)
    (line,) = logged()
    assert line["words"] == forged


def test_an_exception_is_logged_with_its_place_and_without_the_values_of_its_variables(logged: Any) -> None:
    password = "correct horse"
    try:
        raise ValueError("no such person: eleni@example.org, +30 210 1234567")
    except ValueError:
        structlog.get_logger("pelatis.test").exception("lookup_failed")
    (line,) = logged()
    assert "test_logs.py" in line["exception"]
    assert "[mail]" in line["exception"]
    assert "eleni" not in line["exception"]
    assert "1234567" not in line["exception"]
    assert password not in json.dumps(line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key (email)=(eleni.douka@example.co.uk) exists", "Key (email)=([mail]) exists"),
        ("call +48 22 123 45 67 now", "call [number] now"),
        ("2101234567", "[number]"),
        ("3 of 1200 rows", "3 of 1200 rows"),
        ("01a200db-1f6b-70c3-916a-5a3ae6926cba", "01a200db-1f6b-70c3-916a-5a3ae6926cba"),
        ('File "worker.py", line 101', 'File "worker.py", line 101'),
    ],
)
def test_addresses_and_telephone_numbers_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


@given(st.text(alphabet="a@.-1 +()\n", max_size=2_000))
def test_masking_never_fails_and_leaves_no_address(text: str) -> None:
    assert "a@a.a" not in masked(text)


def test_a_request_has_one_id_in_its_lines_and_in_its_answer(app: Flask, logged: Any) -> None:
    client = app.test_client()
    answer = client.get("/healthz?email=eleni@example.org", headers={"X-Request-ID": "proxy-12345678"})
    assert answer.headers["X-Request-ID"] == "proxy-12345678"
    line = next(line for line in logged() if line["event"] == "request")
    assert line["request_id"] == "proxy-12345678"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/healthz", 200)
    assert "eleni" not in json.dumps(line)


@pytest.mark.parametrize("given_id", ["", "short", "x" * 65, "has spaces in it", 'quote"s-and-more'])
def test_an_id_that_is_not_one_is_replaced(app: Flask, given_id: str) -> None:
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": given_id})
    assert answer.headers["X-Request-ID"] != given_id
    assert len(answer.headers["X-Request-ID"]) == 32
