"""One run of the bench: a database of its own, data, the floor, Pelatis, and everything taken away again."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from flask import Flask
from sqlalchemy import create_engine, make_url, text

from core.access import acting_as, system_actor
from core.app import create_app
from core.bench.data import Made, make_data
from core.bench.floor import measure_floor, measure_raw
from core.bench.pages import measure_import, measure_pages, sign_in
from core.bench.report import Report
from core.bench.selling import SalesSizes, measure_selling
from core.bench.serving import Served, measure_served
from core.database import db
from core.operation.first_run import prepare_database
from core.settings import Settings

Told = Callable[[str], None]


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


def run_bench(sizes: Sizes, database_url: str | None = None, told: Told = lambda _line: None) -> Report:
    """Measure everything on a database that is made for it and removed after it.

    Args:
        sizes: how much.
        database_url: a PostgreSQL server; None for a SQLite file in a temporary folder.
        told: called with one line for each step.
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
            made = _prepare(app, sizes, told)
            return _measure(app, url, made, sizes, environment, told)
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


def _measure(app: Flask, url: str, made: Made, sizes: Sizes, environment: dict[str, str], told: Told) -> Report:
    told("raw SQL")
    with app.app_context():
        raw = measure_raw(url, made, sizes.repetitions)
        told("the floor")
        floor = measure_floor(url, made, sizes.repetitions)
    told("pages")
    pages = measure_pages(app, made, sizes.repetitions)
    told("served by two workers")
    served = _serve(app, sizes, environment)
    told("import")
    imported = measure_import(app, made, sizes.import_rows)
    selling = measure_selling(app, url, made, sizes.sales, sizes.repetitions, told)
    return Report(
        database=make_url(url).get_backend_name(),
        sizes={
            "customers": sizes.customers,
            "opportunities": sizes.opportunities,
            "activities": sizes.activities,
            **asdict(sizes.sales),
        },
        raw=raw | selling.raw,
        floor=floor,
        pages=pages | selling.pages,
        import_rows_per_s=imported,
        served=served,
    )


def _serve(app: Flask, sizes: Sizes, environment: dict[str, str]) -> Served | None:
    if not sizes.served_seconds:
        return None
    client, _headers = sign_in(app)
    cookie = "; ".join(f"{each.key}={each.value}" for each in (client._cookies or {}).values())
    return measure_served(environment, cookie, workers=2, seconds=sizes.served_seconds)


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
