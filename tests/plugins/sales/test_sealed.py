"""What is sealed stays as it is, whatever it is and by whatever door somebody comes.

Every sealable type of sales is tried, as the demo's company has it; one that it lacks is an error.
"""

import csv
import io
import json
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
from core.records.history import undo_transaction
from core.records.operations import create_record
from core.records.registry import record_types
from core.records.types import RecordType
from plugins.sales.models import CommissionSettlement
from plugins.sales.operations.settlements import settle
from plugins.sales.records import BATCHES
from tests.conftest import sign_in

SYSTEM = system_actor()
#: What is written into a field by its kind; anything else gets words.
OTHER: Final = ((fields.Decimals, "9"), (fields.Money, "9"), (fields.Date, "2031-01-01"), (fields.Integer, "9"))


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


def change_of(record_type: RecordType) -> tuple[str, str]:
    """Give a field that is closed once a record is sealed, one that may be written before where there is one."""
    model: Any = record_type.model
    open_ones = {*record_type.open_when_sealed, *model.__open_when_sealed__}
    described = {name: each for name, each in record_type.fields.items() if isinstance(each, fields.FieldInfo)}
    closed = {
        name: each
        for name, each in described.items()
        if not {name, each.column} & open_ones and not isinstance(each, fields.Related | fields.OfASet)
    }
    own = [name for name in closed if name not in ("created_at", "updated_at")]
    name = next((each for each in own if closed[each].writable), own[0])
    return name, next((value for kind, value in OTHER if isinstance(closed[name], kind)), "Other")


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
        name, value = change_of(record_type)
        url, chosen = record_type.url_of(record.id), {"ids": str(record.id)}
        path = f"/api/v1/{record_type.plugin}/{record_type.path}/{record.id}"
        edit = {"action": "edit", "value": json.dumps({name: value}), **chosen}
        yield "form", pages.post(url, data={name: value, "version": str(record.version)}).status_code
        yield "cell", pages.post(f"{url}/fields/{name}", data={name: value}).status_code
        yield "bin", pages.post(f"{url}/bin").status_code
        yield "PATCH", api.patch(path, json={name: value}).status_code
        yield "DELETE", api.delete(path).status_code
        yield "bulk edit", pages.post(f"{record_type.url}/bulk", data=edit).status_code
        yield "bulk bin", pages.post(f"{record_type.url}/bulk", data={"action": "bin", **chosen}).status_code
        yield "import", _import(record_type, {"id": str(record.id), name: value})
        yield "undo", _undo(record)

    return knock


def _import(record_type: RecordType, row: dict[str, str]) -> int:
    """Bring a file that would change a record, and give how many rows failed as if it were a status: 400 and more."""
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
    return 200 if tally.updated else 400 + tally.failed


def _undo(record: Any) -> int:
    """Take back all that was ever written of a record, and give the kindest answer."""
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.record_id == record.id)).all()
    for transaction in {entry.transaction_id for entry in entries}:
        with suppress(Problem):
            undo_transaction(SYSTEM, transaction)
            return 200
        db.session.rollback()
    return 409


#: What answers kindly and names what stayed, because many records are tried together.
MANY: Final = ("bulk edit", "bulk bin")
#: What answers kindly where nobody writes the field by hand: nothing was said that could be refused.
BY_HAND: Final = ("form", "cell")


def is_kind(record_type: RecordType, door: str) -> bool:
    """Tell whether a door may answer kindly though nothing was changed."""
    declared: Any = record_type.fields[change_of(record_type)[0]]
    return door in MANY or (door in BY_HAND and not declared.writable)


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
            if not 400 <= status < 500 and not is_kind(record_type, door):
                unclear.append(f"{record_type.key}: {door} answers {status}")
    assert opened == []
    assert unclear == []
