"""Overdue invoices: their owner is told once, and their customer's page, the owner's day and a list say so."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Kind, Scope, system_actor
from core.database import db
from core.host.doors import collect
from core.i18n import today
from core.jobs import enqueue
from core.jobs.worker import run_next_job
from core.notifications.models import Notification
from plugins.sales import jobs
from plugins.sales.hooks.overdue import overdue_url
from plugins.sales.models import Invoice
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.overdue import tell_overdue
from plugins.sales.operations.payments import create_payment
from tests.plugins.sales.invoicing import draft

SYSTEM = system_actor()
NO_TAX = (("Can", "1", "100"),)


@pytest.fixture
def owner(administrator: Any) -> Actor:
    return Actor(Kind.staff, user_id=administrator.id, name="Anna", grants={"*": Scope.all})


def late(customer: Any, owner: Actor, days: int = 3) -> Invoice:
    """Post an invoice that was due so many days ago."""
    begun = today() - timedelta(days=days)
    values = {"owner_id": owner.user_id, "issued_on": begun - timedelta(days=30), "due_on": begun}
    return post_invoice(SYSTEM, draft(customer, NO_TAX, **values))


def told() -> list[str]:
    return list(db.session.scalars(select(Notification.text)))


def test_the_owner_is_told_once(customer: Any, owner: Actor) -> None:
    invoice = late(customer, owner)
    late(customer, owner, days=0)
    for _day in range(2):
        enqueue(jobs.tell_of_overdue_invoices)
        run_next_job("worker")
    assert told() == [f"{invoice.number} of {customer.name} is overdue: €100.00 is open."]


@pytest.mark.parametrize("settled_by", ["payment", "credit note"])
def test_of_what_was_settled_nobody_is_told(customer: Any, owner: Actor, settled_by: str) -> None:
    invoice = late(customer, owner)
    if settled_by == "payment":
        create_payment(SYSTEM, {"invoice_id": invoice.id, "amount": invoice.gross})
    else:
        post_invoice(SYSTEM, credit_invoice(SYSTEM, invoice))
    assert not tell_overdue(invoice.id)
    assert told() == []


def test_the_customers_page_says_it_for_each_currency(customer: Any, owner: Actor, client: FlaskClient) -> None:
    first = late(customer, owner, days=5)
    late(customer, owner)
    create_payment(SYSTEM, {"invoice_id": first.id, "amount": Decimal(40)})
    [alert] = collect("crm_collect_alerts", actor=owner, customers=[customer.id])
    assert str(alert.text).startswith("2 invoices are overdue: €160.00, the first since ")
    assert (alert.level, alert.url) == ("danger", f"/sales/statements/{customer.id}")
    page = client.get(f"/customers/{customer.id}").text
    assert "2 invoices are overdue" in page
    assert "overdue for 5 days" in page
    stranger = Actor(Kind.staff, user_id=None, name="S", grants={"customer.view": Scope.all})
    assert collect("crm_collect_alerts", actor=stranger, customers=[customer.id]) == []


def test_the_owners_day_has_them_and_nobody_elses(customer: Any, owner: Actor, seller: Actor) -> None:
    invoice = late(customer, owner)
    [item] = collect("crm_collect_calendar_items", actor=owner, day=today())
    assert (item.id, item.figure, item.customer_name) == (invoice.id, "€100.00", customer.name)
    assert collect("crm_collect_calendar_items", actor=seller, day=today()) == []


def test_the_list_shows_what_is_overdue(customer: Any, owner: Actor, client: FlaskClient) -> None:
    invoice, other = late(customer, owner), late(customer, owner, days=0)
    shown = client.get(overdue_url()).text
    assert str(invoice.number) in shown
    assert str(other.number) not in shown
    assert json.loads(unquote_plus(overdue_url().partition("filter=")[2].partition("&")[0]))
    assert any(each.url == overdue_url() for each in collect("crm_collect_actions", actor=owner, record=None))
