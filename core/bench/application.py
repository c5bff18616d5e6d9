"""The floor's application: the same tables, shown by a minimal Flask application with the ORM and Jinja.

It imports next to nothing of Pelatis, because it is served as well: its start and its memory are the floor's too.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import Flask, render_template, request
from jinja2 import DictLoader
from sqlalchemy import Engine, Uuid, column, create_engine, func, select, text
from sqlalchemy.orm import Session

from core.customers.keys import matching_name, sorting_name
from core.customers.models import Customer
from core.database import new_id
from core.database.engine import engine_options, prepare_engine
from core.records.registry import record_types
from core.search.fold import search_terms

PAGE: Final = 50
CARDS: Final = 40

_TEMPLATES: Final = {
    "list.html": """<!doctype html><title>List</title><h1>{{ total }}</h1><table>
{% for row in rows %}<tr><td><a href="/customers/{{ row.id }}">{{ row.name }}</a><td>{{ row.city or "" }}
<td>{{ row.roles|join(", ") }}<td>{{ row.phone or "" }}</tr>{% endfor %}</table>""",
    "record.html": """<!doctype html><title>{{ record.name }}</title><h1>{{ record.name }}</h1><dl>
{% for name, value in facts %}<dt>{{ name }}<dd>{{ value }}{% endfor %}</dl><ol>
{% for call in calls %}<li>{{ call.starts_at }} {{ call.subject }} {{ call.body }}{% endfor %}</ol>""",
    "board.html": """<!doctype html><title>Board</title>{% for stage, count, amount in sums %}<h2>{{ stage }}
{{ count }} {{ amount }}</h2>{% endfor %}{% for card in cards %}<div><a href="/deals/{{ card.id }}">{{ card.name }}</a>
{{ card.amount }} {{ card.expected_close_on }}</div>{% endfor %}""",
}


def floor_engine(url: str) -> Engine:
    """Make an engine for the floor: Pelatis' settings, but the transactions and pings of its readers as they come."""
    return prepare_engine(create_engine(url, **engine_options(url)))


def floor_application(engine: Engine) -> Flask:
    """Make the minimal application."""
    app = Flask("floor")
    app.jinja_loader = DictLoader(_TEMPLATES)  # each is compiled once; from a string, it would be with each request

    @app.get("/healthz")
    def healthz() -> str:
        return "alive"

    @app.get("/customers")
    def customers() -> str:
        with Session(engine) as session:
            total = session.execute(select(func.count()).select_from(Customer)).scalar_one()
            rows = session.scalars(select(Customer).order_by(Customer.name_key, Customer.id).limit(PAGE)).all()
            return render_template("list.html", total=total, rows=rows)

    @app.get("/search")
    def search() -> str:
        with Session(engine) as session:
            statement = select(Customer).join(
                _hits(engine, request.args["q"]), text("hits.record_id = core_customer.id")
            )
            rows = session.scalars(statement.limit(PAGE)).all()
            return render_template("list.html", total=len(rows), rows=rows)

    @app.get("/customers/<uuid:identity>")
    def record(identity: UUID) -> str:
        with Session(engine) as session:
            found = session.get_one(Customer, identity)
            facts = [(each.key, getattr(found, each.key)) for each in Customer.__table__.columns]
            return render_template("record.html", record=found, facts=facts, calls=_calls(session, identity))

    @app.get("/board")
    def board() -> str:
        with Session(engine) as session:
            return render_template("board.html", **_board(session))

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
