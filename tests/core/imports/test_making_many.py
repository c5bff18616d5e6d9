"""Records that are made at once are the same as those that are made one by one: rows, journal, search and words."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core.access import acting_as, system_actor
from core.customers.models import Customer
from core.database import JournalEntry, db, new_id, write_unit
from core.problems import Problem
from core.records.operations import create_record, create_records, load_values
from core.records.registry import record_types
from core.records.types import RecordType
from core.search.index import entries
from core.tags.models import Tagging

pytestmark = pytest.mark.usefixtures("app")

MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)

#: For each record type that makes many at once, what is sent; a name in pointed brackets is the id of a record.
SENT: dict[str, list[dict[str, Any]]] = {
    "customer": [
        {"name": "Ελαιώνες Α.Ε.", "country": "Greece", "tax_number": "094014201", "tags": ["oil"]},
        {"given_name": "Łucja", "family_name": "Wójcik", "roles": ["customer"], "phone": "+48 22 123 45 67"},
        {"name": "Bad number", "country": "GR", "tax_number": "094014209"},
        {"name": "Daughter", "parent": "<customer>", "annual_revenue": "1250.50", "currency": "EUR", "employees": 3},
    ],
    "sales.opportunity": [
        {"customer": "<customer>", "amount": "120", "needs": "Oil"},
        {"name": "Won long ago", "stage": "<Won>", "closed_on": "2017-03-01", "amount": "99.5", "reference": "A1"},
        {"name": "Lost", "stage": "<Lost>", "closed_on": "2017-03-02", "lost_reason": "price"},
        {"name": "Under way", "stage": "<Proposal>", "engaged_on": "2017-01-02", "closed_on": "2017-02-03"},
        {"amount": "5"},
        {"name": "No rate", "amount": "5", "currency": "USD"},
    ],
    "sales.lead": [
        {"name": "Anna", "company": "Oil", "email": "Anna@oil.example", "source": "fair"},
        {"name": "Converted before", "status": "converted"},
        {"name": "Under way", "status": "working", "message": "Please call"},
    ],
}  # fmt: skip


def many_makers() -> list[RecordType]:
    return [each for each in record_types if each.create_many is not None]


def test_every_record_type_that_makes_many_is_compared() -> None:
    assert {each.key for each in many_makers()} == set(SENT)


@pytest.mark.parametrize("key", SENT)
def test_records_made_at_once_are_those_made_one_by_one(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("clock", "leads", "opportunities"):
        monkeypatch.setattr(f"plugins.sales.operations.{name}.utc_now", lambda: MOMENT)
    record_type = record_types.get(key)
    assert record_type is not None
    named = names()
    sent = [{name: named.get(value, value) if isinstance(value, str) else value for name, value in row.items()}
            for row in SENT[key]]  # fmt: skip
    singly = [made_singly(record_type, row) for row in sent]
    together = made_together(record_type, sent)
    assert [told(record_type, each) for each in together] == [told(record_type, each) for each in singly]
    assert any(isinstance(each, Problem) for each in singly)
    assert not all(isinstance(each, Problem) for each in singly)


def names() -> dict[str, str]:
    """Give what the pointed brackets stand for."""
    stages: Any = record_types.get("sales.stage")
    with write_unit() as session:
        parent = Customer(name="Mother")
        session.add(parent)
    found = {f"<{name}>": str(each) for name, each in db.session.execute(select(stages.model.name, stages.model.id))}
    return found | {"<customer>": str(parent.id)}


def made_singly(record_type: RecordType, row: dict[str, Any]) -> UUID | Problem:
    try:
        with acting_as(system_actor(), "import"):
            made: UUID = create_record(system_actor(), record_type, row).id
            return made
    except Problem as problem:
        return problem


def made_together(record_type: RecordType, rows: list[dict[str, Any]]) -> list[UUID | Problem]:
    values = [load_values(record_type, row) | {"id": new_id()} for row in rows]
    with acting_as(system_actor(), "import"):
        outcomes = create_records(system_actor(), record_type, values)
    return [problem or each["id"] for each, problem in zip(values, outcomes, strict=True)]


def told(record_type: RecordType, made: UUID | Problem) -> Any:
    """Tell everything that the database holds of a record, but for ids and moments of writing."""
    if isinstance(made, Problem):
        return made.code, made.fields
    written = select(JournalEntry).where(JournalEntry.record_id == made)
    found = select(entries.c.title, entries.c.document).where(entries.c.record_id == made)
    words = select(Tagging.field, Tagging.value).where(Tagging.record_id == made)
    return {
        "row": row_of(record_type.model, record_type.model.id == made),
        "moves": moves_of(record_type, made),
        "journal": [
            (each.record_type, each.operation, each.origin, each.actor_id, each.changes)
            for each in db.session.scalars(written)
        ],
        "search": db.session.execute(found).all(),
        "words": sorted(db.session.execute(words).all()),
    }


def row_of(model: Any, criterion: Any) -> list[dict[str, Any]]:
    kept = [each for each in model.__table__.c if each.name not in ("id", "created_at", "updated_at", "opportunity_id")]
    return [dict(row) for row in db.session.execute(select(*kept).where(criterion)).mappings()]


def moves_of(record_type: RecordType, made: UUID) -> list[dict[str, Any]]:
    from plugins.sales.models import StageHistory

    return row_of(StageHistory, StageHistory.opportunity_id == made)
