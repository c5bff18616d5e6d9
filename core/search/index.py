"""The search index: one row per record with its folded words, kept in the transaction that changes the record.

SQLite finds words with FTS5, PostgreSQL with a tsvector; both find the beginnings of words, without accents, in Greek,
in Greeklish and in Polish without its strokes, because the words were folded before they were stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    column,
    delete,
    false,
    func,
    inspect,
    literal,
    literal_column,
    or_,
    select,
    table,
    union_all,
)

from core.access import Actor, may, visible
from core.database import Session, db, in_parts, insert_many, touched_listener
from core.database.base import metadata
from core.database.journal import Touched, big_integer, never_journalled
from core.records.registry import record_types
from core.records.types import RecordType
from core.search.fold import MOST_SPELLINGS, search_document, search_terms, slips_of, word_forms

#: How many hits of one record type an answer holds.
HITS_PER_TYPE = 8
#: How many times as many are read, to choose the nearest from.
CANDIDATES = 3
#: How many words of a query may be mistyped.
MOST_MISTYPED = 3
#: How many of a word's forms are its letters as they are written; what follows is how it sounds.
WRITTEN_FORMS = 2
#: In how many letters at the beginning of an entry its title is looked for.
TITLE_LENGTH = 80
#: For each word of a query the spellings of which one must begin a word of the record.
Terms: TypeAlias = Sequence[tuple[str, ...]]


entries = Table(
    "core_search_entry",
    metadata,
    Column("number", big_integer, primary_key=True, autoincrement=True),
    Column("record_type", String(80), nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("title", String(300), nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("record_type", "record_id"),
)


@dataclass(frozen=True)
class Hit:
    """A record that a search found."""

    record_type: RecordType
    record_id: UUID
    title: str

    @property
    def url(self) -> str:
        """The record's page."""
        return self.record_type.url_of(self.record_id)


def _expression(words: Terms) -> str:
    """Say what an entry must hold in the language of the database's index; nothing without any word."""
    if db.session.get_bind().dialect.name == "sqlite":
        return " AND ".join("(" + " OR ".join(f'"{term}"*' for term in terms) + ")" for terms in words)
    return " & ".join("(" + " | ".join(f"'{term}':*" for term in terms) + ")" for terms in words)


def _found(expression: ColumnElement[str]) -> ColumnElement[bool]:
    """Give the criterion that an entry holds what an expression says."""
    if db.session.get_bind().dialect.name == "sqlite":
        index = table("core_search_fts", column("rowid", big_integer))
        matching = literal_column("core_search_fts").op("MATCH")(expression)
        return entries.c.number.in_(select(index.c.rowid).where(matching))
    vector = func.to_tsvector(literal_column("'simple'"), entries.c.document)
    return vector.op("@@")(func.to_tsquery(literal_column("'simple'"), expression))


def _type_column() -> ColumnElement[str]:
    """Name the column of the type so that SQLite begins with the words: by its index it would walk all of a type."""
    if db.session.get_bind().dialect.name == "sqlite":
        return literal_column("+core_search_entry.record_type", String)
    return entries.c.record_type


def matches(record_type: RecordType, query: str) -> ColumnElement[bool]:
    """Give the criterion that a record of a type holds the words of a query.

    Args:
        record_type: whose list is searched.
        query: what somebody typed; the beginnings of words are enough.
    """
    expression = expression_of(query)
    return holds(record_type, literal(expression)) if expression else false()


def expression_of(query: str) -> str:
    """Say what `holds` is to look for, in the language of the database's index; nothing without any word.

    Args:
        query: what somebody typed.
    """
    return _expression(search_terms(query))


def holds(record_type: RecordType, expression: ColumnElement[str]) -> ColumnElement[bool]:
    """Give the criterion that a record of a type holds what an expression says, for statements that are kept.

    Args:
        record_type: whose list is searched.
        expression: a parameter for what `expression_of` says.
    """
    ids = select(entries.c.record_id).where(_type_column() == record_type.key, _found(expression))
    identity: ColumnElement[bool] = record_type.model.id.in_(ids)
    return identity


