"""Records that are changed together are the same as those that are changed one by one: rows, journal, search, words."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from core.access import Actor, acting_as, system_actor
from core.customers.models import Customer
from core.customers.records import CUSTOMERS
from core.database import JournalEntry, db, write_unit
from core.problems import Problem
from core.records.operations import create_record, load_values, update_record, update_records
from core.records.registry import record_types
from core.records.types import RecordType
from core.users.operations import add_user, save_role
from core.users.queries import actor_of
from tests.conftest import PASSWORD

from .test_making_many import MOMENT, names, told

pytestmark = pytest.mark.usefixtures("app")

#: For each record type pairs: what a record is made of, and what it is changed to. Some of each kind are refused.
CHANGED: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {
    "customer": [
        ({"name": "Ελαιώνες Α.Ε.", "tags": ["oil"]}, {"name": "Ελαιώνες Ε.Π.Ε.", "city": "Πάτρα", "tags": ["vip"]}),
        ({"given_name": "Łucja", "family_name": "Wójcik"}, {"family_name": "Nowak", "phone": "+48 22 123 45 67"}),
        ({"name": "Bad number", "country": "GR"}, {"city": "Volos", "tax_number": "094014209"}),
        ({"name": "Same"}, {"name": "Same"}),
        ({"name": "Emptied", "city": "Patra", "email": "a@example.org"}, {"city": None, "email": None}),
        ({"name": "Daughter"}, {"parent": "<customer>", "annual_revenue": "1250.50"}),
    ],
    "sales.opportunity": [
        ({"name": "Amount", "amount": "120"}, {"amount": "99.5", "needs": "Oil"}),
        ({"name": "Won", "stage": "<Proposal>", "amount": "3"}, {"stage": "<Won>", "closed_on": "2017-03-01"}),
        ({"name": "Lost without a reason", "amount": "1"}, {"needs": "Nothing", "stage": "<Lost>"}),
        ({"name": "Refused", "stage": "<Won>"}, {"needs": "More", "stage": "<Lost>", "lost_reason": "price"}),
        ({"name": "No rate", "amount": "5"}, {"amount": "6", "currency": "USD"}),
    ],
    "sales.lead": [
        ({"name": "Anna", "company": "Oil"}, {"email": "Anna@oil.example", "company": "Olives"}),
        ({"name": "Jan", "status": "new"}, {"status": "working"}),
        ({"name": "Back", "status": "disqualified", "disqualified_reason": "duplicate"}, {"status": "converted"}),
    ],
    "catalog.product": [
        ({"name": "Oil", "active": True}, {"name": "Good oil", "unit": "l"}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("key", CHANGED)
def test_records_changed_together_are_those_changed_one_by_one(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("opportunities", "leads", "clock"):
        monkeypatch.setattr(f"plugins.sales.operations.{module}.utc_now", lambda: MOMENT)
    record_type = record_types.get(key)
    assert record_type is not None
    known = names()
    pairs = [(resolved(made, known), resolved(changed, known)) for made, changed in CHANGED[key]]
    singly = [(made_of(record_type, made), changed) for made, changed in pairs]
    together = [(made_of(record_type, made), changed) for made, changed in pairs]
    refused = [changed_singly(record_type, *each) for each in singly]
    assert changed_together(record_type, together) == refused
    after = [told(record_type, record_id) for record_id, _changed in together]
    assert after == [told(record_type, record_id) for record_id, _changed in singly]
    assert key == "catalog.product" or any(refused)
    assert not all(refused)


def resolved(row: dict[str, Any], known: dict[str, str]) -> dict[str, Any]:
    return {name: known.get(value, value) if isinstance(value, str) else value for name, value in row.items()}


def made_of(record_type: RecordType, row: dict[str, Any]) -> UUID:
    with acting_as(system_actor(), "import"):
        made: UUID = create_record(system_actor(), record_type, row).id
        return made


def changed_singly(record_type: RecordType, record_id: UUID, changed: dict[str, Any]) -> Any:
    record = db.session.get_one(record_type.model, record_id)
    try:
        with acting_as(system_actor(), "import"):
            update_record(system_actor(), record_type, record, changed)
    except Problem as problem:
        return problem.code, problem.fields
    return None


def changed_together(record_type: RecordType, changes: list[tuple[UUID, dict[str, Any]]]) -> list[Any]:
    with acting_as(system_actor(), "import"):
        pairs = [
            (db.session.get_one(record_type.model, record_id), load_values(record_type, changed, partial=True))
            for record_id, changed in changes
        ]
        outcomes = update_records(system_actor(), record_type, pairs)
    return [None if problem is None else (problem.code, problem.fields) for problem in outcomes]


def test_a_circle_that_only_the_batch_closes_is_refused() -> None:
    with acting_as(system_actor(), "import"):
        one, other = (create_record(system_actor(), CUSTOMERS, {"name": name}) for name in ("One", "Other"))
        ids = one.id, other.id
        outcomes = update_records(
            system_actor(), CUSTOMERS, [(one, {"parent_id": other.id}), (other, {"parent_id": one.id})]
        )
    assert [problem.code if problem else None for problem in outcomes] == [None, "customer.parent_cycle"]
    parents = dict(db.session.execute(select(Customer.id, Customer.parent_id)).all())
    assert parents == {ids[0]: ids[1], ids[1]: None}


def seller() -> Actor:
    scopes = {"customer.view": "all", "customer.edit": "own", "customer.import": "all"}
    role = save_role(system_actor(), None, "Seller", scopes)
    user = add_user(system_actor(), email="seller@example.org", role=role.name, password=PASSWORD)
    found = actor_of(user.id)
    assert found is not None
    return found


def test_what_an_actor_may_not_edit_stays_among_what_they_change() -> None:
    actor = seller()
    own = create_record(system_actor(), CUSTOMERS, {"name": "Own", "owner": str(actor.user_id)})
    foreign = create_record(system_actor(), CUSTOMERS, {"name": "Foreign"})
    with write_unit(), acting_as(actor, "import"):
        outcomes = update_records(actor, CUSTOMERS, [(own, {"city": "Patra"}), (foreign, {"city": "Patra"})])
    assert [problem.status if problem else None for problem in outcomes] == [None, 403]
    assert dict(db.session.execute(select(Customer.name, Customer.city)).all()) == {"Own": "Patra", "Foreign": None}


def test_a_change_that_the_journal_tells_is_told_once() -> None:
    customer = create_record(system_actor(), CUSTOMERS, {"name": "Elaiones", "city": "Patra"})
    update_records(system_actor(), CUSTOMERS, [(customer, {"city": "Volos", "name": "Elaiones"})])
    entries = db.session.scalars(select(JournalEntry).order_by(JournalEntry.sequence.desc()).limit(1)).all()
    assert [(each.operation, each.changes) for each in entries] == [("update", {"city": ["Patra", "Volos"]})]
    assert (customer.city, customer.version) == ("Volos", 2)
