"""Reads over any record type: pages of a list by keyset, counts that stop early, titles for a batch of ids."""

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from core.access import Actor, Scope, current_actor, kept, visible
from core.database import db, in_unit, mostly
from core.database.journal import plain
from core.host.generation import JOURNAL, Remembered
from core.i18n import _
from core.problems import Problem, not_found
from core.records.filters import Filter, compile_filter, filter_field
from core.records.registry import record_types
from core.records.types import ExtraColumn, RecordType
from core.records.untrusted import read_json

#: Rows of one page of a list, unless asked otherwise.
PAGE_SIZE = 50
LARGEST_PAGE = 200
#: Counts are exact up to here, then "10,000+".
COUNT_LIMIT = 10_000
#: Beyond every number that a column holds.
LARGEST_NUMBER = 10**14

_counts: Final[Remembered[int]] = Remembered(JOURNAL, most=500)


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What a list shows: a filter, words to search, an order, and where to go on.

    Attributes:
        filter: see `core.records.filters`.
        text: words that the record must contain.
        sort: a field's name, with `-` before it for descending; the record type's own when empty.
        limit: rows at most, up to 200.
        cursor: where the last page ended, as `Page.next` gave it.
        binned: show the bin instead of what is live.
        ids: the records that were chosen, at most some thousand; all of them when there are none.
    """

    filter: Filter | None = None
    text: str = ""
    sort: str = ""
    limit: int = PAGE_SIZE
    cursor: str | None = None
    binned: bool = False
    ids: tuple[UUID, ...] = ()

    @property
    def is_searching(self) -> bool:
        """Whether it finds but some of the records."""
        return bool(self.filter or self.text.strip() or self.ids)


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    items: list[Any]
    #: The cursor of the next page; None on the last one.
    next: str | None
    #: How many records the whole query finds, where that was read with the page.
    number: int | None = None


@dataclass(frozen=True)
class Count:
    """How many records a query finds."""

    number: int
    #: Whether there are more than `COUNT_LIMIT`, and counting stopped.
    capped: bool = False


@dataclass(frozen=True)
class _Order:
    column: Any
    descending: bool
    nullable: bool


def live(actor: Actor, record_type: RecordType, action: str = "view", *, binned: bool = False) -> ColumnElement[bool]:
    """Give the criterion of the records that an actor may see and that aren't in the bin (or are, when asked)."""
    model = record_type.model
    in_bin = model.deleted_at.is_not(None) if binned else mostly(model.deleted_at.is_(None))
    return and_(in_bin, visible(actor, model, action))


def select_records(actor: Actor, record_type: RecordType, query: ListQuery, action: str = "view") -> Select[Any]:
    """Make the select of everything that a query finds, unordered and unlimited."""
    criteria = [live(actor, record_type, action, binned=query.binned), compile_filter(actor, record_type, query.filter)]
    if query.text.strip():
        from core.search.index import matches

        found = _in_bin(record_type, query.text) if query.binned else matches(record_type, query.text)
        criteria.append(found)
    if query.ids:
        criteria.append(record_type.model.id.in_(query.ids))
    return select(record_type.model).where(*criteria)


def _in_bin(record_type: RecordType, text: str) -> ColumnElement[bool]:
    """Give the criterion of what holds the words: the index leaves out what lies in the bin."""
    searched = [getattr(record_type.model, name) for name in dict.fromkeys((record_type.title, *record_type.search))]
    texts = [column for column in searched if isinstance(column.type, String)]
    words = [
        or_(*[func.lower(column).contains(each, autoescape=True) for column in texts]) for each in text.lower().split()
    ]
    return and_(true(), *words)


def list_records(
    actor: Actor, record_type: RecordType, query: ListQuery, attributes: Sequence[str] = (), *, counted: bool = False
) -> Page:
    """Read one page of a list.

    Args:
        actor: whoever asks.
        record_type: the records.
        query: what is listed.
        attributes: the columns that are enough, by the model's attributes, `id` among them; whole records without any.
        counted: whether `count_records` will be asked too: what words find is read and counted at once.

    Raises:
        Problem: 400 for a filter, sort or cursor that can't be read.
    """
    limit = max(1, min(query.limit, LARGEST_PAGE))
    if counted and query.text.strip() and not (query.filter or query.cursor or query.binned or query.ids):
        return _counted_page(actor, record_type, query, tuple(attributes), limit)
    if query.is_searching or query.cursor:
        result = db.session.execute(_page(actor, record_type, query, attributes), {"most": limit + 1})
    else:
        result = _plain_page(actor, record_type.model, query.sort, query.binned, tuple(attributes), most=limit + 1)
    return _page_of(result.all(), limit, whole=not attributes)


