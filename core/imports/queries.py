"""Reading imports: one, the latest, and why rows failed."""

import uuid
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from core.access import Actor, Scope
from core.database import db
from core.imports.models import Import, ImportIssue, ImportMapping
from core.imports.rows import value_meant
from core.problems import not_found
from core.records.registry import record_types


def find_import(import_id: uuid.UUID, actor: Actor | None = None) -> Import:
    """Read one import.

    Args:
        import_id: its id.
        actor: whoever asks; left out where nobody does (a job, the shell).

    Raises:
        Problem: 404 when there is none, or it isn't the actor's to see.
    """
    criteria = [Import.id == import_id] + ([] if actor is None else [visible_to(actor, Import)])
    found = db.session.scalars(select(Import).where(*criteria)).one_or_none()
    if found is None:
        raise not_found()
    return found


def latest_imports(actor: Actor, limit: int = 50) -> list[Import]:
    """List the imports that an actor may see, newest first: their own, or everybody's by their right."""
    statement = select(Import).where(visible_to(actor, Import)).order_by(Import.created_at.desc()).limit(limit)
    return list(db.session.scalars(statement))


def visible_to(actor: Actor, model: type[Import | ImportMapping]) -> ColumnElement[bool]:
    """Give the criterion of the imports or mappings that an actor may see: their own, or everybody's by their right."""
    seen = []
    for record_type in record_types:
        scope = actor.scope(f"{record_type.key}.import")
        if scope is not None:
            of_type = model.record_type == record_type.key
            seen.append(of_type if scope is Scope.all else and_(of_type, model.actor_id == actor.user_id))
    return or_(*seen) if seen else false()


def remarks(import_id: uuid.UUID) -> Iterator[tuple[int, str]]:
    """Give what was said of single rows, in the order of the file."""
    statement = (
        select(ImportIssue.row, ImportIssue.message)
        .where(ImportIssue.import_id == import_id, ImportIssue.level != "later")
        .order_by(ImportIssue.row, ImportIssue.id)
    )
    yield from ((row, message) for row, message in db.session.execute(statement))


def reasons(job: Import) -> list[dict[str, Any]]:
    """Tell why rows failed, were doubtful or worth listing, equal reasons together, the most frequent first.

    Returns:
        Mappings with `level`, `code`, `message`, `rows`, `first`, the number of the first such row, and `value`, what
        stands there in the column that a failure is about.
    """
    statement = (
        select(ImportIssue.level, ImportIssue.code, ImportIssue.message, func.count(), func.min(ImportIssue.row))
        .where(ImportIssue.import_id == job.id, ImportIssue.level != "later")
        .group_by(ImportIssue.level, ImportIssue.code, ImportIssue.message)
        .order_by(ImportIssue.level, func.count().desc())
        .limit(50)
    )
    found = db.session.execute(statement).all()
    kept = select(ImportIssue.row, ImportIssue.code, ImportIssue.cells).where(
        ImportIssue.import_id == job.id, ImportIssue.row.in_([each[-1] for each in found])
    )
    cells = {(row, code): values for row, code, values in db.session.execute(kept)}
    return [
        {"level": level, "code": code, "message": message, "rows": rows, "first": first}
        | {"value": value_meant(job.mapping, code, cells.get((first, code)))}
        for level, code, message, rows, first in found
    ]
