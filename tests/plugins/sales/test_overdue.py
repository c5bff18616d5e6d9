"""Overdue invoices: their owner is told once, and their customer's page, the owner's day and a list say so."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import unquote_plus

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.access import Actor, Kind, Scope, acting_as, system_actor
from core.database import db, write_unit
from core.host.doors import collect
from core.i18n import today
from core.jobs import enqueue
from core.jobs.worker import run_next_job
from core.mail import mails_about
from core.mail.settings import change_mail_settings
from core.notifications.models import Notification
from core.records.operations import change_record
from plugins.sales import jobs
from plugins.sales.hooks.overdue import overdue_url
from plugins.sales.models import Invoice
from plugins.sales.operations.invoices import credit_invoice, post_invoice
from plugins.sales.operations.overdue import invoice_pdf, remind, tell_overdue, words_of_reminder
from plugins.sales.operations.payments import create_payment
from tests.conftest import staff
from tests.plugins.sales.invoicing import MAIL, draft, refused

SYSTEM = system_actor()
NO_TAX = (("Can", "1", "100"),)


@pytest.fixture
def owner(administrator: Any) -> Actor:
    return Actor(Kind.staff, user_id=administrator.id, name="Anna", grants={"*": Scope.all})


def late(customer: Any, owner: Actor, days: int = 3, **said: Any) -> Invoice:
    """Post an invoice that was due so many days ago."""
    begun = today() - timedelta(days=days)
    values = {"owner_id": owner.user_id, "issued_on": begun - timedelta(days=30), "due_on": begun, **said}
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


def test_the_list_offers_what_is_overdue_as_a_view(customer: Any, owner: Actor, client: FlaskClient) -> None:
    late(customer, owner)
    address = overdue_url().replace("&", "&amp;")
    assert f'href="{address}"' in client.get("/sales/invoices").text
    assert 'aria-current="true">Overdue' in client.get(overdue_url()).text.replace("\n", "")


def test_the_list_names_its_filter_in_the_readers_language(administrator: Any, client: FlaskClient) -> None:
    with write_unit():
        administrator.language = "el"
    assert "Εκδόθηκε ή Μερική εξόφληση" in client.get(overdue_url()).text


def test_the_page_says_that_an_invoice_is_overdue(customer: Any, owner: Actor, client: FlaskClient) -> None:
    heads = [
        client.get(f"/sales/invoices/{late(customer, owner, days=days).id}").text.partition("q-head")[2]
        for days in (3, 0)
    ]
    assert ["Overdue" in head.partition("</header>")[0] for head in heads] == [True, False]


# Reminders


def test_reminder_goes_out_in_the_customers_language_and_is_counted(app: Flask, customer: Any, owner: Actor) -> None:
    change_mail_settings(SYSTEM, MAIL)
    invoice = late(customer, owner, language="el")
    words = words_of_reminder(invoice)
    assert "100,00" in words, "Greek"
    with app.test_request_context(), acting_as(owner):
        mail = remind(owner, invoice, "dimitra@elaiones.example", words, 0)
    assert (mail.to_address, mail.language, mail.subject) == (
        "dimitra@elaiones.example", "el", f"Υπενθύμιση: τιμολόγιο {invoice.number}",
    )  # fmt: skip
    assert mail.text.startswith(words)
    assert [each.id for each in mails_about(invoice.id)] == [mail.id]
    attached = invoice_pdf(str(invoice.id))
    assert (attached.content[:4], attached.name) == (b"%PDF", f"{invoice.number}.pdf")
    assert (invoice.reminders, invoice.reminded_at is not None) == (1, True)
    assert words_of_reminder(invoice) != words, "the next one says so"


def test_reminder_that_somebody_sent_meanwhile_isnt_doubled(app: Flask, customer: Any, owner: Actor) -> None:
    invoice = late(customer, owner)
    remind(SYSTEM, invoice, "d@elaiones.example", "Pay", 0)
    assert refused(lambda: remind(SYSTEM, invoice, "d@elaiones.example", "Pay", 0)).code == "sales.reminded_meanwhile"
    assert len(mails_about(invoice.id)) == 1


def test_of_what_isnt_overdue_nobody_is_reminded(app: Flask, customer: Any, owner: Actor) -> None:
    paid, early = late(customer, owner), late(customer, owner, days=0)
    create_payment(SYSTEM, {"invoice_id": paid.id, "amount": paid.gross})
    for invoice in (paid, early):
        assert refused(partial(remind, SYSTEM, invoice, "d@e.example", "Pay", 0)).code == "sales.not_overdue"


def test_nobody_reminds_whose_invoice_they_dont_see(customer: Any, owner: Actor, seller: Actor) -> None:
    invoice = late(customer, owner)
    assert refused(lambda: remind(seller, invoice, "d@elaiones.example", "Pay", 0)).status == 404


def test_page_and_timeline_say_when_the_customer_was_reminded(customer: Any, owner: Actor, client: FlaskClient) -> None:
    invoice = late(customer, owner)
    url = f"/sales/invoices/{invoice.id}"
    assert "once an administrator has set up a mail server" in client.get(url).text
    change_mail_settings(SYSTEM, MAIL)
    assert "Send a reminder" in client.get(url).text
    form = {"to": "d@elaiones.example", "words": "Please pay.", "seen": "0"}
    assert client.post(f"{url}/remind", data=form).status_code == 303
    page = client.get(url).text
    assert "Reminded once, on " in page
    assert "Mail to d@elaiones.example" in page
    assert "Reminded the customer of" in client.get(f"/customers/{customer.id}").text


def chosen(client: FlaskClient, action: str, *records: Any) -> list[str]:
    """Do something with the chosen invoices, as the bar of their list does, and give what is told of it."""
    ids = [str(each.id) for each in records]
    answer = client.post(f"/sales/invoices/bulk?action={action}", data={"ids": ids}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return [
        json.loads(unescape(told))["text"] for told in re.findall("<template data-flash>(.*?)</template>", answer.text)
    ]


def test_chosen_invoices_are_reminded_of_at_once_and_the_others_are_named(
    customer: Any, owner: Actor, client: FlaskClient
) -> None:
    change_mail_settings(SYSTEM, MAIL)
    change_record(SYSTEM, customer, {"email": "dimitra@elaiones.example"})
    first, second, early = late(customer, owner), late(customer, owner), late(customer, owner, days=0)

    asked = client.post("/sales/invoices/bulk/ask?action=sales.remind", data={"ids": [str(first.id)]})
    assert "the usual words and the invoice" in asked.text
    assert str(first.id) in asked.text

    told = chosen(client, "sales.remind", first, second, early)
    why = "It isn't overdue any more."
    assert told == ["2 reminders are in the outbox.", f"1 was left as it is. {early.number}: {why}"]
    for each in (first, second):
        db.session.refresh(each)
        assert each.reminders == len(mails_about(each.id)) == 1
    assert list(mails_about(early.id)) == []

    again = chosen(client, "sales.remind", first)
    assert again == [f"1 was left as it is. {first.number}: They were reminded of it less than a day ago."]
    db.session.refresh(first)
    assert first.reminders == len(mails_about(first.id)) == 1


def test_reminders_are_offered_to_those_who_may_write_where_mail_goes_out(customer: Any, owner: Actor) -> None:
    def offered(actor: Actor) -> list[str]:
        return [each.id for each in collect("crm_collect_bulk_actions", actor=actor, record_type="sales.invoice")]

    assert offered(owner) == []
    change_mail_settings(SYSTEM, MAIL)
    assert offered(owner) == ["sales.remind"]
    assert offered(staff(None, **{"sales.invoice.view": Scope.all})) == []


def test_what_isnt_offered_is_refused(customer: Any, owner: Actor, client: FlaskClient) -> None:
    invoice = late(customer, owner)
    for path in ("bulk", "bulk/ask"):
        answer = client.post(f"/sales/invoices/{path}?action=sales.remind", data={"ids": [str(invoice.id)]})
        assert answer.status_code == 400
    assert list(mails_about(invoice.id)) == []
