"""Reading imports: one, the latest, and why rows failed."""

import uuid
from typing import Any

from sqlalchemy import func, select

from core.database import db
from core.imports.models import Import, ImportIssue
from core.problems import not_found


def find_import(import_id: uuid.UUID) -> Import:
    """Read one import.

    Raises:
        Problem: 404 when there is none.
    """
    found = db.session.get(Import, import_id)
    if found is None:
        raise not_found()
    return found


def latest_imports(limit: int = 50) -> list[Import]:
    """List imports, newest first."""
    return list(db.session.scalars(select(Import).order_by(Import.created_at.desc()).limit(limit)))


def reasons(import_id: uuid.UUID) -> list[dict[str, Any]]:
    """Tell why rows failed or were doubtful, equal reasons together, the most frequent first."""
    statement = (
        select(ImportIssue.level, ImportIssue.message, func.count(), func.min(ImportIssue.row))
        .where(ImportIssue.import_id == import_id, ImportIssue.level != "later")
        .group_by(ImportIssue.level, ImportIssue.message)
        .order_by(ImportIssue.level, func.count().desc())
        .limit(50)
    )
    return [
        {"level": level, "message": message, "rows": rows, "first": first}
        for level, message, rows, first in db.session.execute(statement)
    ]
