"""The reads of activities: timelines, next steps, last contacts and a person's day, each in one statement.

The five tables are read together: each gives the same columns, empty where it has none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from pelatis.api import (
    Actor,
    Customer,
    Record,
    User,
    among,
    current_zone,
    db,
    format_ago,
    kept,
    matches,
    record_types,
    utc_now,
    visible,
)

from .models import KINDS, PLANNED, Call, Meeting, Note, Task, Visit


class latest(GenericFunction[date]):  # noqa: N801 – the name of a SQL function
    """The latest of several days, none of them empty."""

    type = Date()
    inherit_cache = True


@compiles(latest, "sqlite")
def _sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"


@compiles(latest, "postgresql")
def _postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"greatest({compiler.process(element.clauses, **options)})"


#: A row of several tables together; see `_columns`.
ActivityRow = Row[Any]

#: What timelines show, in the order in which the tables are joined.
SHOWN: Final[tuple[type[Any], ...]] = (*PLANNED, Note)

#: The most that a person's day shows.
MOST_OF_DAY = 200


def kind_of(model: type[Record]) -> str:
    """Name a kind as timelines and addresses do: `note`, `task`, `call`, `meeting`, `visit`."""
    return model.__name__.lower()


def _columns(model: Any) -> list[ColumnElement[Any]]:
    """Give the columns that all kinds share; a kind that lacks one gives it empty."""

    def of(name: str, type_: Any) -> ColumnElement[Any]:
        column = getattr(model, name, None)
        return (cast(null(), type_) if column is None else column).label(name)

    moment = {Note: "written_at", Task: "due_at"}.get(model, "starts_at")
    return [
        literal(kind_of(model), String).label("kind"),
        model.id,
        model.customer_id,
        model.about_id,
        model.owner_id,
        model.created_at,
        getattr(model, "title" if model is Task else "subject", cast(null(), String)).label("title"),
        model.body,
        getattr(model, moment).label("moment"),
        of("due_on", Date),
        of("ends_at", DateTime(timezone=True)),
        of("done_at", DateTime(timezone=True)),
        of("place", String),
        of("outcome", String),
        of("direction", String),
        of("duration_minutes", Integer),
        of("pinned", Boolean),
    ]


def _together(selects: Iterable[Select[Any]]) -> Any:
    """Join the kinds; the first one's types are everybody's, so visits, which have the most, come first."""
    return union_all(*selects).subquery("activity")


# Timelines


def timeline(
    actor: Actor,
    customer: UUID,
    before: datetime | None,
    limit: int,
    kinds: Collection[str] = (),
    text: str = "",
) -> list[ActivityRow]:
    """Read what happened with a customer, newest first, with the owners' names.

    Args:
        actor: whoever looks.
        customer: the customer's id.
        before: only what happened before this moment; None for everything until now, pinned notes first.
        limit: rows at most, pinned ones beside.
        kinds: `note`, `task`, …; empty for all.
        text: words that title or body must contain; empty for all.
    """
    shown = tuple(kind_of(model) for model in SHOWN if not kinds or kind_of(model) in kinds)
    if not shown:
        return []
    read = _timeline.anew if text else _timeline
    rows = read(actor, "customer_id", shown, before is not None, text, whose=customer, before=before, most=limit)
    return list(rows)


def about(actor: Actor, record: UUID, limit: int = 10) -> list[ActivityRow]:
    """Read what happened about another record than a customer, newest first, with the owners' names."""
    shown = tuple(map(kind_of, SHOWN))
    return list(_timeline(actor, "about_id", shown, False, "", whose=record, most=limit))[:limit]


