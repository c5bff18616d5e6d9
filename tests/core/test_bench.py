"""The bench: it runs on both databases, leaves nothing behind, and judges by ratios."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

from core.access import system_actor
from core.bench.data import EMAIL, PASSWORD
from core.bench.measure import Figures, Imported
from core.bench.pages import sign_in
from core.bench.report import AGAINST_RAW, LABELS, Report, as_table
from core.bench.run import PARTS, Sizes, run_bench
from core.bench.selling import SalesSizes
from core.bench.serving import FLOOR, Served, measure_served
from core.users.operations import add_user
from tests.conftest import POSTGRES_URL

SELLING = SalesSizes(open_deals=50, forecast_deals=90, quote_lines=4, invoices=3)
SMALL = Sizes(150, 60, 100, import_rows=20, repetitions=2, served_seconds=0, sales=SELLING)


def _report(**given: Any) -> Report:
    floor = {"list": Figures(2.0, 2.0, 2), "record": Figures(2.0, 2.0, 2)}
    pages = {"list": Figures(6.0, 6.0, 6), "record": Figures(6.0, 6.0, 9)}
    return Report(**{"database": "sqlite", "sizes": {"customers": 10}, "floor": floor, "pages": pages, **given})


def test_it_measures_every_page_on_data_of_its_own(
    database_kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    server = POSTGRES_URL if database_kind == "postgresql" else None
    parts: list[Report] = []
    report = run_bench(SMALL, server, shown=parts.append)
    assert report.database == database_kind
    assert set(report.pages) == set(LABELS)
    assert set(report.floor) <= set(report.pages)
    assert all(figures.ms > 0 and figures.statements > 0 for figures in report.pages.values())
    assert report.raw.keys() >= AGAINST_RAW
    assert {"board, 50 open deals", "quote of 4 lines priced anew"} <= {line.label for line in report.lines()}
    assert report.imported is not None
    assert report.raw_import is not None
    assert report.raw_import.rows_per_s > report.imported.rows_per_s > 0
    assert {line for part in parts for line in part.lines()} == set(report.lines())
    assert list(tmp_path.iterdir()) == []
    if server:
        with create_engine(server, poolclass=NullPool).connect() as connection:
            query = text("SELECT datname FROM pg_database WHERE datname LIKE 'pelatis_bench_%'")
            assert connection.execute(query).all() == []


def test_one_part_can_be_measured_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = {"imported": Imported(4_000.0, 5_000.0), "raw_import": Imported(50_000.0, 80_000.0)}
    monkeypatch.setattr("core.bench.run._prepare", lambda *_given: None)
    monkeypatch.setattr("core.bench.run.PARTS", {"pages": pytest.fail, "import": lambda _bench: imported})
    parts: list[Report] = []
    report = run_bench(SMALL, only=["import"], shown=parts.append)
    assert [(line.label, line.ratio, line.cpu_ratio) for line in report.lines()] == [("import", 0.08, 0.0625)]
    assert parts == [report]


def test_the_command_knows_every_part() -> None:
    from pelatis.commands.bench import bench

    [only] = [each for each in bench.params if each.name == "only"]
    assert isinstance(only.type, click.Choice)
    assert list(only.type.choices) == list(PARTS)


def test_every_request_of_the_bench_brings_the_same_cookie(app: Flask) -> None:
    add_user(system_actor(), email=EMAIL, role="administrator", password=PASSWORD, name="Bench")
    signed_in = sign_in(app)
    for path in ("/customers", "/login", "/customers"):
        answer = signed_in.client.get(path, headers=signed_in.headers)
        assert answer.request.headers["Cookie"] == signed_in.cookie


def test_a_page_is_judged_by_its_ratio_to_the_floor() -> None:
    lines = {line.label: line for line in _report().lines()}
    assert (lines["customer list + total"].ratio, lines["customer list + total"].is_met) == (3.0, True)


def test_a_page_with_too_many_statements_has_missed_its_target() -> None:
    lines = {line.label: line for line in _report().lines()}
    assert (lines["customer page"].ratio, lines["customer page"].is_met) == (3.0, False)


FLOOR_SERVED = Served(0.6, 60.0, requests_per_s=400.0, errors=0, creates_per_s=200.0, create_errors=0)


def _verdicts(served: Served, database: str = "sqlite", imported: float = 3_000.0) -> dict[str, bool | None]:
    raw, mine = Imported(50_000.0, 50_000.0), Imported(imported, imported)
    report = Report(database, {}, raw_import=raw, imported=mine, served_floor=FLOOR_SERVED, served=served)
    return {line.label.partition(",")[0]: line.is_met for line in report.lines()}


def test_what_is_served_and_imported_is_judged_by_its_ratio_to_the_same_of_the_floor() -> None:
    good = Served(1.0, 96.0, requests_per_s=112.0, errors=0, creates_per_s=52.0, create_errors=0)
    poor = Served(1.1, 97.0, requests_per_s=111.0, errors=0, creates_per_s=51.0, create_errors=0)
    assert _verdicts(good) == dict.fromkeys(("import", "list", "create", "cold start", "memory per worker"), True)
    assert _verdicts(poor, imported=2_500.0) == dict.fromkeys(_verdicts(good), False)


def test_new_customers_have_a_floor_but_no_target_on_postgresql() -> None:
    assert _verdicts(FLOOR_SERVED, "postgresql") == {
        "import": False, "list": True, "create": None, "cold start": True, "memory per worker": True
    }  # fmt: skip


def test_what_was_served_with_errors_has_missed_its_target() -> None:
    served = Served(0.6, 60.0, requests_per_s=900.0, errors=3, creates_per_s=900.0, create_errors=1)
    lines = [line for line in _report(served=served, served_floor=FLOOR_SERVED).lines() if "8 at once" in line.label]
    assert [(line.label[-8:], line.is_met) for line in lines] == [("3 errors", False), ("1 errors", False)]


@pytest.mark.usefixtures("app")
def test_the_floor_is_served_on_the_same_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.bench.serving.STARTS", 1)
    [served] = measure_served([FLOOR], {"PELATIS_DATABASE_URL": database_url}, workers=1, seconds=0.4)
    assert served.requests_per_s > 0
    assert served.creates_per_s > 0
    assert (served.errors, served.create_errors) == (0, 0)


def test_the_target_of_a_rate_is_told_as_the_least_and_of_a_cost_as_the_most() -> None:
    table = as_table(_report(served=FLOOR_SERVED, served_floor=FLOOR_SERVED))
    assert "≥ 0.279×" in next(line for line in table.splitlines() if line.startswith("list"))
    assert "≤ 1.71×" in next(line for line in table.splitlines() if line.startswith("cold start"))


def test_the_table_shows_the_ratios_of_an_earlier_run() -> None:
    before = json.loads(json.dumps(_report(pages={"list": Figures(3.0, 3.0, 6)}).as_json()))
    table = as_table(_report(), before)
    line = next(line for line in table.splitlines() if line.startswith("customer list"))
    assert "3.00×" in line
    assert line.endswith("1.50×")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--database", "mysql://nobody@nowhere/x"], "PostgreSQL server"),
        (["--compare", __file__], "isn't the JSON of an earlier run"),
        (["--customers", "7"], "--customers"),
    ],
)
def test_what_it_cannot_do_it_says_in_one_line(arguments: list[str], said: str) -> None:
    from pelatis.commands.bench import bench

    result = CliRunner().invoke(bench, arguments)
    assert result.exit_code != 0
    assert said in result.output
