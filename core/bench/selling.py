"""What selling is measured by: a board of many open deals, a long quote, a run of invoices, a forecast of years."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, Engine, bindparam, func, select, update
from werkzeug.test import TestResponse

from core.access import acting_as, system_actor
from core.bench.application import floor_engine
from core.bench.data import Made
from core.bench.floor import BOARD, FORECAST, checked, measure_raw
from core.bench.measure import Figures, Meter
from core.bench.pages import sign_in
from core.database import bulk_insert, db, new_id, utc_now, write_unit
from core.database.bulk import MOST_ROWS
from core.operation.server import spare_memory
from core.records.registry import record_types

OPEN_BOARD, QUOTE, POSTING, LONG_FORECAST = "open board", "quote", "posting", "long forecast"
#: Lines of an invoice.
INVOICE_LINES: Final = 3
CURRENCY: Final = "EUR"


@dataclass(frozen=True)
class SalesSizes:
    """How much of sales is measured.

    Attributes:
        open_deals: on the board. forecast_deals: those in all stages that there are under the long forecast.
        quote_lines: of the quote whose lines are all priced anew. invoices: posted one after the other.
    """

    open_deals: int = 20_000
    forecast_deals: int = 200_000
    quote_lines: int = 500
    invoices: int = 10_000


@dataclass(frozen=True)
class Selling:
    """What selling costs by name: Pelatis' pages, and plain SQL for the same."""

    pages: dict[str, Figures]
    raw: dict[str, Figures]


def measure_selling(
    app: Flask, url: str, made: Made, sizes: SalesSizes, repetitions: int, told: Callable[[str], None]
) -> Selling:
    """Measure what sales is asked for; where that plugin is off there is nothing to measure.

    Args:
        app: the application.
        url: of its database.
        made: the bench's data; deals are added to it.
        sizes: how much of everything.
        repetitions: how often each page is measured.
        told: called with one line for each step.
    """
    if record_types.get("sales.invoice") is None:
        return Selling({}, {})
    signed_in = sign_in(app)
    client = signed_in.client
    partial = {**signed_in.headers, "HX-Request": "true", "HX-Request-Type": "partial"}
    with app.app_context(), acting_as(system_actor(), origin="demo"):
        engine = floor_engine(url)
        pages, floor = Meter(db.engine), Meter(engine)
        measured = Selling({}, {})
        told(f"a quote of {sizes.quote_lines:,} lines")
        quote = _LongQuote(made, sizes.quote_lines)
        spare_memory()  # as a server process does
        measured.pages[QUOTE] = pages.measure(
            checked(lambda n: client.post(quote.path, data={"customer": quote.customer(n)}, headers=partial)),
            repetitions,
        )
        measured.raw[QUOTE] = floor.measure(lambda n: quote.recalculate(engine, n), repetitions)
        told(f"{sizes.invoices:,} invoices")
        run = _Run(made, sizes.invoices, repetitions)
        spare_memory()
        measured.pages[POSTING] = pages.measure(
            checked(lambda n: client.post(f"/sales/invoices/{run.drafts[n]}/post", headers=partial)), sizes.invoices
        )
        measured.raw[POSTING] = floor.measure(lambda n: run.post(engine, n), repetitions)

        def look_at(path: str) -> Callable[[int], TestResponse]:
            return checked(lambda _number: client.get(path))

        for name, page, plain, deals, only_open in (
            (OPEN_BOARD, "/sales/pipeline", BOARD, sizes.open_deals, True),
            (LONG_FORECAST, "/sales/forecast", FORECAST, sizes.forecast_deals, False),
        ):
            told(f"{deals:,} {'open ' if only_open else ''}deals")
            _add_deals(made, deals, only_open=only_open)
            spare_memory()
            measured.pages[name] = pages.measure(look_at(page), repetitions)
            measured.raw[name] = measure_raw(url, made, repetitions, {plain})[plain]
        pages.close()
        floor.close()
        engine.dispose()
    return measured


def _add_deals(made: Made, wanted: int, *, only_open: bool) -> None:
    """Add deals until there are so many, in open stages or in all."""
    deal, stage = _model("sales.opportunity"), _model("sales.stage")
    statement = select(func.count()).select_from(deal).join(stage, stage.id == deal.stage_id)
    if only_open:
        statement = statement.where(stage.kind == "open")
    missing = wanted - (db.session.scalar(statement) or 0)
    if missing > 0:
        made.add_deals(missing, only_open)


def _model(key: str) -> Any:
    """Give the model of a record type, which the bench knows by its key alone."""
    declared = record_types.get(key)
    if declared is None:
        raise RuntimeError(f"the bench needs {key}")
    return declared.model


def _table(key: str) -> Any:
    return _model(key).__table__


def _written(engine: Engine) -> AbstractContextManager[Connection]:
    """Begin a transaction that may write."""
    return engine.execution_options(write=True).begin()


