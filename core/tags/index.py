"""Keeps the rows of `core_tagging` in step with the lists of words on records, and finds records by them."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select

from core.database import Session, db, in_parts, insert_many, touched_listener
from core.database.journal import Touched
from core.records.fields import Tags
from core.records.registry import record_types
from core.tags.models import Tagging

#: How many words a suggestion offers at most.
MOST_SUGGESTIONS = 50


def tagged(column: Any, values: Sequence[str] | None = None) -> ColumnElement[bool]:
    """Give the criterion that a record's list holds one of some words.

    Args:
        column: the model's list column, `Customer.tags`.
        values: the words; any word at all when None.
    """
    model = column.class_
    found = select(Tagging.record_id).where(Tagging.record_type == model.__record_type__, Tagging.field == column.key)
    if values is not None:
        found = found.where(Tagging.value.in_(list(values)))
    criterion: ColumnElement[bool] = model.id.in_(found)
    return criterion


def words_in_use(record_type: str, field: str, beginning: str = "", limit: int = MOST_SUGGESTIONS) -> list[str]:
    """List the words that records of a type carry, in their order.

    Each step jumps to the next word in the index, so the cost grows with the words and not with the records.

    Args:
        record_type: the key of the record type.
        field: the list column, `tags`.
        beginning: what the words begin with, as they are written.
        limit: words at most.
    """
    scope = and_(Tagging.record_type == record_type, Tagging.field == field)
    words: list[str] = []
    after: ColumnElement[bool] = Tagging.value >= beginning
    while len(words) < limit:
        word = db.session.scalar(select(Tagging.value).where(scope, after).order_by(Tagging.value).limit(1))
        if word is None or not word.startswith(beginning):
            break
        words.append(word)
        after = Tagging.value > word
    return words


@touched_listener
def keep_taggings(session: Session, touched: Sequence[Touched]) -> None:
    """Write the words of every touched record anew, within the transaction that changed them."""
    latest: dict[tuple[str, str, UUID], list[str]] = {}
    outdated: dict[tuple[str, str], list[UUID]] = {}
    columns = {key: _word_columns(key) for key in {change.record_type for change in touched}}
    for change in touched:
        for field, words in _words_of(change, columns[change.record_type]):
            latest[change.record_type, field, change.record_id] = words
            if change.operation != "insert":
                outdated.setdefault((change.record_type, field), []).append(change.record_id)
    for (record_type, field), ids in outdated.items():
        _forget(session, record_type, field, ids)
    rows = [
        {"record_type": record_type, "field": field, "value": word, "record_id": record_id}
        for (record_type, field, record_id), words in latest.items()
        for word in dict.fromkeys(each[:80] for each in words)
    ]
    insert_many(session.connection(), Tagging.__table__, rows)  # type: ignore[arg-type]


def _forget(session: Session, record_type: str, field: str, ids: Sequence[UUID]) -> None:
    scope = and_(Tagging.record_type == record_type, Tagging.field == field)
    for part in in_parts(ids):
        session.connection().execute(delete(Tagging).where(scope, Tagging.record_id.in_(part)))


def _word_columns(key: str) -> list[str]:
    record_type = record_types.get(key)
    fields = record_type.fields.values() if record_type is not None else ()
    return [field.column for field in fields if isinstance(field, Tags)]


def _words_of(change: Touched, columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for column in columns:
        if column in change.changes:
            yield column, list(change.changes[column][1] or [])