def _page_of(rows: Sequence[Any], limit: int, *, whole: bool, number: int | None = None) -> Page:
    items = [row[0] for row in rows[:limit]] if whole else list(rows[:limit])
    following = _write_cursor(rows[limit - 1].sort_value, items[-1].id) if len(rows) > limit else None
    return Page(items, following, number)


def _counted_page(
    actor: Actor, record_type: RecordType, query: ListQuery, attributes: tuple[str, ...], limit: int
) -> Page:
    """Read the first page of what words find, and how many they find."""
    from core.search.index import expression_of

    expression = expression_of(query.text)
    if not expression:
        return Page([], None, 0)
    values = {"words": expression, "most": limit + 1, "counted": COUNT_LIMIT + 1}
    rows = _words_page(actor, record_type.model, query.sort, query.binned, attributes, **values).all()
    return _page_of(rows, limit, whole=not attributes, number=rows[0].number if rows else 0)


@kept
def _words_page(actor: Actor, model: Any, sort: str, binned: bool, attributes: tuple[str, ...]) -> Select[Any]:
    """Select the first page of what words find: they are looked up once for the page and for the number."""
    from core.search.index import holds

    record_type = _type_of(model)
    order = _order(actor, record_type, sort or record_type.sort)
    criteria = live(actor, record_type, binned=binned), holds(record_type, bindparam("words", type_=String()))
    found = select(model.id, order.column.label("sort_value")).where(*criteria).cte("found")
    counted = select(literal_column("1")).select_from(found).limit(bindparam("counted", type_=Integer)).subquery()
    number = select(func.count()).select_from(counted).scalar_subquery().label("number")
    in_order = _sorted(select(found), order, found.c.sort_value, found.c.id)
    first = in_order.limit(bindparam("most", type_=Integer)).subquery()
    shown = [getattr(model, name) for name in attributes] or [model]
    statement = select(*shown, first.c.sort_value, number).join(first, first.c.id == model.id)
    return _sorted(statement, order, first.c.sort_value, first.c.id)


def _sorted(statement: Select[Any], order: _Order, column: Any, identity: Any) -> Select[Any]:
    if order.descending:
        column, identity = column.desc(), identity.desc()
    return statement.order_by(column.nulls_last() if order.nullable else column, identity)


def _page(actor: Actor, record_type: RecordType, query: ListQuery, attributes: Sequence[str]) -> Select[Any]:
    """Select one page in its order, each row with the value that it is sorted by; `most` rows."""
    model = record_type.model
    order = _order(actor, record_type, query.sort or record_type.sort)
    statement = select_records(actor, record_type, query)
    if query.cursor:
        statement = statement.where(_beyond(record_type, order, query.cursor))
    if attributes:
        statement = statement.with_only_columns(*[getattr(model, name) for name in attributes])
    statement = _sorted(statement.add_columns(order.column.label("sort_value")), order, order.column, model.id)
    return statement.limit(bindparam("most", type_=Integer))


@kept
def _plain_page(actor: Actor, model: Any, sort: str, binned: bool, attributes: tuple[str, ...]) -> Select[Any]:
    return _page(actor, _type_of(model), ListQuery(sort=sort, binned=binned), attributes)


def count_records(
    actor: Actor, record_type: RecordType, query: ListQuery, page: Page | None = None, *, exact: bool = False
) -> Count:
    """Count what a query finds; unless asked to be exact, counting stops after 10,000.

    Args:
        actor: whoever asks.
        record_type: the records.
        query: what is counted.
        page: the query's page, if it was read already: one that holds everything needs no counting.
        exact: whether to count to the end.
    """
    if page is not None and page.next is None and not query.cursor:
        return Count(len(page.items))
    most = COUNT_LIMIT + 1 if not exact else 2**62
    if page is not None and page.number is not None and not exact:
        number = page.number
    elif query.is_searching:
        number = int(db.session.execute(_number(actor, record_type, query), {"most": most}).scalar_one())
    else:
        number = _everything(actor, record_type, query.binned, most)
    return Count(min(number, COUNT_LIMIT), True) if not exact and number > COUNT_LIMIT else Count(number)