def search(actor: Actor, query: str, *, keys: Iterable[str] | None = None, limit: int = HITS_PER_TYPE) -> list[Hit]:
    """Find records of every type that an actor may see, in one statement.

    Args:
        actor: whoever searches.
        query: what they typed.
        keys: the record types to look in; all by default.
        limit: hits of each record type at most.

    Returns:
        Hits grouped by record type; within one, those come first whose title holds the query's words as they are
        written, then as they sound, then the rest; and the types in the order of their first hits.
    """
    return _search(actor, search_terms(query), keys, limit)


def search_near(
    actor: Actor, query: str, *, keys: Iterable[str] | None = None, limit: int = HITS_PER_TYPE
) -> list[Hit]:
    """Find records whose words are one slip of the hand away from a query that found nothing, the likest first.

    The slips are looked up as words, so that the cost follows the length of the query and not the size of the index.
    The arguments are those of `search`.
    """
    from rapidfuzz import fuzz  # loaded when a search found nothing, which is rare

    def likeness(hit: Hit) -> float:
        forms = word_forms(hit.title)
        return sum(max(fuzz.ratio(word[0], form[: len(word[0]) + 1]) for form in forms or ("",)) for word in terms)

    terms = search_terms(query)[:MOST_MISTYPED]
    slips = [tuple(dict.fromkeys([*each, *word_forms(each[0]), *slips_of(each[0])])) for each in terms]
    return sorted(_search(actor, slips, keys, limit), key=likeness, reverse=True) if slips != terms else []


def _search(actor: Actor, words: Terms, keys: Iterable[str] | None, limit: int) -> list[Hit]:
    wanted = None if keys is None else set(keys)
    types = [
        each
        for each in record_types
        if each.search and may(actor, each, "view") and (wanted is None or each.key in wanted)
    ]
    if not words or not types:
        return []
    # The words are looked up once for all types: both databases keep the rows of a CTE that several parts read.
    columns = (entries.c.record_type, entries.c.record_id, entries.c.title, _is_near(words).label("is_near"))
    holding = select(*columns).where(_found(literal(_expression(words)))).cte("holding")
    parts = [_hits_of(actor, each, holding, limit * CANDIDATES) for each in types]
    rows = db.session.execute(parts[0] if len(parts) == 1 else union_all(*parts)).all()
    by_key = {each.key: each for each in types}
    hits: dict[str, list[Hit]] = {each.key: [] for each in types}
    for key, record_id, title, _near in rows:
        hits[key].append(Hit(by_key[key], record_id, title))
    nearest = {
        key: sorted((_distance(hit, words), place) for place, hit in enumerate(listed)) for key, listed in hits.items()
    }
    first = sorted(
        (each for each in types if nearest[each.key]), key=lambda each: (nearest[each.key][0][0], not each.nav)
    )
    return [hits[each.key][place] for each in first for _distance_of_it, place in nearest[each.key][:limit]]


def _is_near(words: Terms) -> ColumnElement[bool]:
    """Tell whether an entry's first words, which are its title's, hold the query's."""
    beginning = func.substr(entries.c.document, 1, TITLE_LENGTH)
    return and_(*[or_(*[beginning.contains(term) for term in spellings[:MOST_SPELLINGS]]) for spellings in words])


def _distance(hit: Hit, words: Terms) -> tuple[bool, bool, bool]:
    """Say how far a title is from what was looked for: it lacks a word, has one by sound alone, begins otherwise."""
    title = [word_forms(word) for word in hit.title.split()]
    written = [form for forms in title for form in forms[:WRITTEN_FORMS]]
    heard = [form for forms in title for form in forms]
    lacks = not all(_begin_with(spellings, heard) for spellings in words)
    sounds = not all(_begin_with(spellings[:1], written) for spellings in words)
    return lacks, sounds, not (title and _begin_with(words[0], title[0]))


def _begin_with(spellings: tuple[str, ...], forms: Sequence[str]) -> bool:
    return any(form.startswith(spellings) for form in forms)


def _hits_of(actor: Actor, record_type: RecordType, holding: CTE, limit: int) -> Select[Any]:
    model = record_type.model
    hits = (
        select(holding)
        .join(model, model.id == holding.c.record_id)
        .where(holding.c.record_type == record_type.key, model.deleted_at.is_(None), visible(actor, model))
        .order_by(holding.c.is_near.desc())
        .limit(limit)
        .subquery()
    )
    return select(hits)