def _write(model: Any, rows: Iterable[dict[str, Any]]) -> list[UUID]:
    listed = list(rows)
    written: list[UUID] = []
    for start in range(0, len(listed), MOST_ROWS):
        with write_unit():
            written += bulk_insert(model, listed[start : start + MOST_ROWS])
    return written


class _LongQuote:
    """A quote whose lines all have another price for each of two customers.

    Args:
        made: the bench's data.
        count: how many lines it has.
    """

    def __init__(self, made: Made, count: int) -> None:
        self._customers = made.busy[:2]
        products = _write(_model("catalog.product"), [{"name": f"Bench product {place}"} for place in range(count)])
        lists = [{"name": f"Bench list {place}", "currency": CURRENCY, "priority": 1_000_000} for place in (0, 1)]
        self._lists = _write(_model("catalog.price_list"), lists)
        _write(
            _model("catalog.list_assignment"),
            [
                {"price_list_id": list_id, "customer_id": customer}
                for list_id, customer in zip(self._lists, self._customers, strict=True)
            ],
        )
        prices = [
            {"product_id": product, "price_list_id": list_id, "currency": CURRENCY, "amount": Decimal(10 + place)}
            for place, list_id in enumerate(self._lists)
            for product in products
        ]
        _write(_model("catalog.price"), prices)
        quote = new_id()
        about = {"id": quote, "root_id": quote, "name": "Bench quote", "language": "en", "currency": CURRENCY}
        _write(_model("sales.quote"), [{**about, "customer_id": self._customers[0], "owner_id": made.user_id}])
        [self._set] = _write(_model("sales.quote_set"), [{"quote_id": quote, "name": "Offer", "currency": CURRENCY}])
        lines = [
            {
                "quote_id": quote, "set_id": self._set, "position": place, "product_id": product,
                "name": f"Bench product {place}", "currency": CURRENCY, "unit_price": Decimal(1),
            }
            for place, product in enumerate(products)
        ]  # fmt: skip
        _write(_model("sales.quote_line"), lines)
        self.path = f"/sales/quotes/{quote}/fields/customer"

    def customer(self, number: int) -> str:
        """Choose the other customer each time, so that each line gets another price."""
        return str(self._customers[(number + 1) % 2])

    def recalculate(self, engine: Engine, number: int) -> None:
        """Price all lines anew and add them up, in plain SQL."""
        line, price, quote_set = _table("sales.quote_line"), _table("catalog.price"), _table("sales.quote_set")
        read = (
            select(line.c.id.label("line_id"), price.c.amount)
            .join(price, price.c.product_id == line.c.product_id)
            .where(line.c.set_id == self._set, price.c.price_list_id == self._lists[(number + 1) % 2])
        )
        with _written(engine) as connection:
            found = connection.execute(read).all()
            new = {"unit_price": bindparam("price"), "net": bindparam("price"), "version": line.c.version + 1}
            change = update(line).where(line.c.id == bindparam("line")).values(new)
            connection.execute(change, [{"line": row.line_id, "price": row.amount} for row in found])
            total = sum((row.amount for row in found), Decimal(0))
            connection.execute(update(quote_set).where(quote_set.c.id == self._set).values(net=total, gross=total))


class _Run:
    """Drafts of invoices that are posted one after the other.

    Args:
        made: the bench's data.
        count: how many are measured.
        raw: how many of them plain SQL posts beside those.
    """

    def __init__(self, made: Made, count: int, raw: int) -> None:
        warm_up = 10
        rows = [
            {
                "name": f"Bench invoice {number}", "customer_id": made.busy[number % len(made.busy)],
                "owner_id": made.user_id, "language": "en", "currency": CURRENCY,
            }
            for number in range(count + raw + 2 * warm_up)
        ]  # fmt: skip
        every = _write(_model("sales.invoice"), rows)
        lines = (
            {
                "invoice_id": invoice, "position": place, "name": f"Line {place}", "currency": CURRENCY,
                "unit_price": Decimal("19.90"), "net": Decimal("19.90"), "by_hand": True,
            }
            for invoice in every
            for place in range(INVOICE_LINES)
        )  # fmt: skip
        _write(_model("sales.invoice_line"), lines)
        self.drafts = every[: count + warm_up]
        self._others = every[count + warm_up :]

    def post(self, engine: Engine, number: int) -> None:
        """Post an invoice in plain SQL: number, sums and seals, in one transaction."""
        invoice, line = _table("sales.invoice"), _table("sales.invoice_line")
        posted = self._others[number]
        sealed = {"sealed_at": utc_now()}
        with _written(engine) as connection:
            total = connection.execute(select(func.sum(line.c.net)).where(line.c.invoice_id == posted)).scalar_one()
            connection.execute(update(line).where(line.c.invoice_id == posted).values(**sealed))
            values = {"number": f"RAW-{number}", "status": "posted", "net": total, "gross": total, **sealed}
            connection.execute(update(invoice).where(invoice.c.id == posted).values(values))
