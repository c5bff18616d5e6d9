"""What the tests of invoices and payments share."""

from collections.abc import Callable
from typing import Any

import pytest

from core.access import system_actor
from core.database import db
from core.problems import Problem
from core.records.operations import create_record
from plugins.sales.models import Invoice
from plugins.sales.operations.invoices import create_invoice
from plugins.sales.records import INVOICE_LINES

SYSTEM = system_actor()
#: Settings with which mail is sent to nowhere.
MAIL = {
    "host": "127.0.0.1", "port": "2525", "security": "none", "user": "", "sender_name": "Aigis",
    "sender_address": "sales@aigis.example", "site_url": "https://crm.aigis.example",
}  # fmt: skip


def draft(customer: Any, lines: Any = (("Can", "3", "9.99"),), **values: Any) -> Invoice:
    made = create_invoice(SYSTEM, {"customer_id": customer.id, "currency": "EUR", **values})
    for name, quantity, price in lines:
        said = {"invoice": str(made.id), "name": name, "quantity": quantity, "unit_price": price}
        create_record(SYSTEM, INVOICE_LINES, said)
    return made


def refused(change: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as caught:
        change()
    db.session.rollback()
    return caught.value