def _number(actor: Actor, record_type: RecordType, query: ListQuery) -> Select[Any]:
    # No column at all, so that an index alone answers.
    statement: Select[Any] = select_records(actor, record_type, query).with_only_columns(literal_column("1"))
    return select(func.count()).select_from(statement.limit(bindparam("most", type_=BigInteger)).subquery())


def _everything(actor: Actor, record_type: RecordType, binned: bool, most: int) -> int:
    """Count all records; whoever may see every one is told the number of before while nothing at all has changed."""

    def read() -> int:
        return int(_plain_number(actor, record_type.model, binned, most=most).scalar_one())

    sees_all = actor.scope(f"{record_type.key}.view") is Scope.all
    return _counts.get((actor, record_type.key, binned, most), read) if sees_all and not in_unit() else read()


@kept
def _plain_number(actor: Actor, model: Any, binned: bool) -> Select[Any]:
    return _number(actor, _type_of(model), ListQuery(binned=binned))


def _type_of(model: Any) -> RecordType:
    found = record_types.declared(model.__record_type__)
    if found is None:
        raise LookupError(f"{model.__name__} has no record type")
    return found


def iterate_records(
    actor: Actor, record_type: RecordType, query: ListQuery, action: str = "export"
) -> Iterator[list[Any]]:
    """Read everything that a query finds in batches, in the order of ids, without holding it in memory."""
    model, last = record_type.model, UUID(int=0)
    statement = select_records(actor, record_type, query, action).order_by(model.id).limit(1_000)
    while True:
        batch = list(db.session.scalars(statement.where(model.id > last)))
        if not batch:
            return
        yield batch
        last = batch[-1].id
        db.session.expunge_all()


def _order(actor: Actor, record_type: RecordType, sort: str) -> _Order:
    descending = sort.startswith("-")
    name = sort.removeprefix("-")
    extra = next((c for c in record_types.extra_columns(record_type.key) if c.key == name and c.expression), None)
    if extra is not None and extra.expression is not None:
        return _Order(extra.expression(actor, record_type.model), descending, nullable=True)
    if name not in record_type.fields or name not in sortable(record_type):
        raise Problem("bad_sort", _("The list can't be sorted by “%(field)s”.", field=name[:60]), status=400)
    declared = filter_field(record_type, name)
    attribute = getattr(declared, "sort_column", None) or declared.column
    column = getattr(record_type.model, attribute)
    return _Order(column, descending, column.nullable)


def sortable(record_type: RecordType) -> list[str]:
    """List the fields that a record type's list may be sorted by: what it shows and filters, and the moments."""
    shown = [*record_type.columns, *record_type.filters, "created_at", "updated_at", record_type.sort.removeprefix("-")]
    known = record_type.fields
    return [name for name in dict.fromkeys(shown) if name in known and getattr(known[name], "sortable", True)]


def _beyond(record_type: RecordType, order: _Order, cursor: str) -> ColumnElement[bool]:
    value, last_id = _read_cursor(cursor)
    column, identity = order.column, record_type.model.id
    later = identity < last_id if order.descending else identity > last_id
    if value is None:
        return and_(column.is_(None), later)
    value = _typed(column, value)
    further = column < value if order.descending else column > value
    beyond = or_(further, and_(column == value, later))
    return or_(beyond, column.is_(None)) if order.nullable else beyond


