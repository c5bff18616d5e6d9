"""The floor: the same tables read with plain SQL, and by a minimal Flask application with the ORM and Jinja."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Column, Engine, MetaData, Table, Text, cast, select, text
from werkzeug.test import TestResponse

from core.bench.application import floor_application, floor_engine
from core.bench.data import Made, some_customer
from core.bench.measure import Figures, Imported, Meter
from core.customers.models import Customer
from core.database import utc_now
from core.records.registry import record_types

#: What each measurement is called, everywhere.
LIST, SEARCH, RECORD, BOARD, CREATE, EDIT = "list", "search", "record", "board", "create", "edit"
FORECAST: Final = "forecast"
#: What is measured of sales, where that plugin is on.
OF_SALES: Final = frozenset({BOARD, FORECAST})


def measure_floor(url: str, made: Made, repetitions: int) -> dict[str, Figures]:
    """Measure the minimal application through its WSGI test client."""
    engine = floor_engine(url)
    client = floor_application(engine).test_client()
    meter = Meter(engine)
    acts: dict[str, Callable[[int], TestResponse]] = {
        LIST: lambda _n: client.get("/customers"),
        SEARCH: lambda n: client.get("/search", query_string={"q": word_of(made, n)}),
        RECORD: lambda n: client.get(f"/customers/{made.busy[n % len(made.busy)]}"),
        CREATE: lambda n: client.post("/customers", data=some_customer(n)),
        EDIT: lambda n: client.post(f"/customers/{made.busy[n % len(made.busy)]}", data={"note": f"Floor {n}"}),
    }
    if record_types.get("sales.opportunity") is not None:
        acts[BOARD] = lambda _n: client.get("/board")
    figures = {name: meter.measure(checked(act), repetitions) for name, act in acts.items()}
    meter.close()
    engine.dispose()
    return figures


def word_of(made: Made, number: int) -> str:
    """Choose what is searched for: somebody's name."""
    return made.names[number * 7 % len(made.names)]


def checked(act: Callable[[int], TestResponse]) -> Callable[[int], TestResponse]:
    """Let a request that fails stop the bench, because fast errors are no figures."""

    def once(number: int) -> TestResponse:
        response = act(number)
        if response.status_code >= 400:
            raise RuntimeError(
                f"a request of the bench was answered with {response.status_code}: {response.text[:300]}"
            )
        return response

    return once


_RAW: Final[Mapping[str, tuple[str, ...]]] = {
    LIST: (
        "SELECT count(*) FROM core_customer",
        "SELECT id, name, city, phone FROM core_customer ORDER BY name_key, id LIMIT 50",
    ),
    RECORD: ("SELECT * FROM core_customer WHERE id = :id",),
    BOARD: (
        "SELECT stage_id, count(*), sum(amount_base) FROM sales_opportunity WHERE deleted_at IS NULL GROUP BY stage_id",
        "SELECT id, name, amount, expected_close_on FROM sales_opportunity ORDER BY stage_since DESC LIMIT 240",
    ),
    FORECAST: (
        (
            "SELECT owner_id, stage_id, count(*), sum(amount_base) FROM sales_opportunity WHERE deleted_at IS NULL AND "
            "stage_id IN (SELECT id FROM sales_stage WHERE kind = 'open') AND expected_close_on >= :first AND "
            "expected_close_on < :last GROUP BY owner_id, stage_id"
        ),
        (
            "SELECT owner_id, count(*), sum(amount_base) FROM sales_opportunity WHERE deleted_at IS NULL AND "
            "stage_id IN (SELECT id FROM sales_stage WHERE kind = 'won') AND closed_on >= :first AND closed_on < :last "
            "GROUP BY owner_id"
        ),
    ),
}


def measure_raw(url: str, made: Made, repetitions: int, wanted: Collection[str] = _RAW.keys()) -> dict[str, Figures]:
    """Measure plain SQL over the same tables.

    Args:
        url: of the database.
        made: the bench's data.
        repetitions: how often each is measured.
        wanted: what is measured; everything by default.
    """
    engine = floor_engine(url)
    meter = Meter(engine)
    figures = {}
    with engine.connect() as connection:
        for name, statements in _RAW.items():
            if name not in wanted or (name in OF_SALES and record_types.get("sales.opportunity") is None):
                continue

            def act(number: int, statements: tuple[str, ...] = statements) -> None:
                identity = made.busy[number % len(made.busy)]
                values = {"id": identity.hex if engine.dialect.name == "sqlite" else identity, **_quarter(engine)}
                for statement in statements:
                    used = {key: value for key, value in values.items() if f":{key}" in statement}
                    connection.execute(text(statement), used).all()

            figures[name] = meter.measure(act, repetitions)
    meter.close()
    engine.dispose()
    return figures


def _quarter(engine: Engine) -> dict[str, Any]:
    """Give the first day of this quarter and the one behind the four months that the forecast's page reads."""
    today = utc_now().date()
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    days = {"first": first, "last": (first + timedelta(days=127)).replace(day=1)}
    return {name: day.isoformat() for name, day in days.items()} if engine.dialect.name == "sqlite" else days


def measure_raw_import(url: str, rows: int, batch: int) -> Imported:
    """Measure how fast the driver inserts the customers who came last into the same columns, unchecked.

    They go into a bare table with a primary key and nothing else. The one of specs/performance.md had no more: to its
    94,000 and 38,000 rows per second such a table stands here as the other figures do to theirs, where the same driver
    writes a third as many rows of customers, whose fourteen indexes it has to keep.

    Args:
        url: of the database.
        rows: how many.
        batch: how many rows one transaction writes.
    """
    engine = floor_engine(url)
    meter = Meter(engine)
    columns = Customer.__table__.columns
    bare = Table("bench_import", MetaData(), *(Column(c.name, c.type, primary_key=c.primary_key) for c in columns))
    newest = select(*(cast(c, Text) for c in columns)).order_by(Customer.created_at.desc(), Customer.id.desc())
    with engine.connect() as connection:
        values = [tuple(row) for row in connection.execute(newest.limit(rows))][::-1]
    writing, runs = engine.execution_options(write=True), []
    for _time in range(3):  # each is over in a blink
        bare.create(writing)
        runs.append(meter.pace(lambda: _insert(writing, bare, values, batch), len(values)))
        bare.drop(writing)
    meter.close()
    engine.dispose()
    return Imported(median(each.rows_per_s for each in runs), median(each.rows_per_cpu_s for each in runs))


def _insert(engine: Engine, table: Table, values: Sequence[tuple[Any, ...]], batch: int) -> None:
    marks = ", ".join(["%s" if engine.dialect.name == "postgresql" else "?"] * len(table.columns))
    statement = f"INSERT INTO {table.name} ({', '.join(table.columns.keys())}) VALUES ({marks})"  # noqa: S608 - our names
    for start in range(0, len(values), batch):
        with engine.begin() as connection:
            connection.exec_driver_sql(statement, values[start : start + batch])
