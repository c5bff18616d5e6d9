"""One run of the bench: a database of its own, data, the floor, Pelatis, and everything taken away again."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from core.access import acting_as, system_actor
from core.app import create_app
from core.bench.data import Made, make_data
from core.bench.floor import measure_floor, measure_raw, measure_raw_import
from core.bench.pages import measure_import, measure_pages, sign_in
from core.bench.report import MADE, Report
from core.bench.selling import SalesSizes, measure_selling
from core.bench.serving import FLOOR, Program, measure_served
from core.database import db
from core.imports.running import BATCH
from core.operation.first_run import prepare_database
from core.settings import Settings

Told = Callable[[str], None]
Shown = Callable[[Report], None]


@dataclass(frozen=True)
class Sizes:
    """How much is made and measured.

    Attributes:
        customers, opportunities, activities: records.
        import_rows: rows of the imported file.
        repetitions: how often each page is measured.
        served_seconds: for how long the served list is asked for; 0 leaves the served measurements out.
        sales: how much of what is sold.
    """

    customers: int = 100_000
    opportunities: int = 20_000
    activities: int = 50_000
    import_rows: int = 10_000
    repetitions: int = 60
    served_seconds: float = 8.0
    sales: SalesSizes = field(default_factory=SalesSizes)


QUICK: Final = Sizes(2_000, 1_000, 2_000, 500, 15, 2.0, SalesSizes(1_500, 5_000, 100, 50))


@dataclass(frozen=True)
class _Bench:
    """What every part of the bench works with."""

    app: Flask
    url: str
    environment: dict[str, str]
    made: Made
    sizes: Sizes
    told: Told


def run_bench(
    sizes: Sizes,
    database_url: str | None = None,
    told: Told = lambda _line: None,
    only: Collection[str] = (),
    shown: Shown = lambda _part: None,
) -> Report:
    """Measure everything on a database that is made for it and removed after it.

    Args:
        sizes: how much.
        database_url: a PostgreSQL server; None for a SQLite file in a temporary folder.
        told: called with one line for each step.
        only: the `PARTS` that are measured; none for all.
        shown: called with what each part found as soon as it has.
    """
    with _folder() as folder, _database(folder, database_url) as url:
        environment = {
            "PELATIS_DATA_DIR": str(folder / "data"),
            "PELATIS_DATABASE_URL": url,
            "PELATIS_SECRET_KEY": secrets.token_urlsafe(40),
            "PELATIS_LOG_LEVEL": "ERROR",
        }
        app = create_app(Settings.from_environment(environment))
        try:
            bench = _Bench(app, url, environment, _prepare(app, sizes, told), sizes, told)
            return _measure(bench, [part for part in PARTS if not only or part in only], shown)
        finally:
            _let_go(app)


def _prepare(app: Flask, sizes: Sizes, told: Told) -> Made:
    with app.app_context(), acting_as(system_actor(), origin="shell"):
        prepare_database(all_plugins=True)
        made = make_data(sizes.customers, sizes.opportunities, sizes.activities, told)
        db.session.remove()
        if db.engine.dialect.name == "postgresql":
            # What autovacuum will have done by the next day; nobody does it for SQLite.
            with db.engine.begin() as connection:
                connection.execute(text("ANALYZE"))
    return made


def _measure(bench: _Bench, parts: Iterable[str], shown: Shown) -> Report:
    sizes = {name: getattr(bench.sizes, name) for name in MADE} | asdict(bench.sizes.sales)
    empty = whole = Report(make_url(bench.url).get_backend_name(), sizes)
    for name in parts:
        part = replace(empty, **PARTS[name](bench))
        shown(part)
        whole = whole.joined(part)
    return whole


def _pages(bench: _Bench) -> dict[str, Any]:
    bench.told("raw SQL")
    with bench.app.app_context():
        raw = measure_raw(bench.url, bench.made, bench.sizes.repetitions)
        bench.told("the floor")
        floor = measure_floor(bench.url, bench.made, bench.sizes.repetitions)
    bench.told("pages")
    return {"raw": raw, "floor": floor, "pages": measure_pages(bench.app, bench.made, bench.sizes.repetitions)}


def _served(bench: _Bench) -> dict[str, Any]:
    if not bench.sizes.served_seconds:
        return {}
    bench.told("the floor and Pelatis, each served by two workers")
    signed_in = sign_in(bench.app)
    pelatis = Program("pelatis", {"Cookie": signed_in.cookie, **signed_in.headers})
    seconds = bench.sizes.served_seconds
    floor, served = measure_served([FLOOR, pelatis], bench.environment, workers=2, seconds=seconds)
    return {"served_floor": floor, "served": served}


def _import(bench: _Bench) -> dict[str, Any]:
    bench.told("import")
    imported = measure_import(bench.app, bench.made, bench.sizes.import_rows)
    bench.told("the same rows by the driver")
    return {"imported": imported, "raw_import": measure_raw_import(bench.url, bench.sizes.import_rows, BATCH)}


def _sales(bench: _Bench) -> dict[str, Any]:
    sizes = bench.sizes
    found = measure_selling(bench.app, bench.url, bench.made, sizes.sales, sizes.repetitions, bench.told)
    return {"raw": found.raw, "pages": found.pages}


#: What can be measured alone, in the order in which all of it is.
PARTS: Final[Mapping[str, Callable[[_Bench], dict[str, Any]]]] = {
    "pages": _pages,
    "served": _served,
    "import": _import,
    "sales": _sales,
}


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pelatis-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database(folder: Path, server: str | None) -> Iterator[str]:
    """Make an empty database: a SQLite file, or a new database on a PostgreSQL server."""
    if server is None:
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    name = f"pelatis_bench_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()