@kept
def _timeline(actor: Actor, of: str, kinds: tuple[str, ...], goes_on: bool, text: str) -> Any:
    """Join the newest rows of each kind; a customer's timeline begins with the pinned notes."""
    models: list[Any] = [model for model in SHOWN if kind_of(model) in kinds]
    branches = [_history(actor, model, getattr(model, of), goes_on, text) for model in models]
    if of == "customer_id" and not goes_on and Note in models:
        branches.append(_pinned(actor, text))
    rows = _together(branches)
    return (
        select(rows, User.name.label("owner_name"))
        .outerjoin(User, User.id == rows.c.owner_id)
        .order_by(rows.c.at.desc(), rows.c.id.desc())
    )


def _happened(model: Any) -> ColumnElement[datetime]:
    """Tell when something stands in a timeline: when it was written or done; what is planned, when it was planned."""
    if model is Note:
        return Note.written_at.expression
    if model is Task:
        return func.coalesce(Task.done_at, Task.created_at)
    return case((model.done_at.is_not(None), model.starts_at), else_=model.created_at)


def _history(actor: Actor, model: Any, of: Any, goes_on: bool, text: str) -> Any:
    happened = _happened(model)
    criteria = [of == bindparam("whose"), model.deleted_at.is_(None), visible(actor, model), *_containing(model, text)]
    if goes_on:
        criteria.append(happened < bindparam("before"))
    if model is Note and of.key == "customer_id":
        criteria.append(~Note.pinned)
    statement = select(*_columns(model), happened.label("at")).where(*criteria)
    return _limited(statement.order_by(happened.desc(), model.id.desc()).limit(bindparam("most", type_=Integer)))


def _limited(statement: Select[Any]) -> Any:
    """Wrap a select with an order and a limit, which SQLite doesn't take inside a union."""
    inner = statement.subquery()
    return select(inner)


def _pinned(actor: Actor, text: str) -> Any:
    return select(*_columns(Note), Note.written_at.label("at")).where(
        Note.customer_id == bindparam("whose"),
        Note.pinned,
        Note.deleted_at.is_(None),
        visible(actor, Note),
        *_containing(Note, text),
    )


def _containing(model: Any, text: str) -> list[ColumnElement[bool]]:
    record_type = record_types.of_model(model)
    return [matches(record_type, text)] if text and record_type is not None else []


# Next steps and last contacts


def next_steps(actor: Actor, of: Literal["customer_id", "about_id"], ids: Sequence[UUID]) -> Mapping[UUID, ActivityRow]:
    """Find the first thing that is planned for each of a batch of records.

    Args:
        actor: whoever looks.
        of: what the ids are: customers, or other records that activities are about.
        ids: the records; those without a next step aren't in the answer.
    """
    found: dict[UUID, ActivityRow] = {}
    for row in sorted(_waiting(actor, of, ids=ids), key=_when):
        found.setdefault(row.whose, row)
    return found


@kept
def _waiting(actor: Actor, of: str) -> Any:
    """Select what is planned and not done yet, with no more columns than saying it takes: boards ask for hundreds."""
    # The ids are bound once: each database takes the condition into every branch by itself.
    waiting = union_all(*[_waiting_of(actor, model, getattr(model, of)) for model in PLANNED]).subquery()
    return select(waiting).where(among(waiting.c.whose, "ids"))


def _waiting_of(actor: Actor, model: Any, whose: Any) -> Any:
    return select(
        whose.label("whose"),
        literal(kind_of(model), String).label("kind"),
        model.id,
        (Task.title if model is Task else model.subject).label("title"),
        (Task.due_at if model is Task else model.starts_at).label("moment"),
        (Task.due_on if model is Task else cast(null(), Date)).label("due_on"),
    ).where(
        model.done_at.is_(None),
        model.deleted_at.is_(None),
        visible(actor, model),
    )


def _when(row: ActivityRow) -> tuple[date, datetime]:
    """Sort what has no day last, and what has no time after the rest of its day."""
    moment: datetime | None = row.moment
    day: date | None = row.due_on if moment is None else moment.astimezone(current_zone()).date()
    return day or date.max, moment or datetime.max.replace(tzinfo=UTC)


