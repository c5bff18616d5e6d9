"""Inserting many rows: what comes out is what went in, and what the database refuses is told as ever."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError

from core.customers.models import Customer
from core.database import bulk_insert, db, new_id, write_unit
from core.database.many import FEW

pytestmark = pytest.mark.usefixtures("app")

#: What a text format could take for something else, and what has to keep its type.
HARD: dict[str, Any] = {
    "name": "Ελαιώνες\tα\\N \\. \"'%s ? {}\r\nŁódź",
    "note": "\\N",
    "city": None,
    "roles": ["customer", "a,b"],
    "custom": {"a": None, "β": ["\t\\"]},
    "annual_revenue": Decimal("12345678901.25"),
    "since": date(1900, 1, 2),
    "employees": 0,
    "deleted_at": datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=3))),
}


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 1_000])
def test_many_rows_come_out_as_few_do(count: int) -> None:
    with write_unit():
        ids = bulk_insert(Customer, [{"id": new_id(), **HARD} for _number in range(count)])
    db.session.rollback()
    read = list(db.session.scalars(select(Customer).where(Customer.id.in_(ids))))
    assert len(read) == count
    expected = HARD | {"deleted_at": HARD["deleted_at"].astimezone(UTC)}
    for customer in read:
        assert {name: getattr(customer, name) for name in expected} == expected
        assert customer.version == 1


def test_a_row_that_the_database_refuses_takes_its_savepoint_with_it_and_no_more() -> None:
    with write_unit() as session:
        bulk_insert(Customer, [{"name": "Before"}])
        twice = new_id()
        with pytest.raises(IntegrityError), session.begin_nested():
            bulk_insert(Customer, [{"id": twice, "name": f"Twin {number}"} for number in range(FEW + 1)])
        with pytest.raises((IntegrityError, DataError)), session.begin_nested():
            bulk_insert(Customer, [{"name": f"{number}", "parent_id": new_id()} for number in range(FEW + 1)])
        bulk_insert(Customer, [{"name": f"After {number}"} for number in range(FEW + 1)])
    assert db.session.scalar(select(func.count()).select_from(Customer)) == FEW + 2
