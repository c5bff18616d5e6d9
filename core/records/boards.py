"""Boards: a record type as columns of cards, one for each value of a field of choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, union_all

from core.access import Actor
from core.database import db
from core.problems import not_found
from core.records.fields import Choice
from core.records.queries import ListQuery, select_records
from core.records.types import Board, RecordType

#: Cards of one column that a page brings; the rest is loaded when asked for.
CARDS: Final = 40


@dataclass(frozen=True)
class Column:
    """One column of a board.

    Attributes:
        value: the choice that its cards have.
        label: what people call it.
        count: how many records there are, whether their cards are shown or not.
        records: those of this page, the newest first.
    """

    value: str
    label: str
    count: int
    records: Sequence[Any] = field(default_factory=tuple)

    @property
    def left(self) -> int:
        """How many have no card yet."""
        return self.count - len(self.records)

    @property
    def next(self) -> UUID | None:
        """The record after which the further ones come; None where there are none."""
        return self.records[-1].id if self.left > 0 and len(self.records) == CARDS else None


def board_of(record_type: RecordType) -> tuple[Board, Choice]:
    """Give a record type's board and the field that it is ordered by.

    Raises:
        Problem: 404 when it has none.
    """
    if record_type.board is None:
        raise not_found()
    declared: Choice = record_type.fields[record_type.board.column]
    return record_type.board, declared


def values_of(record_type: RecordType) -> list[str]:
    """List the values that have a column, in their order."""
    board, declared = board_of(record_type)
    return [value for value in board.columns or declared.choices if value not in board.ends]


def counts_of(actor: Actor, record_type: RecordType, query: ListQuery) -> Mapping[str, int]:
    """Count the records of every column in one grouped statement; the column's own index makes it quick."""
    column = getattr(record_type.model, board_of(record_type)[1].column)
    found = select_records(actor, record_type, query).with_only_columns(column, func.count()).group_by(column)
    return dict(db.session.execute(found).all())


def read_columns(actor: Actor, record_type: RecordType, query: ListQuery) -> list[Column]:
    """Read the columns with their counts and first cards in two statements."""
    values, choices = values_of(record_type), board_of(record_type)[1].choices
    counts = counts_of(actor, record_type, query)
    records = records_of(actor, record_type, query, values)
    return [Column(value, str(choices[value]), counts.get(value, 0), records.get(value, ())) for value in values]


def records_of(
    actor: Actor, record_type: RecordType, query: ListQuery, values: Sequence[str], after: UUID | None = None
) -> Mapping[str, list[Any]]:
    """Read the newest records of some columns, or the next ones of a single column.

    Args:
        actor: whoever looks.
        record_type: the record type.
        query: the filter and the words of the board.
        values: the columns.
        after: the last record that a column showed before.
    """
    model, name = record_type.model, board_of(record_type)[1].column
    found = select_records(actor, record_type, query)
    if after is not None:
        found = found.where(model.id < after)
    pages = [
        found.with_only_columns(model.id)
        .where(getattr(model, name) == value)
        .order_by(model.id.desc())
        .limit(CARDS)
        .subquery()
        for value in values
    ]
    wanted = union_all(*[select(page.c.id) for page in pages])
    columns: dict[str, list[Any]] = {}
    for record in db.session.scalars(select(model).where(model.id.in_(wanted)).order_by(model.id.desc())):
        columns.setdefault(getattr(record, name), []).append(record)
    return columns
