"""Saved mappings: what the columns of a file became, proposed again for the next file with the same ones."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.access import Actor
from core.database import db, utc_now, write_unit
from core.i18n import _
from core.imports import guessing, operations
from core.imports.models import Import, ImportMapping
from core.imports.options import Options, headings_of, options_of, record_type_of
from core.imports.queries import visible_to
from core.problems import Problem, not_found

#: Options that are found out of each file anew.
OF_THE_FILE: Final = ("encoding", "delimiter")


def keep(job: Import) -> ImportMapping:
    """Save what the columns of an import become, in place of what was saved of the same columns by the same person."""
    digest = _digest(headings_of(job))
    with write_unit() as session:
        same = (ImportMapping.record_type == job.record_type, ImportMapping.headings == digest)
        statement = select(ImportMapping).where(*same, ImportMapping.actor_id.is_not_distinct_from(job.actor_id))
        saved = session.scalars(statement).first()
        if saved is None:
            saved = ImportMapping(record_type=job.record_type, headings=digest, actor_id=job.actor_id)
            saved.name = _free_name(job)
            session.add(saved)
        saved.mapping = dict(job.mapping)
        saved.options = {name: each for name, each in asdict(options_of(job)).items() if name not in OF_THE_FILE}
        saved.used_at = utc_now()
        return saved


def _digest(headings: Sequence[str]) -> str:
    """Digest the headings, but for those that the file of failed rows adds: mended, it is read like the first one."""
    added = {_("Row"), _("Why it failed")}
    return hashlib.sha256("\n".join(sorted(set(headings) - added)).encode()).hexdigest()


def _free_name(job: Import) -> str:
    taken = {each.name for each in _of_one_person(job.record_type, job.actor_id)}
    name = Path(job.file_name).stem[:100]
    numbered = (f"{name} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _of_one_person(record_type: str, actor_id: UUID | None) -> list[ImportMapping]:
    theirs = ImportMapping.actor_id.is_not_distinct_from(actor_id)
    return list(db.session.scalars(select(ImportMapping).where(ImportMapping.record_type == record_type, theirs)))


def saved_mappings(actor: Actor) -> list[ImportMapping]:
    """List the saved mappings that an actor may use, the latest used first."""
    statement = select(ImportMapping).where(visible_to(actor, ImportMapping))
    return list(db.session.scalars(statement.order_by(ImportMapping.used_at.desc()).limit(200)))


def find_mapping(actor: Actor, mapping_id: UUID) -> ImportMapping:
    """Read a saved mapping.

    Raises:
        Problem: 404 when there is none, or it isn't the actor's to see.
    """
    statement = select(ImportMapping).where(ImportMapping.id == mapping_id, visible_to(actor, ImportMapping))
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise not_found()
    return found


def named(actor: Actor, record_type: str, name: str) -> ImportMapping:
    """Find a saved mapping by its name.

    Raises:
        Problem: 422, with the names that there are.
    """
    usable = [each for each in saved_mappings(actor) if each.record_type == record_type]
    found = next((each for each in usable if each.name == name), None)
    if found is None:
        names = ", ".join(each.name for each in usable) or "–"
        raise Problem(
            "imports.no_such_mapping", _("There is no mapping “%(name)s”. There are: %(all)s.", name=name, all=names)
        )
    return found


def fitting(actor: Actor, job: Import) -> ImportMapping | None:
    """Find the mapping that was saved last of a file with the same columns; None when there is none."""
    digest = _digest(headings_of(job))
    same = (ImportMapping.record_type == job.record_type, ImportMapping.headings == digest)
    statement = select(ImportMapping).where(*same, visible_to(actor, ImportMapping))
    return db.session.scalars(statement.order_by(ImportMapping.used_at.desc()).limit(1)).first()


def apply(job: Import, saved: ImportMapping) -> None:
    """Take a draft's mapping, options and answers from a saved one, as far as its columns and fields are there."""
    columns = set(headings_of(job))
    known = guessing.importable(record_type_of(job))
    mapping = {column: name for column, name in saved.mapping.items() if column in columns and name in known}
    options = {name: each for name, each in saved.options.items() if name in Options.__dataclass_fields__}
    operations.map_columns(job, mapping, **options)


def rename(saved: ImportMapping, name: str) -> None:
    """Call a saved mapping something else.

    Raises:
        Problem: 422 without a name, or when another of the same kind has it.
    """
    wanted = " ".join(name.split())[:120]
    others = [each.name for each in _of_one_person(saved.record_type, saved.actor_id) if each.id != saved.id]
    if not wanted or wanted in others:
        raise Problem("imports.bad_name", _("Give it a name that no other mapping has."))
    with write_unit() as session:
        session.refresh(saved)
        saved.name = wanted


def remove(saved: ImportMapping) -> None:
    """Forget a saved mapping."""
    with write_unit() as session:
        session.refresh(saved)
        session.delete(saved)