@touched_listener
def keep_index(session: Session, touched: Sequence[Touched]) -> None:
    """Bring the index up to date with what a write unit changed, before its commit."""
    by_type: dict[str, list[Touched]] = {}
    for each in touched:
        by_type.setdefault(each.record_type, []).append(each)
    rows: list[dict[str, Any]] = []
    for key, of_type in by_type.items():
        record_type = record_types.declared(key)
        if record_type is not None and record_type.search:
            reaching = _reaching_index(record_type, of_type)
            new = {each.record_id for each in of_type if each.operation == "insert"}
            rows += _renewed(session.connection(), record_type, {each.record_id: each for each in reaching}, new)
    insert_many(session.connection(), entries, rows)


def _reaching_index(record_type: RecordType, touched: Sequence[Touched]) -> Sequence[Touched]:
    """Give the changes of what the index holds; most changes of deals and tasks are of something else."""
    held = {record_type.title, *record_type.search, "deleted_at"}
    told = set(inspect(record_type.model).column_attrs.keys()) - never_journalled(record_type.model)
    if not held <= told:
        return touched  # what a property makes up from other columns may change with any of them
    return [each for each in touched if each.operation in ("insert", "delete") or not held.isdisjoint(each.changes)]


def _renewed(
    connection: Connection, record_type: RecordType, changed: Mapping[UUID, Touched], new: set[UUID]
) -> list[dict[str, Any]]:
    """Take changed records out of the index, and give the rows with which they come back."""
    remove_entries(connection, record_type.key, [record_id for record_id in changed if record_id not in new])
    rows = [row for each in changed.values() if (row := _row_of(record_type, each)) is not None]
    updated = [record_id for record_id, each in changed.items() if each.record is None and each.operation != "insert"]
    for part in in_parts(updated):
        rows += _rows_of(connection, record_type, part)
    return rows


def remove_entries(connection: Connection, key: str, ids: Sequence[UUID]) -> None:
    """Take records out of the index."""
    for part in in_parts(ids):
        connection.execute(delete(entries).where(entries.c.record_type == key, entries.c.record_id.in_(part)))


def _row_of(record_type: RecordType, touched: Touched) -> dict[str, Any] | None:
    """Make a row from the record in hand or from what was inserted in bulk; None for what must be read or is gone."""
    record = touched.record
    if record is not None:
        if touched.operation == "delete" or record.deleted_at is not None:
            return None
        values = {name: getattr(record, name) for name in (record_type.title, *record_type.search)}
        return entry_row(record_type, touched.record_id, values)
    if touched.operation != "insert":
        return None
    return entry_row(record_type, touched.record_id, {name: change[1] for name, change in touched.changes.items()})


def index_unlisted(connection: Connection, plugin: str) -> None:
    """List the records of a plugin that stand in no index, because a migration wrote them and no write unit.

    Args:
        connection: of the transaction in which the migration ran.
        plugin: its name.
    """
    for record_type in record_types.of_plugin(plugin):
        model = record_type.model
        listed = (entries.c.record_type == record_type.key, entries.c.record_id == model.id)
        unlisted = select(model.id).where(model.deleted_at.is_(None), ~select(1).where(*listed).exists())
        ids = list(connection.scalars(unlisted)) if record_type.search else []
        for part in in_parts(ids):
            insert_many(connection, entries, _rows_of(connection, record_type, part))


def _rows_of(connection: Connection, record_type: RecordType, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    model = record_type.model
    names = list(dict.fromkeys([record_type.title, *record_type.search]))
    columns = [getattr(model, name) for name in names]
    statement = select(model.id, *columns).where(model.id.in_(ids), model.deleted_at.is_(None))
    return [
        entry_row(record_type, row[0], dict(zip(names, row[1:], strict=True))) for row in connection.execute(statement)
    ]


def entry_row(record_type: RecordType, record_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make the index row of a record from its attributes."""
    words = [_words(values.get(name)) for name in record_type.search]
    return {
        "record_type": record_type.key,
        "record_id": record_id,
        "title": str(values.get(record_type.title) or "")[:300],
        "document": search_document(*[each for each in words if each]),
    }


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