def _write_cursor(value: Any, record_id: UUID) -> str:
    text = json.dumps([plain(value), str(record_id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[Any, UUID]:
    try:
        value, record_id = read_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return value, UUID(str(record_id))
    except (ValueError, TypeError) as error:
        raise Problem(
            "bad_cursor", _("This page of the list can't be found. Start from the first."), status=400
        ) from error


def _read_moment(value: Any) -> dt.datetime:
    moment = dt.datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(dt.UTC)


def _read_amount(value: Any) -> Decimal:
    amount = Decimal(value)
    if not abs(amount) < LARGEST_NUMBER or amount != round(amount, 4):
        raise ValueError("no amount of ours")
    return amount


def _read_whole(value: Any) -> int:
    number = int(value)
    if abs(number) >= LARGEST_NUMBER:
        raise ValueError("no number of ours")
    return number


#: How a cursor's plain value becomes again what a column compares with.
CURSOR_READERS: Mapping[type, Callable[[Any], Any]] = {
    dt.datetime: _read_moment,
    dt.date: dt.date.fromisoformat,
    Decimal: _read_amount,
    UUID: lambda value: UUID(str(value)),
    int: _read_whole,
    float: float,
    bool: bool,
}


def _typed(column: Any, value: Any) -> Any:
    """Turn a cursor's plain value back into what the column compares with."""
    try:
        kind = column.type.python_type
        read = CURSOR_READERS.get(kind, str)
        return literal(read(value), column.type)
    except (ValueError, TypeError, ArithmeticError, NotImplementedError) as error:
        raise Problem(
            "bad_cursor", _("This page of the list can't be found. Start from the first."), status=400
        ) from error


def find_record(
    actor: Actor, record_type: RecordType, record_id: UUID, action: str = "view", *, binned: bool = False
) -> Any:
    """Read one record.

    Raises:
        Problem: 404 when it doesn't exist, is in the bin (unless asked for), or isn't the actor's to see.
    """
    record = _one(actor, record_type.model, binned, id=record_id).scalar_one_or_none()
    if record is None:
        raise not_found()
    if action != "view":
        from core.access import require

        require(actor, record_type, action, record)
    return record


@kept
def _one(actor: Actor, model: Any, binned: bool) -> Select[Any]:
    statement = select(model).where(model.id == bindparam("id"), visible(actor, model, "view"))
    return statement if binned else statement.where(model.deleted_at.is_(None))


def exists_visible(record_type: RecordType, record_id: UUID) -> bool:
    """Tell whether the current actor may see a live record."""
    actor, model = current_actor(), record_type.model
    statement = select(1).where(model.id == record_id, live(actor, record_type))
    return db.session.execute(statement).first() is not None


def titles(actor: Actor, key: str, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Name a batch of records, in one statement; what the actor may not see isn't in the answer."""
    record_type, wanted = record_types.get(key), {each for each in ids if each is not None}
    if record_type is None or not wanted:
        return {}
    model = record_type.model
    title = getattr(model, record_type.title)
    rows = db.session.execute(select(model.id, title).where(model.id.in_(wanted), visible(actor, model)))
    return {record_id: str(name) for record_id, name in rows}


def titles_of(actor: Actor, records: Iterable[tuple[str, UUID | None]]) -> dict[UUID, str]:
    """Name records of several types, given by the keys of their types and their ids, in one statement for each type."""
    wanted: dict[str, set[UUID | None]] = {}
    for key, record_id in records:
        wanted.setdefault(key, set()).add(record_id)
    return {record_id: title for key, ids in wanted.items() for record_id, title in titles(actor, key, ids).items()}


def related_titles(
    actor: Actor, record_type: RecordType, records: Sequence[Any], names: Iterable[str]
) -> dict[UUID, str]:
    """Name everything that some records point at, one statement for each related record type.

    Args:
        actor: whoever looks.
        record_type: the type of the records.
        records: the rows of a page.
        names: the fields that are shown.
    """
    return titles_of(actor, pointed_at(record_type, records, names))


def pointed_at(
    record_type: RecordType, records: Sequence[Any], names: Iterable[str]
) -> Iterator[tuple[str, UUID | None]]:
    """Give what some fields of some records point at: the keys of record types and ids."""
    from core.records.fields import Related

    for each in map(record_type.fields.get, names):
        if isinstance(each, Related):
            yield from ((each.record_type, getattr(record, each.column)) for record in records)


def extra_values(actor: Actor, columns: Sequence[ExtraColumn], ids: Sequence[UUID]) -> dict[str, Mapping[UUID, Any]]:
    """Ask each plugin's column for the values of a page, once for all rows."""
    return {column.key: column.values(actor, ids) for column in columns} if ids else {}


def active_people(actor: Actor) -> list[tuple[str, str]]:
    """List whom work may be given to: id and name of every active member of staff that the actor may see."""
    from core.users.models import User

    statement = select(User.id, User.name).where(User.active, User.deleted_at.is_(None), visible(actor, User))
    return [(str(user_id), name) for user_id, name in db.session.execute(statement.order_by(User.name))]