def last_contacts(actor: Actor, customers: Sequence[UUID]) -> Mapping[UUID, str]:
    """Tell how long ago somebody last spoke with each of a batch of customers, as far as anybody did."""
    return {customer: format_ago(last) for customer, last in _last_contacts(actor, customers=customers)}


@kept
def _last_contacts(actor: Actor) -> Any:
    contacts = union_all(
        *[
            select(model.customer_id, model.starts_at).where(
                model.done_at.is_not(None), model.deleted_at.is_(None), visible(actor, model)
            )
            for model in (Visit, Meeting, Call)
        ]
    ).subquery()
    return (
        select(contacts.c.customer_id, func.max(contacts.c.starts_at))
        .where(among(contacts.c.customer_id, "customers"))
        .group_by(contacts.c.customer_id)
    )


def last_contact_day(actor: Actor, customer: Any) -> ColumnElement[Any]:
    """Give the SQL expression of the day on which somebody last spoke with a customer, for filters and sorting."""
    days = [
        select(func.date(func.max(model.starts_at), type_=Date()))
        .where(
            model.customer_id == customer.id,
            model.done_at.is_not(None),
            model.deleted_at.is_(None),
            visible(actor, model),
        )
        .correlate(customer)
        .scalar_subquery()
        for model in (Visit, Meeting, Call)
    ]
    never = literal(date.min, Date)
    return func.nullif(latest(*[func.coalesce(day, never) for day in days]), never, type_=Date())


# A person's day


def day_of(actor: Actor, day: date) -> list[ActivityRow]:
    """Read what a person has to do on a day: appointments, tasks that are due, and what waits from days before.

    Args:
        actor: whose day it is.
        day: the day, in the actor's zone.
    """
    begins = datetime.combine(day, time(), current_zone())
    return sorted(_day(actor, day=day, begins=begins, ends=begins + timedelta(days=1)), key=_when)


@kept
def _day(actor: Actor) -> Any:
    rows = _together(
        select(*_columns(model)).where(model.owner_id == actor.user_id, model.deleted_at.is_(None), _of_day(model))
        for model in PLANNED
    )
    seen = and_(Customer.id == rows.c.customer_id, visible(actor, Customer))
    return select(rows, Customer.name.label("customer_name")).outerjoin(Customer, seen).limit(MOST_OF_DAY)


def _of_day(model: Any) -> ColumnElement[bool]:
    begins: Any = bindparam("begins")
    ends: Any = bindparam("ends")
    if model is Task:
        return and_(Task.done_at.is_(None), Task.due_on <= bindparam("day"))
    waiting = and_(model.done_at.is_(None), model.starts_at < ends)
    done_then = and_(model.done_at.is_not(None), model.starts_at >= begins, model.starts_at < ends)
    return or_(waiting, done_then)


def visits_between(actor: Actor, begins: datetime, ends: datetime) -> tuple[int, int]:
    """Count a person's visits between two moments: those done, and all."""
    statement = select(func.count(Visit.done_at), func.count()).where(
        Visit.owner_id == actor.user_id, Visit.deleted_at.is_(None), Visit.starts_at >= begins, Visit.starts_at < ends
    )
    done, planned = db.session.execute(statement).one()
    return done, planned


def count_of_customers(customers: Sequence[UUID]) -> int:
    """Count the activities of a batch of customers that aren't in the bin, whoever may see them."""
    counts = [
        select(func.count().label("number")).where(model.customer_id.in_(customers), model.deleted_at.is_(None))
        for model in KINDS
    ]
    together = union_all(*counts).subquery()
    return int(db.session.execute(select(func.coalesce(func.sum(together.c.number), 0))).scalar_one())


def is_late(row: ActivityRow) -> bool:
    """Tell whether something planned should have been done by now."""
    if row.done_at is not None:
        return False
    if row.moment is not None:
        return bool(row.moment < utc_now())
    return row.due_on is not None and row.due_on < utc_now().astimezone(current_zone()).date()
