"""What somebody may not see shows nowhere, not even through what they may see and what points at it."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import inspect

from core.access import OwnerAccess
from core.access.scoping import ACTIONS
from core.customers.models import Address, ContactPoint, Customer, Relationship
from core.records import fields
from core.records.api import api_path
from core.records.registry import record_types
from core.users.models import User
from tests.conftest import sign_in
from tests.security.conftest import make_record, staff_with

#: Stands in every text of every record that the person must not see.
SECRET = "Zaffre"
PARTIAL = {"HX-Request-Type": "partial"}


def hidden_record(record_type: Any, owner_id: uuid.UUID) -> Any:
    """Make somebody else's record with the secret in all of its texts that a person writes."""
    texts = {
        declared.column: f"{SECRET} {uuid.uuid4().hex[:6]}"
        for declared in record_type.fields.values()
        if type(declared) in (fields.String, fields.Text) and not declared.dump_only
    }
    limits = {
        column.key: column.type.length
        for column in inspect(record_type.model).columns
        if hasattr(column.type, "length")
    }
    return make_record(
        record_type.model, owner_id, **{name: text[: limits.get(name) or 99] for name, text in texts.items()}
    )


def pages(record_type: Any, record_id: uuid.UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every page that shows a record or lists its type."""
    page, api = record_type.url, api_path(record_type)
    related = [name for name, each in record_type.fields.items() if isinstance(each, fields.Related)]
    shown = ",".join([*record_type.columns, *related])
    yield page, {}
    yield page, {"query_string": {"columns": shown}}
    yield page, {"query_string": {"q": SECRET}}
    yield f"{page}/options", {"query_string": {"q": SECRET}}
    yield f"{page}/{record_id}", {}
    yield f"{page}/{record_id}", {"headers": {**PARTIAL, "HX-Target": "aside#panel"}}
    yield f"{page}/{record_id}/edit", {}
    yield f"{page}/{record_id}/history", {}
    for name in related:
        yield f"{page}/{record_id}/fields/{name}", {}
        yield f"{page}/{record_id}/fields/{name}", {"query_string": {"edit": "1"}}
    yield f"{page}/new", {"query_string": {name: str(record_id) for name in related}}
    yield api, {"query_string": {"expand": ",".join(related)}}
    yield f"{api}/{record_id}", {"query_string": {"expand": ",".join(related)}}
    for form in ("csv", "jsonl"):
        yield f"/export/{record_type.key}", {"query_string": {"format": form}}


def test_a6_a7_what_points_at_hidden_records_tells_nothing_of_them(app: Flask, administrator: User) -> None:
    actions = (*ACTIONS, *{action for each in record_types for action in each.actions})
    user = staff_with({f"{each.key}.{action}": "own" for each in owned() for action in actions})
    client, mine = sign_in(app, "staff@example.org"), user.id
    admin_id = administrator.id
    hidden = {each.key: hidden_record(each, admin_id).id for each in owned()}
    told = []
    for record_type in owned():
        pointing = {
            each.column: hidden[each.record_type]
            for each in record_type.fields.values()
            if isinstance(each, fields.Related) and each.record_type in hidden
        }
        if record_type.key == "relationship":
            pointing["from_id"] = make_record(Customer, mine).id
        own_id = make_record(record_type.model, mine, **pointing).id
        for path, options in [*pages(record_type, own_id), *beside(own_id, hidden[record_type.key])]:
            answer = client.get(path, **options)
            text = answer.text.replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", "").replace(f"“{SECRET}”", "")
            if answer.status_code >= 500 or SECRET in text:
                told.append((record_type.key, path.replace(str(own_id), "OWN"), options, answer.status_code))
            answer.close()
    assert told == [], "\n".join(map(str, told))


def owned() -> list[Any]:
    return [each for each in record_types if isinstance(each.access, OwnerAccess) or "parent" in vars(each.access)]


def beside(own_id: uuid.UUID, hidden_id: uuid.UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the pages that show records of many types together."""
    for path in (
        "/",
        "/sales/pipeline",
        "/sales/report",
        "/admin/imports",
        "/settings",
        f"/customers/{own_id}/timeline",
    ):
        yield path, {}
    for path in ("/search", "/palette"):
        yield path, {"query_string": {"q": SECRET}}
    yield "/customers/duplicates", {"query_string": {"name": SECRET}}
    yield f"/customers/{hidden_id}/timeline", {}
    for key in ("customer", "sales.opportunity", "sales.lead"):
        yield f"/activities/about/{key}/{hidden_id}", {}
        yield f"/activities/about/{key}/{own_id}", {}


def test_parts_of_a_customer_that_somebody_may_not_see_stand_on_no_page(app: Flask, administrator: User) -> None:
    """Who sees the customer alone sees neither its other addresses and numbers nor whom it is related to how."""
    person = staff_with({"customer.view": "all"})
    firm, buyer = make_record(Customer, name="Ρήγας"), make_record(Customer, name="Anna", kind="person")
    make_record(ContactPoint, customer_id=firm.id, kind="phone", value=f"{SECRET} 1")
    make_record(Address, customer_id=firm.id, street=f"{SECRET} 2")
    make_record(Relationship, from_id=buyer.id, to_id=firm.id, kind="works_at", title=f"{SECRET} 3")
    client, wide = sign_in(app, person.email or ""), sign_in(app, administrator.email or "")
    for record in (firm, buyer):
        page = f"/customers/{record.id}"
        assert client.get(page).status_code == 200
        assert SECRET not in client.get(page).text
        assert SECRET in wide.get(page).text
