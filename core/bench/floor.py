"""The floor: the same tables read with plain SQL, and by a minimal Flask application with the ORM and Jinja."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import Flask, render_template_string, request
from sqlalchemy import Engine, Uuid, column, create_engine, func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from core.bench.data import Made, some_customer
from core.bench.measure import Figures, Meter
from core.customers.keys import matching_name, sorting_name
from core.customers.models import Customer
from core.database import new_id, utc_now
from core.database.engine import engine_options, prepare_engine
from core.records.registry import record_types
from core.search.fold import search_terms

PAGE: Final = 50
CARDS: Final = 40

_LIST: Final = """<!doctype html><title>List</title><h1>{{ total }}</h1><table>
{% for row in rows %}<tr><td><a href="/customers/{{ row.id }}">{{ row.name }}</a><td>{{ row.city or "" }}
<td>{{ row.roles|join(", ") }}<td>{{ row.phone or "" }}</tr>{% endfor %}</table>"""
_RECORD: Final = """<!doctype html><title>{{ record.name }}</title><h1>{{ record.name }}</h1><dl>
{% for name, value in facts %}<dt>{{ name }}<dd>{{ value }}{% endfor %}</dl><ol>
{% for call in calls %}<li>{{ call.starts_at }} {{ call.subject }} {{ call.body }}{% endfor %}</ol>"""
_BOARD: Final = """<!doctype html><title>Board</title>{% for stage, count, amount in sums %}<h2>{{ stage }} {{ count }}
{{ amount }}</h2>{% endfor %}{% for card in cards %}<div><a href="/deals/{{ card.id }}">{{ card.name }}</a>
{{ card.amount }} {{ card.expected_close_on }}</div>{% endfor %}"""

#: What each measurement is called, everywhere.
LIST, SEARCH, RECORD, BOARD, CREATE, EDIT = "list", "search", "record", "board", "create", "edit"
FORECAST: Final = "forecast"
#: What is measured of sales, where that plugin is on.
OF_SALES: Final = frozenset({BOARD, FORECAST})


def floor_engine(url: str) -> Engine:
    """Make an engine for the floor: Pelatis' settings, but the transactions and pings of its readers as they come."""
    return prepare_engine(create_engine(url, **engine_options(url)))


def measure_floor(url: str, made: Made, repetitions: int) -> dict[str, Figures]:
    """Measure the minimal application through its WSGI test client."""
    engine = floor_engine(url)
    client = _application(engine).test_client()
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


def _application(engine: Engine) -> Flask:
    app = Flask("floor")

    @app.get("/customers")
    def customers() -> str:
        with Session(engine) as session:
            total = session.execute(select(func.count()).select_from(Customer)).scalar_one()
            rows = session.scalars(select(Customer).order_by(Customer.name_key, Customer.id).limit(PAGE)).all()
            return render_template_string(_LIST, total=total, rows=rows)

    @app.get("/search")
    def search() -> str:
        with Session(engine) as session:
            statement = select(Customer).join(
                _hits(engine, request.args["q"]), text("hits.record_id = core_customer.id")
            )
            rows = session.scalars(statement.limit(PAGE)).all()
            return render_template_string(_LIST, total=len(rows), rows=rows)

    @app.get("/customers/<uuid:identity>")
    def record(identity: UUID) -> str:
        with Session(engine) as session:
            found = session.get_one(Customer, identity)
            facts = [(each.key, getattr(found, each.key)) for each in Customer.__table__.columns]
            return render_template_string(_RECORD, record=found, facts=facts, calls=_calls(session, identity))

    @app.get("/board")
    def board() -> str:
        with Session(engine) as session:
            return render_template_string(_BOARD, **_board(session))

    @app.post("/customers")
    def create() -> str:
        form = request.form.to_dict()
        keys = {"name_key": sorting_name(form["name"]), "match_key": matching_name(form["name"])}
        with Session(engine.execution_options(write=True)) as session:
            session.add(Customer(id=new_id(), roles=[], tags=[], **form, **keys))
            session.commit()
        return "made"

    @app.post("/customers/<uuid:identity>")
    def edit(identity: UUID) -> str:
        with Session(engine.execution_options(write=True)) as session:
            session.get_one(Customer, identity).note = request.form["note"]
            session.commit()
        return "changed"

    return app


def _hits(engine: Engine, query: str) -> Any:
    words = [terms[0] for terms in search_terms(query)]
    if engine.dialect.name == "sqlite":
        statement = (
            "SELECT record_id FROM core_search_entry WHERE record_type = 'customer' AND number IN "
            "(SELECT rowid FROM core_search_fts WHERE core_search_fts MATCH :words)"
        )
        bound = text(statement).bindparams(words=" AND ".join(f'"{word}"*' for word in words))
    else:
        statement = (
            "SELECT record_id FROM core_search_entry WHERE record_type = 'customer' AND "
            "to_tsvector('simple', document) @@ to_tsquery('simple', :words)"
        )
        bound = text(statement).bindparams(words=" & ".join(f"'{word}':*" for word in words))
    return bound.columns(column("record_id", Uuid)).subquery("hits")


def _calls(session: Session, customer: UUID) -> Any:
    call = record_types.get("activities.call")
    if call is None:
        return []
    model: Any = call.model
    return session.scalars(
        select(model).where(model.customer_id == customer).order_by(model.starts_at.desc()).limit(20)
    ).all()


def _board(session: Session) -> Mapping[str, Any]:
    deal = record_types.get("sales.opportunity")
    if deal is None:
        return {"sums": [], "cards": []}
    model: Any = deal.model
    sums = session.execute(
        select(model.stage_id, func.count(), func.sum(model.amount_base))
        .where(model.deleted_at.is_(None))
        .group_by(model.stage_id)
    ).all()
    cards: list[Any] = []
    for stage, _count, _amount in sums:
        of_stage = select(model).where(model.stage_id == stage, model.deleted_at.is_(None))
        cards += session.scalars(of_stage.order_by(model.stage_since.desc()).limit(CARDS)).all()
    return {"sums": sums, "cards": cards}


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
