"""What is sealed stays as it is, whatever it is and by whatever door somebody comes.

Every sealable type of sales is tried, as the demo's company has it; one that it lacks is an error.
"""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import system_actor
from core.database import JournalEntry, Sealable, db
from core.demo import loading as demo
from core.imports import operations as imports
from core.problems import Problem
from core.records import fields
from core.records.bulk import run_bulk
from core.records.history import undo_transaction
from core.records.operations import create_record
from core.records.registry import record_types
from core.records.types import RecordType
from core.users.models import User
from plugins.sales.models import CommissionSettlement
from plugins.sales.operations.settlements import settle
from plugins.sales.records import BATCHES
from tests.conftest import sign_in

SYSTEM = system_actor()
#: What is written into a field by its kind; anything else gets words.
OTHER: Final = ((fields.Decimals, "9"), (fields.Money, "9"), (fields.Date, "2031-01-01"), (fields.Integer, "9"))
#: What is written where no words would be taken, by the type's key.
SAID: Final = {
    "sales.commission_settlement": ("period", "2031-Q4"),
    "sales.commission_split": ("shares", f"{demo.SIGN_IN.email}: 60\nnikos@aigis.example: 40"),
}


def sealable() -> list[RecordType]:
    """List the record types of sales whose records are sealed at some time."""
    return [each for each in record_types.all_declared() if each.plugin == "sales" and issubclass(each.model, Sealable)]


def sealed_of(record_type: RecordType) -> Any:
    """Find a sealed record of a type."""
    model: Any = record_type.model
    found = db.session.scalars(select(model).where(model.sealed_at.is_not(None)).limit(1)).first()
    assert found is not None, f"there is no sealed {record_type.key} to try"
    return found


def as_it_is(record: Any) -> dict[str, Any]:
    """Write down every column of a record."""
    db.session.expire_all()
    return {column.key: getattr(record, column.key) for column in record.__table__.columns}


def change_of(record_type: RecordType, record: Any) -> tuple[str, str]:
    """Give a field that is closed once a record is sealed, and what it might become; its owner where no other is."""
    if record_type.key in SAID:
        return SAID[record_type.key]
    model: Any = record_type.model
    open_ones = {*record_type.open_when_sealed, *model.__open_when_sealed__}
    for name, each in record_type.fields.items():
        if not isinstance(each, fields.FieldInfo) or isinstance(each, fields.Related | fields.OfASet):
            continue
        if each.writable and not {name, each.column} & open_ones:
            return name, next((value for kind, value in OTHER if isinstance(each, kind)), "Other")
    others = select(User.id).where(User.id.is_distinct_from(record.owner_id), User.active)
    return "owner", str(db.session.scalars(others.order_by(User.id).limit(1)).one())


@pytest.fixture
def company(app: Flask) -> None:
    """Load the demo's company, settle somebody's commissions and hand the journal over."""
    demo.load(60)
    for settlement in db.session.scalars(select(CommissionSettlement).where(CommissionSettlement.status == "approved")):
        settle(SYSTEM, settlement)
    create_record(SYSTEM, BATCHES, {})


@pytest.fixture
def doors(app: Flask, api: FlaskClient) -> Callable[[RecordType, Any], Iterator[tuple[str, int]]]:
    """Give what tries every door to a record, and gives the name of each with what it answered."""
    app.config["WTF_CSRF_ENABLED"] = False
    pages = sign_in(app, demo.SIGN_IN.email, demo.SIGN_IN.password)

    def knock(record_type: RecordType, record: Any) -> Iterator[tuple[str, int]]:
        name, value = change_of(record_type, record)
        url = record_type.url_of(record.id)
        path = f"/api/v1/{record_type.plugin}/{record_type.path}/{record.id}"
        now = api.get(path).get_json()
        needed = {key: str(now[key]) for key, each in record_type.fields.items() if each.required and now.get(key)}
        yield "form", pages.post(url, data={name: value, "version": str(record.version)}).status_code
        yield "cell", pages.post(f"{url}/fields/{name}", data={name: value}).status_code
        yield "bin", pages.post(f"{url}/bin").status_code
        yield "PATCH", api.patch(path, json={name: value}).status_code
        yield "DELETE", api.delete(path).status_code
        yield "bulk edit", _bulk(record_type, record, "edit", {name: value})
        yield "bulk bin", _bulk(record_type, record, "bin", "")
        yield "import", _import(record_type, {**needed, "id": str(record.id), name: value})
        yield "undo", _undo(record)

    return knock


def _bulk(record_type: RecordType, record: Any, action: str, value: Any) -> int:
    """Change a chosen record; what stays is named with why."""
    outcome = run_bulk(SYSTEM, record_type, action, [record.id], None, value)
    return 409 if not outcome.done and [why for _name, why in outcome.left if why] else 200


def _import(record_type: RecordType, row: dict[str, str]) -> int:
    """Bring a file that would change a record; its row fails, or what it is about can't be imported at all."""
    file = io.StringIO()
    writer = csv.DictWriter(file, row)
    writer.writeheader()
    writer.writerow(row)
    try:
        job = imports.take_file(SYSTEM, record_type, "change.csv", io.BytesIO(file.getvalue().encode()))
        imports.set_up(job, match="id")
        tally = imports.run(SYSTEM, job)
    except Problem as problem:
        db.session.rollback()
        return problem.status
    return 409 if tally.failed == 1 and not tally.updated else 200


def _undo(record: Any) -> int:
    """Take back all that was ever written of a record, and give the kindest answer."""
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.record_id == record.id)).all()
    assert entries, "it was written"
    for transaction in {entry.transaction_id for entry in entries}:
        with suppress(Problem):
            undo_transaction(SYSTEM, transaction)
            return 200
        db.session.rollback()
    return 409


def test_no_door_opens_what_is_sealed(company: None, doors: Callable[..., Iterator[tuple[str, int]]]) -> None:
    types = sealable()
    assert len(types) >= 16
    opened, unclear = [], []
    for record_type in types:
        record = sealed_of(record_type)
        before = as_it_is(record)
        for door, status in doors(record_type, record):
            if as_it_is(record) != before:
                opened.append(f"{record_type.key}: {door}")
                before = as_it_is(record)
            if not 400 <= status < 500:
                unclear.append(f"{record_type.key}: {door} answers {status}")
    assert opened == []
    assert unclear == []
